//! Who is in a private channel: only they see what stands there.
//!
//! Slack: [conversations.members](https://docs.slack.dev/reference/methods/conversations.members)

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::domain::Timestamp;
use crate::domain::time::MINUTE_MS;
use crate::ports::{Clock, PortError};
use crate::slack::client::Client;

use super::next_cursor;

/// How long an answer is believed.
const BELIEVED_MS: i64 = 2 * MINUTE_MS;
const PAGE: &str = "999";
/// Pages looked at; somebody who is on none of them is taken to be no member.
const MAX_PAGES: usize = 10;
const LOOKING: &str = "read who is in the Slack channel";

#[derive(Debug)]
pub(super) struct Readers {
    clock: Clock,
    known: Mutex<HashMap<String, (Timestamp, BTreeSet<String>)>>,
}

impl Readers {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, known: Mutex::default() }
    }

    pub(super) async fn include(&self, client: &Client, channel: &str, user: &str) -> Result<bool, PortError> {
        let now = self.clock.now();
        let is_young = |at: Timestamp| (0..BELIEVED_MS).contains(&now.millis_since(at));
        if let Some((_, members)) = self.known().get(channel).filter(|(at, _)| is_young(*at)) {
            return Ok(members.contains(user));
        }
        let members = members(client, channel).await?;
        let is_one = members.contains(user);
        let mut known = self.known();
        known.retain(|_, (at, _)| is_young(*at));
        known.insert(channel.to_owned(), (now, members));
        Ok(is_one)
    }

    pub(super) fn forget(&self, channel: &str) {
        self.known().remove(channel);
    }

    fn known(&self) -> MutexGuard<'_, HashMap<String, (Timestamp, BTreeSet<String>)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn members(client: &Client, channel: &str) -> Result<BTreeSet<String>, PortError> {
    let (mut found, mut cursor) = (BTreeSet::new(), None::<String>);
    for _ in 0..MAX_PAGES {
        let mut arguments = vec![("channel", channel), ("limit", PAGE)];
        arguments.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let answer = client.get("conversations.members", &arguments, LOOKING).await?;
        let page = answer.get("members").and_then(Value::as_array).into_iter().flatten();
        found.extend(page.filter_map(Value::as_str).map(str::to_owned));
        cursor = next_cursor(&answer);
        if cursor.is_none() {
            break;
        }
    }
    Ok(found)
}
