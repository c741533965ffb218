//! Links that a rule of the operator's makes, at somebody's first click. Off unless switched on.
//!
//! The proof is an e-mail address that both sides have verified: the chat's account has it, and the forge's profile shows
//! it. A profile field only says which account to compare; alone it proves nothing, for everybody writes their own. Never
//! where there is a link, the operator's file says something, or there ever was a link: who unlinked stays unlinked.

use std::sync::Arc;

use crate::domain::{
    AccountLink, ChatStanding, ChatUser, ForgeUser, Known, LinkActor, LinkOrigin, ReplyTo, Repository, Whisper, may_tie,
};
use crate::engine::Engine;
use crate::engine::advance::whisper_now;
use crate::engine::linking::{Tying, Wanted, file_known, tie};
use crate::ports::PortError;
use crate::ports::code::Presence;
use crate::store::StoreError;

use super::unread;

/// The link that a rule makes for somebody who has none.
pub(super) async fn link(
    engine: &Engine,
    repository: &Repository,
    user: &ChatUser,
) -> Result<Option<AccountLink>, PortError> {
    let (host, rules) = (engine.forge.host(), &engine.people.rules);
    if !rules.match_email || engine.store.was_linked(host, user).await.map_err(unread)? {
        return Ok(None);
    }
    if engine.workspace.chat.standing(user).await? != ChatStanding::Member {
        return Ok(None);
    }
    let Some((account, origin)) = matching(engine, repository, user).await? else { return Ok(None) };
    if !make(engine, user, account.clone(), origin).await.map_err(unread)? {
        return Ok(None);
    }
    let workspace = engine.workspace.id.clone();
    let to = ReplyTo { user: user.clone(), workspace, channel: None, response_url: None };
    whisper_now(engine, &to, &Whisper::Linked { account }).await;
    engine.store.link_of_chat(host, user).await.map_err(unread)
}

/// The one account whose profile shows the chat account's address.
async fn matching(
    engine: &Engine,
    repository: &Repository,
    user: &ChatUser,
) -> Result<Option<(ForgeUser, LinkOrigin)>, PortError> {
    let field = engine.people.rules.profile_field.as_deref();
    let claims = engine.workspace.chat.claims(user, field).await?;
    let Some(email) = claims.email else { return Ok(None) };
    let (logins, origin) = match field {
        Some(_) => (claims.field.and_then(|claim| login_of(&claim, engine.forge.host())), LinkOrigin::ProfileField),
        None => (None, LinkOrigin::Email),
    };
    let logins = match (field, logins) {
        (Some(_), login) => login.into_iter().collect(),
        (None, _) => engine.forge.logins_by_email(repository, &email).await?,
    };
    let mut found = Vec::new();
    for login in &logins {
        if let Presence::Found(profile) = engine.forge.profile(repository, login).await?
            && profile.is_person
            && profile.email.is_some_and(|shown| shown.trim().eq_ignore_ascii_case(&email))
        {
            found.push(profile.user);
        }
    }
    // Two accounts cannot show one verified address: if they seem to, nobody knows which it is.
    Ok(if found.len() == 1 { found.pop().map(|account| (account, origin)) } else { None })
}

/// People write their login, with or without `@`, or the address of their profile.
fn login_of(claim: &str, host: &str) -> Option<String> {
    let claim = claim.trim();
    let address = ["https://", "http://"].iter().find_map(|scheme| claim.strip_prefix(scheme)).unwrap_or(claim);
    let path = address.strip_prefix(host).and_then(|rest| rest.strip_prefix('/')).unwrap_or(claim);
    let login = path.trim_matches(['@', '/']).to_owned();
    (!login.is_empty() && !login.contains(['/', ':', ' '])).then_some(login)
}

async fn make(engine: &Engine, user: &ChatUser, account: ForgeUser, origin: LinkOrigin) -> Result<bool, StoreError> {
    let (host, at) = (engine.forge.host(), engine.clock.now());
    let known = file_known(&engine.store, &engine.people, user, &account).await?;
    let of_account = engine.store.link_of_account(host, &user.workspace, account.id).await?;
    if may_tie(user, &account, &Known { of_account, ..known.clone() }).is_err() {
        return Ok(false);
    }
    let id = engine.ids.uuid(at).to_string();
    let (host, chat) = (host.to_owned(), user.clone());
    let wanted = Wanted { id, host, chat, account, origin, by: LinkActor::Server, at };
    let job = Arc::new((wanted, known));
    let tied = engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move { tie(tx, &job.0, &job.1).await })
        })
        .await?;
    Ok(matches!(tied, Tying::Tied(_)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_a_login_or_a_profiles_address() {
        let host = "forge.example";
        for good in [
            "mona",
            "@mona",
            " mona ",
            "https://forge.example/mona",
            "forge.example/mona/",
            "http://forge.example/mona",
        ] {
            assert_eq!(login_of(good, host).as_deref(), Some("mona"), "{good}");
        }
        for bad in [
            "",
            "@",
            "https://evil.example/mona",
            "https://forge.example/mona/repo",
            "mona lisa",
            "https://forge.example/",
        ] {
            assert_eq!(login_of(bad, host), None, "{bad}");
        }
    }
}
