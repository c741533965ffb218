//! The simulated Slack: a workspace with people, channels, messages and modals, speaking Slack's Web API on loopback.
//!
//! Three parts that never mix: [`state`] (a plain value), routes (answers derived from it, with Slack's limits in
//! Slack's words) and hooks (signed requests to the app when a person acts). It is nowhere more lenient than Slack.

mod acts;
mod arguments;
pub mod blocks;
mod books;
mod elements;
mod faults;
mod hooks;
mod methods;
pub mod mrkdwn;
mod payloads;
mod rates;
pub mod reader;
mod refusal;
pub mod render_html;
pub mod render_text;
mod replies;
mod routes;
pub mod sample;
pub mod schema;
mod server;
mod socket;
pub mod state;
mod views;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::ports::Clock;

pub use acts::{Clicked, SubmitResult, Submitted};
pub use books::{NDJSON_VARIABLE, RecordedCall};
pub use faults::{Fault, FaultKind};
pub use hooks::{ACK_TIMEOUT, Delivery, signature};
pub use socket::{SOCKETS_MAX, SocketLine};
pub use state::{Channel, Ephemeral, Message, State, User, UserGroup, Version, View};

use server::Simulator;

/// How a simulated Slack is set up.
#[derive(Debug, Clone)]
pub struct SlackOptions {
    /// The workspace it begins with.
    pub workspace: State,
    /// Slack's rate limits; off where a test is about something else.
    pub rate_limits: bool,
    /// Every message and view received is appended to this file, one JSON document per line.
    pub ndjson: Option<PathBuf>,
}

impl Default for SlackOptions {
    /// acme's workspace, rate limits on, books in the file that `COUNTERSIGN_TEST_SLACK_NDJSON` names.
    fn default() -> Self {
        Self { workspace: sample::workspace(), rate_limits: true, ndjson: books::file_from_environment() }
    }
}

/// A running simulated Slack. Clones are the same workspace; it stops when the last one is dropped.
#[derive(Clone)]
pub struct SlackSim {
    simulator: Arc<Simulator>,
    _stop: Arc<DropGuard>,
}

