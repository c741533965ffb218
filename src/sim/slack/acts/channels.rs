//! People change channels; the app is told as far as it listens.

use serde_json::{Value, json};

use super::super::SlackSim;
use super::super::state::{Channel, State};
use super::Clicked;

impl SlackSim {
    /// Archives a channel: nobody can post there, and what stands there cannot be changed.
    pub async fn archive(&self, channel: &str) -> Clicked {
        self.change(channel, "channel_archive", |room| room.is_archived = true).await
    }

    /// Gives a channel another name. Its id stays.
    pub async fn rename(&self, channel: &str, name: &str) -> Clicked {
        let renamed = self.edit(|state| {
            let room = state.channels.get_mut(channel)?;
            name.clone_into(&mut room.name);
            Some(json!({ "id": room.id, "name": room.name, "created": 1_700_000_000 }))
        });
        match renamed {
            Some(channel) => self.send_event(json!({ "type": "channel_rename", "channel": channel })).await,
            None => Clicked::impossible("there is no such channel"),
        }
    }

    /// Connects a channel to another company, one of whose people comes in.
    pub async fn connect(&self, channel: &str, outsider: &str) -> Clicked {
        let company = self.edit(|state| {
            state.share_with(channel, outsider);
            state.users.get(outsider).map(|person| person.team_id.clone())
        });
        let event = json!({ "type": "channel_shared", "connected_team_id": company, "channel": channel });
        self.send_event(event).await
    }

    /// Takes the app out of a channel.
    pub async fn remove_app(&self, channel: &str) -> Clicked {
        let bot = self.read(|state| state.install.bot_user_id.clone());
        self.change(channel, "channel_left", |room| room.members.retain(|member| *member != bot)).await
    }

    /// Makes a private group a channel of its own kind: it gets another id, and its messages go with it.
    pub async fn change_channel_id(&self, from: &str, to: &str) -> Clicked {
        if !self.edit(|state| move_channel(state, from, to)) {
            return Clicked::impossible("there is no such channel");
        }
        let event = json!({ "type": "channel_id_changed", "old_channel_id": from, "new_channel_id": to });
        self.send_event(event).await
    }

    /// Deletes a message, as its author's administrator may. The app is not told.
    pub fn delete_message(&self, channel: &str, ts: &str) {
        self.edit(|state| {
            if let Some(message) = state.message_mut(channel, ts) {
                message.deleted = true;
            }
        });
    }

    async fn change(&self, channel: &str, kind: &str, change: impl FnOnce(&mut Channel)) -> Clicked {
        let found = self.edit(|state| state.channels.get_mut(channel).map(change));
        if found.is_none() {
            return Clicked::impossible("there is no such channel");
        }
        let event: Value = json!({ "type": kind, "channel": channel });
        self.send_event(event).await
    }
}

fn move_channel(state: &mut State, from: &str, to: &str) -> bool {
    let Some(room) = state.channels.remove(from) else { return false };
    state.channels.insert(to.to_owned(), Channel { id: to.to_owned(), ..room });
    for message in state.messages.iter_mut().filter(|message| message.channel == from) {
        to.clone_into(&mut message.channel);
    }
    true
}
