//! The rules that a local check goes by.

use std::fs::File;
use std::path::Path;

use crate::cli::failure::Failure;
use crate::domain::gate::DEFAULT_EXPIRY_MS;
use crate::domain::{FrozenPolicy, PolicyFound, PolicySource};
use crate::policy::{PolicyDefaults, WhenMissing};
use crate::report::Rules;

/// What a repository without a policy file goes by, as a server does by default.
pub(super) const DEFAULTS: PolicyDefaults =
    PolicyDefaults { when_missing: WhenMissing::Starter, expires_after_ms: DEFAULT_EXPIRY_MS };

/// Refuses a policy file given by hand: this build reads none, and other rules than those asked for would mislead.
pub(super) fn refuse(file: Option<&Path>) -> Result<(), Failure> {
    let Some(file) = file else { return Ok(()) };
    let shown = file.display();
    let opened = File::open(file).and_then(|opened| opened.metadata());
    let why = match opened {
        Err(error) => format!("cannot read the policy `{shown}`: {error}"),
        Ok(found) if !found.is_file() => format!("cannot read the policy `{shown}`: it is not a file"),
        Ok(_) => format!("`{shown}` is there, but this build reads no policy files yet: leave --policy out"),
    };
    Err(Failure::BadInput(why))
}

/// The policy in words, as a report shows it.
pub(super) fn words(found: &PolicyFound) -> String {
    match found {
        PolicyFound::Policy(policy) => gates(policy),
        PolicyFound::Hold { why } => why.clone(),
    }
}

pub(super) fn rules<'a>(found: &PolicyFound, words: &'a str) -> Rules<'a> {
    match found {
        PolicyFound::Policy(_) => Rules::By(words),
        PolicyFound::Hold { .. } => Rules::Held { why: words },
    }
}

/// `the built-in starter policy: 1 approval of people with write access`
fn gates(policy: &FrozenPolicy) -> String {
    let source = match policy.source {
        PolicySource::Starter => "the built-in starter policy",
    };
    let gates = policy.gates.iter().map(|gate| {
        let s = if gate.quorum == 1 { "" } else { "s" };
        format!("{} approval{s} of {}", gate.quorum, gate.group.words())
    });
    format!("{source}: {}", gates.collect::<Vec<_>>().join(", then "))
}
