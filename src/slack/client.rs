//! Calls of Slack's Web API, each bounded in time, each failure with its class.

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use hyper_rustls::HttpsConnectorBuilder;
use secrecy::ExposeSecret;
use serde_json::Value;
use slack_morphism::errors::SlackClientError;
use slack_morphism::prelude::{SlackClientHyperConnector, SlackClientHyperHttpsConnector, SlackHyperClient};
use slack_morphism::{
    ClientResult, SlackApiToken, SlackApiTokenValue, SlackClient, SlackClientApiCallContext, SlackClientHttpConnector,
};
use url::Url;

use crate::ports::{Class, PortError};

use super::failure::{Kind, classify};
use super::settings::SlackSettings;
use super::token::{self, Token};

/// Longest time for one call, connection included. A view's trigger lives three seconds, so that call gets less.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
const VIEW_TIMEOUT: Duration = Duration::from_millis(2_800);

/// Who we are to Slack.
///
/// Slack: [auth.test](https://docs.slack.dev/reference/methods/auth.test)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthTest {
    /// Our workspace.
    pub team_id: String,
    /// Its name, for people to read.
    pub team: String,
    /// The organisation it belongs to, in an Enterprise Grid.
    pub enterprise_id: Option<String>,
    /// Where people open it: `https://acme.slack.com/`.
    pub url: Option<String>,
    /// Our bot's user.
    pub user_id: String,
    pub bot_id: Option<String>,
    pub app_id: Option<String>,
    /// Installed for a whole organisation: some methods then want to know which workspace is meant.
    pub is_enterprise_install: bool,
}

impl AuthTest {
    /// Where a message stands, on the web.
    pub(super) fn link_to(&self, channel: &str, ts: &str) -> Option<String> {
        let mut url = Url::parse(self.url.as_deref()?).ok().filter(|url| url.scheme() == "https")?;
        url.set_path(&format!("/archives/{channel}/p{}", ts.replace('.', "")));
        Some(url.into())
    }
}

/// A connection to Slack, made when it is first needed: without it nothing has to be configured or reachable.
#[derive(Debug)]
pub(super) struct Client {
    api_url: String,
    token: Token,
    /// Slack's word for refusing our token, until it takes one again.
    refused: Mutex<Option<String>>,
    connection: OnceLock<Result<SlackHyperClient, String>>,
}

impl Client {
    pub(super) fn new(settings: &SlackSettings) -> Result<Self, PortError> {
        Self::with_token(&settings.api_url, &settings.bot_token, settings.allow_http)
    }

    /// Refuses an address without TLS unless the settings allow it: the token would travel in the clear.
    pub(super) fn with_token(api_url: &str, token: &Token, allow_http: bool) -> Result<Self, PortError> {
        let refuse = |why: &str| Err(PortError::permanent("set up Slack", why));
        let Ok(url) = Url::parse(api_url) else { return refuse("`slack.api_url` is not an address") };
        match url.scheme() {
            "https" => {}
            "http" if allow_http => {}
            _ => return refuse("`slack.api_url` must begin with `https://`"),
        }
        let (api_url, token) = (api_url.trim_end_matches('/').to_owned(), token.clone());
        Ok(Self { api_url, token, refused: Mutex::default(), connection: OnceLock::new() })
    }

    /// A method that changes something, or opens something: JSON in, JSON out.
    pub(super) async fn post(
        &self,
        method: &str,
        arguments: &Value,
        kind: Kind,
        doing: &str,
    ) -> Result<Value, PortError> {
        let (client, token) = (self.connected(doing)?, self.token().await?);
        let session = client.open_session(&token);
        let call = session.http_session_api.http_post::<_, Value>(method, arguments, None);
        self.noted(bounded(call, kind, doing).await.and_then(|said| answer(said, kind, doing)))
    }

    /// A method that reads: it takes its arguments in the address, not as JSON.
    pub(super) async fn get(&self, method: &str, arguments: &[(&str, &str)], doing: &str) -> Result<Value, PortError> {
        let (client, token) = (self.connected(doing)?, self.token().await?);
        let session = client.open_session(&token);
        let arguments: Vec<(&str, Option<&str>)> =
            arguments.iter().map(|(name, value)| (*name, Some(*value))).collect();
        let call = session.http_session_api.http_get::<Value, _, _>(method, &arguments, None);
        self.noted(bounded(call, Kind::Read, doing).await.and_then(|said| answer(said, Kind::Read, doing)))
    }

