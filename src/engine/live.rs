//! What the forge and the chat say of people and groups: asked live, kept for minutes between clicks, and read anew for a
//! decision (R16).

mod lookups;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Engine;
use crate::domain::{ChatStanding, ChatUser, ForgeUser, Repository, RepositoryId, TeamId};
use crate::ports::chat::UserGroup;
use crate::ports::forge::Permission;
use crate::ports::{PortError, Presence};

pub use lookups::{Freshness, Known, Mark};
use lookups::{Lookups, Ticks};

/// How long a name stands for the same id, compared with how long people are kept.
const NAMES_KEPT_TIMES: i64 = 5;
/// Most answers kept of each kind: one for each person, and one for each group.
const PEOPLE: usize = 10_000;
const GROUPS: usize = 500;

/// Everything that was read, until it is too old.
#[derive(Debug)]
pub struct Live {
    ticks: Ticks,
    standings: Lookups<ChatUser, ChatStanding>,
    permissions: Lookups<(RepositoryId, String), Presence<Permission>>,
    accounts: Lookups<String, Presence<ForgeUser>>,
    teams: Lookups<TeamKey, Presence<TeamId>>,
    team_people: Lookups<TeamKey, Presence<Arc<Vec<ForgeUser>>>>,
    user_groups: Lookups<(), Arc<Vec<UserGroup>>>,
    user_group_people: Lookups<String, Presence<Arc<BTreeSet<String>>>>,
}

/// A team by its names, without regard to case. Another owner's repository sees other teams.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct TeamKey {
    owner: String,
    organisation: String,
    slug: String,
}

impl Live {
    /// `kept_ms`: how long what was read of people is believed between clicks; zero: not at all.
    pub fn new(kept_ms: i64) -> Self {
        let names_kept_ms = kept_ms.saturating_mul(NAMES_KEPT_TIMES);
        let ticks = Ticks::default();
        Self {
            standings: Lookups::new("standing", &ticks, kept_ms, PEOPLE),
            permissions: Lookups::new("permission", &ticks, kept_ms, PEOPLE),
            accounts: Lookups::new("account", &ticks, names_kept_ms, PEOPLE),
            teams: Lookups::new("team", &ticks, names_kept_ms, GROUPS),
            team_people: Lookups::new("team_people", &ticks, kept_ms, GROUPS),
            user_groups: Lookups::new("user_groups", &ticks, names_kept_ms, 1),
            user_group_people: Lookups::new("user_group_people", &ticks, kept_ms, GROUPS),
            ticks,
        }
    }

    /// This moment: what is read [`Freshness::Since`] it was asked for later.
    pub fn mark(&self) -> Mark {
        self.ticks.mark()
    }

    /// The chat said that somebody's account changed.
    pub fn forget_person(&self, user: &str) {
        self.standings.forget(|known| known.user == user);
    }

    /// The chat said that a user group changed, its people or its name.
    pub fn forget_user_group(&self, group: &str) {
        self.user_group_people.forget(|known| known == group);
        self.user_groups.forget(|()| true);
    }
}

/// Who somebody is in the chat (R14).
pub(super) async fn standing(engine: &Engine, user: &ChatUser, how: Freshness) -> Result<ChatStanding, PortError> {
    let ask = engine.workspace.chat.standing(user);
    engine.workspace.live.standings.get(user.clone(), how, &engine.clock, ask).await.map(|known| known.value)
}

/// What the holder of a login may do in the repository.
pub(super) async fn permission(
    engine: &Engine,
    repository: &Repository,
    login: &str,
    how: Freshness,
) -> Result<Presence<Permission>, PortError> {
    let key = (repository.id, login.to_lowercase());
    let ask = engine.forge.permission(repository, login);
    engine.workspace.live.permissions.get(key, how, &engine.clock, ask).await.map(|known| known.value)
}

/// The person who has a login: nobody, where a machine or an organisation has it.
pub(super) async fn account(
    engine: &Engine,
    repository: &Repository,
    login: &str,
    how: Freshness,
) -> Result<Known<Presence<ForgeUser>>, PortError> {
    let ask = async {
        Ok(match engine.forge.profile(repository, login).await? {
            Presence::Found(profile) if profile.is_person => Presence::Found(profile.user),
            Presence::Found(_) | Presence::Missing => Presence::Missing,
        })
    };
    engine.workspace.live.accounts.get(login.to_lowercase(), how, &engine.clock, ask).await
}

/// Which team has a name.
pub(super) async fn team(
    engine: &Engine,
    repository: &Repository,
    (organisation, slug): (&str, &str),
    how: Freshness,
) -> Result<Known<Presence<TeamId>>, PortError> {
    let ask = engine.forge.team(repository, organisation, slug);
    engine.workspace.live.teams.get(team_key(repository, organisation, slug), how, &engine.clock, ask).await
}

/// The people of the team that has a name.
pub(super) async fn team_people(
    engine: &Engine,
    repository: &Repository,
    (organisation, slug): (&str, &str),
    how: Freshness,
) -> Result<Known<Presence<Arc<Vec<ForgeUser>>>>, PortError> {
    let ask = async { Ok(shared(engine.forge.team_members(repository, organisation, slug).await?)) };
    engine.workspace.live.team_people.get(team_key(repository, organisation, slug), how, &engine.clock, ask).await
}

/// All user groups of the chat.
pub(super) async fn user_groups(engine: &Engine, how: Freshness) -> Result<Arc<Vec<UserGroup>>, PortError> {
    let ask = async { engine.workspace.chat.user_groups().await.map(Arc::new) };
    engine.workspace.live.user_groups.get((), how, &engine.clock, ask).await.map(|known| known.value)
}

/// The people of a user group, by its id.
pub(super) async fn user_group_people(
    engine: &Engine,
    group: &str,
    how: Freshness,
) -> Result<Known<Presence<Arc<BTreeSet<String>>>>, PortError> {
    let ask = async {
        Ok(match engine.workspace.chat.user_group_members(group).await? {
            Presence::Found(users) => Presence::Found(Arc::new(users.into_iter().collect())),
            Presence::Missing => Presence::Missing,
        })
    };
    engine.workspace.live.user_group_people.get(group.to_owned(), how, &engine.clock, ask).await
}

fn team_key(repository: &Repository, organisation: &str, slug: &str) -> TeamKey {
    let [owner, organisation, slug] = [&repository.owner, organisation, slug].map(str::to_lowercase);
    TeamKey { owner, organisation, slug }
}

fn shared<T>(found: Presence<T>) -> Presence<Arc<T>> {
    match found {
        Presence::Found(found) => Presence::Found(Arc::new(found)),
        Presence::Missing => Presence::Missing,
    }
}
