//! Makes and ends links inside a transaction, whoever wants it: a person, an operator, a rule.

use serde_json::{Value, json};

use crate::domain::{
    AccountLink, ChatUser, ForgeUser, ForgeUserId, Known, LinkActor, LinkEnd, LinkOrigin, LinkRefusal, Tie, Timestamp,
    may_tie,
};
use crate::engine::people::Directory;
use crate::store::{Store, StoreError, Tx};

/// Two accounts that are to be tied.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The id that the link gets.
    pub id: String,
    pub host: String,
    pub chat: ChatUser,
    pub account: ForgeUser,
    pub origin: LinkOrigin,
    pub by: LinkActor,
    pub at: Timestamp,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tying {
    Tied(Tie),
    Refused(LinkRefusal),
}

/// What the operator's file knows about two accounts: read before the transaction, for it does not change under it.
pub async fn file_known(
    store: &Store,
    people: &Directory,
    chat: &ChatUser,
    account: &ForgeUser,
) -> Result<Known, StoreError> {
    let file = people.tie_of(store, chat).await?;
    let file_other = people.other_of(store, chat, account.id, &account.login).await?;
    Ok(Known { file, file_other, ..Known::default() })
}

/// Ties two accounts, or says why not; either is recorded. `known` is [`file_known`].
pub async fn tie(tx: &mut Tx, wanted: &Wanted, known: &Known) -> Result<Tying, StoreError> {
    let known = Known {
        of_chat: tx.link_of_chat(&wanted.host, &wanted.chat).await?,
        of_account: tx.link_of_account(&wanted.host, &wanted.chat.workspace, wanted.account.id).await?,
        ..known.clone()
    };
    match may_tie(&wanted.chat, &wanted.account, &known) {
        Err(refusal) => {
            refuse(tx, &wanted.chat, Some((&wanted.host, &wanted.account)), &refusal, wanted.at)?;
            return Ok(Tying::Refused(refusal));
        }
        Ok(Tie::Same) => return Ok(Tying::Tied(Tie::Same)),
        Ok(Tie::New) => {}
        Ok(Tie::Renewed) => {
            let end = LinkEnd { at: wanted.at, by: wanted.by.clone(), why: "renewed".to_owned() };
            if let Some(former) = &known.of_chat {
                tx.end_link(&former.id, &end).await?;
            }
        }
    }
    let link = AccountLink {
        id: wanted.id.clone(),
        chat: wanted.chat.clone(),
        host: wanted.host.clone(),
        account: wanted.account.id,
        login: wanted.account.login.clone(),
        origin: wanted.origin,
        by: wanted.by.clone(),
        at: wanted.at,
        ended: None,
    };
    if !tx.insert_link(&link).await? {
        // Another replica tied one of the two at this very moment: its link is there next time.
        return Err(StoreError::LinksMoved);
    }
    tx.append_entry("identity.linked", None, wanted.at, told(&link))?;
    Ok(Tying::Tied(if known.of_chat.is_some() { Tie::Renewed } else { Tie::New }))
}

/// Ends the link of a chat account, and records it. `None` when there is none.
pub async fn untie(
    tx: &mut Tx,
    host: &str,
    chat: &ChatUser,
    by: &LinkActor,
    at: Timestamp,
) -> Result<Option<AccountLink>, StoreError> {
    let Some(link) = tx.link_of_chat(host, chat).await? else { return Ok(None) };
    let end = LinkEnd { at, by: by.clone(), why: "unlinked".to_owned() };
    if !tx.end_link(&link.id, &end).await? {
        return Ok(None);
    }
    let mut detail = told(&link);
    if let Some(members) = detail.as_object_mut() {
        members.insert("by".to_owned(), json!(by));
    }
    tx.append_entry("identity.unlinked", None, at, detail)?;
    Ok(Some(link))
}

/// Records that accounts were not tied.
pub(super) fn refuse(
    tx: &mut Tx,
    chat: &ChatUser,
    account: Option<(&str, &ForgeUser)>,
    refusal: &LinkRefusal,
    at: Timestamp,
) -> Result<(), StoreError> {
    let account = account.map(|(host, account)| named(host, account.id, &account.login));
    let detail = json!({ "refusal": refusal.code(), "why": refusal, "chat": chat, "account": account });
    tx.append_entry("identity.refused", None, at, detail)
}

fn told(link: &AccountLink) -> Value {
    json!({
        "link": link.id, "chat": link.chat, "account": named(&link.host, link.account, &link.login),
        "origin": link.origin, "by": link.by,
    })
}

/// By its number: a login may change hands.
fn named(host: &str, id: ForgeUserId, login: &str) -> Value {
    json!({ "host": host, "id": id, "login": login })
}
