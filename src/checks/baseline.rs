//! `deploy.*`: what is live, and how the proposed commit stands to it (R6).

use crate::domain::{Baseline, CommitSha, Flag, Relation, Severity};

use super::facts::Facts;
use super::finding::Finding;
use super::words::count;

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    match facts.baseline {
        Baseline::None => vec![first_deployment(facts)],
        Baseline::Vanished { commit, .. } => vec![vanished(facts, commit)],
        Baseline::Live { commit, .. } => rollback(facts, commit).into_iter().collect(),
    }
}

fn first_deployment(facts: &Facts<'_>) -> Flag {
    let message = format!(
        "Nothing was ever deployed to {} successfully, so there is nothing to compare with.",
        facts.environment
    );
    Finding::new("deploy.no_baseline", Severity::Info, facts.environment).after(facts.commit.short()).says(&message)
}

fn vanished(facts: &Facts<'_>, live: &CommitSha) -> Flag {
    let message = format!(
        "The live commit {} is gone from the repository or shares no history with the proposed one: what changed cannot be told.",
        live.short()
    );
    Finding::new("deploy.base_vanished", Severity::High, facts.environment)
        .before(live.as_str())
        .after(facts.commit.as_str())
        .says(&message)
}

fn rollback(facts: &Facts<'_>, live: &CommitSha) -> Option<Flag> {
    let Relation::Behind { by } = facts.relation else { return None };
    let behind = count(usize::try_from(by).unwrap_or(usize::MAX), "commit");
    let message = format!("This is a rollback: the proposed commit is {behind} older than what is live.");
    let flag = Finding::new("deploy.rollback", Severity::Medium, facts.environment)
        .before(live.as_str())
        .after(facts.commit.as_str())
        .rule("the proposed commit is an ancestor of the live one")
        .says(&message);
    Some(flag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{Sample, sha};
    use crate::domain::DeploymentId;

    fn codes(sample: &Sample) -> Vec<(String, Severity)> {
        check(&sample.facts()).into_iter().map(|flag| (flag.code, flag.severity)).collect()
    }

    #[test]
    fn a_first_deployment_and_a_vanished_base_are_told_apart() {
        let mut sample = Sample::first();
        assert_eq!(codes(&sample), [("deploy.no_baseline".to_owned(), Severity::Info)]);
        sample.baseline = Baseline::Vanished { commit: sha(1), deployment: DeploymentId::new(7) };
        assert_eq!(codes(&sample), [("deploy.base_vanished".to_owned(), Severity::High)]);
    }

    #[test]
    fn only_an_ancestor_of_the_live_commit_is_a_rollback() {
        let mut sample = Sample::ahead();
        assert!(codes(&sample).is_empty());
        sample.relation = Relation::Diverged { ahead: 1, behind: 2 };
        assert!(codes(&sample).is_empty());
        sample.relation = Relation::Behind { by: 1 };
        assert_eq!(codes(&sample), [("deploy.rollback".to_owned(), Severity::Medium)]);
        assert!(check(&sample.facts())[0].message.contains("1 commit older"));
    }
}
