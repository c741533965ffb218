//! Reads stored deliveries: what a click, a submitted view, a command or an event means to us.

mod events;
mod home;
mod shortcuts;

use serde_json::Value;

use crate::domain::{ChatUser, Choice, Digest, ReplyTo, Request, Words};
use crate::engine::receive::{Delivery, Source};
use crate::ports::chat::{ChatCommand, ChatSignal, Opening, Wanted};

use super::message::buttons::{APPROVE, CHANGES, DENY, NEXT, PREVIOUS};
use super::modal::{DENY_CALLBACK, REASON_ACTION, REASON_BLOCK, read_page_value};
use super::payload::{Action, Envelope, Interaction};
use super::personal::{CONFIRM, POST_AGAIN};
use super::response_url::ReplyAddresses;
use super::whisper::{LINK, OPEN_LINK};
use super::{command, form, preferences};

/// Slack's own limit on a button's value, in characters.
const MAX_VALUE_CHARS: usize = 2_000;

/// Interactions that Slack sends and nothing of ours causes.
const FOREIGN_KINDS: [&str; 4] = ["view_closed", "block_suggestion", "interactive_message", "dialog_submission"];

/// What reading needs to know about us.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    pub(super) app: Option<String>,
    pub(super) workspace: Option<String>,
    pub(super) replies: ReplyAddresses,
}

impl Reader {
    pub(super) fn read(&self, delivery: &Delivery) -> Result<ChatSignal, String> {
        match delivery.source {
            Source::ChatInteraction => self.interaction(&Interaction::read(&delivery.body)?),
            Source::ChatCommand => self.command(&delivery.body),
            Source::ChatEvent => self.event(&Envelope::read(&delivery.body)?),
            Source::Forge => Err("a forge's delivery came to the chat".to_owned()),
        }
    }

    fn interaction(&self, interaction: &Interaction) -> Result<ChatSignal, String> {
        // Shortcuts name no app: Slack's signature is all there is.
        let must_say = !["shortcut", "message_action"].contains(&interaction.kind.as_str());
        self.is_for_us(interaction.api_app_id.as_deref(), must_say)?;
        match interaction.kind.as_str() {
            "block_actions" => self.click(interaction),
            "view_submission" => self.submission(interaction),
            "shortcut" | "message_action" => self.shortcut(interaction),
            kind if FOREIGN_KINDS.contains(&kind) => Ok(ignored(&format!("{kind} payloads mean nothing to us"))),
            _ => Err("an interaction of a type we do not know".to_owned()),
        }
    }

    fn click(&self, interaction: &Interaction) -> Result<ChatSignal, String> {
        let action = interaction.action()?;
        let reply = self.reply(interaction)?;
        if let Some(signal) = home::signal(action, interaction, &reply)? {
            return Ok(signal);
        }
        if action.kind.as_deref() != Some("button") {
            return Err("an action that is not a button's".to_owned());
        }
        let value = || button_value(action);
        match action.action_id.as_deref() {
            Some(APPROVE) => Ok(vote(value()?, Choice::Approve, None, reply)),
            Some(DENY) => Ok(show(value()?, Wanted::Deny, opening(interaction)?, reply)),
            Some(CHANGES) => Ok(show(value()?, Wanted::Changes { page: 0 }, opening(interaction)?, reply)),
            Some(PREVIOUS | NEXT) => turned_page(&value()?, opening(interaction)?, reply),
            Some(LINK) => Ok(ChatSignal::Command { command: ChatCommand::Link, opening: None, reply }),
            // Its address is opened by the person's own browser; that it was pressed is told all the same.
            Some(OPEN_LINK) => Ok(ignored("somebody opens the address they were given")),
            Some(CONFIRM) => Ok(ChatSignal::Confirm { draft: value()?, reply }),
            Some(POST_AGAIN) => Ok(ChatSignal::PostAgain { value: value()?, reply }),
            Some(_) => Ok(ignored("a button that is not ours")),
            None => Err("a button without an action id".to_owned()),
        }
    }

