//! Which channel has a name now.
//!
//! Slack: [conversations.list](https://docs.slack.dev/reference/methods/conversations.list)

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::domain::Timestamp;
use crate::domain::time::MINUTE_MS;
use crate::ports::{Clock, PortError};
use crate::slack::client::Client;

use super::next_cursor;

/// How long it is believed that no channel has a name. One that was found is kept by whoever asked.
const BELIEVED_MS: i64 = 5 * MINUTE_MS;
const PAGE: &str = "999";
/// Pages looked at: twenty thousand channels.
const MAX_PAGES: usize = 20;
const KINDS: &str = "public_channel,private_channel";
const LOOKING: &str = "find the Slack channel by its name";

/// Names that no channel had, and when.
#[derive(Debug)]
pub(in crate::slack) struct Names {
    clock: Clock,
    missing: Mutex<HashMap<String, Timestamp>>,
}

impl Names {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, missing: Mutex::default() }
    }

    /// The id of the channel that is called `name` now.
    pub(in crate::slack) async fn find(
        &self,
        client: &Client,
        workspace: Option<&str>,
        name: &str,
    ) -> Result<Option<String>, PortError> {
        let (name, now) = (name.to_lowercase(), self.clock.now());
        let missed = self.missing().get(&name).copied();
        if missed.is_some_and(|at| (0..BELIEVED_MS).contains(&now.millis_since(at))) {
            return Ok(None);
        }
        let found = look(client, workspace, &name).await?;
        if found.is_none() {
            let mut missing = self.missing();
            missing.retain(|_, at| now.millis_since(*at) < BELIEVED_MS);
            missing.insert(name, now);
        }
        Ok(found)
    }

    pub(super) fn forget(&self) {
        self.missing().clear();
    }

    fn missing(&self) -> MutexGuard<'_, HashMap<String, Timestamp>> {
        self.missing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of two channels of one name, one is archived: the other is meant.
async fn look(client: &Client, workspace: Option<&str>, name: &str) -> Result<Option<String>, PortError> {
    let (mut archived, mut cursor) = (None, None::<String>);
    for _ in 0..MAX_PAGES {
        let mut arguments = vec![("types", KINDS), ("limit", PAGE)];
        arguments.extend(workspace.map(|workspace| ("team_id", workspace)));
        arguments.extend(cursor.as_deref().map(|cursor| ("cursor", cursor)));
        let answer = client.get("conversations.list", &arguments, LOOKING).await?;
        for channel in answer.get("channels").and_then(Value::as_array).into_iter().flatten() {
            let Some(id) = id_of(channel, name) else { continue };
            match channel.get("is_archived").and_then(Value::as_bool) {
                Some(true) => archived = archived.or(Some(id)),
                _ => return Ok(Some(id)),
            }
        }
        cursor = next_cursor(&answer);
        if cursor.is_none() {
            break;
        }
    }
    Ok(archived)
}

fn id_of(channel: &Value, name: &str) -> Option<String> {
    let text = |member: &str| channel.get(member).and_then(Value::as_str);
    let is_called = ["name", "name_normalized"].into_iter().any(|member| text(member) == Some(name));
    text("id").filter(|_| is_called).map(str::to_owned)
}