impl SlackSim {
    /// Starts to serve on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When no port can be had.
    pub async fn start(clock: Clock, options: SlackOptions) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let mut state = options.workspace;
        state.rates.enforced = options.rate_limits;
        let stop = CancellationToken::new();
        let simulator = Arc::new(Simulator::new(clock, base_url, state, options.ndjson, stop.clone()));
        let serving = server::serve(listener, Arc::clone(&simulator), stop.clone());
        #[expect(clippy::disallowed_methods, reason = "the simulator runs beside the app")]
        tokio::spawn(serving);
        Ok(Self { simulator, _stop: Arc::new(stop.drop_guard()) })
    }

    /// Another workspace in which the same app can be installed: the same address, credentials and connections, its own
    /// people, channels and tokens.
    pub fn another(&self, workspace: State) -> Self {
        let state = self.edit(|ours| {
            let install = state::Install { bot_token: String::new(), ..ours.install.clone() };
            let (socket_mode, rates) = (ours.socket_mode.clone(), ours.rates.clone());
            let oauth = state::OAuth {
                client_id: ours.oauth.client_id.clone(),
                client_secret: ours.oauth.client_secret.clone(),
                rotates: ours.oauth.rotates,
                ..state::OAuth::default()
            };
            State { install, socket_mode, rates, oauth, ..workspace }
        });
        Self { simulator: self.simulator.neighbour(state), _stop: Arc::clone(&self._stop) }
    }

    /// The Web API's address, without a final slash: `http://127.0.0.1:PORT/api`.
    pub fn api_url(&self) -> String {
        format!("{}/api", self.simulator.base_url)
    }

    pub fn bot_token(&self) -> String {
        self.read(|state| state.install.bot_token.clone())
    }

    pub fn signing_secret(&self) -> String {
        self.read(|state| state.install.signing_secret.clone())
    }

    pub fn team_id(&self) -> String {
        self.read(|state| state.team.id.clone())
    }

    pub fn app_id(&self) -> String {
        self.read(|state| state.install.app_id.clone())
    }

    /// Where button presses and modals are sent (the app's `/slack/interactions`).
    pub fn set_interactions_target(&self, url: &str) {
        self.simulator.targets().interactions = Some(url.to_owned());
    }

    /// Where slash commands are sent.
    pub fn set_commands_target(&self, url: &str) {
        self.simulator.targets().commands = Some(url.to_owned());
    }

    /// Where events are sent.
    pub fn set_events_target(&self, url: &str) {
        self.simulator.targets().events = Some(url.to_owned());
    }

    /// Changes the workspace under its lock.
    pub fn edit<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.simulator.state())
    }

    /// Looks at the workspace under its lock.
    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.simulator.state())
    }

    /// The messages that were posted to a channel, oldest first, deleted ones included.
    pub fn messages(&self, channel: &str) -> Vec<Message> {
        let shown = |message: &&Message| message.channel == channel && message.is_root();
        self.read(|state| state.messages.iter().filter(shown).cloned().collect())
    }

    /// The replies that a channel's readers see without opening the thread, oldest first.
    pub fn broadcasts(&self, channel: &str) -> Vec<Message> {
        let shown = |message: &&Message| message.channel == channel && message.reply_broadcast;
        self.read(|state| state.messages.iter().filter(shown).cloned().collect())
    }

    /// What the app wrote to that person directly, oldest first.
    pub fn direct_messages(&self, user: &str) -> Vec<Message> {
        self.read(|state| state.direct_messages(user).cloned().collect())
    }

    /// The replies to a message, oldest first.
    pub fn thread(&self, channel: &str, ts: &str) -> Vec<Message> {
        let shown = |message: &&Message| message.channel == channel && message.thread_ts.as_deref() == Some(ts);
        self.read(|state| state.messages.iter().filter(shown).cloned().collect())
    }

    /// What only that person sees, oldest first, read or not.
    pub fn ephemerals(&self, user: &str) -> Vec<Ephemeral> {
        let shown = |message: &&Ephemeral| message.user == user && !message.deleted;
        self.read(|state| state.ephemerals.iter().filter(shown).cloned().collect())
    }

    /// Takes note of everything that person had not read, and gives it.
    pub fn read_ephemerals(&self, user: &str) -> Vec<Ephemeral> {
        let unread = self.unread().into_iter().filter(|message| message.user == user).collect();
        self.edit(|state| {
            state.ephemerals.iter_mut().filter(|message| message.user == user).for_each(|message| message.read = true)
        });
        unread
    }

    /// Ephemerals nobody looked at: a story must not end with any.
    pub fn unread(&self) -> Vec<Ephemeral> {
        let unread = |message: &&Ephemeral| !message.read && !message.deleted;
        self.read(|state| state.ephemerals.iter().filter(unread).cloned().collect())
    }

    /// The modals on that person's screen, top last.
    pub fn views(&self, user: &str) -> Vec<View> {
        self.read(|state| state.stack(user).into_iter().cloned().collect())
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<RecordedCall> {
        self.read(|state| state.calls.clone())
    }

    /// Calls a correct program would not have made: unknown methods or arguments, wrong tokens, refused blocks.
    pub fn unexpected_calls(&self) -> Vec<RecordedCall> {
        self.read(|state| state.calls.iter().filter(|call| call.unexpected.is_some()).cloned().collect())
    }

    /// Lets the next calls of a method go wrong.
    pub fn fault(&self, fault: Fault) {
        self.edit(|state| state.faults.push(fault));
    }

    /// Writes every message and view ever received, one JSON document per line.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_requests_ndjson(&self, path: &Path) -> std::io::Result<()> {
        let lines = self.calls().into_iter().filter(RecordedCall::carries_blocks);
        std::fs::write(path, lines.map(|call| format!("{}\n", call.arguments)).collect::<String>())
    }
}

#[cfg(test)]
mod tests;
