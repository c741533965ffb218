//! The connections that stand, and the envelopes that wait for their acknowledgement.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

/// One connection of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SocketLine {
    pub id: u64,
    /// Envelopes sent over it.
    pub sent: usize,
    pub acknowledged: usize,
}

/// What a connection's task is told.
pub(super) enum Order {
    Say(String),
    Close,
    Cut,
    Mute,
}

/// What became of an envelope.
pub(super) enum Outcome {
    Acknowledged(Option<Value>),
    /// The connection it was sent over ended first.
    LineEnded,
}

struct Line {
    shown: SocketLine,
    orders: mpsc::UnboundedSender<Order>,
}

struct Waiting {
    line: u64,
    takes_reply: bool,
    tell: oneshot::Sender<Outcome>,
}

/// See the module.
#[derive(Default)]
pub(in crate::sim::slack) struct Switchboard {
    lines: BTreeMap<u64, Line>,
    waiting: BTreeMap<String, Waiting>,
    /// Ids of all envelopes ever sent: a late acknowledgement is no mistake, one of an unknown id is.
    known: BTreeSet<String>,
    last: u64,
    pub(super) loses_next: bool,
}

impl Switchboard {
    pub(super) fn lines(&self) -> Vec<SocketLine> {
        self.lines.values().map(|line| line.shown.clone()).collect()
    }

    /// A new connection, and what it is told.
    pub(super) fn open(&mut self) -> (u64, mpsc::UnboundedReceiver<Order>) {
        let (orders, told) = mpsc::unbounded_channel();
        self.last += 1;
        let shown = SocketLine { id: self.last, sent: 0, acknowledged: 0 };
        self.lines.insert(self.last, Line { shown, orders });
        (self.last, told)
    }

    /// It ended: what it had not acknowledged is free to be sent over another one.
    pub(super) fn ended(&mut self, id: u64) {
        self.lines.remove(&id);
        for (_, waiting) in self.waiting.extract_if(.., |_, waiting| waiting.line == id) {
            let _ = waiting.tell.send(Outcome::LineEnded);
        }
    }

    pub(super) fn tell(&self, id: u64, order: Order) {
        if let Some(line) = self.lines.get(&id) {
            let _ = line.orders.send(order);
        }
    }

    /// Sends an envelope over the connection that `choice` falls on; `None` when there is none.
    pub(super) fn send(
        &mut self,
        choice: u64,
        envelope: &str,
        takes_reply: bool,
        text: String,
    ) -> Option<oneshot::Receiver<Outcome>> {
        let count = u64::try_from(self.lines.len()).ok().filter(|count| *count > 0)?;
        let place = usize::try_from(choice % count).ok()?;
        let line = self.lines.values_mut().nth(place)?;
        line.shown.sent += 1;
        let _ = line.orders.send(Order::Say(text));
        let (tell, outcome) = oneshot::channel();
        self.known.insert(envelope.to_owned());
        self.waiting.insert(envelope.to_owned(), Waiting { line: line.shown.id, takes_reply, tell });
        Some(outcome)
    }

    /// This envelope was sent by hand: its acknowledgement is no mistake.
    pub(super) fn knows(&mut self, envelope: &str) {
        self.known.insert(envelope.to_owned());
    }

    /// An acknowledgement came; `Err` says why a correct program would not have sent it.
    pub(super) fn acknowledged(&mut self, id: u64, text: &str) -> Result<(), String> {
        let answer: Value = serde_json::from_str(text).map_err(|_| "an acknowledgement must be JSON".to_owned())?;
        let members = answer.as_object().ok_or("an acknowledgement must be an object")?;
        if let Some(name) = members.keys().find(|name| !["envelope_id", "payload"].contains(&name.as_str())) {
            return Err(format!("an acknowledgement has no `{name}`"));
        }
        let envelope = members.get("envelope_id").and_then(Value::as_str).ok_or("`envelope_id` is missing")?;
        if !self.known.contains(envelope) {
            return Err("no such envelope was sent".to_owned());
        }
        let Some(waiting) = self.waiting.remove(envelope) else { return Ok(()) };
        if let Some(line) = self.lines.get_mut(&id) {
            line.shown.acknowledged += 1;
        }
        let payload = members.get("payload").cloned();
        let is_wrong = payload.is_some() && !waiting.takes_reply;
        let _ = waiting.tell.send(Outcome::Acknowledged(payload.filter(|_| waiting.takes_reply)));
        if is_wrong { Err("this envelope takes no payload in its acknowledgement".to_owned()) } else { Ok(()) }
    }
}
