//! Reads stored deliveries: what a click, a submitted view, a command or an event means to us.

mod events;
mod home;
pub(super) mod shortcuts;

use serde_json::Value;

use crate::domain::{ChatUser, Choice, Digest, ReplyTo, Request, Words};
use crate::engine::receive::{Delivery, Source};
use crate::ports::chat::{Act, ChatCommand, ChatSignal, Opening, Place, Question, Wanted};

use super::message::buttons::{APPROVE, ASK, CHANGES, DENY, GO};
use super::message::menu::{Entry, MENU};
use super::modal::ask::{FLAGS_BLOCK, OLDER_BLOCK, REASON_ACTION, REASON_BLOCK, SURE_BLOCK};
use super::modal::read_place;
use super::payload::{Action, Envelope, Interaction};
use super::personal::{CONFIRM, POST_AGAIN};
use super::response_url::ReplyAddresses;
use super::socket::{self, Frame};
use super::whisper::{LINK, OPEN_LINK};
use super::{command, form, preferences};

#[cfg(test)]
pub(super) use events::CHANNEL_EVENTS;

/// Slack's own limit on a button's value, in characters.
const MAX_VALUE_CHARS: usize = 2_000;

/// Interactions that Slack sends and nothing of ours causes.
const FOREIGN_KINDS: [&str; 4] = ["view_closed", "block_suggestion", "interactive_message", "dialog_submission"];

/// What reading needs to know about us.
#[derive(Debug, Clone)]
pub(super) struct Reader {
    pub(super) app: Option<String>,
    /// Ours, as far as the operator named them.
    pub(super) workspaces: Vec<String>,
    pub(super) replies: ReplyAddresses,
}

impl Reader {
    pub(super) fn read(&self, delivery: &Delivery) -> Result<ChatSignal, String> {
        match delivery.source {
            Source::ChatInteraction => self.interaction(&Interaction::read(&delivery.body)?),
            Source::ChatCommand => self.command(&delivery.body),
            Source::ChatEvent => self.event(&Envelope::read(&delivery.body)?),
            Source::ChatFrame => self.frame(delivery),
            Source::Forge => Err("a forge's delivery came to the chat".to_owned()),
        }
    }

