//! Installing by consent: where a person consents, what comes back, and how tokens are renewed. By hand: the client library has
//! no `state`, no organisation-wide installs and no rotation.
//!
//! Slack: [Installing with OAuth](https://docs.slack.dev/authentication/installing-with-oauth),
//! [Token rotation](https://docs.slack.dev/authentication/using-token-rotation)

use std::sync::OnceLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::ports::{Class, PortError};

use super::form;

const CALL_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// The scopes that the app's manifest asks for.
const MANIFEST: &str = include_str!("../../slack-manifest.json");

/// The app, as Slack knows it.
#[derive(Debug, Clone)]
pub struct OAuthSettings {
    /// `https://slack.com/api`, or a simulator's address; without a final slash.
    pub api_url: String,
    pub client_id: String,
    pub client_secret: SecretString,
    /// Lets `api_url` be plain `http`: for tests.
    pub allow_http: bool,
}

/// Asks Slack for tokens.
pub struct OAuth {
    settings: OAuthSettings,
    client: OnceLock<Result<HttpsClient, String>>,
}

type HttpsClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// Tokens, and until when the first is good. Neither can be printed.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub access: SecretString,
    pub refresh: Option<SecretString>,
    pub expires_in_ms: Option<i64>,
}

/// A consent that was given.
#[derive(Debug, Clone)]
pub struct Granted {
    pub tokens: Tokens,
    pub app: String,
    /// The workspace; the organisation for an install of all of it.
    pub workspace: String,
    pub name: String,
    pub scopes: String,
    /// Who consented.
    pub installed_by: String,
}

/// Slack: [oauth.v2.access](https://docs.slack.dev/reference/methods/oauth.v2.access)
#[derive(Deserialize)]
struct Wire {
    ok: bool,
    error: Option<String>,
    access_token: Option<String>,
    token_type: Option<String>,
    refresh_token: Option<String>,
    expires_in: Option<i64>,
    app_id: Option<String>,
    scope: Option<String>,
    team: Option<Named>,
    enterprise: Option<Named>,
    #[serde(default)]
    is_enterprise_install: bool,
    authed_user: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: Option<String>,
    name: Option<String>,
}

impl OAuth {
    pub const fn new(settings: OAuthSettings) -> Self {
        Self { settings, client: OnceLock::new() }
    }

    /// Where a person consents; they come back to `redirect` with `state`.
    pub fn consent_address(&self, state: &str, redirect: &str) -> String {
        let base = self.settings.api_url.strip_suffix("/api").unwrap_or(&self.settings.api_url);
        let query = [
            ("client_id", self.settings.client_id.as_str()),
            ("scope", &scopes().join(",")),
            ("redirect_uri", redirect),
            ("state", state),
        ];
        format!("{base}/oauth/v2/authorize?{}", form::encoded(query))
    }

    /// The tokens for a code that came back.
    pub async fn exchange(&self, code: &str, redirect: &str) -> Result<Granted, PortError> {
        let doing = "have Slack's consent confirmed";
        let wire = self.call(&[("code", code), ("redirect_uri", redirect)], doing).await?;
        let missing = || PortError::permanent(doing, "the answer names no workspace or user");
        let place = if wire.is_enterprise_install || wire.team.is_none() { &wire.enterprise } else { &wire.team };
        let place = place.as_ref().ok_or_else(missing)?;
        let id = |named: &Named| named.id.clone().filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        Ok(Granted {
            app: wire.app_id.clone().unwrap_or_default(),
            workspace: id(place).ok_or_else(missing)?,
            name: place.name.clone().unwrap_or_default(),
            scopes: wire.scope.clone().unwrap_or_default(),
            installed_by: wire.authed_user.as_ref().and_then(id).ok_or_else(missing)?,
            tokens: tokens(wire, doing)?,
        })
    }

    /// New tokens for a refresh token, which works once.
    pub async fn renew(&self, refresh: &SecretString) -> Result<Tokens, PortError> {
        let doing = "renew the Slack token";
        let arguments = [("grant_type", "refresh_token"), ("refresh_token", refresh.expose_secret())];
        tokens(self.call(&arguments, doing).await?, doing)
    }

