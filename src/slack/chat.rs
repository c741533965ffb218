//! Slack as the engine sees it.

use serde_json::{Value, json};
use slack_morphism::prelude::SlackView;

use crate::domain::{ChatName, ChatStanding, ChatUser, Digest, MessageRef, ReplyTo, Request, ThreadLine, Whisper};
use crate::engine::receive::Delivery;
use crate::ports::chat::{ChatSignal, Claims, Opened, Opening, UserGroup};
use crate::ports::{Board, Chat, Class, Clock, PortError, PortResult, Posted, Presence, Shown, View};

use super::channel::{Channels, SHARED};
use super::client::{AuthTest, Client};
use super::failure::Kind;
use super::identity::Ourselves;
use super::interpret::Reader;
use super::response_url::ReplyAddresses;
use super::settings::SlackSettings;
use super::{claims, groups, message, modal, name, standing, thread, whisper};

/// Slack, for one workspace and one default channel.
#[derive(Debug)]
pub struct SlackChat {
    client: Client,
    reader: Reader,
    channels: Channels,
    ourselves: Ourselves,
    channel: String,
    /// People can link their accounts themselves.
    links: bool,
}

impl SlackChat {
    /// Sends nothing yet: the connection is made with the first call. `Err` for an address we must not send a token to.
    pub fn new(settings: &SlackSettings, clock: Clock) -> Result<Self, PortError> {
        let reader = Reader {
            app: settings.app_id.clone(),
            workspace: settings.team_id.clone(),
            replies: ReplyAddresses::new(settings),
        };
        let channels = Channels::new(clock);
        let channel = settings.channel.clone();
        let (client, ourselves) = (Client::new(settings)?, Ourselves::default());
        Ok(Self { client, reader, channels, ourselves, channel, links: settings.links })
    }

    /// Who we are to Slack: for the start and for `doctor`.
    pub async fn auth_test(&self) -> Result<AuthTest, PortError> {
        self.client.auth_test().await
    }

    /// What keeps us from reaching anybody, in words for an operator.
    pub fn trouble(&self) -> Option<String> {
        let why = self.client.refusal()?;
        Some(format!("Slack does not let us in ({why}), so nobody can be asked: install the app again"))
    }

    /// Our workspace as configured; as Slack says where it is not.
    async fn us(&self) -> Result<AuthTest, PortError> {
        let us = self.ourselves.get(&self.client).await?;
        match &self.reader.workspace {
            Some(configured) if *configured != us.team_id && us.enterprise_id.as_ref() != Some(configured) => Err(
                PortError::permanent("check our workspace", "`slack.team_id` is not the workspace of the bot token"),
            ),
            _ => Ok(us.clone()),
        }
    }

    async fn posted(&self, arguments: &Value, doing: &str) -> Result<Posted, PortError> {
        let answer = self.client.post("chat.postMessage", arguments, Kind::Post, doing).await?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
        match (text("channel"), text("ts")) {
            (Some(channel), Some(id)) => Ok(Posted { message: MessageRef { channel, id } }),
            _ => Err(PortError::new(Class::Unknown, doing, "the answer names no message")),
        }
    }

    async fn edited(&self, message: &MessageRef, body: &Value) -> Result<(), PortError> {
        let to = json!({ "channel": message.channel, "ts": message.id, "parse": "none", "link_names": false });
        self.client.post("chat.update", &merged(body, &to), Kind::Edit, "edit the Slack message").await.map(drop)
    }

    /// Privately: by the click's own address, in the channel, or as the app's direct message.
    async fn tell(&self, to: &ReplyTo, board: Option<&Board<'_>>, body: &Value) -> Result<(), PortError> {
        let doing = "answer privately in Slack";
        if let Some(address) = to.response_url.as_deref().and_then(|address| self.reader.replies.allowed(address)) {
            let extra = json!({ "response_type": "ephemeral", "replace_original": false });
            match self.client.respond(address, &merged(body, &extra), doing).await {
                // Used up or too old: there are other ways.
                Err(error) if matches!(error.class, Class::Gone | Class::Permanent) => {}
                answer => return answer,
            }
        }
        let message = board.and_then(|board| board.request.message.as_ref()).map(|message| message.channel.clone());
        match to.channel.clone().or(message) {
            Some(channel) => {
                let arguments = merged(body, &json!({ "channel": channel, "user": to.user.user, "parse": "none" }));
                self.client.post("chat.postEphemeral", &arguments, Kind::Post, doing).await.map(drop)
            }
            None => self.posted(&merged(body, &quiet(&json!({ "channel": to.user.user }))), doing).await.map(drop),
        }
    }
}

impl Chat for SlackChat {
    fn interpret(&self, delivery: &Delivery) -> Result<ChatSignal, String> {
        self.reader.read(delivery)
    }

    fn standing<'a>(&'a self, user: &'a ChatUser) -> PortResult<'a, ChatStanding> {
        Box::pin(async move { standing::of(&self.client, &self.us().await?, user).await })
    }

    fn name<'a>(&'a self, user: &'a ChatUser) -> PortResult<'a, ChatName> {
        Box::pin(async move { name::of(&self.client, &self.us().await?, user).await })
    }

