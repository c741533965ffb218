//! Slack as the engine sees it.

use serde_json::{Value, json};
use slack_morphism::prelude::SlackView;

use crate::domain::calendar::Zone;
use crate::domain::{
    ChannelTrouble, ChatName, ChatStanding, ChatUser, Digest, MessageRef, ReplyTo, Request, Severity, ThreadLine,
    Whisper,
};
use crate::engine::receive::Delivery;
use crate::ports::chat::{Answer, ChatSignal, Claims, Day, Drawing, Home, HomeShown, Note, Opened, Opening, UserGroup};
use crate::ports::{Board, Chat, Class, Clock, PortError, PortResult, Posting, Presence, Shown, View};

use super::channels::{Channels, trouble};
use super::client::{AuthTest, Client};
use super::failure::Kind;
use super::identity::Ourselves;
use super::interpret::Reader;
use super::message::picture;
use super::response_url::ReplyAddresses;
use super::settings::SlackSettings;
use super::upload::Pictures;
use super::{answer, claims, day, groups, home, message, modal, name, personal, standing, thread, whisper};

/// Slack, for one workspace and one default channel.
#[derive(Debug)]
pub struct SlackChat {
    client: Client,
    reader: Reader,
    channels: Channels,
    ourselves: Ourselves,
    pictures: Pictures,
    /// As the operator set it.
    workspace: Option<String>,
    /// In an organisation: its workspace whose user groups and channel names are meant.
    home: Option<String>,
    channel: String,
    /// People can link their accounts themselves.
    links: bool,
}

impl SlackChat {
    /// Sends nothing yet: the connection is made with the first call. `Err` for an address we must not send a token to.
    pub fn new(settings: &SlackSettings, clock: Clock) -> Result<Self, PortError> {
        let reader = Reader {
            app: settings.app_id.clone(),
            workspaces: settings.all_team_ids.clone(),
            replies: ReplyAddresses::new(settings),
        };
        let channels = Channels::new(clock, settings.allow_shared_channels);
        let channel = settings.channel.clone();
        let (client, ourselves) = (Client::new(settings)?, Ourselves::default());
        let pictures = Pictures::default();
        let (workspace, home) = (settings.team_id.clone(), settings.home.clone());
        Ok(Self { client, reader, channels, ourselves, pictures, workspace, home, channel, links: settings.links })
    }

    /// Who we are to Slack: for the start and for `doctor`.
    pub async fn auth_test(&self) -> Result<AuthTest, PortError> {
        self.client.auth_test().await
    }

    /// Why no call works, in Slack's word, as far as the last one tells.
    pub fn refusal(&self) -> Option<String> {
        self.client.refusal()
    }

    /// Our workspace as configured; as Slack says where it is not.
    async fn us(&self) -> Result<AuthTest, PortError> {
        let us = self.ourselves.get(&self.client).await?;
        match &self.workspace {
            Some(configured) if *configured != us.team_id && us.enterprise_id.as_ref() != Some(configured) => Err(
                PortError::permanent("check our workspace", "`slack.team_id` is not the workspace of the bot token"),
            ),
            _ => Ok(us.clone()),
        }
    }

    /// The workspace to be named: where the app is installed for a whole organisation, Slack cannot tell which one is meant.
    fn home<'a>(&'a self, us: &'a AuthTest) -> Result<Option<&'a str>, PortError> {
        if !us.is_enterprise_install {
            return Ok(None);
        }
        let ids = [self.home.as_deref(), self.workspace.as_deref(), Some(us.team_id.as_str())];
        let workspace = ids.into_iter().flatten().find(|id| id.starts_with('T'));
        let why = "the app is installed for a whole organisation: say in `slack.team_id` whose names are meant (E…/T…)";
        workspace.map(Some).ok_or_else(|| PortError::permanent("find a name in Slack", why))
    }

    async fn posted(&self, arguments: &Value, doing: &str) -> Result<MessageRef, PortError> {
        let answer = self.sent("chat.postMessage", arguments, Kind::Post, doing).await?;
        let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
        match (text("channel"), text("ts")) {
            (Some(channel), Some(id)) => Ok(MessageRef { channel, id }),
            _ => Err(PortError::new(Class::Unknown, doing, "the answer names no message")),
        }
    }

    async fn edited(&self, message: &MessageRef, body: &Value) -> Result<(), PortError> {
        let to = json!({ "channel": message.channel, "ts": message.id, "parse": "none", "link_names": false });
        self.sent("chat.update", &merged(body, &to), Kind::Edit, EDITING).await.map(drop)
    }

