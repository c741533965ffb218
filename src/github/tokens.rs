//! Installation tokens: one for each installation, repository and purpose, that can do nothing else; those for teams are
//! for no repository.
//!
//! GitHub: "Generating an installation access token for a GitHub App", "Generating a JSON Web Token (JWT) for a GitHub App".

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::domain::time::MINUTE_MS;
use crate::domain::{InstallationId, RepositoryId, Timestamp};
use crate::ports::PortError;

use super::permissions::Purpose;
use super::settings::{GithubSettings, SettingsError};

/// How long before its end a token is replaced.
const RENEWED_BEFORE_MS: i64 = 5 * MINUTE_MS;
/// A JWT is dated back, because GitHub's clock may be behind ours, and lives for less than the ten minutes allowed.
const DATED_BACK_SECONDS: i64 = 60;
const JWT_SECONDS: i64 = 9 * 60;

/// What one token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenKey {
    pub installation: InstallationId,
    /// `None`: what belongs to the organisation. GitHub cannot narrow such a token to no repository at all, so its
    /// permissions must say nothing about repositories.
    pub repository: Option<RepositoryId>,
    pub purpose: Purpose,
}

/// A token as GitHub gave it: opaque, of any length.
#[derive(Clone)]
pub struct Token {
    pub secret: SecretString,
    pub expires_at: Timestamp,
}

/// The App's own identity, proven by its private key.
pub struct AppKey {
    issuer: Issuer,
    key: EncodingKey,
}

/// An App id is a number on GitHub's side, a client id is not.
#[derive(Clone, Serialize)]
#[serde(untagged)]
enum Issuer {
    AppId(u64),
    ClientId(String),
}

#[derive(Serialize)]
struct Claims<'a> {
    iat: i64,
    exp: i64,
    iss: &'a Issuer,
}

impl AppKey {
    /// Signs once, so that an unusable key stops the start and not the first deployment.
    pub fn new(settings: &GithubSettings) -> Result<Self, SettingsError> {
        let id = settings.app_id.trim();
        if id.is_empty() {
            return Err(SettingsError::AppId);
        }
        let pem = settings.private_key.expose_secret().as_bytes();
        let key = EncodingKey::from_rsa_pem(pem).map_err(|_| SettingsError::PrivateKey)?;
        let key = Self { issuer: Issuer::parse(id), key };
        key.jwt(Timestamp::default()).map_err(|_| SettingsError::PrivateKey)?;
        Ok(key)
    }

    /// Whether an app that GitHub names by its id or its client id is this one.
    pub fn is_of(&self, id: u64, client_id: Option<&str>) -> bool {
        match &self.issuer {
            Issuer::AppId(own) => *own == id,
            Issuer::ClientId(own) => client_id == Some(own.as_str()),
        }
    }

    /// A JSON Web Token of the App for the next minutes.
    pub fn jwt(&self, now: Timestamp) -> Result<SecretString, jsonwebtoken::errors::Error> {
        let claims = Claims::at(now, &self.issuer);
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key).map(SecretString::from)
    }
}

impl<'a> Claims<'a> {
    fn at(now: Timestamp, iss: &'a Issuer) -> Self {
        let now = now.as_seconds();
        Self { iat: now - DATED_BACK_SECONDS, exp: now + JWT_SECONDS, iss }
    }
}

impl Issuer {
    fn parse(id: &str) -> Self {
        id.parse().map_or_else(|_| Self::ClientId(id.to_owned()), Self::AppId)
    }
}

/// Body of `POST /app/installations/{installation_id}/access_tokens`.
#[derive(Serialize)]
pub struct TokenWish {
    #[serde(skip_serializing_if = "Option::is_none")]
    repository_ids: Option<[u64; 1]>,
    permissions: BTreeMap<&'static str, &'static str>,
}

impl TokenWish {
    pub fn of(key: TokenKey) -> Self {
        let permissions = key.purpose.permissions().iter().copied().collect();
        Self { repository_ids: key.repository.map(|repository| [repository.get()]), permissions }
    }
}

/// Its answer.
#[derive(Deserialize)]
pub struct TokenGiven {
    token: SecretText,
    expires_at: String,
}

/// Text that goes into a [`SecretString`] without a stop.
#[derive(Deserialize)]
#[serde(from = "String")]
struct SecretText(SecretString);

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<TokenGiven> for Token {
    /// A token whose end cannot be read is used once.
    fn from(given: TokenGiven) -> Self {
        let expires_at = Timestamp::parse_rfc3339(&given.expires_at).unwrap_or_default();
        Self { secret: given.token.0, expires_at }
    }
}

/// The tokens we hold.
#[derive(Default)]
pub struct Tokens(Mutex<HashMap<TokenKey, Arc<Slot>>>);

#[derive(Default)]
struct Slot {
    held: tokio::sync::Mutex<Held>,
    /// How often a token was asked for.
    rounds: std::sync::atomic::AtomicU64,
}

#[derive(Default)]
struct Held {
    token: Option<Token>,
    failure: Option<PortError>,
}

impl Tokens {
    /// The held token, or what `mint` gives. Of many callers at once one mints, the others get what it got.
    pub async fn get<F>(&self, key: TokenKey, now: Timestamp, mint: F) -> Result<SecretString, PortError>
    where
        F: Future<Output = Result<Token, PortError>>,
    {
        use std::sync::atomic::Ordering::SeqCst;
        let slot = self.slot(key);
        let round = slot.rounds.load(SeqCst);
        let mut held = slot.held.lock().await;
        if let Some(token) = held.token.as_ref().filter(|token| token.expires_at.millis_since(now) > RENEWED_BEFORE_MS)
        {
            return Ok(token.secret.clone());
        }
        if let Some(failure) = held.failure.clone().filter(|_| slot.rounds.load(SeqCst) != round) {
            return Err(failure);
        }
        let minted = mint.await;
        slot.rounds.fetch_add(1, SeqCst);
        *held = Held { token: minted.as_ref().ok().cloned(), failure: minted.as_ref().err().cloned() };
        minted.map(|token| token.secret)
    }

    /// Drops the held token, if it is still the one that was refused.
    pub async fn forget(&self, key: TokenKey, refused: &SecretString) {
        let slot = self.slot(key);
        let mut held = slot.held.lock().await;
        let same = held.token.as_ref().is_some_and(|token| token.secret.expose_secret() == refused.expose_secret());
        if same {
            held.token = None;
        }
    }

    fn slot(&self, key: TokenKey) -> Arc<Slot> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(key).or_default().clone()
    }
}

#[cfg(test)]
mod tests;
