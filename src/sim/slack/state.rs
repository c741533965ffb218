//! What the simulated workspace holds: a plain value behind one lock. Tests read and edit it directly.

mod file;
mod message;
mod oauth;
mod people;
mod socket;
mod view;

use std::collections::BTreeMap;

pub use file::File;
pub use message::{Ephemeral, Message, Notice, Version};
pub use oauth::{Code, OAuth};
pub use people::{Channel, Enterprise, Install, Team, User, UserGroup};
pub use socket::{Envelope, SocketMode};
pub use view::{ResponseSource, ResponseUrl, Trigger, View};

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::domain::Timestamp;

use super::books::RecordedCall;
use super::faults::Fault;
use super::rates::Rates;

/// Everything the simulated Slack knows. Ids and timestamps come from counters, so that a replayed story looks the same.
#[derive(Debug, Clone, Default)]
pub struct State {
    pub team: Team,
    pub install: Install,
    pub socket_mode: SocketMode,
    pub oauth: OAuth,
    pub users: BTreeMap<String, User>,
    pub channels: BTreeMap<String, Channel>,
    pub user_groups: BTreeMap<String, UserGroup>,
    /// False on a free plan: user group methods answer `plan_upgrade_required`.
    pub user_groups_on_plan: bool,
    /// Every message ever posted, replies included, oldest first.
    pub messages: Vec<Message>,
    pub ephemerals: Vec<Ephemeral>,
    /// Open views of all users, in the order they were opened; a user's last one is on top.
    pub views: Vec<View>,
    /// The app's Home tab of each person who has one, by user.
    pub homes: BTreeMap<String, View>,
    pub triggers: BTreeMap<String, Trigger>,
    /// By the secret in the address that its bytes are sent to.
    pub files: BTreeMap<String, File>,
    /// By the path of the address.
    pub response_urls: BTreeMap<String, ResponseUrl>,
    /// What Slack itself told a person ("This app did not respond").
    pub notices: Vec<Notice>,
    pub rates: Rates,
    pub faults: Vec<Fault>,
    pub calls: Vec<RecordedCall>,
    /// Events whose delivery failed: when they are due again.
    pub events_to_retry: Vec<EventRetry>,
    pub(super) last_ts_micros: i64,
    pub(super) counter: u64,
}

/// An event that was not acknowledged, and its next attempt. Slack: at once, after a minute, after five minutes.
#[derive(Debug, Clone)]
pub struct EventRetry {
    pub due: Timestamp,
    pub attempt: u32,
    pub reason: String,
    pub body: Value,
}