    /// Client id and secret go as HTTP Basic, never as arguments.
    async fn call(&self, arguments: &[(&str, &str)], doing: &str) -> Result<Wire, PortError> {
        let client = self.client.get_or_init(|| connect(self.settings.allow_http));
        let client = client.as_ref().map_err(|why| PortError::permanent(doing, why))?;
        let basic = format!("{}:{}", self.settings.client_id, self.settings.client_secret.expose_secret());
        let request = Request::post(format!("{}/oauth.v2.access", self.settings.api_url))
            .header(AUTHORIZATION, format!("Basic {}", STANDARD.encode(basic)))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(form::encoded(arguments.iter().copied())))
            .map_err(|_| PortError::permanent(doing, "slack.api_url cannot be called"))?;
        let exchange = async {
            let answer = client.request(request).await.map_err(|_| PortError::retry(doing, "no connection"))?;
            read(answer, doing).await
        };
        let late = |_| PortError::new(Class::Unknown, doing, "no answer in time");
        tokio::time::timeout(CALL_TIMEOUT, exchange).await.map_err(late)?
    }
}

async fn read(answer: hyper::Response<hyper::body::Incoming>, doing: &str) -> Result<Wire, PortError> {
    let (head, body) = answer.into_parts();
    if !head.status.is_success() {
        let after = head.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse::<i64>().ok());
        let after_ms = after.map(|seconds| seconds.saturating_mul(1_000));
        return Err(PortError::new(Class::Retry { after_ms }, doing, format!("HTTP {}", head.status.as_u16())));
    }
    let unread = |_| PortError::new(Class::Unknown, doing, "the answer cannot be read");
    let body = Limited::new(body, MAX_ANSWER_BYTES).collect().await.map_err(unread)?.to_bytes();
    let wire: Wire =
        serde_json::from_slice(&body).map_err(|_| PortError::new(Class::Unknown, doing, "not Slack's answer"))?;
    match (wire.ok, &wire.error) {
        (true, _) => Ok(wire),
        (false, Some(error)) if matches!(error.as_str(), "internal_error" | "fatal_error" | "ratelimited") => {
            Err(PortError::retry(doing, error))
        }
        (false, error) => Err(PortError::permanent(doing, error.as_deref().unwrap_or("refused"))),
    }
}

fn tokens(wire: Wire, doing: &str) -> Result<Tokens, PortError> {
    let is_bot = wire.token_type.as_deref().is_none_or(|kind| kind == "bot");
    let access = wire.access_token.filter(|token| is_bot && !token.is_empty());
    let access = access.ok_or_else(|| PortError::permanent(doing, "the answer holds no bot token"))?;
    Ok(Tokens {
        access: access.into(),
        refresh: wire.refresh_token.map(SecretString::from),
        expires_in_ms: wire.expires_in.map(|seconds| seconds.saturating_mul(1_000)),
    })
}

fn connect(allow_http: bool) -> Result<HttpsClient, String> {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_connect_timeout(Some(CALL_TIMEOUT / 2));
    let connector = if allow_http {
        let config = rustls::ClientConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()
            .map_err(|why| why.to_string())?
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().wrap_connector(connector)
    } else {
        let builder = HttpsConnectorBuilder::new().with_provider_and_native_roots(provider);
        let builder = builder.map_err(|why| format!("no usable certificates on this machine: {why}"))?;
        builder.https_only().enable_http1().wrap_connector(connector)
    };
    Ok(Client::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(30)).build(connector))
}

fn scopes() -> Vec<String> {
    let manifest: serde_json::Value = serde_json::from_str(MANIFEST).unwrap_or_default();
    let scopes = manifest.pointer("/oauth_config/scopes/bot").and_then(serde_json::Value::as_array);
    scopes.into_iter().flatten().filter_map(|scope| scope.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn oauth() -> OAuth {
        OAuth::new(OAuthSettings {
            api_url: "https://slack.com/api".into(),
            client_id: "1.2".into(),
            client_secret: SecretString::from("a-client-secret"),
            allow_http: false,
        })
    }

    #[test]
    fn a_person_consents_at_slack_to_what_the_manifest_asks_for() {
        let address = oauth().consent_address("s&t", "https://countersign.acme.example/slack/oauth/callback");
        let url = Url::parse(&address).unwrap();
        assert_eq!(url.origin().ascii_serialization() + url.path(), "https://slack.com/oauth/v2/authorize");
        let asked: std::collections::HashMap<String, String> = url.query_pairs().into_owned().collect();
        assert_eq!((asked["client_id"].as_str(), asked["state"].as_str()), ("1.2", "s&t"));
        assert_eq!(asked["redirect_uri"], "https://countersign.acme.example/slack/oauth/callback");
        assert!(asked["scope"].split(',').any(|scope| scope == "chat:write"), "{asked:?}");
        assert!(!address.contains("a-client-secret"));
    }
}
