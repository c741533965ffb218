//! The rules of a repository: what its policy file says, or the built-in starter policy where there is none (R9, R10).
//!
//! Reading the policy file itself is not built yet: a repository that has one is held, because guessing its rules would
//! be a bypass.

use std::collections::BTreeSet;

use crate::domain::{Digest, FrozenPolicy, Gate, Group, Part, PolicyFound, PolicySource};

/// Where a repository keeps its policy, on the default branch.
pub const PATH: &str = ".github/countersign.yml";

/// What was found at [`PATH`] at one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyFile {
    /// The tree of that commit was read whole and has no such file.
    Absent,
    Present,
    /// It could not be told whether there is one: never taken for absence.
    Unreadable {
        why: String,
    },
}

/// What the operator decided for repositories without a policy file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenMissing {
    Starter,
    Hold,
}

/// The operator's settings that policies start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyDefaults {
    pub when_missing: WhenMissing,
    /// Milliseconds from opening to expiry.
    pub expires_after_ms: i64,
}

/// The rules that follow from what was found.
pub fn read(file: &PolicyFile, defaults: PolicyDefaults) -> PolicyFound {
    match file {
        PolicyFile::Absent if defaults.when_missing == WhenMissing::Starter => {
            PolicyFound::Policy(starter(defaults.expires_after_ms))
        }
        PolicyFile::Absent => hold(&format!(
            "there is no {PATH} on the default branch, and this server holds repositories without a policy \
             (setting policy.when_missing)"
        )),
        PolicyFile::Present => hold(&format!(
            "{PATH} exists, and this version of Countersign cannot read policy files yet; remove the file to use the \
             starter policy"
        )),
        PolicyFile::Unreadable { why } => hold(&format!("cannot tell whether there is a {PATH}: {why}")),
    }
}

fn hold(why: &str) -> PolicyFound {
    PolicyFound::Hold { why: why.to_owned() }
}

/// One approval by somebody with write access who has no hand in the change. A denial says why: the run page and the
/// thread carry the reason.
pub fn starter(expires_after_ms: i64) -> FrozenPolicy {
    let gates = vec![Gate { name: "Review".to_owned(), group: Group::WriteAccess, quorum: 1 }];
    let exclude = BTreeSet::from([Part::Requester, Part::PrAuthor, Part::Author, Part::Committer, Part::CoAuthor]);
    let digest = Digest::of_json(&(&gates, &exclude, expires_after_ms));
    FrozenPolicy { source: PolicySource::Starter, digest, gates, exclude, expires_after_ms, deny_needs_reason: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STARTER: PolicyDefaults = PolicyDefaults { when_missing: WhenMissing::Starter, expires_after_ms: 1 };

    #[test]
    fn only_a_proven_absence_gives_the_starter_policy() {
        assert!(matches!(read(&PolicyFile::Absent, STARTER), PolicyFound::Policy(_)));
        let unreadable = PolicyFile::Unreadable { why: "HTTP 404".into() };
        for file in [PolicyFile::Present, unreadable] {
            assert!(matches!(read(&file, STARTER), PolicyFound::Hold { .. }), "{file:?}");
        }
    }

    #[test]
    fn the_operator_can_hold_repositories_without_a_policy() {
        let hold = PolicyDefaults { when_missing: WhenMissing::Hold, ..STARTER };
        assert!(matches!(read(&PolicyFile::Absent, hold), PolicyFound::Hold { .. }));
    }

    #[test]
    fn the_starter_policy_asks_for_one_human_and_excludes_every_hand() {
        let policy = starter(1);
        assert_eq!((policy.gates.len(), policy.gates[0].quorum), (1, 1));
        assert_eq!(policy.exclude.len(), 5);
        assert!(policy.deny_needs_reason);
        assert_ne!(policy.digest, starter(2).digest);
    }
}
