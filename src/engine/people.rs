//! Who is behind a click: the chat's word, the links, the forge's word. Read live, before the transaction.
//!
//! Links are read from the database for every click: one row by its key, so that a link that ended a moment ago, on
//! whichever replica, counts nowhere. What was read is read once more inside the transaction that counts the vote
//! ([`still_so`]): nothing can slip in between.

mod directory;
mod discover;
mod known;

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join;

use super::Engine;
use super::groups::{self, Memberships, Person};
use super::live::{self, Freshness};
use crate::domain::{
    Access, AccountLink, Agreement, ChatUser, FileTie, ForgeUser, ForgeUserId, Link, LinkConflict, Membership,
    Repository, Request, Unusable, Voter,
};
use crate::ports::PortError;
use crate::ports::code::Presence;
use crate::ports::forge::Permission;
use crate::store::{StoreError, Tx};

pub use directory::{Directory, LinkRules, LinkedAccount};
pub use known::{account_of, chats_of};

/// A voter, and the login that was resolved for the first time and has to be pinned with the vote.
#[derive(Debug, Clone)]
pub struct LookedUp {
    pub voter: Voter,
    pub pin: Option<(String, ForgeUserId)>,
    /// What the voter's link rests on.
    pub basis: Basis,
    /// What nobody counts through for now, and why.
    pub unusable: BTreeMap<Membership, Unusable>,
}

/// The links that were found around somebody, by their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    chat: ChatUser,
    of_chat: Option<String>,
    /// The forge account that came out, and the link it has in the workspace.
    account: Option<(ForgeUserId, Option<String>)>,
}

/// The same for all that the policies of `request` ask about people.
pub async fn look_up_for(
    engine: &Engine,
    request: &Request,
    user: &ChatUser,
    how: Freshness,
) -> Result<LookedUp, PortError> {
    look_up(engine, &request.repository, user, &groups::asked(request), how).await
}

/// Everything that decides whether a click of `user` counts in `repository`, as far as `asked` goes.
pub async fn look_up(
    engine: &Engine,
    repository: &Repository,
    user: &ChatUser,
    asked: &BTreeSet<Membership>,
    how: Freshness,
) -> Result<LookedUp, PortError> {
    let standing = live::standing(engine, user, how);
    let (standing, tied) = try_join(standing, tied(engine, repository, user, asked, how)).await?;
    let Tied { link, access, pin, basis } = tied;
    let person = Person { chat: user, account: link.forge().map(|forge| (forge.id, access)) };
    let Memberships { held, unusable } = groups::memberships(engine, repository, person, asked, how).await?;
    let voter = Voter { chat: user.clone(), standing, link, access, memberships: held };
    Ok(LookedUp { voter, pin, basis, unusable })
}

/// The account that somebody is tied to, and what it may do.
struct Tied {
    link: Link,
    access: Access,
    pin: Option<(String, ForgeUserId)>,
    basis: Basis,
}

async fn tied(
    engine: &Engine,
    repository: &Repository,
    user: &ChatUser,
    asked: &BTreeSet<Membership>,
    how: Freshness,
) -> Result<Tied, PortError> {
    let found = sources(engine, repository, user).await?;
    let of_chat = found.link.as_ref().map(|link| link.id.clone());
    let basis = Basis { chat: user.clone(), of_chat, account: None };
    let account = match claim(&found) {
        Claim::One(account) => account,
        Claim::Nobody => return Ok(Tied { link: Link::None, access: Access::None, pin: None, basis }),
        Claim::Two(conflict) => {
            tell_operator(user, &conflict);
            return Ok(Tied { link: Link::Conflict(conflict), access: Access::None, pin: None, basis });
        }
    };
    let (link, access, pin) = account_now(engine, repository, &account, asked, how).await?;
    let (link, basis) = without_conflict(engine, found, link, basis).await?;
    let access = if link.forge().is_some() { access } else { Access::None };
    let pin = pin.filter(|_| link.forge().is_some());
    Ok(Tied { link, access, pin, basis })
}

/// Between clicks the forge is asked about an account that is known by its id only where a policy asks what it may do. A
/// decision always hears who has the login today.
async fn account_now(
    engine: &Engine,
    repository: &Repository,
    account: &LinkedAccount,
    asked: &BTreeSet<Membership>,
    how: Freshness,
) -> Result<(Link, Access, Option<(String, ForgeUserId)>), PortError> {
    let asks_access = asked.iter().any(|membership| matches!(membership, Membership::Access(_)));
    match account.id.filter(|_| how == Freshness::Kept && !asks_access) {
        Some(id) => {
            let forge = ForgeUser { id, login: account.login.clone(), is_bot: false };
            Ok((Link::Linked { forge }, Access::None, None))
        }
        None => {
            let permission = live::permission(engine, repository, &account.login, how).await?;
            Ok(link_of(account, account.id, permission))
        }
    }
}

