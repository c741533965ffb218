//! One round trip to a whole address: bounded in time and in bytes, no redirect, no retry, no judgement.
//! Storage is reached by it, and whatever does not carry an installation's token.
//!
//! Apart from the way to the API, so that nothing of ours - token, version, base - can slip into a request to another host.

use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::http::HeaderValue;
use hyper::http::header::{ACCEPT_ENCODING, USER_AGENT};
use hyper::{Request, Response};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::ClientConfig;
use tokio::sync::OnceCell;

use crate::github::settings::{Addresses, Timeouts};
use crate::github::transport::{Answer, Trouble, innermost};

type HttpsClient = Client<HttpsConnector<HttpConnector>, Full<Bytes>>;

/// The way to the web host and to storage. Nothing is opened or loaded before the first call.
pub struct Carrier {
    on_this_machine: bool,
    timeouts: Timeouts,
    client: OnceCell<HttpsClient>,
}

/// How much of a body is read.
#[derive(Debug, Clone, Copy)]
pub enum Reading {
    /// All of it; more bytes than these are trouble.
    Whole { max_bytes: usize },
    /// Its first bytes; the rest is left.
    Start { bytes: usize },
}

impl Carrier {
    pub fn new(addresses: &Addresses, timeouts: Timeouts) -> Self {
        Self { on_this_machine: addresses.web.starts_with("http:"), timeouts, client: OnceCell::new() }
    }

    /// The forge is a simulated one on this machine: its hosts are, too.
    pub const fn on_this_machine(&self) -> bool {
        self.on_this_machine
    }

    /// Sends `request`. `reading` says, once the head of the answer is there, how much of its body is read.
    pub async fn round_trip(
        &self,
        mut request: Request<Full<Bytes>>,
        reading: impl FnOnce(&Response<Incoming>) -> Reading,
    ) -> Result<Answer, Trouble> {
        let client = self.client.get_or_try_init(|| async { self.open() }).await.map_err(Trouble::NotSent)?;
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("countersign/", env!("CARGO_PKG_VERSION"))));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        let answered = async {
            let response = client.request(request).await.map_err(|error| {
                let why = innermost(&error);
                if error.is_connect() { Trouble::NotSent(why) } else { Trouble::Lost(why) }
            })?;
            let reading = reading(&response);
            let (parts, body) = response.into_parts();
            Ok(Answer { status: parts.status, headers: parts.headers, body: read(body, reading).await? })
        };
        let late = |_| Trouble::Lost(format!("no answer within {} s", self.timeouts.call.as_secs_f32()));
        tokio::time::timeout(self.timeouts.call, answered).await.map_err(late)?
    }

    /// The system's certificates are read here, for https only.
    fn open(&self) -> Result<HttpsClient, String> {
        let provider = rustls::crypto::aws_lc_rs::default_provider();
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(self.timeouts.connect));
        connector.set_nodelay(true);
        connector.enforce_http(false);
        let builder = HttpsConnectorBuilder::new();
        let builder = if self.on_this_machine {
            let config = ClientConfig::builder_with_provider(provider.into())
                .with_safe_default_protocol_versions()
                .map_err(|error| error.to_string())?
                .with_root_certificates(rustls::RootCertStore::empty())
                .with_no_client_auth();
            builder.with_tls_config(config).https_or_http()
        } else {
            let builder = builder.with_provider_and_native_roots(provider);
            builder.map_err(|error| format!("the system's certificates cannot be read: {error}"))?.https_only()
        };
        let connector = builder.enable_http1().wrap_connector(connector);
        Ok(Client::builder(TokioExecutor::new()).pool_idle_timeout(Duration::from_secs(30)).build(connector))
    }
}

async fn read(mut body: Incoming, reading: Reading) -> Result<Bytes, Trouble> {
    let bound = match reading {
        Reading::Whole { max_bytes } => max_bytes,
        Reading::Start { bytes } => bytes,
    };
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Trouble::Lost("the answer was cut".to_owned()))?;
        let Ok(data) = frame.into_data() else { continue };
        let room = bound.saturating_sub(bytes.len());
        bytes.extend_from_slice(data.get(..room).unwrap_or(&data));
        match reading {
            Reading::Whole { .. } if data.len() > room => return Err(Trouble::TooLong { size: None }),
            Reading::Start { .. } if bytes.len() >= bound => break,
            Reading::Whole { .. } | Reading::Start { .. } => {}
        }
    }
    Ok(bytes.into())
}
