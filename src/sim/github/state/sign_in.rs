//! People signing in with the App: what was asked, which codes were given out, which tokens people's names are behind.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::domain::Timestamp;
use crate::domain::time::{HOUR_MS, MINUTE_MS};

use super::State;

/// How long a code and a user token work.
const CODE_LASTS_MS: i64 = 10 * MINUTE_MS;
const TOKEN_LASTS_MS: i64 = 8 * HOUR_MS;

/// Everything about signing in with the App.
#[derive(Debug, Default)]
pub struct SignIns {
    /// The App's callback URLs; the first is where mistakes are sent.
    pub callbacks: Vec<String>,
    pub codes: HashMap<String, Code>,
    /// Tokens that act in somebody's name, by account, with their end.
    pub tokens: HashMap<String, (u64, Timestamp)>,
}

/// A code on its way from the authorisation page to the App.
#[derive(Debug, Clone)]
pub struct Code {
    pub account: u64,
    pub redirect_uri: String,
    pub challenge: Option<String>,
    pub given_at: Timestamp,
}

impl State {
    /// Gives a code to whoever said yes.
    pub(in crate::sim::github) fn give_code(
        &mut self,
        account: u64,
        redirect_uri: &str,
        challenge: Option<String>,
    ) -> String {
        let code: String = self.unguessable().chars().take(20).collect();
        let given = Code { account, redirect_uri: redirect_uri.to_owned(), challenge, given_at: self.now };
        self.sign_ins.codes.insert(code.clone(), given);
        code
    }

    /// A code works once, for ten minutes, whatever else is wrong with the request that brings it.
    pub(in crate::sim::github) fn take_code(&mut self, code: &str) -> Option<Code> {
        let given = self.sign_ins.codes.remove(code)?;
        (self.now.millis_since(given.given_at) < CODE_LASTS_MS).then_some(given)
    }

    pub(in crate::sim::github) fn give_user_token(&mut self, account: u64) -> String {
        let token = format!("ghu_{}", self.unguessable().chars().take(36).collect::<String>());
        self.sign_ins.tokens.insert(token.clone(), (account, self.now.plus_millis(TOKEN_LASTS_MS)));
        token
    }

    pub(in crate::sim::github) fn account_of_token(&self, token: &str) -> Option<u64> {
        let (account, until) = self.sign_ins.tokens.get(token)?;
        (self.now < *until).then_some(*account)
    }

    /// The App's client secret: long, and the same in every world.
    pub(in crate::sim::github) fn client_secret(&self) -> String {
        hex::encode(Sha256::digest(format!("client secret of {}", self.options.app_id))).chars().take(40).collect()
    }

    fn unguessable(&mut self) -> String {
        let number = self.fresh_id();
        hex::encode(Sha256::digest(format!("{}:{number}", self.options.webhook_secret)))
    }
}