/// `Ok` while the links are those that `bases` rest on. Inside the transaction that counts on them, once the request is
/// locked: whoever has unlinked by then is not counted.
pub async fn still_so(tx: &mut Tx, host: &str, bases: &[Basis]) -> Result<(), StoreError> {
    for basis in bases {
        let of_chat = tx.link_of_chat(host, &basis.chat).await?.map(|link| link.id);
        if of_chat != basis.of_chat {
            return Err(StoreError::LinksMoved);
        }
        if let Some((account, known)) = &basis.account {
            let of_account = tx.link_of_account(host, &basis.chat.workspace, *account).await?.map(|link| link.id);
            if of_account != *known {
                return Err(StoreError::LinksMoved);
            }
        }
    }
    Ok(())
}

/// What ties a chat account.
struct Sources {
    link: Option<AccountLink>,
    file: Option<FileTie>,
}

async fn sources(engine: &Engine, repository: &Repository, user: &ChatUser) -> Result<Sources, PortError> {
    let link = engine.store.link_of_chat(engine.forge.host(), user).await.map_err(unread)?;
    let file = engine.people.tie_of(&engine.store, user).await.map_err(unread)?;
    let link = match (link, &file) {
        (None, None) => discover::link(engine, repository, user).await?,
        (link, _) => link,
    };
    Ok(Sources { link, file })
}

fn unread(error: StoreError) -> PortError {
    PortError::retry("read the account links", error)
}

/// What the sources say together, before the forge is asked.
#[derive(Debug, PartialEq, Eq)]
enum Claim {
    Nobody,
    One(LinkedAccount),
    Two(LinkConflict),
}

/// A file's bare login that nobody has resolved yet is taken to mean another account than a link with another login: it
/// is looked up nowhere else, and two answers are none (H23).
fn claim(found: &Sources) -> Claim {
    match (&found.link, &found.file) {
        (None, None) => Claim::Nobody,
        (None, Some(file)) => Claim::One(LinkedAccount { id: file.account, login: file.login.clone() }),
        (Some(link), file) => match file.as_ref().map(|file| (file, file.agrees_with(link.account, &link.login))) {
            None | Some((_, Agreement::Same)) => {
                Claim::One(LinkedAccount { id: Some(link.account), login: link.login.clone() })
            }
            Some((file, Agreement::Different | Agreement::Unclear)) => {
                Claim::Two(LinkConflict::TwoAccounts { file: file.login.clone(), link: link.login.clone() })
            }
        },
    }
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

/// The same forge account must not be somebody else's by the other source.
async fn without_conflict(
    engine: &Engine,
    found: Sources,
    link: Link,
    basis: Basis,
) -> Result<(Link, Basis), PortError> {
    let Link::Linked { forge } = &link else { return Ok((link, basis)) };
    let (other, of_account) = match &found.link {
        Some(own) => {
            let other = engine.people.other_of(&engine.store, &own.chat, forge.id, &forge.login).await;
            (other.map_err(unread)?, Some(own.id.clone()))
        }
        None => linked_elsewhere(engine, &basis.chat, forge).await?,
    };
    let basis = Basis { account: Some((forge.id, of_account)), ..basis };
    let Some(other) = other else { return Ok((link, basis)) };
    let conflict = LinkConflict::TwoPeople { login: forge.login.clone(), other };
    tell_operator(&basis.chat, &conflict);
    Ok((Link::Conflict(conflict), basis))
}

async fn linked_elsewhere(
    engine: &Engine,
    chat: &ChatUser,
    forge: &ForgeUser,
) -> Result<(Option<ChatUser>, Option<String>), PortError> {
    let link = engine.store.link_of_account(engine.forge.host(), &chat.workspace, forge.id).await.map_err(unread)?;
    Ok(link.map_or((None, None), |link| ((link.chat != *chat).then_some(link.chat), Some(link.id))))
}

/// Whoever runs the server has to put it right; the person is told with the refusal.
pub fn tell_operator(chat: &ChatUser, conflict: &LinkConflict) {
    let who = format!("{}/{}", chat.workspace, chat.user);
    match conflict {
        LinkConflict::TwoAccounts { file, link } => tracing::warn!(
            chat.user = who,
            file,
            link,
            "{who} counts for nobody: the identity file says `{file}`, and `{link}` is linked; correct the file, or `countersign identity unlink`"
        ),
        LinkConflict::TwoPeople { login, other } => tracing::warn!(
            chat.user = who,
            login,
            other = other.user,
            "{who} counts for nobody: `{login}` is also {}'s, one by the identity file and one by a link; correct the file, or `countersign identity unlink`",
            other.user
        ),
    }
}

#[cfg(test)]
mod tests;
