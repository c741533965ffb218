//! Who is asking: the App itself, one of its installations, or nobody.

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
    Installation(TokenGrant),
}

impl Caller {
    /// Whose rate limit a request counts against.
    pub fn bucket(&self) -> u64 {
        match self {
            Self::Installation(grant) => grant.installation,
            Self::App | Self::Nobody => 0,
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
            AuthorizationKind::Basic => {
                let password = basic_password(token).ok_or_else(Reply::bad_credentials)?;
                self.identify_installation(&password).map(Caller::Installation)
            }
            AuthorizationKind::Other => Err(Reply::bad_credentials()),
        }
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

/// The password of `x-access-token:PASSWORD`.
fn basic_password(encoded: &str) -> Option<String> {
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    (user == "x-access-token").then(|| password.to_owned())
}
