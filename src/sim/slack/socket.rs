//! Socket Mode: the app opens connections, and requests come over any of them.
//!
//! Slack: [Using Socket Mode](https://docs.slack.dev/apis/events-api/using-socket-mode)

mod link;
mod sending;
mod switchboard;

use std::time::Duration;

use serde_json::{Value, json};

use super::SlackSim;

pub(super) use link::link;
pub use switchboard::SocketLine;
pub(super) use switchboard::Switchboard;

use switchboard::Order;

/// Connections an app may have, all its processes together.
pub const SOCKETS_MAX: usize = 10;

/// How long to look for connections that are to come; real time.
const PATIENCE: Duration = Duration::from_secs(20);
const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

impl SlackSim {
    pub fn app_token(&self) -> String {
        self.read(|state| state.socket_mode.app_token.clone())
    }

    /// Switches Socket Mode on, which stops delivery over HTTP at once, or off, which ends every connection.
    pub fn switch_socket_mode(&self, is_on: bool) {
        self.edit(|state| state.socket_mode.is_on = is_on);
        if !is_on {
            for line in self.socket_lines() {
                self.tell(line.id, Order::Say(disconnect("link_disabled")));
                self.tell(line.id, Order::Close);
            }
        }
    }

    /// The connections there are, oldest first.
    pub fn socket_lines(&self) -> Vec<SocketLine> {
        self.simulator.switchboard().lines()
    }

    /// Waits until there are exactly so many connections. `false`: there never were.
    pub async fn until_socket_lines(&self, count: usize) -> bool {
        self.until(|lines| lines.len() == count).await
    }

    /// Waits until the connections are as wanted. `false`: they never were.
    pub async fn until(&self, wanted: impl Fn(&[SocketLine]) -> bool) -> bool {
        let look = async {
            while !wanted(&self.socket_lines()) {
                tokio::time::sleep(BETWEEN_LOOKS).await;
            }
        };
        tokio::time::timeout(PATIENCE, look).await.is_ok()
    }

    /// Says that a connection is going to end soon.
    pub fn warn_line(&self, id: u64) {
        self.tell(id, Order::Say(disconnect("warning")));
    }

    /// Asks for a connection to be opened anew.
    pub fn refresh_line(&self, id: u64) {
        self.tell(id, Order::Say(disconnect("refresh_requested")));
    }

    /// Ends a connection in order.
    pub fn close_line(&self, id: u64) {
        self.tell(id, Order::Close);
    }

    /// Tears a connection, as networks do.
    pub fn cut_line(&self, id: u64) {
        self.tell(id, Order::Cut);
    }

    /// From now on nothing is read from a connection and nothing said, though it stands: the host behind it is gone.
    pub fn mute_line(&self, id: u64) {
        self.tell(id, Order::Mute);
    }

    /// Sends any text over a connection.
    pub fn say_on_line(&self, id: u64, text: &str) {
        let frame: Value = serde_json::from_str(text).unwrap_or_default();
        if let Some(envelope) = frame.get("envelope_id").and_then(Value::as_str) {
            self.simulator.switchboard().knows(envelope);
        }
        self.tell(id, Order::Say(text.to_owned()));
    }

    /// The next acknowledgement is lost: the connection is torn as it comes.
    pub fn lose_next_acknowledgement(&self) {
        self.simulator.switchboard().loses_next = true;
    }

    fn tell(&self, id: u64, order: Order) {
        self.simulator.switchboard().tell(id, order);
    }
}

fn disconnect(reason: &str) -> String {
    json!({ "type": "disconnect", "reason": reason, "debug_info": { "host": "wss-simulated" } }).to_string()
}