    /// Why no call works, in Slack's word, as far as the last one tells.
    pub(super) fn refusal(&self) -> Option<String> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn token(&self) -> Result<SlackApiToken, PortError> {
        let token = match &self.token {
            Token::Pasted(token) => Ok(token.clone()),
            Token::Kept(token_of) => token_of().await,
        };
        match token {
            Ok(token) => Ok(SlackApiToken::new(SlackApiTokenValue(token.expose_secret().to_owned()))),
            Err(error) => {
                if error.class == Class::Permanent {
                    *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.why.clone());
                }
                Err(error)
            }
        }
    }

    /// Keeps in mind whether Slack takes our token.
    fn noted(&self, said: Result<Value, PortError>) -> Result<Value, PortError> {
        let refusal = match &said {
            Ok(_) => None,
            Err(error) if token::is_refusal(&error.why) => Some(error.why.clone()),
            Err(_) => return said,
        };
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = refusal;
        said
    }

    /// Posts to a one-off answer address. The caller has checked that it is Slack's.
    pub(super) async fn respond(&self, address: Url, body: &Value, doing: &str) -> Result<(), PortError> {
        let client = self.connected(doing)?;
        let span = tracing::Span::current();
        let context = SlackClientApiCallContext {
            rate_control_params: None,
            token: None,
            tracing_span: &span,
            is_sensitive_url: true,
        };
        let call = client.http_api.connector.http_post_uri::<_, Value>(address, body, context);
        bounded(call, Kind::Post, doing).await.map(drop)
    }

    /// Sends a file's bytes where Slack wants them. The caller has checked that it is Slack's; our token does not go there.
    pub(super) async fn send_bytes(&self, to: Url, kind: &str, bytes: &[u8], doing: &str) -> Result<(), PortError> {
        let client = self.connected(doing)?;
        let span = tracing::Span::current();
        let context = SlackClientApiCallContext {
            rate_control_params: None,
            token: None,
            tracing_span: &span,
            is_sensitive_url: true,
        };
        let call = client.http_api.connector.http_post_uri_binary::<Value>(to, kind.to_owned(), bytes, context);
        bounded(call, Kind::Edit, doing).await.map(drop)
    }

    pub(super) async fn auth_test(&self) -> Result<AuthTest, PortError> {
        let doing = "ask Slack who we are";
        let answer = self.post("auth.test", &serde_json::json!({}), Kind::Read, doing).await?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
        let missing = || PortError::retry(doing, "the answer names no workspace or user");
        Ok(AuthTest {
            team_id: text("team_id").ok_or_else(missing)?,
            team: text("team").unwrap_or_default(),
            enterprise_id: text("enterprise_id"),
            url: text("url"),
            user_id: text("user_id").ok_or_else(missing)?,
            bot_id: text("bot_id"),
            app_id: text("app_id"),
            is_enterprise_install: answer.get("is_enterprise_install").and_then(Value::as_bool).unwrap_or_default(),
        })
    }

    fn connected(&self, doing: &str) -> Result<&SlackHyperClient, PortError> {
        let connection = self.connection.get_or_init(|| connect(&self.api_url));
        connection.as_ref().map_err(|why| PortError::permanent(doing, why))
    }
}

fn connect(api_url: &str) -> Result<SlackHyperClient, String> {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let connector = if api_url.starts_with("https:") {
        let builder = HttpsConnectorBuilder::new().with_provider_and_native_roots(provider);
        let builder = builder.map_err(|why| format!("no usable certificates on this machine: {why}"))?;
        builder.https_only().enable_http1().enable_http2().build()
    } else {
        // Plain http needs no certificates, and must start on a machine without any.
        let config = rustls::ClientConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()
            .map_err(|why| why.to_string())?
            .with_root_certificates(rustls::RootCertStore::empty())
            .with_no_client_auth();
        HttpsConnectorBuilder::new().with_tls_config(config).https_or_http().enable_http1().build()
    };
    let connector: SlackClientHyperHttpsConnector =
        SlackClientHyperConnector::from(connector).with_slack_api_url(api_url);
    Ok(SlackClient::new(connector))
}

async fn bounded<T>(call: impl Future<Output = ClientResult<T>>, kind: Kind, doing: &str) -> Result<T, PortError> {
    let limit = if kind == Kind::View { VIEW_TIMEOUT } else { CALL_TIMEOUT };
    match tokio::time::timeout(limit, call).await {
        Ok(result) => result.map_err(|why: SlackClientError| classify(&why, kind, doing)),
        Err(_) => Err(PortError::new(kind.lost_answer(), doing, format!("no answer within {} ms", limit.as_millis()))),
    }
}

/// Slack's library takes any answer without `error` for a success, even a page of a proxy: `ok` must be true.
fn answer(answer: Value, kind: Kind, doing: &str) -> Result<Value, PortError> {
    match answer.get("ok").and_then(Value::as_bool) {
        Some(true) => Ok(answer),
        _ => Err(PortError::new(kind.lost_answer(), doing, "the answer is not Slack's")),
    }
}
