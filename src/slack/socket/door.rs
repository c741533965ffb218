//! Opens connections: asks Slack for an address with the app-level token, and goes there.
//!
//! Slack: [apps.connections.open](https://docs.slack.dev/reference/methods/apps.connections.open)

use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use hyper_rustls::ConfigBuilderExt as _;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream};
use url::{Host, Url};

use crate::ports::PortError;
use crate::slack::client::Client;
use crate::slack::failure::Kind;

const DOING: &str = "open a connection to Slack";
/// For the whole handshake: name, TCP, TLS, WebSocket.
const DIAL_WITHIN: Duration = Duration::from_secs(10);
/// A peer that takes longer to read what we send is not there.
const SEND_WITHIN: Duration = Duration::from_secs(5);
/// Slack does not always end the connection after the goodbyes.
const CLOSE_WITHIN: Duration = Duration::from_secs(1);
/// Our frames are acknowledgements; more than this waiting to be sent means that nobody reads them.
const MOST_UNSENT_BYTES: usize = 1024 * 1024;
const READ_BUFFER_BYTES: usize = 16 * 1024;

/// How connections are opened. The token cannot be printed.
#[derive(Debug, Clone)]
pub struct SocketSettings {
    pub api_url: String,
    pub app_token: SecretString,
    /// Lets `api_url` be plain `http`, and the connections plain too: for the demo and for tests.
    pub allow_http: bool,
    /// Longest frame taken.
    pub max_frame_bytes: usize,
}

/// Opens connections to Slack.
#[derive(Debug)]
pub struct SocketDoor {
    client: Client,
    allow_plain: bool,
    max_frame_bytes: usize,
}

/// An open connection.
pub struct Wire(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What came over it.
#[derive(Debug)]
pub enum Heard {
    Text(String),
    Binary(Vec<u8>),
    /// A question whether we are there, or the answer to ours.
    SignOfLife,
    /// It is over, and why.
    Gone(String),
}

impl SocketDoor {
    /// `Err` for an address we must not send a token to.
    pub fn new(settings: &SocketSettings) -> Result<Self, PortError> {
        let client = Client::with_token(&settings.api_url, &settings.app_token.clone().into(), settings.allow_http)?;
        Ok(Self { client, allow_plain: settings.allow_http, max_frame_bytes: settings.max_frame_bytes })
    }

    pub async fn open(&self) -> Result<Wire, PortError> {
        let answer = self.client.post("apps.connections.open", &json!({}), Kind::Read, DOING).await?;
        let address = answer.get("url").and_then(Value::as_str).unwrap_or_default();
        let address = address_to_dial(address, self.allow_plain)?;
        let dialled = timeout(DIAL_WITHIN, self.dial(&address)).await;
        dialled.unwrap_or_else(|_| Err(PortError::retry(DOING, "nobody answers at the address that Slack gave")))
    }

    async fn dial(&self, address: &Url) -> Result<Wire, PortError> {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER_BYTES)
            .max_write_buffer_size(MOST_UNSENT_BYTES)
            .max_message_size(Some(self.max_frame_bytes))
            .max_frame_size(Some(self.max_frame_bytes));
        let connector = connector(address)?;
        let dialled =
            tokio_tungstenite::connect_async_tls_with_config(address.as_str(), Some(config), true, Some(connector));
        match dialled.await {
            Ok((stream, _)) => Ok(Wire(stream)),
            Err(why) => Err(PortError::retry(DOING, words(&why))),
        }
    }
}

/// The address as Slack gave it, if it may be dialled. It holds a ticket, so no error repeats it.
fn address_to_dial(address: &str, allow_plain: bool) -> Result<Url, PortError> {
    let refuse = || PortError::retry(DOING, "the answer holds no address that may be dialled");
    let url = Url::parse(address).map_err(|_| refuse())?;
    let has_user = !url.username().is_empty() || url.password().is_some();
    let is_loopback = match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => return Err(refuse()),
    };
    match url.scheme() {
        "wss" if !has_user => Ok(url),
        "ws" if !has_user && allow_plain && is_loopback => Ok(url),
        _ => Err(refuse()),
    }
}

fn connector(address: &Url) -> Result<Connector, PortError> {
    if address.scheme() == "ws" {
        return Ok(Connector::Plain);
    }
    let refuse = |why: String| PortError::permanent(DOING, format!("no usable certificates on this machine: {why}"));
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    let config = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .map_err(|why| refuse(why.to_string()))?
        .with_native_roots()
        .map_err(|why| refuse(why.to_string()))?
        .with_no_client_auth();
    Ok(Connector::Rustls(Arc::new(config)))
}

