//! What Slack sends, as far as we need it. Unknown members are skipped, known ones must have their type and stand there once.
//!
//! Own structs on purpose: the client library's models refuse real clicks (installations for a whole organisation, message
//! metadata, an empty state).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// A click or a view event.
///
/// Slack: [Interaction payloads](https://docs.slack.dev/reference/interaction-payloads)
#[derive(Debug, Deserialize)]
pub(super) struct Interaction {
    #[serde(rename = "type")]
    pub kind: String,
    pub user: Option<User>,
    pub api_app_id: Option<String>,
    /// Empty when the app is installed for a whole organisation.
    pub team: Option<Team>,
    pub enterprise: Option<Enterprise>,
    pub trigger_id: Option<String>,
    pub channel: Option<Channel>,
    pub container: Option<Container>,
    pub response_url: Option<String>,
    pub actions: Option<Vec<Action>>,
    pub view: Option<View>,
    /// Of a shortcut: which one.
    pub callback_id: Option<String>,
    /// Of a message's shortcut; of a click on a message, what it showed.
    pub message: Option<Message>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub ts: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub id: Option<String>,
    /// The home workspace of whoever clicked.
    pub team_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Team {
    pub id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Enterprise {
    pub id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Channel {
    pub id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Container {
    pub channel_id: Option<String>,
    pub message_ts: Option<String>,
    pub view_id: Option<String>,
}

/// Stands in an action id before the place of its list's entry: `approve#2`.
pub(super) const PLACE_MARK: char = '#';

#[derive(Debug, Deserialize)]
pub(super) struct Action {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub action_id: Option<String>,
    pub value: Option<String>,
    /// What was chosen, in a menu or a select.
    pub selected_option: Option<Chosen>,
    pub action_ts: Option<String>,
}

impl Action {
    /// What was pressed, whatever entry of a list it belongs to: its value says that.
    pub(super) fn name(&self) -> Option<&str> {
        self.action_id.as_deref().and_then(|id| id.split(PLACE_MARK).next())
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    pub value: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct View {
    pub id: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub hash: Option<String>,
    pub callback_id: Option<String>,
    pub private_metadata: Option<String>,
    pub app_installed_team_id: Option<String>,
    pub state: Option<State>,
}

#[derive(Debug, Deserialize)]
pub(super) struct State {
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, Input>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Input {
    pub value: Option<String>,
    pub selected_option: Option<Chosen>,
    /// The boxes that were ticked.
    pub selected_options: Option<Vec<Chosen>>,
    pub selected_time: Option<String>,
}

/// An event's envelope.
///
/// Slack: [Events API](https://docs.slack.dev/apis/events-api)
#[derive(Debug, Deserialize)]
pub(super) struct Envelope {
    #[serde(rename = "type")]
    pub kind: String,
    pub challenge: Option<String>,
    pub event_id: Option<String>,
    pub api_app_id: Option<String>,
    /// The workspace that the event is about.
    pub team_id: Option<String>,
    /// Installations that it is sent for; the first one only.
    pub authorizations: Option<Vec<Authorization>>,
    pub event_time: Option<i64>,
    pub event: Option<InnerEvent>,
}

/// An installation: in a workspace, or in a whole organisation.
#[derive(Debug, Deserialize)]
pub(super) struct Authorization {
    pub team_id: Option<String>,
    pub enterprise_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct InnerEvent {
    #[serde(rename = "type")]
    pub kind: String,
    /// Of `tokens_revoked`.
    pub tokens: Option<RevokedTokens>,
    /// A user, or the id of one.
    pub user: Option<Value>,
    pub subteam_id: Option<Value>,
    pub subteam: Option<Value>,
    /// A channel, or the id of one.
    pub channel: Option<Value>,
    /// Of `app_home_opened`: which tab, and what it shows.
    pub tab: Option<String>,
    pub view: Option<View>,
    /// Of `channel_id_changed`.
    pub old_channel_id: Option<Value>,
    pub new_channel_id: Option<Value>,
}

/// Whose tokens were revoked, by user id; several people's may be, and only the bot's is ours.
#[derive(Debug, Deserialize)]
pub(super) struct RevokedTokens {
    #[serde(default)]
    pub bot: Vec<String>,
}

impl Interaction {
    /// The workspace it happened in; `None` where the app is installed for a whole organisation.
    pub(super) fn team_id(&self) -> Option<&str> {
        self.team.as_ref()?.id.as_deref()
    }

    pub(super) fn enterprise_id(&self) -> Option<&str> {
        self.enterprise.as_ref()?.id.as_deref()
    }

    /// The home workspace of whoever clicked.
    pub(super) fn home_id(&self) -> Option<&str> {
        self.user.as_ref()?.team_id.as_deref()
    }

    /// Reads the JSON in the form field `payload`.
    pub(super) fn read(body: &str) -> Result<Self, String> {
        let payload = super::form::the_only(body, "payload")?;
        serde_json::from_str(&payload).map_err(|why| unreadable("interaction", &why))
    }

    /// The one action of a click.
    pub(super) fn action(&self) -> Result<&Action, String> {
        match self.actions.as_deref() {
            Some([action]) => Ok(action),
            Some([]) | None => Err("a click without an action".to_owned()),
            Some(_) => Err("a click with more than one action".to_owned()),
        }
    }

    /// What was typed into an input of the submitted view.
    pub(super) fn typed(&self, block: &str, action: &str) -> Option<&str> {
        self.input(block, action)?.value.as_deref()
    }

    /// What was chosen in an input of the submitted view.
    pub(super) fn chosen(&self, block: &str, action: &str) -> Option<&str> {
        self.input(block, action)?.selected_option.as_ref()?.value.as_deref()
    }

    pub(super) fn picked_time(&self, block: &str, action: &str) -> Option<&str> {
        self.input(block, action)?.selected_time.as_deref()
    }

    fn input(&self, block: &str, action: &str) -> Option<&Input> {
        self.view.as_ref()?.state.as_ref()?.values.get(block)?.get(action)
    }

    /// The values of all boxes that were ticked in blocks whose id begins so.
    pub(super) fn ticked(&self, blocks: &str) -> Vec<&str> {
        let state = self.view.as_ref().and_then(|view| view.state.as_ref());
        let inputs = state.into_iter().flat_map(|state| &state.values);
        let inputs = inputs.filter(|(block, _)| block.starts_with(blocks)).flat_map(|(_, actions)| actions.values());
        let chosen = inputs.flat_map(|input| input.selected_options.iter().flatten());
        chosen.filter_map(|option| option.value.as_deref()).collect()
    }

    /// The ids of the view's blocks that hold inputs and begin so, in order.
    pub(super) fn blocks(&self, named: &str) -> Vec<&str> {
        let state = self.view.as_ref().and_then(|view| view.state.as_ref());
        let ids = state.into_iter().flat_map(|state| state.values.keys());
        ids.map(String::as_str).filter(|block| block.starts_with(named)).collect()
    }
}

impl Envelope {
    /// Where the app may be installed that this was sent to, the most telling first.
    pub(super) fn places(&self) -> impl Iterator<Item = Option<&str>> {
        let installed = self.authorizations.iter().flatten();
        let installed = installed.flat_map(|one| [one.team_id.as_deref(), one.enterprise_id.as_deref()]);
        installed.chain([self.team_id.as_deref()])
    }

    pub(super) fn read(body: &str) -> Result<Self, String> {
        serde_json::from_str(body).map_err(|why| unreadable("event", &why))
    }
}

/// Says where, never what: the body holds people's words and capabilities.
fn unreadable(what: &str, why: &serde_json::Error) -> String {
    format!("not a readable {what}: line {}, column {}", why.line(), why.column())
}
