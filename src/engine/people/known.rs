//! Who is who by what is stored, without asking anybody: for showing people what is theirs, and for telling them something.
//! It gives nobody a right.

use std::collections::BTreeSet;

use super::super::Engine;
use super::LinkedAccount;
use crate::domain::{ChatUser, ForgeUser};
use crate::store::StoreError;

/// The forge account that a chat account is linked to, or that the operator's file ties it to.
pub async fn account_of(engine: &Engine, user: &ChatUser) -> Result<Option<LinkedAccount>, StoreError> {
    if let Some(link) = engine.store.link_of_chat(engine.forge.host(), user).await? {
        return Ok(Some(LinkedAccount { id: Some(link.account), login: link.login }));
    }
    let tie = engine.people.tie_of(&engine.store, user).await?;
    Ok(tie.map(|tie| LinkedAccount { id: tie.account, login: tie.login }))
}

/// The chat accounts of a forge account, in this workspace where there are several.
pub async fn chats_of(engine: &Engine, account: &ForgeUser) -> Result<BTreeSet<ChatUser>, StoreError> {
    let linked = engine.store.chats_of_account(engine.forge.host(), account.id).await?;
    let known = engine.people.chats_of(account).cloned().chain(linked);
    Ok(known.filter(|chat| engine.narrowed().is_none_or(|workspace| chat.workspace == workspace)).collect())
}
