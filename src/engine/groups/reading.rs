//! Who has one membership, by whoever lists them.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::future::try_join;

use super::super::Engine;
use super::super::live::{self, Freshness};
use super::pinned;
use crate::domain::{ForgeUser, Membership, Repository, Timestamp, Unusable};
use crate::ports::chat::UserGroup;
use crate::ports::{Class, PortError, Presence};
use crate::store::PinKind;

/// A membership as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub people: Result<People, Unusable>,
    /// When it was asked for: what changed later is not in it.
    pub read_at: Timestamp,
}

/// Who has a membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum People {
    Accounts(Arc<Vec<ForgeUser>>),
    /// Ids of our own workspace.
    ChatUsers(Arc<BTreeSet<String>>),
    /// Nobody lists them: it is asked of each person.
    Unlisted,
}

/// Reads it. Lasting trouble is part of what was read, anything else an error.
pub(super) async fn of(
    engine: &Engine,
    repository: &Repository,
    membership: &Membership,
    how: Freshness,
) -> Result<Reading, PortError> {
    let now = engine.clock.now();
    let reading = match membership {
        Membership::Access(_) => Ok(Reading { people: Ok(People::Unlisted), read_at: now }),
        Membership::ChatUser { user } => {
            let people = People::ChatUsers(Arc::new([user.clone()].into()));
            Ok(Reading { people: Ok(people), read_at: now })
        }
        Membership::Team { organisation, slug } => team(engine, repository, (organisation, slug), how).await,
        Membership::Account { login } => account(engine, repository, login, how).await,
        Membership::ChatGroup { handle } => user_group(engine, handle, how).await,
    };
    match reading {
        Err(error) if matches!(error.class, Class::Permanent | Class::Gone) => {
            Ok(Reading { people: Err(Unusable::Unreadable { why: error.why }), read_at: now })
        }
        reading => reading,
    }
}

/// For a decision the id is read after the people: should another team take the name in between, the id tells.
async fn team(
    engine: &Engine,
    repository: &Repository,
    name: (&str, &str),
    how: Freshness,
) -> Result<Reading, PortError> {
    let (people, id) = match how {
        Freshness::Kept => {
            try_join(live::team_people(engine, repository, name, how), live::team(engine, repository, name, how))
                .await?
        }
        Freshness::Since(_) => {
            let people = live::team_people(engine, repository, name, how).await?;
            let after = Freshness::Since(engine.workspace.live.mark());
            (people, live::team(engine, repository, name, after).await?)
        }
    };
    let read_at = people.read_at.min(id.read_at);
    let (Presence::Found(people), Presence::Found(id)) = (people.value, id.value) else {
        return Ok(Reading { people: Err(Unusable::Missing), read_at });
    };
    let name = format!("{}/{}", name.0, name.1);
    let moved = pinned::moved(engine, PinKind::Team, &name, &id.to_string()).await?;
    Ok(Reading { people: moved.map_or(Ok(People::Accounts(people)), Err), read_at })
}

async fn account(engine: &Engine, repository: &Repository, login: &str, how: Freshness) -> Result<Reading, PortError> {
    let known = live::account(engine, repository, login, how).await?;
    let people = match known.value {
        Presence::Missing => Err(Unusable::Missing),
        Presence::Found(account) => match pinned::login_moved(engine, login, account.id).await? {
            Some(moved) => Err(moved),
            None => Ok(People::Accounts(Arc::new(vec![account]))),
        },
    };
    Ok(Reading { people, read_at: known.read_at })
}

/// By its handle, with or without `@`, or by its id, which needs no pin.
async fn user_group(engine: &Engine, name: &str, how: Freshness) -> Result<Reading, PortError> {
    let name = name.trim_start_matches('@');
    let groups = live::user_groups(engine, how).await?;
    let Some(group) = named(&groups, name) else {
        return Ok(Reading { people: Err(Unusable::Missing), read_at: engine.clock.now() });
    };
    if group.id != name
        && let Some(moved) = pinned::moved(engine, PinKind::UserGroup, &engine.own(name), &group.id).await?
    {
        return Ok(Reading { people: Err(moved), read_at: engine.clock.now() });
    }
    if group.is_disabled {
        return Ok(Reading { people: Err(Unusable::Disabled), read_at: engine.clock.now() });
    }
    let known = live::user_group_people(engine, &group.id, how).await?;
    let people = match known.value {
        Presence::Found(users) => Ok(People::ChatUsers(users)),
        // It was on the list a moment ago.
        Presence::Missing => Err(Unusable::Disabled),
    };
    Ok(Reading { people, read_at: known.read_at })
}

/// Of several groups with one handle, the one that is in use.
fn named<'g>(groups: &'g [UserGroup], name: &str) -> Option<&'g UserGroup> {
    let own = groups.iter().find(|group| group.id == name);
    let of_name = || groups.iter().filter(|group| group.handle.eq_ignore_ascii_case(name));
    own.or_else(|| of_name().find(|group| !group.is_disabled)).or_else(|| of_name().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_group_is_found_by_id_then_by_handle_and_one_in_use_first() {
        let group =
            |id: &str, handle: &str, is_disabled| UserGroup { id: id.into(), handle: handle.into(), is_disabled };
        let groups = [group("S0OLD", "ml", true), group("S0ML", "ml", false), group("S0X", "S0OLD", false)];
        let found = |name: &str| named(&groups, name).map(|group| group.id.as_str());
        assert_eq!((found("ML"), found("S0OLD"), found("nobody")), (Some("S0ML"), Some("S0OLD"), None));
        assert_eq!(named(&groups[..1], "ml").map(|group| group.is_disabled), Some(true));
    }
}
