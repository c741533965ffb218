//! Who is behind a click: the chat's word, the operator's links, the forge's word. Read live, before the transaction.

use std::collections::{BTreeSet, HashMap};

use super::Engine;
use crate::domain::{Access, ChatUser, ForgeUserId, Link, Repository, Voter};
use crate::ports::PortError;
use crate::ports::code::Presence;
use crate::ports::forge::Permission;

/// The operator's links between chat accounts and forge accounts (R13).
#[derive(Debug, Clone, Default)]
pub struct Directory {
    links: HashMap<ChatUser, LinkedAccount>,
}

/// A forge account as the operator wrote it down. The id is what counts; without one, the login is resolved once and
/// then pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedAccount {
    pub id: Option<ForgeUserId>,
    pub login: String,
}

impl Directory {
    pub fn new(links: impl IntoIterator<Item = (ChatUser, LinkedAccount)>) -> Self {
        Self { links: links.into_iter().collect() }
    }

    fn find(&self, user: &ChatUser) -> Option<&LinkedAccount> {
        self.links.get(user)
    }
}

/// A voter, and the login that was resolved for the first time and has to be pinned with the vote.
#[derive(Debug, Clone)]
pub struct LookedUp {
    pub voter: Voter,
    pub pin: Option<(String, ForgeUserId)>,
}

/// Everything that decides whether a click of `user` counts in `repository`.
pub async fn look_up(engine: &Engine, repository: &Repository, user: &ChatUser) -> Result<LookedUp, PortError> {
    let Some(account) = engine.people.find(user) else {
        let standing = engine.chat.standing(user).await?;
        let voter = Voter {
            chat: user.clone(),
            standing,
            link: Link::None,
            access: Access::None,
            memberships: BTreeSet::new(),
        };
        return Ok(LookedUp { voter, pin: None });
    };
    let (standing, permission) =
        futures::future::join(engine.chat.standing(user), engine.forge.permission(repository, &account.login)).await;
    let pinned = pinned_id(engine, account).await?;
    let (link, access, pin) = link_of(account, pinned, permission?);
    Ok(LookedUp {
        voter: Voter { chat: user.clone(), standing: standing?, link, access, memberships: BTreeSet::new() },
        pin,
    })
}

async fn pinned_id(engine: &Engine, account: &LinkedAccount) -> Result<Option<ForgeUserId>, PortError> {
    if account.id.is_some() {
        return Ok(account.id);
    }
    engine.store.pinned_login(&account.login).await.map_err(|error| PortError::retry("read the pinned logins", error))
}

fn link_of(
    account: &LinkedAccount,
    pinned: Option<ForgeUserId>,
    found: Presence<Permission>,
) -> (Link, Access, Option<(String, ForgeUserId)>) {
    let login = account.login.clone();
    match (found, pinned) {
        (Presence::Missing, _) => (Link::LoginGone { login }, Access::None, None),
        (Presence::Found(now), Some(pinned)) if now.user.id != pinned => {
            (Link::LoginMoved { login, pinned, now: now.user.id }, Access::None, None)
        }
        (Presence::Found(now), pinned) => {
            let pin = pinned.is_none().then_some((login, now.user.id));
            (Link::Linked { forge: now.user }, now.access, pin)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ForgeUser;

    fn found(id: u64) -> Presence<Permission> {
        let user = ForgeUser { id: ForgeUserId::new(id), login: "octocat".into(), is_bot: false };
        Presence::Found(Permission { user, access: Access::Write })
    }

    #[test]
    fn a_login_that_belongs_to_another_account_now_links_nobody() {
        let account = LinkedAccount { id: Some(ForgeUserId::new(1)), login: "octocat".into() };
        let (link, access, pin) = link_of(&account, account.id, found(2));
        assert!(matches!(link, Link::LoginMoved { .. }));
        assert_eq!((access, pin), (Access::None, None));
    }

    #[test]
    fn a_login_without_an_id_is_pinned_at_first_sight() {
        let account = LinkedAccount { id: None, login: "octocat".into() };
        let (link, access, pin) = link_of(&account, None, found(2));
        assert!(link.forge().is_some());
        assert_eq!((access, pin), (Access::Write, Some(("octocat".to_owned(), ForgeUserId::new(2)))));
    }

    #[test]
    fn a_login_that_nobody_has_links_nobody() {
        let account = LinkedAccount { id: None, login: "octocat".into() };
        assert!(matches!(link_of(&account, None, Presence::Missing).0, Link::LoginGone { .. }));
    }
}
