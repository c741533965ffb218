//! Sending webhooks: signed over the exact bytes, cut after the vendor's time limit, recorded, never repeated.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use aws_lc_rs::hmac;

use super::options::Flavour;
use super::state::State;
use super::state::deliveries::Delivery;
use crate::sim::http;

/// The most of an answer's body that is kept.
const KEPT_ANSWER_BYTES: usize = 64 * 1024;

/// A delivery with everything needed to send it.
pub(super) struct Parcel {
    pub target: String,
    pub timeout: Duration,
    pub delivery: Delivery,
}

impl State {
    /// Takes the deliveries that are due, oldest first.
    pub(super) fn take_due_deliveries(&mut self) -> Vec<Parcel> {
        let Some(target) = self.webhook_target.clone() else {
            self.queued.clear();
            return Vec::new();
        };
        let now = self.now;
        let (mut due, later): (Vec<_>, Vec<_>) = self.queued.drain(..).partition(|queued| queued.due <= now);
        self.queued = later.into();
        due.sort_by_key(|queued| queued.due);
        let timeout = self.options.timing.delivery_timeout;
        let parcel = |mut delivery: Delivery| {
            delivery.request_headers = self.request_headers(&delivery);
            delivery.delivered_at = now;
            Parcel { target: target.clone(), timeout, delivery }
        };
        due.into_iter().map(|queued| parcel(queued.delivery)).collect()
    }

    fn request_headers(&self, delivery: &Delivery) -> Vec<(String, String)> {
        let secret = self.options.webhook_secret.as_bytes();
        let mut headers = vec![
            ("Accept", "*/*".to_owned()),
            ("Content-Type", "application/json".to_owned()),
            ("User-Agent", "GitHub-Hookshot/0123abc".to_owned()),
            ("X-GitHub-Delivery", delivery.guid.clone()),
            ("X-GitHub-Event", delivery.event.clone()),
            ("X-GitHub-Hook-ID", "480123456".to_owned()),
            ("X-GitHub-Hook-Installation-Target-ID", self.options.app_id.to_string()),
            ("X-GitHub-Hook-Installation-Target-Type", "integration".to_owned()),
            (
                "X-Hub-Signature",
                format!("sha1={}", hex_mac(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret, &delivery.body)),
            ),
            ("X-Hub-Signature-256", format!("sha256={}", hex_mac(hmac::HMAC_SHA256, secret, &delivery.body))),
        ];
        if self.options.flavour == Flavour::Ghes {
            headers.push(("X-GitHub-Enterprise-Version", "3.19.1".to_owned()));
            headers.push(("X-GitHub-Enterprise-Host", self.urls.web.split("//").nth(1).unwrap_or_default().to_owned()));
        }
        headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

fn hex_mac(algorithm: hmac::Algorithm, secret: &[u8], body: &[u8]) -> String {
    hex::encode(hmac::sign(&hmac::Key::new(algorithm, secret), body))
}

/// Sends one delivery and notes what came back.
pub(super) async fn send(parcel: Parcel) -> Delivery {
    let Parcel { target, timeout, mut delivery } = parcel;
    let started = Instant::now();
    let outcome = http::post(&target, &delivery.request_headers, &delivery.body, timeout).await;
    delivery.duration = started.elapsed();
    match outcome {
        Ok(response) => {
            delivery.status_code = response.status;
            let good = (200..300).contains(&response.status);
            delivery.status =
                if good { "OK".to_owned() } else { format!("Invalid HTTP Response: {}", response.status) };
            let body = response.body.get(..KEPT_ANSWER_BYTES).unwrap_or(&response.body);
            delivery.response_body = String::from_utf8_lossy(body).into_owned();
            delivery.response_headers = response.headers;
        }
        Err(fault) if fault.kind() == ErrorKind::TimedOut => "timed out".clone_into(&mut delivery.status),
        Err(_) => "failed to connect to host".clone_into(&mut delivery.status),
    }
    delivery
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_the_published_one() {
        let mac = hex_mac(hmac::HMAC_SHA256, b"It's a Secret to Everybody", b"Hello, World!");
        assert_eq!(mac, "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
    }
}
