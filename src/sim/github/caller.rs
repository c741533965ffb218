//! Who is asking: the App itself, by its key or its client secret, one of its installations, somebody, or nobody.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::book::AuthorizationKind;
use super::keys::{AppKey, UNKNOWN_ISSUER};
use super::reply::{Ask, Reply};
use super::state::State;
use super::state::installations::TokenGrant;

#[derive(Debug, Clone)]
pub(super) enum Caller {
    Nobody,
    App,
    /// The App, by client id and client secret.
    OauthApp,
    Installation(TokenGrant),
    /// Somebody who signed in with the App, by their account.
    User(u64),
}

impl Caller {
    /// Whose rate limit a request counts against.
    pub fn bucket(&self) -> u64 {
        match self {
            Self::Installation(grant) => grant.installation,
            Self::App | Self::OauthApp | Self::User(_) | Self::Nobody => 0,
        }
    }
}

/// Reads the kind of credential without judging it.
pub(super) fn authorization_kind(ask: &Ask) -> AuthorizationKind {
    let Some(value) = ask.header("authorization") else { return AuthorizationKind::None };
    match value.split_once(' ') {
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("basic") => AuthorizationKind::Basic,
        Some((scheme, token)) if is_token_scheme(scheme) && token.starts_with("ghs_") => {
            AuthorizationKind::InstallationToken
        }
        Some((scheme, token)) if is_token_scheme(scheme) && token.starts_with("ghu_") => AuthorizationKind::UserToken,
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && token.split('.').count() == 3 => {
            AuthorizationKind::Jwt
        }
        _ => AuthorizationKind::Other,
    }
}

fn is_token_scheme(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token")
}

impl State {
    /// Judges the credential. An absent one is nobody; a wrong one is refused whatever the route.
    pub(super) fn identify(&self, ask: &Ask, key: &AppKey) -> Result<Caller, Reply> {
        let value = ask.header("authorization").unwrap_or_default();
        let token = value.split_once(' ').map(|(_, token)| token.trim()).unwrap_or_default();
        match authorization_kind(ask) {
            AuthorizationKind::None => Ok(Caller::Nobody),
            AuthorizationKind::Jwt => self.identify_app(token, key),
            AuthorizationKind::InstallationToken => self.identify_installation(token).map(Caller::Installation),
            AuthorizationKind::UserToken => {
                self.account_of_token(token).map(Caller::User).ok_or_else(Reply::bad_credentials)
            }
            AuthorizationKind::Basic => self.identify_basic(token),
            AuthorizationKind::Other => Err(Reply::bad_credentials()),
        }
    }

    fn identify_basic(&self, encoded: &str) -> Result<Caller, Reply> {
        let (user, password) = basic_credentials(encoded).ok_or_else(Reply::bad_credentials)?;
        if user == self.client_id() && password == self.client_secret() {
            return Ok(Caller::OauthApp);
        }
        if user != "x-access-token" {
            return Err(Reply::bad_credentials());
        }
        self.identify_installation(&password).map(Caller::Installation)
    }

    fn identify_app(&self, token: &str, key: &AppKey) -> Result<Caller, Reply> {
        let now = self.options.jwt_clock.as_ref().map_or(self.now, crate::ports::Clock::now);
        let issuers = [self.options.app_id.to_string(), self.client_id()];
        match key.check_jwt(token, &issuers, now) {
            Ok(()) => Ok(Caller::App),
            Err(text) if text == UNKNOWN_ISSUER => Err(Reply::error(404, text)),
            Err(text) => Err(Reply::error(401, text)),
        }
    }

    fn identify_installation(&self, token: &str) -> Result<TokenGrant, Reply> {
        let grant = self.tokens.get(token).filter(|grant| grant.expires_at > self.now);
        let grant = grant.ok_or_else(Reply::bad_credentials)?;
        let installation = self.installations.get(&grant.installation).ok_or_else(Reply::bad_credentials)?;
        if installation.suspended_at.is_some() {
            return Err(Reply::error(403, "This installation has been suspended"));
        }
        Ok(grant.clone())
    }
}

/// `USER:PASSWORD`
fn basic_credentials(encoded: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}
