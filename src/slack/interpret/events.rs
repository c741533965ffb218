//! Events: people who open their home; channels, people and groups that are not what they were; access that is lost.
//!
//! Slack: [Events API](https://docs.slack.dev/reference/events)

use crate::domain::{ChatUser, Timestamp};
use crate::ports::chat::ChatSignal;
use crate::slack::home::read;
use crate::slack::payload::{Envelope, InnerEvent};

use super::{Reader, checked_id, id_in, ignored, whole};

/// Events after which what is known of a channel may be wrong.
pub(in crate::slack) const CHANNEL_EVENTS: [&str; 14] = [
    "channel_archive",
    "channel_deleted",
    "channel_left",
    "channel_rename",
    "channel_shared",
    "channel_unarchive",
    "channel_unshared",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_rename",
    "group_unarchive",
    "member_joined_channel",
    "member_left_channel",
];

impl Reader {
    pub(super) fn event(&self, envelope: &Envelope) -> Result<ChatSignal, String> {
        self.is_for_us(envelope.api_app_id.as_deref(), false)?;
        let Some(event) = &envelope.event else {
            return Ok(ignored(&format!("{} payloads mean nothing to us", envelope.kind)));
        };
        match event.kind.as_str() {
            "app_home_opened" => self.home_opened(envelope, event),
            "channel_id_changed" => Ok(ChatSignal::ChannelMoved {
                workspace: self.place_of(envelope.places()),
                from: id_in(event.old_channel_id.as_ref())?,
                to: id_in(event.new_channel_id.as_ref())?,
            }),
            kind if CHANNEL_EVENTS.contains(&kind) => {
                Ok(ChatSignal::ChannelChanged { channel: id_in(event.channel.as_ref())? })
            }
            "user_change" => Ok(ChatSignal::PersonChanged { user: id_in(event.user.as_ref())? }),
            "subteam_members_changed" => Ok(ChatSignal::GroupChanged { group: id_in(event.subteam_id.as_ref())? }),
            "subteam_updated" => Ok(ChatSignal::GroupChanged { group: id_in(event.subteam.as_ref())? }),
            kind @ "app_uninstalled" => Ok(self.access_lost(envelope, kind)),
            kind @ "tokens_revoked" if revokes_ours(event) => Ok(self.access_lost(envelope, kind)),
            other => Ok(ignored(&format!("{other} events mean nothing to us"))),
        }
    }

    /// Slack: [app_uninstalled](https://docs.slack.dev/reference/events/app_uninstalled),
    /// [tokens_revoked](https://docs.slack.dev/reference/events/tokens_revoked); they come in either order.
    fn access_lost(&self, envelope: &Envelope, why: &str) -> ChatSignal {
        let place = Some(self.place_of(envelope.places())).filter(|place| !place.is_empty());
        let workspace = place.or(envelope.team_id.clone()).and_then(|id| checked_id(&id).ok());
        // They may come late: the app may have been installed again meanwhile.
        let since = envelope.event_time.map(Timestamp::from_seconds);
        ChatSignal::AccessLost { workspace, why: why.to_owned(), since }
    }

    /// Also sent for the app's other tabs. Where somebody was when they last looked is in the view itself.
    fn home_opened(&self, envelope: &Envelope, event: &InnerEvent) -> Result<ChatSignal, String> {
        if event.tab.as_deref().is_some_and(|tab| tab != "home") {
            return Ok(ignored("another tab of the app than Home"));
        }
        let workspace = self.place_of(envelope.places());
        let named = envelope.team_id.as_deref().or(self.workspaces.first().map(String::as_str));
        let named = whole(&workspace).or(named.map(str::to_owned)).ok_or("an event without a workspace")?;
        let user = ChatUser { workspace: checked_id(&named)?, user: id_in(event.user.as_ref())? };
        let view = event.view.as_ref();
        let place = read(view.and_then(|view| view.private_metadata.as_deref()).unwrap_or_default());
        let hash = view.and_then(|view| view.hash.clone());
        Ok(ChatSignal::HomeOpened { workspace, user, place, hash })
    }
}

/// Several people's tokens may be revoked; only the bot's is ours.
fn revokes_ours(event: &InnerEvent) -> bool {
    event.tokens.as_ref().is_some_and(|tokens| !tokens.bot.is_empty())
}
