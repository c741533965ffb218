//! The rules that a local check goes by.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::cli::failure::Failure;
use crate::domain::rules::DEFAULT_EXPIRY_MS;
use crate::domain::{FrozenPolicy, PolicyFound, PolicySource};
use crate::policy::file::LIMIT_BYTES;
use crate::policy::{OwnerPolicy, PolicyDefaults, WhenMissing};
use crate::report::Rules;

/// What a repository without a policy file goes by, as a server does by default.
pub(in crate::cli) const DEFAULTS: PolicyDefaults =
    PolicyDefaults { when_missing: WhenMissing::Starter, owner: OwnerPolicy::Off, expires_after_ms: DEFAULT_EXPIRY_MS };

/// The policy file given by hand, whole; gathering says what is wrong in it.
pub(super) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |why: String| Failure::BadInput(format!("cannot read the policy `{}`: {why}", file.display()));
    let opened = File::open(file).map_err(|error| unreadable(error.to_string()))?;
    let limit = u64::try_from(LIMIT_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    opened.take(limit).read_to_end(&mut bytes).map_err(|error| unreadable(error.to_string()))?;
    Ok(bytes)
}

/// The policy in words, as a report shows it.
pub(super) fn words(found: &PolicyFound) -> String {
    match found {
        PolicyFound::Policies(policies) => gates(&policies.own),
        PolicyFound::Hold { why } => why.clone(),
    }
}

pub(super) fn rules<'a>(found: &PolicyFound, words: &'a str) -> Rules<'a> {
    match found {
        PolicyFound::Policies(_) => Rules::By(words),
        PolicyFound::Hold { .. } => Rules::Held { why: words },
    }
}

/// `the built-in starter policy: 1 approval of people with write access`
fn gates(policy: &FrozenPolicy) -> String {
    let source = match policy.source {
        PolicySource::Starter => "the built-in starter policy",
        PolicySource::Repository { .. } | PolicySource::Owner { .. } => "the policy file",
    };
    let gates = policy.gates.iter().map(|gate| {
        let s = if gate.quorum == 1 { "" } else { "s" };
        format!("{} approval{s} of {}", gate.quorum, gate.group.words())
    });
    format!("{source}: {}", gates.collect::<Vec<_>>().join(", then "))
}