    /// A message whose picture Slack does not show, as it was deleted or is not ready yet, goes without it.
    async fn sent(&self, method: &str, arguments: &Value, kind: Kind, doing: &str) -> Result<Value, PortError> {
        match self.client.post(method, arguments, kind, doing).await {
            Err(error) if picture::is_refused(&error) => match picture::without(arguments) {
                Some(plain) => self.client.post(method, &plain, kind, doing).await,
                None => Err(error),
            },
            answer => answer,
        }
    }

    /// In a message's thread.
    async fn said(&self, message: &MessageRef, body: &Value) -> Result<(), PortError> {
        const DOING: &str = "reply in the Slack thread";
        if let Err(why) = self.channels.reach(&self.client, &message.channel).await? {
            return Err(closed(DOING, &why));
        }
        let to = json!({ "channel": message.channel, "thread_ts": message.id });
        self.posted(&merged(body, &quiet(&to)), DOING).await.map(drop)
    }

    /// Privately: by the click's own address, in the channel, or as the app's direct message. A channel that is the person
    /// themself asks for the last.
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
        let channel = to.channel.clone().or(message).filter(|channel| *channel != to.user.user);
        if let Some(channel) = channel {
            let arguments = merged(body, &json!({ "channel": channel, "user": to.user.user, "parse": "none" }));
            match self.client.post("chat.postEphemeral", &arguments, Kind::Post, doing).await {
                // They are not where the message is, or nobody is any more.
                Err(error) if matches!(error.class, Class::Gone | Class::Permanent) => {}
                answer => return answer.map(drop),
            }
        }
        self.posted(&merged(body, &quiet(&json!({ "channel": to.user.user }))), doing).await.map(drop)
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

