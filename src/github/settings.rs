//! How the App reaches its GitHub, checked once at the start.

use std::time::Duration;

use secrecy::SecretString;
use url::{Host, Url};

/// Where GitHub is and who we are there.
pub struct GithubSettings {
    /// `https://api.github.com`, `https://HOST/api/v3` or `https://api.SUB.ghe.com`.
    pub api_url: String,
    /// `https://github.com`, or the enterprise server's address.
    pub web_url: String,
    /// The App's client id (recommended by GitHub) or its numeric id.
    pub app_id: String,
    /// The App's private key in PEM: PKCS#1 as GitHub gives it, or PKCS#8.
    pub private_key: SecretString,
    /// Lets people say who they are; off when empty.
    pub sign_in: Option<SignInSettings>,
    /// Lets both addresses be `http`, on this machine only: for the simulated GitHub.
    pub allow_http: bool,
    pub timeouts: Timeouts,
}

/// How people sign in with the App, to say which account is theirs.
#[derive(Debug, Clone)]
pub struct SignInSettings {
    pub client_id: String,
    pub client_secret: SecretString,
    /// Where GitHub sends people back: one of the App's callback URLs, to the letter.
    pub callback: String,
}

/// How long GitHub may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    pub connect: Duration,
    /// One round trip: connection, request, answer and its whole body.
    pub call: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), call: Duration::from_secs(10) }
    }
}

/// A setting that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("`{setting}` is not an https address without user, query and fragment")]
    Address { setting: &'static str },
    #[error("`{setting}` may be http only on this machine, and only where that is allowed")]
    Http { setting: &'static str },
    #[error("`github.app_id` is empty")]
    AppId,
    #[error("`github.private_key` is not an RSA private key in PEM")]
    PrivateKey,
}

/// The two checked addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Addresses {
    /// API base without a slash at its end.
    pub api: String,
    /// Web base without a slash at its end.
    pub web: String,
    /// Host name of the web base.
    pub host: String,
}

impl Addresses {
    pub fn check(settings: &GithubSettings) -> Result<Self, SettingsError> {
        let api = address(&settings.api_url, settings.allow_http, "github.api_url")?;
        let web = address(&settings.web_url, settings.allow_http, "github.web_url")?;
        let host = web.host_str().unwrap_or_default().to_owned();
        Ok(Self { api: without_slash(&api), web: without_slash(&web), host })
    }

    pub fn is_https(&self) -> bool {
        self.api.starts_with("https:")
    }
}

fn address(text: &str, allow_http: bool, setting: &'static str) -> Result<Url, SettingsError> {
    let url = Url::parse(text.trim()).map_err(|_| SettingsError::Address { setting })?;
    let bare =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    match url.scheme() {
        "https" if bare && url.host().is_some() => Ok(url),
        "http" if bare && allow_http && is_this_machine(&url) => Ok(url),
        "http" => Err(SettingsError::Http { setting }),
        _ => Err(SettingsError::Address { setting }),
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn without_slash(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(api_url: &str, allow_http: bool) -> Result<Addresses, SettingsError> {
        Addresses::check(&GithubSettings {
            api_url: api_url.to_owned(),
            web_url: "https://git.acme.example".to_owned(),
            app_id: "1".to_owned(),
            private_key: String::new().into(),
            sign_in: None,
            allow_http,
            timeouts: Timeouts::default(),
        })
    }

    #[test]
    fn addresses_lose_their_last_slash_and_keep_their_prefix() {
        let addresses = check("https://git.acme.example/api/v3/", false).unwrap();
        assert_eq!(addresses.api, "https://git.acme.example/api/v3");
        assert_eq!(addresses.host, "git.acme.example");
    }

    #[test]
    fn http_is_for_this_machine_only() {
        assert!(check("http://127.0.0.1:8081", true).is_ok());
        let refused = Err(SettingsError::Http { setting: "github.api_url" });
        assert_eq!(check("http://127.0.0.1:8081", false), refused);
        assert_eq!(check("http://git.acme.example/api/v3", true), refused);
    }

    #[test]
    fn an_address_holds_no_credentials_and_no_query() {
        for bad in
            ["https://user@git.acme.example", "https://git.acme.example/?a=b", "ftp://git.acme.example", "github"]
        {
            assert_eq!(check(bad, true), Err(SettingsError::Address { setting: "github.api_url" }), "{bad}");
        }
    }
}
