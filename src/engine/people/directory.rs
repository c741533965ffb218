//! The operator's file, and the rules that the operator switched on.

use std::collections::HashMap;

use crate::domain::{AccountLink, Agreement, ChatUser, FileTie, ForgeUser, ForgeUserId, LinkConflict};
use crate::store::{Store, StoreError};

/// What the operator says about who is who.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    ties: HashMap<ChatUser, LinkedAccount>,
    by_account: HashMap<ForgeUserId, Vec<ChatUser>>,
    /// Of entries without a number: by their login, in lower case.
    by_login: HashMap<String, Vec<ChatUser>>,
    pub rules: LinkRules,
}

/// A forge account as the operator wrote it down. The id is what counts; without one, the login is resolved once and
/// then pinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedAccount {
    pub id: Option<ForgeUserId>,
    pub login: String,
}

/// How people are linked without doing it themselves: not at all, unless the operator wants it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkRules {
    /// Accounts with the same e-mail address are one person.
    pub match_email: bool,
    /// The field of the chat's profiles that says which forge account's address to compare. Everybody writes their own.
    pub profile_field: Option<String>,
}

impl Directory {
    pub fn new(ties: impl IntoIterator<Item = (ChatUser, LinkedAccount)>) -> Self {
        let mut directory = Self { ties: ties.into_iter().collect(), ..Self::default() };
        for (chat, account) in &directory.ties {
            let chats = match account.id {
                Some(id) => directory.by_account.entry(id).or_default(),
                None => directory.by_login.entry(account.login.to_lowercase()).or_default(),
            };
            chats.push(chat.clone());
        }
        let lists = directory.by_account.values_mut().chain(directory.by_login.values_mut());
        // The file's order is lost: who is named as "the other" must not depend on a hash.
        lists.for_each(|chats| chats.sort());
        directory
    }

    #[must_use]
    pub fn with_rules(self, rules: LinkRules) -> Self {
        Self { rules, ..self }
    }

    /// What the file says of a chat account, with the number its login is pinned to where it has none of its own.
    pub async fn tie_of(&self, store: &Store, chat: &ChatUser) -> Result<Option<FileTie>, StoreError> {
        let Some(LinkedAccount { id, login }) = self.ties.get(chat).cloned() else { return Ok(None) };
        let account = match id {
            Some(id) => Some(id),
            None => store.pinned_login(&login).await?,
        };
        Ok(Some(FileTie { login, account }))
    }

    /// The chat accounts that the file ties to a forge account, by its number or, where an entry has none, by its login.
    pub fn chats_of(&self, account: &ForgeUser) -> impl Iterator<Item = &ChatUser> {
        let by_number = self.by_account.get(&account.id);
        let by_login = self.by_login.get(&account.login.to_lowercase());
        by_number.into_iter().chain(by_login).flatten()
    }

    /// Another chat account of the same workspace that the file ties to a forge account.
    pub async fn other_of(
        &self,
        store: &Store,
        chat: &ChatUser,
        account: ForgeUserId,
        login: &str,
    ) -> Result<Option<ChatUser>, StoreError> {
        let mut logins = vec![login.to_lowercase()];
        if !self.by_login.is_empty() {
            logins.extend(store.logins_of(account).await?);
        }
        Ok(self.other(chat, account, &logins).cloned())
    }

    /// `logins`: those that mean the account, in lower case.
    fn other(&self, chat: &ChatUser, account: ForgeUserId, logins: &[String]) -> Option<&ChatUser> {
        let by_login = logins.iter().filter_map(|login| self.by_login.get(login));
        let all = self.by_account.get(&account).into_iter().chain(by_login).flatten();
        all.filter(|other| other.workspace == chat.workspace && *other != chat).min()
    }

    /// Where the file contradicts `links`, for whoever runs the server. A login that is not pinned yet contradicts nothing.
    pub async fn conflicts(
        &self,
        store: &Store,
        links: &[AccountLink],
    ) -> Result<Vec<(ChatUser, LinkConflict)>, StoreError> {
        let pins: HashMap<String, ForgeUserId> = store.pinned_logins().await?.into_iter().collect();
        let mut found = Vec::new();
        for link in links {
            found.extend(self.conflict(&pins, link).map(|conflict| (link.chat.clone(), conflict)));
        }
        Ok(found)
    }

    fn conflict(&self, pins: &HashMap<String, ForgeUserId>, link: &AccountLink) -> Option<LinkConflict> {
        if let Some(LinkedAccount { id, login }) = self.ties.get(&link.chat) {
            let account = id.or_else(|| pins.get(&login.to_lowercase()).copied());
            let file = FileTie { login: login.clone(), account };
            if file.agrees_with(link.account, &link.login) == Agreement::Different {
                return Some(LinkConflict::TwoAccounts { file: file.login, link: link.login.clone() });
            }
        }
        let pinned = pins.iter().filter(|(_, account)| **account == link.account).map(|(login, _)| login.clone());
        let logins: Vec<String> = pinned.chain([link.login.to_lowercase()]).collect();
        let other = self.other(&link.chat, link.account, &logins)?;
        Some(LinkConflict::TwoPeople { login: link.login.clone(), other: other.clone() })
    }
}
