//! The rules that a local check goes by.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use crate::checks::words::plain;
use crate::cli::failure::Failure;
use crate::domain::condition::Condition;
use crate::domain::rules::DEFAULT_EXPIRY_MS;
use crate::domain::{FrozenPolicy, PolicyFound, PolicySource, Role};
use crate::policy::file::LIMIT_BYTES;
use crate::policy::{OwnerPolicy, PolicyDefaults, WhenMissing};
use crate::report::Rules;

/// Longest name of a group shown, in characters.
const GROUP_CHARS: usize = 60;

/// What a repository without a policy file goes by, as a server does by default.
pub(super) const DEFAULTS: PolicyDefaults =
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
        PolicyFound::Policies(policies) => policies.all().map(gates).collect::<Vec<_>>().join("; "),
        PolicyFound::Hold { why } => why.clone(),
    }
}

pub(super) fn rules<'a>(found: &PolicyFound, words: &'a str) -> Rules<'a> {
    match found {
        PolicyFound::Policies(_) => Rules::By(words),
        PolicyFound::Hold { .. } => Rules::Held { why: words },
    }
}

/// `the built-in starter policy: 1 approval by people with write access`
fn gates(policy: &FrozenPolicy) -> String {
    let source = match (policy.role, &policy.source) {
        (_, PolicySource::Starter) => "the built-in starter policy",
        (_, PolicySource::Repository { .. }) => "the policy file",
        (Role::Floor, PolicySource::Owner { .. }) => "the owner's floor",
        (_, PolicySource::Owner { .. }) => "the owner's policy",
    };
    // Gates of one stage are open side by side.
    let mut stages: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for gate in policy.gates.iter().filter(|gate| gate.when.as_ref().is_none_or(Condition::asks)) {
        let s = if gate.quorum == 1 { "" } else { "s" };
        let words = format!("{} approval{s} by {}", gate.quorum, plain(gate.group.words(), GROUP_CHARS));
        stages.entry(gate.stage).or_default().push(words);
    }
    let stages: Vec<String> = stages.into_values().map(|stage| stage.join(" and ")).collect();
    match stages.is_empty() {
        true => format!("{source}: no approval is asked for"),
        false => format!("{source}: {}", stages.join(", then ")),
    }
}