    fn submission(&self, interaction: &Interaction) -> Result<ChatSignal, String> {
        let view = interaction.view.as_ref().ok_or("a submission without a view")?;
        if view.callback_id.as_deref() == Some(preferences::CALLBACK) {
            let reply = self.reply(interaction)?;
            // Mistakes are told under their inputs, in the acknowledgement.
            return Ok(match preferences::read(interaction) {
                Ok(preferences) => ChatSignal::Prefer { preferences, reply },
                Err(_) => ignored("a form with mistakes"),
            });
        }
        if view.callback_id.as_deref() != Some(DENY_CALLBACK) {
            return Err("a view that is not ours".to_owned());
        }
        let value = checked_value(view.private_metadata.as_deref().unwrap_or_default())?;
        Request::read_button_value(&value).ok_or("a view that names no request")?;
        let reason = interaction.typed(REASON_BLOCK, REASON_ACTION).map(Words::new).filter(|reason| !reason.is_empty());
        Ok(vote(value, Choice::Deny, reason, self.reply(interaction)?))
    }

    fn command(&self, body: &str) -> Result<ChatSignal, String> {
        let fields = form::fields(body)?;
        if fields.iter().any(|(name, value)| name == "ssl_check" && value == "1") {
            return Ok(ignored("Slack checks our certificate"));
        }
        let optional = |name: &str| form::the_only(body, name).ok().filter(|value| !value.is_empty());
        self.is_for_us(optional("api_app_id").as_deref(), false)?;
        let workspace =
            optional("team_id").or_else(|| optional("enterprise_id")).ok_or("a command without a workspace")?;
        let user = ChatUser { workspace, user: checked_id(&form::the_only(body, "user_id")?)? };
        let response_url = optional("response_url").filter(|url| self.replies.allowed(url).is_some());
        let reply = ReplyTo { user, channel: optional("channel_id"), response_url };
        let opening = optional("trigger_id").map(|trigger| Opening::Open { trigger });
        Ok(ChatSignal::Command { command: command::parse(&optional("text").unwrap_or_default()), opening, reply })
    }

    /// The signature proves a workspace's app, this the app: two may share a secret by mistake.
    fn is_for_us(&self, app: Option<&str>, must_say: bool) -> Result<(), String> {
        match (&self.app, app) {
            (Some(ours), Some(theirs)) if ours != theirs => Err("a payload of another app".to_owned()),
            (Some(_), None) if must_say => Err("a payload that names no app".to_owned()),
            _ => Ok(()),
        }
    }

    fn reply(&self, interaction: &Interaction) -> Result<ReplyTo, String> {
        let user = interaction.user.as_ref().and_then(|user| user.id.as_deref()).ok_or("a payload without a user")?;
        let container = interaction.container.as_ref().and_then(|container| container.channel_id.clone());
        let channel = interaction.channel.as_ref().and_then(|channel| channel.id.clone()).or(container);
        let response_url = interaction.response_url.clone().filter(|url| self.replies.allowed(url).is_some());
        let user = ChatUser { workspace: self.workspace_of(interaction)?, user: checked_id(user)? };
        // Nobody sees a channel while they look at their home: what they are told goes to themselves.
        let channel = if home::is_home(interaction) { Some(user.user.clone()) } else { channel };
        Ok(ReplyTo { user, channel, response_url })
    }

    /// The clicker's workspace. Where the payload names two, the one that is not ours counts: an outsider in a shared
    /// channel must not pass because the channel is ours.
    fn workspace_of(&self, interaction: &Interaction) -> Result<String, String> {
        let home = interaction.user.as_ref().and_then(|user| user.team_id.as_deref());
        let place = interaction.team.as_ref().and_then(|team| team.id.as_deref());
        let foreign =
            [home, place].into_iter().flatten().find(|id| self.workspace.as_deref().is_some_and(|ours| ours != *id));
        let enterprise = interaction.enterprise.as_ref().and_then(|enterprise| enterprise.id.as_deref());
        let named = foreign.or(home).or(place).or(enterprise).ok_or("a payload without a workspace")?;
        checked_id(named)
    }
}

