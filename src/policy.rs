//! The rules of a repository: what its policy file says, or the built-in starter policy where there is none (R9, R10).

pub mod condition;
pub mod file;

use crate::checks::rules::CheckRules;
use crate::domain::{Access, CommitSha, Digest, FrozenPolicy, Gate, Group, PolicyFound, PolicySource, Role};

/// Where a repository keeps its policy, on the default branch.
pub const PATH: &str = ".github/countersign.yml";

/// What was found at [`PATH`] at one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyFile {
    /// The tree of that commit was read whole and has no such file.
    Absent,
    Present {
        commit: CommitSha,
        bytes: Vec<u8>,
    },
    /// It could not be told whether there is one, or what is in it: never taken for absence.
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

/// What follows from a policy: who must agree, and what the model checks hold the change to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    pub gates: PolicyFound,
    pub checks: CheckRules,
}

/// The rules that follow from what was found, for one environment.
pub fn read(file: &PolicyFile, environment: &str, defaults: PolicyDefaults) -> Rules {
    let gates = match file {
        PolicyFile::Absent if defaults.when_missing == WhenMissing::Starter => {
            PolicyFound::Policies(starter(defaults.expires_after_ms).into())
        }
        PolicyFile::Absent => hold(&format!(
            "there is no {PATH} on the default branch, and this server holds repositories without a policy \
             (setting policy.when_missing)"
        )),
        PolicyFile::Present { commit, bytes } => return from_document(commit, bytes, environment, defaults),
        PolicyFile::Unreadable { why } => hold(&format!("cannot tell whether there is a {PATH}: {why}")),
    };
    Rules { gates, checks: CheckRules::default() }
}

/// The models' rules are the file's; the gates are the starter's, because a file with gates of its own is held.
fn from_document(commit: &CommitSha, bytes: &[u8], environment: &str, defaults: PolicyDefaults) -> Rules {
    let place = format!("{PATH}@{}", commit.short());
    let document = match file::parse(bytes) {
        Ok(document) => document,
        Err(why) => return held(&format!("{place} cannot be followed: {why}"), CheckRules::default()),
    };
    let (found, trouble) = match document.environment(environment) {
        Ok(None) if !document.environments.is_empty() => {
            (None, Some(format!("no entry of `environments` is for `{environment}`")))
        }
        Ok(found) => (found, None),
        Err(why) => (None, Some(why)),
    };
    let external = found.map(|rules| rules.checks.clone()).unwrap_or_default();
    let actions = found.map(|rules| rules.severity).unwrap_or_default();
    let not_followed = document.not_followed();
    let checks = CheckRules { models: document.models, actions, external };
    if let Some(why) = trouble {
        return held(&format!("{place}: {why}"), checks);
    }
    if !not_followed.is_empty() {
        let keys = not_followed.join("`, `");
        let why = format!("{place} has `{keys}`, which this version of Countersign cannot follow yet: remove them");
        return held(&why, checks);
    }
    let source = PolicySource::Repository { commit: commit.clone() };
    let policy = FrozenPolicy { source, digest: Digest::of(bytes), actions, ..starter(defaults.expires_after_ms) };
    Rules { gates: PolicyFound::Policies(policy.into()), checks }
}

fn held(why: &str, checks: CheckRules) -> Rules {
    Rules { gates: hold(why), checks }
}

fn hold(why: &str) -> PolicyFound {
    PolicyFound::Hold { why: why.to_owned() }
}

/// One approval by somebody with write access who has no hand in the change. A denial says why: the run page and the
/// thread carry the reason.
pub fn starter(expires_after_ms: i64) -> FrozenPolicy {
    let group = Group::of_access(Access::Write);
    let gates = vec![Gate { name: "Review".to_owned(), stage: 0, group, quorum: 1, when: None }];
    FrozenPolicy::of_gates(Role::Own, PolicySource::Starter, gates, expires_after_ms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Policies;

    const STARTER: PolicyDefaults = PolicyDefaults { when_missing: WhenMissing::Starter, expires_after_ms: 1 };

    fn gates(file: &PolicyFile, defaults: PolicyDefaults) -> PolicyFound {
        read(file, "production", defaults).gates
    }

    fn present(text: &str) -> PolicyFile {
        let commit = CommitSha::parse(&"01".repeat(20)).unwrap();
        PolicyFile::Present { commit, bytes: text.as_bytes().to_vec() }
    }

    #[test]
    fn only_a_proven_absence_gives_the_starter_policy() {
        assert!(matches!(gates(&PolicyFile::Absent, STARTER), PolicyFound::Policies(_)));
        let unreadable = PolicyFile::Unreadable { why: "HTTP 404".into() };
        for file in [present("version: 1\nmodles: []\n"), present("version: 1\ngroups: {}\n"), unreadable] {
            assert!(matches!(gates(&file, STARTER), PolicyFound::Hold { .. }), "{file:?}");
        }
    }

    #[test]
    fn a_file_about_models_alone_keeps_the_starter_gate_and_names_its_commit() {
        let rules = read(&present("version: 1\nmodels: [{ name: sentiment }]\n"), "production", STARTER);
        let PolicyFound::Policies(Policies { own: policy, .. }) = rules.gates else { panic!("held") };
        assert_eq!((policy.gates, rules.checks.models.len()), (starter(1).gates, 1));
        assert!(matches!(policy.source, PolicySource::Repository { .. }));
    }

    #[test]
    fn an_environment_that_no_rule_matches_is_held() {
        let file = present("version: 1\nenvironments: { production: {} }\n");
        assert!(matches!(read(&file, "production", STARTER).gates, PolicyFound::Policies(_)));
        let PolicyFound::Hold { why } = read(&file, "staging", STARTER).gates else { panic!("not held") };
        assert!(why.contains("`staging`"), "{why}");
    }

    #[test]
    fn the_operator_can_hold_repositories_without_a_policy() {
        let hold = PolicyDefaults { when_missing: WhenMissing::Hold, ..STARTER };
        assert!(matches!(gates(&PolicyFile::Absent, hold), PolicyFound::Hold { .. }));
    }

    #[test]
    fn the_starter_policy_asks_for_one_human_and_excludes_every_hand() {
        let policy = starter(1);
        assert_eq!((policy.gates.len(), policy.gates[0].quorum), (1, 1));
        assert_eq!(policy.exclude.len(), 5);
        assert!(policy.deny.reason_required);
        assert_ne!(policy.digest, starter(2).digest);
    }
}