impl State {
    /// The next message timestamp: Slack's `seconds.micros`, unique in the workspace and always increasing.
    pub fn next_ts(&mut self, now: Timestamp) -> String {
        let micros = (now.as_millis().saturating_mul(1000)).max(self.last_ts_micros.saturating_add(1));
        self.last_ts_micros = micros;
        format!("{}.{:06}", micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000))
    }

    pub fn next_number(&mut self) -> u64 {
        self.counter = self.counter.saturating_add(1);
        self.counter
    }

    /// A fresh id that looks random and is the same in every replay: hex digits of a hash over the counter.
    pub fn next_token(&mut self, letters: usize) -> String {
        let number = self.next_number();
        let digest = Sha256::digest(format!("{}:{number}", self.install.signing_secret));
        hex::encode(digest).chars().take(letters).collect()
    }

    /// A fresh id of an envelope: a UUID by its looks.
    pub fn next_envelope_id(&mut self) -> String {
        let token = self.next_token(32);
        let part = |from: usize, to: usize| token.get(from..to).unwrap_or_default();
        format!("{}-{}-4{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
    }

    /// A number that looks random and is the same in every replay.
    pub fn next_choice(&mut self) -> u64 {
        u64::from_str_radix(&self.next_token(8), 16).unwrap_or_default()
    }

    /// Whether a token or one of these words, of an address or of a form, came from this workspace: its id in a response
    /// address, the secret of an upload, a code, a refresh token.
    pub(super) fn gave_out(&self, token: &str, words: &[String]) -> bool {
        let is_token = token == self.install.bot_token || self.oauth.live.iter().any(|(live, _)| live == token);
        let is_word = |word: &String| {
            *word == self.team.id
                || self.files.contains_key(word)
                || self.oauth.codes.contains_key(word)
                || self.oauth.refresh.as_ref() == Some(word)
        };
        (!token.is_empty() && is_token) || words.iter().any(is_word)
    }

    /// The message of that channel and `ts`, deleted or not.
    pub fn message(&self, channel: &str, ts: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.channel == channel && message.ts == ts)
    }

    pub fn message_mut(&mut self, channel: &str, ts: &str) -> Option<&mut Message> {
        self.messages.iter_mut().find(|message| message.channel == channel && message.ts == ts)
    }

    pub fn ephemeral_mut(&mut self, user: &str, ts: &str) -> Option<&mut Ephemeral> {
        self.ephemerals.iter_mut().find(|message| message.user == user && message.ts == ts)
    }

    pub fn view(&self, view_id: &str) -> Option<&View> {
        self.views.iter().find(|view| view.id == view_id)
    }

    pub fn view_mut(&mut self, view_id: &str) -> Option<&mut View> {
        self.views.iter_mut().find(|view| view.id == view_id)
    }

    /// The views a person has open, top last.
    pub fn stack(&self, user: &str) -> Vec<&View> {
        self.views.iter().filter(|view| view.user == user).collect()
    }

    /// Takes every view of that person off the screen.
    pub fn close_all_views(&mut self, user: &str) {
        self.views.retain(|view| view.user != user);
    }

    pub fn is_member(&self, channel: &str, user: &str) -> bool {
        self.channels.get(channel).is_some_and(|channel| channel.members.iter().any(|member| member == user))
    }

    /// Whether that person can see the channel's messages: members, and full members of the workspace in public ones.
    pub fn can_see(&self, channel: &str, user: &str) -> bool {
        let (Some(room), Some(person)) = (self.channels.get(channel), self.users.get(user)) else { return false };
        let full = self.team.has(&person.team_id) && !person.is_restricted && !person.is_ultra_restricted;
        self.is_member(channel, user) || (full && !room.is_private && !room.is_im)
    }

    /// The direct-message channel of the app and that person, opened when it is first needed.
    pub fn direct_channel(&mut self, user: &str) -> String {
        let id = format!("D{}", user.trim_start_matches(['U', 'W']));
        if !self.channels.contains_key(&id) {
            let members = vec![self.install.bot_user_id.clone(), user.to_owned()];
            let channel = Channel { id: id.clone(), name: String::new(), is_im: true, members, ..Channel::default() };
            self.channels.insert(id.clone(), channel);
        }
        id
    }

    /// What the app wrote to that person directly, oldest first.
    pub fn direct_messages<'a>(&'a self, user: &'a str) -> impl Iterator<Item = &'a Message> {
        let is_theirs = move |message: &&Message| {
            let room = self.channels.get(&message.channel).filter(|room| room.is_im);
            !message.deleted && room.is_some_and(|room| room.members.iter().any(|member| member == user))
        };
        self.messages.iter().filter(is_theirs)
    }

    /// Connects a channel to another company's workspace and lets that person of theirs in.
    pub fn share_with(&mut self, channel: &str, outsider: &str) {
        if let Some(room) = self.channels.get_mut(channel) {
            room.is_ext_shared = true;
            room.members.push(outsider.to_owned());
        }
    }

    /// What Slack itself tells one person.
    pub fn notify(&mut self, user: &str, text: &str, now: Timestamp) {
        self.notices.push(Notice { at: now, user: user.to_owned(), text: text.to_owned() });
    }
}
