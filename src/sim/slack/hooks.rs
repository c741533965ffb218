//! What Slack sends to the app: signed requests, three seconds for an answer.
//!
//! Slack: [Verifying requests](https://docs.slack.dev/authentication/verifying-requests-from-slack)

use std::io::ErrorKind;
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::Timestamp;
use crate::sim::http;

/// How long Slack waits for an acknowledgement (real time).
pub const ACK_TIMEOUT: Duration = Duration::from_secs(3);

/// Where the app listens.
#[derive(Debug, Clone, Default)]
pub(super) struct Targets {
    pub interactions: Option<String>,
    pub commands: Option<String>,
    pub events: Option<String>,
}

/// What came of a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// An HTTP answer of any status.
    Answered(u16),
    /// Over a connection of Socket Mode.
    Acknowledged,
    /// No answer within three seconds.
    TimedOut,
    /// No connection, or it broke.
    Unreachable(String),
    /// Nothing was sent: the person could not do this, and why.
    Impossible(String),
}

impl Delivery {
    /// True for HTTP 200, the only answer Slack takes as an acknowledgement, and for an envelope's own.
    pub fn is_acknowledged(&self) -> bool {
        matches!(self, Self::Answered(200) | Self::Acknowledged)
    }
}

/// Posts a signed body and gives what came back, with the body of the answer.
pub(super) async fn deliver(
    url: Option<&str>,
    secret: &str,
    now: Timestamp,
    content_type: &str,
    body: &[u8],
    more: &[(String, String)],
) -> (Delivery, Vec<u8>) {
    let Some(url) = url else { return (Delivery::Unreachable("no address is set".into()), Vec::new()) };
    let timestamp = now.as_seconds().to_string();
    let mut headers = vec![
        ("Content-Type".to_owned(), content_type.to_owned()),
        ("User-Agent".to_owned(), "Slackbot 1.0 (+https://api.slack.com/robots)".to_owned()),
        ("X-Slack-Signature".to_owned(), signature(secret, &timestamp, body)),
        ("X-Slack-Request-Timestamp".to_owned(), timestamp),
    ];
    headers.extend_from_slice(more);
    match http::post(url, &headers, body, ACK_TIMEOUT).await {
        Ok(response) => (Delivery::Answered(response.status), response.body),
        Err(fault) if fault.kind() == ErrorKind::TimedOut => (Delivery::TimedOut, Vec::new()),
        Err(fault) => (Delivery::Unreachable(fault.to_string()), Vec::new()),
    }
}

/// `v0=` and the HMAC-SHA256 over `v0:{timestamp}:{body}`.
pub fn signature(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("v0:{timestamp}:").as_bytes());
    mac.update(body);
    format!("v0={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_one_of_slacks_documentation() {
        let body = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
        let signed = signature("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body);
        assert_eq!(signed, "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503");
    }
}
