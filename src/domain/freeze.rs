//! Freezes: for a while, nothing goes live in an environment (R23). They are ours, not a policy's: somebody calls one and
//! somebody lifts it.

use serde::{Deserialize, Serialize};

use super::actor::{Access, Voter};
use super::eligibility::is_trusted_account;
use super::id::RepositoryId;
use super::time::Timestamp;
use super::whisper::Refusal;
use super::words::Words;

/// A freeze that somebody called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// Opaque; names it when it is lifted.
    pub id: String,
    /// The chat's workspace whose requests it holds; those of all of them where it is empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub workspace: String,
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
    /// Whether it is for the requests of `workspace`. Those of an unnamed one may be of any.
    pub fn is_of(&self, workspace: &str) -> bool {
        self.workspace.is_empty() || workspace.is_empty() || self.workspace == workspace
    }

    /// Whether it holds `environment` of `repository`, about which the people of `workspace` decide, at `at`.
    pub fn holds(&self, workspace: &str, repository: RepositoryId, environment: &str, at: Timestamp) -> bool {
        self.is_of(workspace)
            && self.repository.is_none_or(|frozen| frozen == repository)
            && self.environment.as_ref().is_none_or(|frozen| frozen.to_lowercase() == environment.to_lowercase())
            && self.since <= at
            && self.until.is_none_or(|until| at < until)
    }
}

/// What calling and lifting a freeze of one repository takes there.
pub const LEAST_ACCESS: Access = Access::Maintain;

/// Whether `voter` may call or lift a freeze (R23): for one repository, whoever maintains it; for more, and for all, those
/// whom the operator names.
pub fn may_call(voter: &Voter, of_one_repository: bool, is_named: bool) -> Result<(), Refusal> {
    is_trusted_account(voter)?;
    let maintains = voter.account().is_some() && voter.access >= LEAST_ACCESS;
    if is_named || (of_one_repository && maintains) {
        return Ok(());
    }
    match (of_one_repository, voter.account()) {
        (true, None) => Err(Refusal::NotLinked),
        _ => Err(Refusal::MayNotFreeze { everywhere: !of_one_repository }),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::{ChatStanding, ChatUser, ForgeUser, ForgeUserId, Link};

    fn voter(standing: ChatStanding, access: Option<Access>) -> Voter {
        let forge = ForgeUser { id: ForgeUserId::new(1), login: "ana".into(), is_bot: false };
        Voter {
            chat: ChatUser { workspace: "T0ACME".into(), user: "U0ANA".into() },
            standing,
            link: access.map_or(Link::None, |_| Link::Linked { forge }),
            access: access.unwrap_or(Access::None),
            memberships: BTreeSet::new(),
        }
    }

    #[test]
    fn whoever_maintains_a_repository_freezes_it_and_nothing_else() {
        let member = |access| voter(ChatStanding::Member, access);
        assert_eq!(may_call(&member(Some(Access::Maintain)), true, false), Ok(()));
        assert_eq!(may_call(&member(Some(Access::Admin)), true, false), Ok(()));
        let everywhere = |everywhere| Err(Refusal::MayNotFreeze { everywhere });
        assert_eq!(may_call(&member(Some(Access::Write)), true, false), everywhere(false));
        assert_eq!(may_call(&member(Some(Access::Admin)), false, false), everywhere(true));
        assert_eq!(may_call(&member(None), true, false), Err(Refusal::NotLinked));
    }

    #[test]
    fn those_whom_the_operator_names_freeze_everything_while_they_are_members() {
        assert_eq!(may_call(&voter(ChatStanding::Member, None), false, true), Ok(()));
        assert_eq!(may_call(&voter(ChatStanding::Guest, None), false, true), Err(Refusal::Guest));
        assert_eq!(may_call(&voter(ChatStanding::Deactivated, None), false, true), Err(Refusal::Deactivated));
    }

    #[test]
    fn a_freeze_holds_its_place_for_its_time() {
        let freeze = Freeze {
            id: "1".into(),
            workspace: String::new(),
            repository: Some(RepositoryId::new(7)),
            environment: Some("Production".into()),
            since: Timestamp::from_seconds(10),
            until: Some(Timestamp::from_seconds(20)),
            reason: Words::new("black friday"),
            by: "ana".into(),
        };
        let holds = |repository, environment, at| {
            freeze.holds("T0ACME", RepositoryId::new(repository), environment, Timestamp::from_seconds(at))
        };
        assert!(holds(7, "production", 10) && holds(7, "PRODUCTION", 19));
        assert!(!holds(7, "production", 9) && !holds(7, "production", 20));
        assert!(!holds(8, "production", 15) && !holds(7, "staging", 15));
        let everything = Freeze { repository: None, environment: None, until: None, ..freeze };
        let holds = |freeze: &Freeze, workspace| {
            freeze.holds(workspace, RepositoryId::new(9), "staging", Timestamp::from_seconds(1_000_000))
        };
        assert!(holds(&everything, "T0ACME"));
        let ours = Freeze { workspace: "T0ACME".into(), ..everything };
        assert!(holds(&ours, "T0ACME") && holds(&ours, "") && !holds(&ours, "T0OTHER"));
    }
}
