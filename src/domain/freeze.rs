//! Freezes: for a while, nothing goes live in an environment (R23). They are ours, not a policy's: somebody calls one and
//! somebody lifts it.

use serde::{Deserialize, Serialize};

use super::id::RepositoryId;
use super::time::Timestamp;
use super::words::Words;

/// A freeze that somebody called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// Opaque; names it when it is lifted.
    pub id: String,
    /// One repository, or all of them.
    pub repository: Option<RepositoryId>,
    /// The environment, without regard to case; every one where it is empty.
    pub environment: Option<String>,
    pub since: Timestamp,
    /// The first moment after it; until it is lifted where it is empty.
    pub until: Option<Timestamp>,
    pub reason: Words,
    /// Who called it, as people read it.
    pub by: String,
}

impl Freeze {
    /// Whether it holds `environment` of `repository` at `at`.
    pub fn holds(&self, repository: RepositoryId, environment: &str, at: Timestamp) -> bool {
        self.repository.is_none_or(|frozen| frozen == repository)
            && self.environment.as_ref().is_none_or(|frozen| frozen.to_lowercase() == environment.to_lowercase())
            && self.since <= at
            && self.until.is_none_or(|until| at < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_freeze_holds_its_place_for_its_time() {
        let freeze = Freeze {
            id: "1".into(),
            repository: Some(RepositoryId::new(7)),
            environment: Some("Production".into()),
            since: Timestamp::from_seconds(10),
            until: Some(Timestamp::from_seconds(20)),
            reason: Words::new("black friday"),
            by: "ana".into(),
        };
        let holds = |repository, environment, at| {
            freeze.holds(RepositoryId::new(repository), environment, Timestamp::from_seconds(at))
        };
        assert!(holds(7, "production", 10) && holds(7, "PRODUCTION", 19));
        assert!(!holds(7, "production", 9) && !holds(7, "production", 20));
        assert!(!holds(8, "production", 15) && !holds(7, "staging", 15));
        let everything = Freeze { repository: None, environment: None, until: None, ..freeze };
        assert!(everything.holds(RepositoryId::new(9), "staging", Timestamp::from_seconds(1_000_000)));
    }
}
