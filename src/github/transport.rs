//! One round trip to GitHub through octocrab: bounded in time and in bytes, no redirect, no retry, no judgement.

use std::error::Error as _;
use std::time::Duration;

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_NONE_MATCH, USER_AGENT};
use hyper::http::{HeaderValue, Uri};
use hyper::{HeaderMap, Method, Request, StatusCode};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::OnceCell;

use super::settings::{Addresses, Timeouts};

/// The version of the API we were written against. GitHub: "API Versions".
pub(super) const API_VERSION: &str = "2022-11-28";

/// The way to GitHub. Nothing is opened or loaded before the first call.
pub struct Transport {
    base: String,
    is_https: bool,
    timeouts: Timeouts,
    octocrab: OnceCell<Octocrab>,
}

/// A request. The path begins with a slash, is percent-encoded, and is taken below the API base: never a whole address.
pub struct Call<'a> {
    pub method: Method,
    pub path: &'a str,
    pub bearer: &'a SecretString,
    pub body: Option<String>,
    /// The media type asked for.
    pub accept: &'static str,
    /// The mark of an answer that is known: the same again need not be sent.
    pub etag: Option<&'a HeaderValue>,
    /// Longest answer read, in bytes.
    pub max_bytes: usize,
}

/// What came back, whatever its status.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Why no whole answer came back.
#[derive(Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The request did not leave.
    NotSent(String),
    /// It may have left, and may have been carried out.
    Lost(String),
    /// The answer is longer than the caller reads; how long, if it said so.
    TooLong { size: Option<u64> },
}

impl Transport {
    pub fn new(addresses: &Addresses, timeouts: Timeouts) -> Self {
        Self { base: addresses.api.clone(), is_https: addresses.is_https(), timeouts, octocrab: OnceCell::new() }
    }

    pub async fn round_trip(&self, call: Call<'_>) -> Result<Answer, Trouble> {
        let octocrab = self.octocrab.get_or_try_init(|| async { self.open() }).await.map_err(Trouble::NotSent)?;
        let max_bytes = call.max_bytes;
        let request = request(call).map_err(Trouble::NotSent)?;
        let answered = async {
            let response = octocrab.send(request).await.map_err(|error| trouble(&error))?;
            read(response, max_bytes).await
        };
        let late = |_| Trouble::Lost(format!("no answer within {} s", self.timeouts.call.as_secs_f32()));
        tokio::time::timeout(self.timeouts.call, answered).await.map_err(late)?
    }

    /// The system's certificates are read here, for https only.
    fn open(&self) -> Result<Octocrab, String> {
        let base: Uri = self.base.parse().map_err(|error| format!("the API address is unusable: {error}"))?;
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(self.timeouts.connect));
        connector.set_nodelay(true);
        if !self.is_https {
            return Ok(build(Client::builder(TokioExecutor::new()).build(connector), base));
        }
        connector.enforce_http(false);
        let https = hyper_rustls::HttpsConnectorBuilder::new()
            .with_provider_and_native_roots(rustls::crypto::aws_lc_rs::default_provider())
            .map_err(|error| format!("the system's certificates cannot be read: {error}"))?
            .https_only()
            .enable_http1()
            .wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(30)).build(https);
        Ok(build(client, base))
    }
}

/// octocrab without the layers of its own client: those follow redirects, repeat failed writes and log each failure.
fn build<C>(client: Client<C, OctoBody>, base: Uri) -> Octocrab
where
    C: hyper_util::client::legacy::connect::Connect + Clone + Send + Sync + 'static,
{
    let builder = OctocrabBuilder::new_empty().with_service(client).with_layer(&BaseUriLayer::new(base));
    let Ok(octocrab) = builder.with_auth(AuthState::None).build();
    octocrab
}

fn request(call: Call<'_>) -> Result<Request<OctoBody>, String> {
    let mut bearer = HeaderValue::from_str(&format!("Bearer {}", call.bearer.expose_secret()))
        .map_err(|_| "the token cannot be sent in a header".to_owned())?;
    bearer.set_sensitive(true);
    let mut request = Request::builder()
        .method(call.method)
        .uri(call.path)
        .header(AUTHORIZATION, bearer)
        .header(ACCEPT, call.accept)
        .header(USER_AGENT, concat!("countersign/", env!("CARGO_PKG_VERSION")))
        .header("x-github-api-version", API_VERSION);
    if call.body.is_some() {
        request = request.header(CONTENT_TYPE, "application/json");
    }
    if let Some(etag) = call.etag {
        request = request.header(IF_NONE_MATCH, etag);
    }
    let body = call.body.map_or_else(OctoBody::empty, OctoBody::from);
    request.body(body).map_err(|error| error.to_string())
}

type Body = http_body_util::combinators::BoxBody<Bytes, octocrab::Error>;

async fn read(response: hyper::Response<Body>, max_bytes: usize) -> Result<Answer, Trouble> {
    let (parts, body) = response.into_parts();
    let told: Option<u64> = parts.headers.get("content-length").and_then(|value| value.to_str().ok()?.parse().ok());
    if told.is_some_and(|size| usize::try_from(size).map_or(true, |size| size > max_bytes)) {
        return Err(Trouble::TooLong { size: told });
    }
    match Limited::new(body, max_bytes).collect().await {
        Ok(body) => Ok(Answer { status: parts.status, headers: parts.headers, body: body.to_bytes() }),
        Err(error) if error.is::<LengthLimitError>() => Err(Trouble::TooLong { size: told }),
        Err(_) => Err(Trouble::Lost("the answer was cut".to_owned())),
    }
}

/// Only a connection that was never made is proof that nothing was sent.
fn trouble(error: &octocrab::Error) -> Trouble {
    let octocrab::Error::Service { source, .. } = error else {
        return Trouble::Lost("the connection failed".to_owned());
    };
    let Some(error) = source.downcast_ref::<hyper_util::client::legacy::Error>() else {
        return Trouble::Lost("the connection failed".to_owned());
    };
    let why = innermost(error);
    if error.is_connect() { Trouble::NotSent(why) } else { Trouble::Lost(why) }
}

pub(super) fn innermost(error: &hyper_util::client::legacy::Error) -> String {
    let mut why = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        why = error.to_string();
        next = error.source();
    }
    why
}