/// What identifies a click, so that one click delivered twice is one and two clicks are two. Slack sends no delivery id:
/// this is a digest of who, what, on which view or message and when; of the whole body where that cannot be read.
pub fn delivery_id(source: Source, body: &str) -> String {
    let parts = match source {
        Source::ChatInteraction => click_parts(body),
        Source::ChatCommand => command_parts(body),
        Source::ChatEvent => Envelope::read(body).ok().and_then(|envelope| envelope.event_id).map(|id| vec![Some(id)]),
        Source::Forge => None,
    };
    let identity = parts.and_then(|parts| serde_json::to_vec(&(source.word(), parts)).ok());
    Digest::of(&identity.unwrap_or_else(|| body.as_bytes().to_vec())).to_string()
}

fn click_parts(body: &str) -> Option<Vec<Option<String>>> {
    let interaction = Interaction::read(body).ok()?;
    let typed = interaction.typed(REASON_BLOCK, REASON_ACTION).map(|text| Digest::of(text.as_bytes()).to_string());
    let user = interaction.user.as_ref()?.id.clone();
    let container = interaction.container.as_ref();
    let message = container.and_then(|container| container.message_ts.clone());
    let view = container.and_then(|container| container.view_id.clone());
    let mut parts = vec![Some(interaction.kind.clone()), user, message, view, interaction.trigger_id.clone(), typed];
    for action in interaction.actions.iter().flatten() {
        parts.extend([action.action_id.clone(), action.value.clone(), action.action_ts.clone()]);
    }
    if let Some(view) = interaction.view {
        parts.extend([view.id, view.hash, view.callback_id, view.private_metadata]);
    }
    Some(parts)
}

fn command_parts(body: &str) -> Option<Vec<Option<String>>> {
    let trigger = form::the_only(body, "trigger_id").ok().filter(|trigger| !trigger.is_empty())?;
    let names = ["team_id", "user_id", "command", "text"];
    Some(names.iter().map(|name| form::the_only(body, name).ok()).chain([Some(trigger)]).collect())
}

fn opening(interaction: &Interaction) -> Result<Opening, String> {
    if let Some(view) = interaction.view.as_ref().filter(|_| !home::is_home(interaction)) {
        let id = view.id.clone().ok_or("a view without an id")?;
        return Ok(Opening::Replace { view: id, hash: view.hash.clone() });
    }
    let trigger = interaction.trigger_id.clone().ok_or("a click without a trigger")?;
    Ok(Opening::Open { trigger })
}

fn turned_page(value: &str, opening: Opening, reply: ReplyTo) -> Result<ChatSignal, String> {
    let (value, page) = read_page_value(value).ok_or("a page button without a page")?;
    Ok(show(value.to_owned(), Wanted::Changes { page }, opening, reply))
}

fn show(value: String, what: Wanted, opening: Opening, reply: ReplyTo) -> ChatSignal {
    ChatSignal::Show { value, what, opening, reply }
}

fn vote(value: String, choice: Choice, reason: Option<Words>, reply: ReplyTo) -> ChatSignal {
    ChatSignal::Vote { value, choice, reason, ticks: Vec::new(), means_older: false, reply }
}

fn button_value(action: &Action) -> Result<String, String> {
    checked_value(action.value.as_deref().unwrap_or_default())
}

fn checked_value(value: &str) -> Result<String, String> {
    let usable = !value.is_empty() && !value.chars().any(char::is_control) && value.chars().count() <= MAX_VALUE_CHARS;
    if usable {
        Ok(value.to_owned())
    } else {
        Err("a value that is empty, too long or holds control characters".to_owned())
    }
}

/// The id of what an event is about, which stands there whole or by its id.
fn id_in(subject: Option<&Value>) -> Result<String, String> {
    let id = match subject {
        Some(Value::Object(members)) => members.get("id").and_then(Value::as_str),
        Some(Value::String(id)) => Some(id.as_str()),
        _ => None,
    };
    checked_id(id.ok_or("an event that does not say what it is about")?)
}

/// Ids are letters and digits; they go into rows and mentions.
fn checked_id(id: &str) -> Result<String, String> {
    let usable = (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if usable { Ok(id.to_owned()) } else { Err("an id that is not letters and digits".to_owned()) }
}

fn ignored(why: &str) -> ChatSignal {
    ChatSignal::Ignored { why: Words::new(why).as_str().chars().filter(|c| !c.is_control()).take(200).collect() }
}

#[cfg(test)]
mod tests;
