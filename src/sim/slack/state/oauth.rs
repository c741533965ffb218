//! The app's credentials for installing by consent, and what they have brought.

use std::collections::BTreeMap;

use crate::domain::Timestamp;

/// Consent and tokens.
#[derive(Debug, Clone, Default)]
pub struct OAuth {
    pub client_id: String,
    pub client_secret: String,
    /// Tokens end after twelve hours.
    pub rotates: bool,
    /// Codes that were given and not used.
    pub codes: BTreeMap<String, Code>,
    /// Tokens given by consent, with their ends; two at most.
    pub live: Vec<(String, Option<Timestamp>)>,
    /// The refresh token that works: once.
    pub refresh: Option<String>,
}

/// What a code stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    pub user: String,
    pub redirect: String,
    pub issued: Timestamp,
}
