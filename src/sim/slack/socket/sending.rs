//! Envelopes: sent over one of the connections, and over another one when that ends without an acknowledgement.

use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::super::SlackSim;
use super::super::hooks::{ACK_TIMEOUT, Delivery};
use super::super::server::Simulator;
use super::super::state::Envelope;
use super::switchboard::Outcome;

impl Simulator {
    /// Sends a payload and waits as long as the person at the screen does. What is not acknowledged by then is kept, and
    /// sent again by [`SlackSim::resend_envelopes`].
    pub(in crate::sim::slack) async fn over_socket(
        &self,
        kind: &str,
        payload: Value,
        takes_reply: bool,
    ) -> (Delivery, Vec<u8>) {
        let id = self.state().next_envelope_id();
        let envelope = Envelope { id, kind: kind.to_owned(), payload, takes_reply, retry: 0 };
        self.send_envelope(envelope).await
    }

    async fn send_envelope(&self, mut envelope: Envelope) -> (Delivery, Vec<u8>) {
        let deadline = Instant::now() + ACK_TIMEOUT;
        self.state().socket_mode.last = Some(envelope.clone());
        let delivery = loop {
            let choice = self.state().next_choice();
            let sent = self.switchboard().send(choice, &envelope.id, envelope.takes_reply, text(&envelope));
            let Some(outcome) = sent else { break Delivery::Unreachable("no connection is open".to_owned()) };
            envelope.retry += 1;
            match timeout_at(deadline, outcome).await {
                Ok(Ok(Outcome::Acknowledged(reply))) => {
                    let body = reply.map(|reply| reply.to_string()).unwrap_or_default();
                    return (Delivery::Acknowledged, body.into_bytes());
                }
                Ok(Ok(Outcome::LineEnded) | Err(_)) => {}
                Err(_) => break Delivery::TimedOut,
            }
        };
        self.state().socket_mode.unacknowledged.push(envelope);
        (delivery, Vec::new())
    }
}

impl SlackSim {
    /// Sends the last envelope once more, acknowledged or not: what Slack does when it did not hear the acknowledgement.
    pub async fn send_last_envelope_again(&self) -> Option<Delivery> {
        let last = self.read(|state| state.socket_mode.last.clone())?;
        let again = Envelope { retry: last.retry + 1, ..last };
        Some(self.simulator.send_envelope(again).await.0)
    }

    /// Sends again what was not acknowledged. Returns how many of them are now.
    pub async fn resend_envelopes(&self) -> usize {
        if self.socket_lines().is_empty() {
            return 0;
        }
        let waiting = std::mem::take(&mut self.simulator.state().socket_mode.unacknowledged);
        let sent = waiting.into_iter().map(|envelope| self.simulator.send_envelope(envelope));
        let outcomes = futures::future::join_all(sent).await;
        outcomes.iter().filter(|(delivery, _)| delivery.is_acknowledged()).count()
    }
}

/// An event always says how often it was sent before; the others only when they were.
fn text(envelope: &Envelope) -> String {
    let mut frame = json!({
        "envelope_id": envelope.id, "type": envelope.kind, "payload": envelope.payload,
        "accepts_response_payload": envelope.takes_reply,
    });
    if let (true, Some(members)) = (envelope.retry > 0 || envelope.kind == "events_api", frame.as_object_mut()) {
        members.insert("retry_attempt".to_owned(), json!(envelope.retry));
        members.insert("retry_reason".to_owned(), json!(if envelope.retry > 0 { "timeout" } else { "" }));
    }
    frame.to_string()
}