impl Wire {
    /// The next thing that comes. Nothing is lost when this is given up half-way.
    pub async fn hear(&mut self) -> Heard {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => Heard::Text(text.as_str().to_owned()),
            Some(Ok(Message::Binary(bytes))) => Heard::Binary(bytes.to_vec()),
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Heard::SignOfLife,
            Some(Ok(Message::Close(_))) => Heard::Gone("Slack closed it".to_owned()),
            Some(Err(why)) => Heard::Gone(words(&why)),
            None => Heard::Gone("it is closed".to_owned()),
        }
    }

    /// `Err` says why nobody will read it.
    pub async fn say(&mut self, text: String) -> Result<(), String> {
        self.send(Message::text(text)).await
    }

    /// Asks whether anybody is there.
    pub async fn ping(&mut self) -> Result<(), String> {
        self.send(Message::Ping(Vec::new().into())).await
    }

    /// Says goodbye and waits a moment for the other side's.
    pub async fn close(mut self) {
        let goodbye = async {
            if self.0.close(None).await.is_ok() {
                while let Some(Ok(_)) = self.0.next().await {}
            }
        };
        let _ = timeout(CLOSE_WITHIN, goodbye).await;
    }

    async fn send(&mut self, message: Message) -> Result<(), String> {
        match timeout(SEND_WITHIN, self.0.send(message)).await {
            Ok(sent) => sent.map_err(|why| words(&why)),
            Err(_) => Err("nobody reads what we send".to_owned()),
        }
    }
}

/// In words that hold nothing of what was sent or received.
fn words(why: &Error) -> String {
    match why {
        Error::Http(answer) => format!("refused with HTTP {}", answer.status().as_u16()),
        Error::Io(why) => why.kind().to_string(),
        Error::Tls(_) => "no TLS connection".to_owned(),
        Error::Capacity(_) => "a frame was too long".to_owned(),
        Error::ConnectionClosed | Error::AlreadyClosed => "it is closed".to_owned(),
        Error::Protocol(_) | Error::Utf8(_) | Error::HttpFormat(_) | Error::AttackAttempt => "not WebSocket".to_owned(),
        Error::WriteBufferFull(_) | Error::Url(_) => "it cannot be used".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_dial(address: &str, allow_plain: bool) -> bool {
        address_to_dial(address, allow_plain).is_ok()
    }

    #[test]
    fn only_encrypted_addresses_are_dialled_in_production() {
        assert!(may_dial("wss://wss-primary.slack.com/link/?ticket=1&app_id=2", false));
        for bad in [
            "ws://wss-primary.slack.com/link/?ticket=1",
            "ws://127.0.0.1:9/link/?ticket=1",
            "https://wss-primary.slack.com/link/",
            "wss://user:password@wss-primary.slack.com/link/",
            "",
        ] {
            assert!(!may_dial(bad, false), "{bad}");
        }
    }

    #[test]
    fn a_simulators_plain_address_is_on_this_machine() {
        assert!(may_dial("ws://127.0.0.1:9/link/?ticket=1", true));
        assert!(may_dial("ws://[::1]:9/link/?ticket=1", true));
        assert!(!may_dial("ws://10.0.0.7/link/?ticket=1", true));
        assert!(!may_dial("ws://wss-primary.slack.com/link/?ticket=1", true));
    }

    /// Needs no provider installed for the whole process, and never panics.
    #[tokio::test]
    async fn a_peer_without_tls_is_not_talked_to() {
        use tokio::io::AsyncWriteExt as _;
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("wss://{}/link/?ticket=canary", listener.local_addr().unwrap());
        let settings = SocketSettings {
            api_url: "https://slack.com/api".into(),
            app_token: SecretString::from("xapp-test"),
            allow_http: false,
            max_frame_bytes: 1024,
        };
        let door = SocketDoor::new(&settings).unwrap();
        let peer = async {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\n\r\n").await.unwrap();
        };
        let address = Url::parse(&address).unwrap();
        let refused = tokio::select! {
            dialled = door.dial(&address) => dialled.err().expect("no connection"),
            () = async { peer.await; std::future::pending().await } => unreachable!("it waits for ever"),
        };
        assert!(!refused.to_string().contains("canary"), "{refused}");
    }

    #[test]
    fn the_ticket_is_in_no_error() {
        let refused = address_to_dial("ws://10.0.0.7/link/?ticket=canary", true).unwrap_err();
        assert!(!refused.to_string().contains("canary"), "{refused}");
    }
}
