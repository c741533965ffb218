//! The token of a call: pasted by the operator, or that of an installation, which is renewed.

use std::sync::Arc;

use secrecy::SecretString;

use crate::ports::PortResult;

/// Gives the token that is good now.
pub type TokenOf = Arc<dyn Fn() -> PortResult<'static, SecretString> + Send + Sync>;

/// Where tokens come from. None can be printed.
#[derive(Clone)]
pub enum Token {
    Pasted(SecretString),
    Kept(TokenOf),
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pasted(_) => "Pasted",
            Self::Kept(_) => "Kept",
        })
    }
}

impl From<SecretString> for Token {
    fn from(token: SecretString) -> Self {
        Self::Pasted(token)
    }
}

/// Words of Slack's that refuse a token: nothing works until somebody installs the app again.
const REFUSALS: [&str; 8] = [
    "account_inactive",
    "app_uninstalled",
    "invalid_auth",
    "not_authed",
    "org_login_required",
    "team_access_not_granted",
    "token_expired",
    "token_revoked",
];

pub(super) fn is_refusal(why: &str) -> bool {
    REFUSALS.contains(&why)
}
