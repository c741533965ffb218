//! Asks a service: one signed POST, bounded in time and in bytes. No redirect is followed, and no address is called that the
//! operator did not list or that leads inside (P26).

use std::error::Error as _;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use hyper_util::rt::TokioExecutor;
use tokio::sync::OnceCell;
use tower::Service;

use crate::artifact::findings::MAX_ANSWER_BYTES;
use crate::domain::time::SECOND_MS;
use crate::ports::{CheckAnswer, CheckAsk, Checker, Class, Clock, PortError, PortResult};

use super::address::{self, AllowedHost, PRIVATE, may_be_called};
use super::signature::{ID, SIGNATURE, SigningSecrets, TIMESTAMP};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const DOING: &str = "ask the check";

/// The operator's word on services.
#[derive(Clone, Default)]
pub struct HttpSettings {
    /// Nobody else is asked.
    pub hosts: Vec<AllowedHost>,
    /// At least one, or nobody is asked.
    pub secrets: SigningSecrets,
    /// Also at private and loopback addresses.
    pub allow_private: bool,
}

/// Asks services over HTTP. Nothing is opened or loaded before the first question.
pub struct HttpChecker {
    settings: HttpSettings,
    clock: Clock,
    client: OnceCell<HttpsClient>,
}

type HttpsClient = Client<HttpsConnector<HttpConnector<Guarded>>, Full<Bytes>>;

impl HttpChecker {
    /// The times in signatures are `clock`'s.
    pub fn new(settings: HttpSettings, clock: Clock) -> Self {
        Self { settings, clock, client: OnceCell::new() }
    }

    async fn post(&self, ask: &CheckAsk) -> Result<CheckAnswer, PortError> {
        let request = self.request(ask)?;
        let client = self.client.get_or_try_init(|| async { self.open() });
        let client = client.await.map_err(|why| PortError::retry(DOING, why))?;
        let answered = async {
            let response = client.request(request).await.map_err(|error| trouble(&error))?;
            answer(response).await
        };
        let late = |_| PortError::retry(DOING, format!("no answer within {} s", ask.timeout.as_secs_f32()));
        tokio::time::timeout(ask.timeout, answered).await.map_err(late)?
    }

    fn request(&self, ask: &CheckAsk) -> Result<Request<Full<Bytes>>, PortError> {
        let permanent = |why: &str| PortError::permanent(DOING, why);
        if self.settings.secrets.is_empty() {
            return Err(permanent(
                "questions are signed, and this server has no secret for it (setting checks.http.signing_secret)",
            ));
        }
        let url = address::checked(&ask.address, &self.settings.hosts, self.settings.allow_private)
            .map_err(|why| permanent(&why))?;
        let now = self.clock.now();
        Request::post(url.as_str())
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header(ACCEPT_ENCODING, "identity")
            .header(USER_AGENT, concat!("countersign/", env!("CARGO_PKG_VERSION")))
            .header(ID, &ask.id)
            .header(TIMESTAMP, now.as_seconds())
            .header(SIGNATURE, self.settings.secrets.sign(&ask.id, now, ask.body.as_bytes()))
            .body(Full::from(ask.body.clone()))
            .map_err(|_| permanent("its address cannot be called"))
    }

    /// The system's certificates are read here.
    fn open(&self) -> Result<HttpsClient, String> {
        let mut connector = HttpConnector::new_with_resolver(Guarded::new(self.settings.allow_private));
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        connector.set_nodelay(true);
        connector.enforce_http(false);
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let builder = HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(provider)
            .map_err(|error| format!("the system's certificates cannot be read: {error}"))?;
        let connector = builder.https_or_http().enable_http1().wrap_connector(connector);
        Ok(Client::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(30)).build(connector))
    }
}

impl Checker for HttpChecker {
    fn ask<'a>(&'a self, ask: &'a CheckAsk) -> PortResult<'a, CheckAnswer> {
        Box::pin(self.post(ask))
    }
}

async fn answer(response: Response<Incoming>) -> Result<CheckAnswer, PortError> {
    let permanent = |why: String| Err(PortError::permanent(DOING, why));
    let (head, body) = response.into_parts();
    match head.status {
        StatusCode::OK if is_encoded(&head.headers) => {
            permanent("its answer is packed, which nobody asked for".to_owned())
        }
        StatusCode::OK => body_of(body).await.map(CheckAnswer::Now),
        StatusCode::ACCEPTED => Ok(CheckAnswer::Later),
        status if status.is_redirection() => permanent(format!("HTTP {}: redirects are not followed", status.as_u16())),
        status if is_passing(status) => {
            let class = Class::Retry { after_ms: retry_after_ms(&head.headers) };
            Err(PortError::new(class, DOING, format!("HTTP {}", status.as_u16())))
        }
        status => permanent(format!("HTTP {}", status.as_u16())),
    }
}

async fn body_of(body: Incoming) -> Result<Vec<u8>, PortError> {
    match Limited::new(body, MAX_ANSWER_BYTES).collect().await {
        Ok(body) => Ok(body.to_bytes().to_vec()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(PortError::permanent(DOING, format!("its answer is longer than {MAX_ANSWER_BYTES} bytes")))
        }
        Err(_) => Err(PortError::retry(DOING, "its answer was cut")),
    }
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_ENCODING).is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn is_passing(status: StatusCode) -> bool {
    matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS)
        || status.is_server_error()
}

fn retry_after_ms(headers: &HeaderMap) -> Option<i64> {
    let seconds: i64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(seconds.saturating_mul(SECOND_MS))
}

/// A question asked twice has the same id, so whatever did not come through is asked again.
fn trouble(error: &hyper_util::client::legacy::Error) -> PortError {
    let mut why = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        if error.is::<Refused>() {
            return PortError::permanent(DOING, PRIVATE);
        }
        why = error.to_string();
        next = error.source();
    }
    PortError::retry(DOING, why)
}

/// Resolves names, and gives only addresses that may be called: what is connected to is what was checked.
#[derive(Clone)]
struct Guarded {
    system: GaiResolver,
    allow_private: bool,
}

impl Guarded {
    fn new(allow_private: bool) -> Self {
        Self { system: GaiResolver::new(), allow_private }
    }
}

/// The name leads to addresses that may not be called.
#[derive(Debug, thiserror::Error)]
#[error("{PRIVATE}")]
struct Refused;

impl Service<Name> for Guarded {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.system.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (resolving, allow_private) = (self.system.call(name), self.allow_private);
        Box::pin(async move {
            let all: Vec<SocketAddr> = resolving.await?.collect();
            let good: Vec<SocketAddr> =
                all.into_iter().filter(|address| may_be_called(address.ip(), allow_private)).collect();
            if good.is_empty() { Err(Refused.into()) } else { Ok(good.into_iter()) }
        })
    }
}