    fn claims<'a>(&'a self, user: &'a ChatUser, field: Option<&'a str>) -> PortResult<'a, Claims> {
        Box::pin(claims::of(&self.client, user, field))
    }

    fn user_groups(&self) -> PortResult<'_, Vec<UserGroup>> {
        Box::pin(async move {
            let us = self.us().await?;
            groups::all(&self.client, groups::workspace(&us, self.reader.workspace.as_deref())?).await
        })
    }

    fn user_group_members<'a>(&'a self, group: &'a str) -> PortResult<'a, Presence<Vec<String>>> {
        Box::pin(async move {
            let us = self.us().await?;
            groups::members(&self.client, groups::workspace(&us, self.reader.workspace.as_deref())?, group).await
        })
    }

    fn channel_for(&self, _: &Request) -> String {
        self.channel.clone()
    }

    fn draw(&self, board: &Board<'_>) -> Shown {
        message::draw(board)
    }

    fn post<'a>(&'a self, channel: &'a str, shown: &'a Shown) -> PortResult<'a, Posted> {
        Box::pin(async move {
            let body = read_back(shown)?;
            self.channels.is_ours(&self.client, channel).await?;
            self.posted(&merged(&body, &quiet(&json!({ "channel": channel }))), "post the Slack message").await
        })
    }

    fn edit<'a>(&'a self, message: &'a MessageRef, shown: &'a Shown) -> PortResult<'a, ()> {
        Box::pin(async move {
            match self.channels.is_ours(&self.client, &message.channel).await {
                Ok(()) => self.edited(message, &read_back(shown)?).await,
                Err(error) if error.why == SHARED => {
                    // What stands there must not go on looking open, nor show more to outsiders.
                    self.edited(message, &withdrawn()).await?;
                    Err(error)
                }
                Err(error) => Err(error),
            }
        })
    }

    fn say<'a>(&'a self, message: &'a MessageRef, board: &'a Board<'a>, line: &'a ThreadLine) -> PortResult<'a, ()> {
        Box::pin(async move {
            self.channels.is_ours(&self.client, &message.channel).await?;
            let to = json!({ "channel": message.channel, "thread_ts": message.id });
            self.posted(&merged(&thread::draw(board, line), &quiet(&to)), "reply in the Slack thread").await.map(drop)
        })
    }

    fn whisper<'a>(&'a self, to: &'a ReplyTo, board: Option<&'a Board<'a>>, text: &'a Whisper) -> PortResult<'a, ()> {
        Box::pin(async move { self.tell(to, board, &whisper::draw(text, self.links)).await })
    }

    fn tell_asker<'a>(&'a self, user: &'a ChatUser, board: &'a Board<'a>, line: &'a ThreadLine) -> PortResult<'a, ()> {
        Box::pin(async move {
            // A person's id opens the app's own direct message with them.
            let to = json!({ "channel": user.user });
            let body = thread::draw_for_asker(board, line);
            self.posted(&merged(&body, &quiet(&to)), "tell whoever asked, in Slack").await.map(drop)
        })
    }

    fn open<'a>(&'a self, how: &'a Opening, view: &'a View<'a>) -> PortResult<'a, Opened> {
        Box::pin(async move {
            let doing = "show a Slack view";
            let (method, arguments) = opening(how, modal::draw(view, self.links));
            let answer = self.client.post(method, &arguments, Kind::View, doing).await?;
            let text = |name: &str| answer.pointer(name).and_then(Value::as_str).map(str::to_owned);
            let view = text("/view/id").ok_or_else(|| PortError::retry(doing, "the answer names no view"))?;
            Ok(Opened { view, hash: text("/view/hash") })
        })
    }
}

/// The method that shows a view, and its arguments. A view is opened under a name of ours, so that it can be replaced even when
/// the answer to opening it is lost.
fn opening(how: &Opening, view: SlackView) -> (&'static str, Value) {
    match how {
        Opening::Open { trigger } => {
            let named = merged(&json!(view), &json!({ "external_id": name_of(trigger) }));
            ("views.open", json!({ "trigger_id": trigger, "view": named }))
        }
        Opening::Replace { view: id, hash: Some(hash) } => {
            ("views.update", json!({ "view_id": id, "hash": hash, "view": view }))
        }
        Opening::Replace { view: id, hash: None } => ("views.update", json!({ "view_id": id, "view": view })),
        Opening::Late { trigger } => ("views.update", json!({ "external_id": name_of(trigger), "view": view })),
    }
}

/// One trigger opens one view. The trigger itself is a capability and goes nowhere else.
fn name_of(trigger: &str) -> String {
    Digest::of(trigger.as_bytes()).to_string()
}

/// What takes a message's place when its channel has become shared with another company.
fn withdrawn() -> Value {
    let words = "This channel is now shared with another company, so this request is no longer shown here.";
    json!({ "text": words, "blocks": [{ "type": "section", "text": { "type": "plain_text", "text": words, "emoji": false } }] })
}

/// What keeps Slack from turning text into links and previews.
fn quiet(arguments: &Value) -> Value {
    let quiet = json!({ "parse": "none", "link_names": false, "unfurl_links": false, "unfurl_media": false });
    merged(arguments, &quiet)
}

fn merged(one: &Value, other: &Value) -> Value {
    let members = [one, other].into_iter().filter_map(Value::as_object).flatten();
    Value::Object(members.map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn read_back(shown: &Shown) -> Result<Value, PortError> {
    serde_json::from_str(&shown.body)
        .map_err(|_| PortError::permanent("send a Slack message", "its drawing is not JSON"))
}

#[cfg(test)]
mod tests;