    fn workspace(&self) -> PortResult<'_, String> {
        Box::pin(async move {
            let us = self.us().await?;
            Ok(self.home(&us)?.unwrap_or(&us.team_id).to_owned())
        })
    }

    fn user_groups(&self) -> PortResult<'_, Vec<UserGroup>> {
        Box::pin(async move {
            let us = self.us().await?;
            groups::all(&self.client, self.home(&us)?).await
        })
    }

    fn user_group_members<'a>(&'a self, group: &'a str) -> PortResult<'a, Presence<Vec<String>>> {
        Box::pin(async move {
            let us = self.us().await?;
            groups::members(&self.client, self.home(&us)?, group).await
        })
    }

    fn channel_for(&self, request: &Request) -> String {
        let channels = request.policy.as_ref().map(|policies| &policies.own.channels);
        let risk = request.evidence.as_ref().map_or(Severity::Info, |evidence| evidence.risk);
        channels.and_then(|channels| channels.for_risk(risk)).unwrap_or(&self.channel).to_owned()
    }

    fn usual_channel(&self) -> String {
        self.channel.clone()
    }

    fn find_channel<'a>(&'a self, name: &'a str) -> PortResult<'a, Option<String>> {
        Box::pin(async move {
            match name.strip_prefix('#') {
                Some(name) => self.channels.names.find(&self.client, self.home(&self.us().await?)?, name).await,
                None => Ok(Some(name.to_owned())),
            }
        })
    }

    fn reach<'a>(&'a self, channel: &'a str) -> PortResult<'a, Result<(), ChannelTrouble>> {
        Box::pin(self.channels.reach(&self.client, channel))
    }

    fn sees<'a>(&'a self, user: &'a ChatUser, channel: &'a str) -> PortResult<'a, bool> {
        Box::pin(self.channels.sees(&self.client, user, channel))
    }

    fn forget_channel(&self, channel: &str) {
        self.channels.forget(channel);
    }

    fn link_to(&self, message: &MessageRef) -> Option<String> {
        self.ourselves.known()?.link_to(&message.channel, &message.id)
    }

    fn draw(&self, board: &Board<'_>) -> Shown {
        message::draw(board)
    }

    fn post<'a>(&'a self, channel: &'a str, shown: &'a Shown) -> PortResult<'a, Posting> {
        Box::pin(async move {
            let body = read_back(shown)?;
            if let Err(why) = self.channels.reach(&self.client, channel).await? {
                return Ok(Posting::Closed(why));
            }
            let arguments = merged(&body, &quiet(&json!({ "channel": channel })));
            match self.posted(&arguments, "post the Slack message").await {
                Ok(message) => Ok(Posting::Posted(message)),
                Err(error) => trouble(&error).map(Posting::Closed).ok_or(error),
            }
        })
    }

    fn edit<'a>(&'a self, message: &'a MessageRef, shown: &'a Shown) -> PortResult<'a, ()> {
        Box::pin(async move {
            match self.channels.reach(&self.client, &message.channel).await? {
                Ok(()) => self.edited(message, &read_back(shown)?).await,
                Err(ChannelTrouble::Shared) => {
                    // What stands there must not go on looking open, nor show more to outsiders.
                    self.edited(message, &withdrawn()).await?;
                    Err(closed(EDITING, &ChannelTrouble::Shared))
                }
                Err(why) => Err(closed(EDITING, &why)),
            }
        })
    }

    fn say<'a>(&'a self, message: &'a MessageRef, board: &'a Board<'a>, line: &'a ThreadLine) -> PortResult<'a, ()> {
        Box::pin(async move { self.said(message, &thread::draw(board, line)).await })
    }

    fn mention<'a>(
        &'a self,
        message: &'a MessageRef,
        board: &'a Board<'a>,
        people: &'a [ChatUser],
        again: bool,
    ) -> PortResult<'a, ()> {
        Box::pin(async move { self.said(message, &personal::mention(board, people, again)).await })
    }

    fn whisper<'a>(&'a self, to: &'a ReplyTo, board: Option<&'a Board<'a>>, text: &'a Whisper) -> PortResult<'a, ()> {
        Box::pin(async move { self.tell(to, board, &whisper::draw(text, self.links)).await })
    }

    fn answer<'a>(&'a self, to: &'a ReplyTo, answer: &'a Answer<'a>) -> PortResult<'a, ()> {
        Box::pin(async move { self.tell(to, None, &answer::draw(answer, self.links)).await })
    }

    fn keep<'a>(&'a self, drawing: &'a Drawing<'a>) -> PortResult<'a, Option<String>> {
        Box::pin(self.pictures.keep(&self.client, &self.reader.replies, drawing))
    }

    fn draw_direct(&self, board: &Board<'_>, note: &Note<'_>) -> Shown {
        personal::direct(board, note)
    }

    fn post_direct<'a>(&'a self, to: &'a ChatUser, shown: &'a Shown) -> PortResult<'a, MessageRef> {
        Box::pin(async move {
            let arguments = merged(&read_back(shown)?, &quiet(&json!({ "channel": to.user })));
            self.posted(&arguments, "send a direct message in Slack").await
        })
    }

    fn edit_direct<'a>(&'a self, message: &'a MessageRef, shown: &'a Shown) -> PortResult<'a, ()> {
        Box::pin(async move { self.edited(message, &read_back(shown)?).await })
    }

    fn say_direct<'a>(
        &'a self,
        message: &'a MessageRef,
        board: &'a Board<'a>,
        note: &'a Note<'a>,
    ) -> PortResult<'a, ()> {
        Box::pin(async move {
            let to = json!({ "channel": message.channel, "thread_ts": message.id });
            let arguments = merged(&personal::news(board, note), &quiet(&to));
            self.posted(&arguments, "reply to a direct message in Slack").await.map(drop)
        })
    }

    fn draw_home(&self, home: &Home<'_>) -> Shown {
        let body = serde_json::to_string(&home::view(home)).unwrap_or_default();
        Shown { digest: Digest::of(body.as_bytes()), body }
    }

    fn show_home<'a>(
        &'a self,
        user: &'a ChatUser,
        shown: &'a Shown,
        hash: Option<&'a str>,
    ) -> PortResult<'a, HomeShown> {
        Box::pin(async move {
            let mut arguments = json!({ "user_id": user.user, "view": read_back(shown)? });
            if let (Some(hash), Some(members)) = (hash, arguments.as_object_mut()) {
                members.insert("hash".to_owned(), json!(hash));
            }
            match self.client.post("views.publish", &arguments, Kind::Edit, "show somebody's home in Slack").await {
                Ok(answer) => {
                    let hash = answer.pointer("/view/hash").and_then(Value::as_str).map(str::to_owned);
                    Ok(HomeShown::Shown { hash })
                }
                Err(error) if error.why == "hash_conflict" => Ok(HomeShown::Outrun),
                Err(error) if error.why == "not_enabled" => Ok(HomeShown::Off),
                Err(error) => Err(error),
            }
        })
    }

    fn draw_day(&self, day: &Day<'_>) -> Shown {
        day::draw(day)
    }

    fn zone<'a>(&'a self, user: &'a ChatUser) -> PortResult<'a, Option<Zone>> {
        Box::pin(async move {
            let answer =
                self.client.get("users.info", &[("user", &user.user)], "read a Slack user's time zone").await?;
            let name = answer.pointer("/user/tz").and_then(Value::as_str);
            Ok(name.and_then(|name| Zone::parse(name).ok()))
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

const EDITING: &str = "edit the Slack message";

/// What was there is not for people any more.
fn closed(doing: &str, why: &ChannelTrouble) -> PortError {
    PortError::new(Class::Gone, doing, why.words())
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