    /// A frame that could not be read when it came: perhaps this version can.
    fn frame(&self, delivery: &Delivery) -> Result<ChatSignal, String> {
        match socket::read(&delivery.body) {
            Ok(Frame::Envelope(arrived)) => {
                self.read(&Delivery { source: arrived.source, body: arrived.body, ..delivery.clone() })
            }
            Ok(Frame::Hello(_) | Frame::Disconnect(_)) => Ok(ignored("a frame about a connection that is over")),
            Err(unreadable) => Err(unreadable.why),
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
        let id = action.name().ok_or("an action without an id")?;
        match (action.kind.as_deref(), id) {
            (Some("button"), APPROVE) => Ok(vote(button_value(action)?, Choice::Approve, None, reply)),
            (Some("button"), DENY) => ask(button_value(action)?, Question::Deny, interaction, reply),
            (Some("button"), CHANGES) => {
                show(button_value(action)?, Wanted::Changes(Place::default()), interaction, reply)
            }
            (Some("button"), LINK) => Ok(ChatSignal::Command { command: ChatCommand::Link, opening: None, reply }),
            // Its address is opened by the person's own browser; that it was pressed is told all the same.
            (Some("button"), OPEN_LINK) => Ok(ignored("somebody opens the address they were given")),
            (Some("button"), CONFIRM) => Ok(ChatSignal::Confirm { draft: button_value(action)?, reply }),
            (Some("button"), POST_AGAIN) => Ok(ChatSignal::PostAgain { value: button_value(action)?, reply }),
            (Some("button"), id) if id.starts_with(ASK) => match Question::parse(id.trim_start_matches(ASK)) {
                Some(question) => ask(button_value(action)?, question, interaction, reply),
                None => Ok(ignored("a button that is not ours")),
            },
            (Some("button"), id) if id.starts_with(GO) => went(&button_value(action)?, interaction, reply),
            (Some("static_select"), id) if id.starts_with(GO) => went(&chosen_value(action)?, interaction, reply),
            (Some("overflow"), MENU) => chose(&chosen_value(action)?, interaction, reply),
            (
                Some("static_select" | "overflow"),
                APPROVE | DENY | CHANGES | LINK | OPEN_LINK | CONFIRM | POST_AGAIN,
            ) => Err("a button of ours that is no button".to_owned()),
            (Some("button" | "static_select" | "overflow"), _) => Ok(ignored("a control that is not ours")),
            (Some("checkboxes" | "plain_text_input"), _) => Ok(ignored("an input, before its view is submitted")),
            _ => Err("an action of a control that is not ours".to_owned()),
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
        let asked = view.callback_id.as_deref().and_then(Question::parse).ok_or("a view that is not ours")?;
        let value = checked_value(view.private_metadata.as_deref().unwrap_or_default())?;
        Request::read_button_value(&value).ok_or("a view that names no request")?;
        let reply = self.reply(interaction)?;
        let words = interaction.typed(REASON_BLOCK, REASON_ACTION).map(Words::new).filter(|words| !words.is_empty());
        let act =
            |act: Act, words: Option<Words>| ChatSignal::Act { value: value.clone(), act, words, reply: reply.clone() };
        Ok(match asked {
            Question::Approve => ChatSignal::Vote {
                ticks: interaction.ticked(FLAGS_BLOCK).into_iter().map(str::to_owned).collect(),
                means_older: !interaction.ticked(OLDER_BLOCK).is_empty(),
                value: value.clone(),
                choice: Choice::Approve,
                reason: words,
                reply: reply.clone(),
            },
            Question::Deny => vote(value, Choice::Deny, words, reply),
            Question::RequestChanges => vote(value, Choice::RequestChanges, words, reply),
            Question::Object => act(Act::Object, words),
            Question::WithdrawRequest => act(Act::WithdrawRequest, words),
            Question::LookAgain => act(Act::LookAgain, None),
            // Without the second word it is as if no reason had been given: that is refused.
            Question::BreakGlass => act(Act::BreakGlass, words.filter(|_| !interaction.ticked(SURE_BLOCK).is_empty())),
            Question::CloseReview => act(Act::CloseReview, words),
        })
    }

    fn command(&self, body: &str) -> Result<ChatSignal, String> {
        let fields = form::fields(body)?;
        if fields.iter().any(|(name, value)| name == "ssl_check" && value == "1") {
            return Ok(ignored("Slack checks our certificate"));
        }
        let optional = |name: &str| form::the_only(body, name).ok().filter(|value| !value.is_empty());
        self.is_for_us(optional("api_app_id").as_deref(), false)?;
        let (team, enterprise) = (optional("team_id"), optional("enterprise_id"));
        let place = self.place_of([team.as_deref(), enterprise.as_deref()]);
        let workspace = whole(&place).or(team).or(enterprise).ok_or("a command without a workspace")?;
        let user = ChatUser { workspace, user: checked_id(&form::the_only(body, "user_id")?)? };
        let response_url = optional("response_url").filter(|url| self.replies.allowed(url).is_some());
        let reply = ReplyTo { user, workspace: place, channel: optional("channel_id"), response_url };
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
        let workspace = self.place(interaction);
        let user = ChatUser { workspace: self.workspace_of(interaction, &workspace)?, user: checked_id(user)? };
        // Nobody sees a channel while they look at their home: what they are told goes to themselves.
        let channel = if home::is_home(interaction) { Some(user.user.clone()) } else { channel };
        Ok(ReplyTo { user, workspace, channel, response_url })
    }

    /// The workspace of ours in which somebody clicked: where the app is installed, which is a whole organisation in some.
    fn place(&self, interaction: &Interaction) -> String {
        let installed = interaction.view.as_ref().and_then(|view| view.app_installed_team_id.as_deref());
        self.place_of([installed, interaction.team_id(), interaction.enterprise_id(), interaction.home_id()])
    }

    /// The first of these that is ours; empty where none is.
    fn place_of<'i>(&self, ids: impl IntoIterator<Item = Option<&'i str>>) -> String {
        ids.into_iter().flatten().find(|id| self.is_ours(id)).unwrap_or_default().to_owned()
    }

    fn is_ours(&self, id: &str) -> bool {
        self.workspaces.iter().any(|ours| ours == id)
    }

    /// The workspace of whoever clicked at `place`. Where the payload names two, the one that is not ours counts: an outsider
    /// in a shared channel must not pass because the channel is ours.
    fn workspace_of(&self, interaction: &Interaction, place: &str) -> Result<String, String> {
        if let Some(organisation) = whole(place) {
            return Ok(organisation);
        }
        let (home, team) = (interaction.home_id(), interaction.team_id());
        let is_foreign = |id: &&str| !self.workspaces.is_empty() && !self.is_ours(id);
        let foreign = [home, team].into_iter().flatten().find(is_foreign);
        let named = foreign.or(home).or(team).or(interaction.enterprise_id()).ok_or("a payload without a workspace")?;
        checked_id(named)
    }
}

/// An organisation in which the app is installed as a whole. People have one id in all of its workspaces, and payloads name now
/// the one they are at home in and now the one they are looking at: they are known as the organisation's. Whether they are
/// its people is found out when they are looked up.
fn whole(place: &str) -> Option<String> {
    place.starts_with('E').then(|| place.to_owned())
}

/// What identifies a click, so that one click delivered twice is one and two clicks are two. Slack sends no delivery id:
/// this is a digest of who, what, on which view or message and when; of the whole body where that cannot be read.
pub fn delivery_id(source: Source, body: &str) -> String {
    let parts = match source {
        Source::ChatInteraction => click_parts(body),
        Source::ChatCommand => command_parts(body),
        Source::ChatEvent => Envelope::read(body).ok().and_then(|envelope| envelope.event_id).map(|id| vec![Some(id)]),
        Source::Forge | Source::ChatFrame => None,
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
    let ticked: Vec<Option<String>> = interaction.ticked("").into_iter().map(|value| Some(value.to_owned())).collect();
    parts.extend(ticked);
    for action in interaction.actions.iter().flatten() {
        let chosen = action.selected_option.as_ref().and_then(|option| option.value.clone());
        parts.extend([action.action_id.clone(), action.value.clone(), chosen, action.action_ts.clone()]);
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

/// A button or a select that leads through the evidence.
fn went(value: &str, interaction: &Interaction, reply: ReplyTo) -> Result<ChatSignal, String> {
    let (value, place) = read_place(value).ok_or("a value that names no place of the evidence")?;
    show(value.to_owned(), Wanted::Changes(place), interaction, reply)
}

fn chose(value: &str, interaction: &Interaction, reply: ReplyTo) -> Result<ChatSignal, String> {
    let (entry, value) = Entry::read(value).ok_or("a menu entry that is not ours")?;
    let value = value.to_owned();
    match entry {
        Entry::Ask(question) => ask(value, question, interaction, reply),
        Entry::WithdrawVote => Ok(ChatSignal::Act { value, act: Act::WithdrawVote, words: None, reply }),
        Entry::Why => show(value, Wanted::Why, interaction, reply),
        Entry::More => show(value, Wanted::More, interaction, reply),
    }
}

fn ask(value: String, question: Question, interaction: &Interaction, reply: ReplyTo) -> Result<ChatSignal, String> {
    show(value, Wanted::Ask(question), interaction, reply)
}

fn show(value: String, what: Wanted, interaction: &Interaction, reply: ReplyTo) -> Result<ChatSignal, String> {
    Ok(ChatSignal::Show { value, what, opening: opening(interaction)?, reply })
}

fn vote(value: String, choice: Choice, reason: Option<Words>, reply: ReplyTo) -> ChatSignal {
    ChatSignal::Vote { value, choice, reason, ticks: Vec::new(), means_older: false, reply }
}

fn button_value(action: &Action) -> Result<String, String> {
    checked_value(action.value.as_deref().unwrap_or_default())
}

fn chosen_value(action: &Action) -> Result<String, String> {
    let chosen = action.selected_option.as_ref().and_then(|option| option.value.as_deref());
    checked_value(chosen.unwrap_or_default())
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
    if is_id(id) { Ok(id.to_owned()) } else { Err("an id that is not letters and digits".to_owned()) }
}

pub(super) fn is_id(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn ignored(why: &str) -> ChatSignal {
    ChatSignal::Ignored { why: Words::new(why).as_str().chars().filter(|c| !c.is_control()).take(200).collect() }
}

#[cfg(test)]
mod tests;
