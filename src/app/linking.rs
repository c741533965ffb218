//! Account links: the operator's file as the engine wants it, and where people link their accounts themselves.

use crate::config::{AccountLinks, IdentityFile, LinkRules};
use crate::engine::Engine;
use crate::engine::people::{self, Directory, LinkedAccount};
use crate::store::StoreError;
use crate::web::LinkPages;

/// Where the forge sends people back to, below [`base`]; `app-manifest.json` carries the same path.
pub const CALLBACK: &str = "/link/callback";

/// The address that our pages are below, without a slash at its end.
pub fn base(links: &AccountLinks) -> String {
    links.address.as_str().trim_end_matches('/').to_owned()
}

pub fn directory(file: &IdentityFile, rules: &LinkRules) -> Directory {
    let ties = file.people.iter().map(|person| {
        (person.chat.clone(), LinkedAccount { id: person.github_id, login: person.github_login.clone() })
    });
    let LinkRules { match_email, profile_field } = rules.clone();
    Directory::new(ties).with_rules(people::LinkRules { match_email, profile_field })
}

/// There are none where people cannot link their accounts themselves.
pub fn pages(engine: &Engine) -> Option<LinkPages> {
    let address = engine.link_address.clone()?;
    Some(LinkPages { engine: engine.clone(), address })
}

/// Says at the start whether people can link their accounts, and whose links contradict the operator's file: those count for
/// nobody until somebody puts it right.
pub async fn report(engine: &Engine) -> Result<(), StoreError> {
    match &engine.link_address {
        Some(address) => tracing::info!(address, "people link their accounts at {address}/link/…"),
        None => tracing::info!("people cannot link their accounts themselves: set github.client_secret to let them"),
    }
    let links = engine.store.links(engine.forge.host(), false).await?;
    for (chat, conflict) in engine.people.conflicts(&engine.store, &links).await? {
        people::tell_operator(&chat, &conflict);
    }
    Ok(())
}
