//! The chat: where people see the request and decide. Slack today.

mod command;
mod lists;

use crate::domain::calendar::Zone;
use crate::domain::{
    ChannelTrouble, ChatName, ChatStanding, ChatUser, Choice, Digest, Evidence, MessageRef, Preferences, Reason,
    ReplyTo, Request, ThreadLine, Timestamp, Whisper, Words,
};
use crate::engine::receive::Delivery;

use super::PortResult;
use super::code::Presence;

pub use command::{ChatCommand, FreezeCommand};
pub use lists::{
    Answer, Confirm, Day, Deed, Entry, Filter, FreezeShown, Home, HomeClosed, HomeContent, HomePlace, HomeShown, Note,
    Pending, PreferencesForm, Stake,
};

/// A chat. Every call is bounded in time; every failure has its class.
pub trait Chat: Send + Sync + 'static {
    /// Reads a stored delivery, without looking anything up. `Err` says why an authentic delivery is unusable.
    fn interpret(&self, delivery: &Delivery) -> Result<ChatSignal, String>;

    /// Who somebody is right now (R14).
    fn standing<'a>(&'a self, user: &'a ChatUser) -> PortResult<'a, ChatStanding>;

    /// How people are shown somebody.
    fn name<'a>(&'a self, user: &'a ChatUser) -> PortResult<'a, ChatName>;

    /// What somebody's profile says, as far as we may read it.
    fn claims<'a>(&'a self, user: &'a ChatUser, field: Option<&'a str>) -> PortResult<'a, Claims>;

    /// Our workspace, as clicks from it name it.
    fn workspace(&self) -> PortResult<'_, String>;

    /// The user groups of our workspace, disabled ones too.
    fn user_groups(&self) -> PortResult<'_, Vec<UserGroup>>;

    /// The ids of everybody in a user group, by its id: at most the adapter's bound, more are an error. People who are gone
    /// may be among them. `Missing`: there is no such group, or it is disabled.
    fn user_group_members<'a>(&'a self, group: &'a str) -> PortResult<'a, Presence<Vec<String>>>;

    /// The channel a request's message is meant for, as the policy or the operator wrote it.
    fn channel_for(&self, request: &Request) -> String;
    /// The operator's channel, for what reaches no other.
    fn usual_channel(&self) -> String;
    /// The id of the channel that has this name now; an id is its own.
    fn find_channel<'a>(&'a self, name: &'a str) -> PortResult<'a, Option<String>>;
    /// Whether a channel takes messages about requests now.
    fn reach<'a>(&'a self, channel: &'a str) -> PortResult<'a, Result<(), ChannelTrouble>>;
    /// Whether somebody may see what stands in a channel.
    fn sees<'a>(&'a self, user: &'a ChatUser, channel: &'a str) -> PortResult<'a, bool>;
    /// A channel is not what it was: what is known of it is forgotten.
    fn forget_channel(&self, channel: &str);
    /// Where a message stands, on the web; `None` before that is known.
    fn link_to(&self, message: &MessageRef) -> Option<String>;

    /// Draws the message for `board`, without sending it.
    fn draw(&self, board: &Board<'_>) -> Shown;

    fn post<'a>(&'a self, channel: &'a str, shown: &'a Shown) -> PortResult<'a, Posting>;
    fn edit<'a>(&'a self, message: &'a MessageRef, shown: &'a Shown) -> PortResult<'a, ()>;
    /// Adds a line to a message's thread.
    fn say<'a>(&'a self, message: &'a MessageRef, board: &'a Board<'a>, line: &'a ThreadLine) -> PortResult<'a, ()>;
    fn whisper<'a>(&'a self, to: &'a ReplyTo, board: Option<&'a Board<'a>>, text: &'a Whisper) -> PortResult<'a, ()>;
    /// Tells one person something that no request's own words say.
    fn answer<'a>(&'a self, to: &'a ReplyTo, answer: &'a Answer<'a>) -> PortResult<'a, ()>;
    /// Mentions people in a message's thread: they can decide.
    fn mention<'a>(
        &'a self,
        message: &'a MessageRef,
        board: &'a Board<'a>,
        people: &'a [ChatUser],
        again: bool,
    ) -> PortResult<'a, ()>;

    /// Gives the chat a picture to hold. The name by which messages show it; `None` where the chat takes none from us.
    fn keep<'a>(&'a self, drawing: &'a Drawing<'a>) -> PortResult<'a, Option<String>>;

    /// Draws a direct message about a request.
    fn draw_direct(&self, board: &Board<'_>, note: &Note<'_>) -> Shown;
    fn post_direct<'a>(&'a self, to: &'a ChatUser, shown: &'a Shown) -> PortResult<'a, MessageRef>;
    fn edit_direct<'a>(&'a self, message: &'a MessageRef, shown: &'a Shown) -> PortResult<'a, ()>;
    /// A line below a direct message that says what is new: an edit alone tells nobody.
    fn say_direct<'a>(
        &'a self,
        message: &'a MessageRef,
        board: &'a Board<'a>,
        note: &'a Note<'a>,
    ) -> PortResult<'a, ()>;

    fn draw_home(&self, home: &Home<'_>) -> Shown;
    /// Shows somebody their home, unless it is newer than the version that `hash` names.
    fn show_home<'a>(
        &'a self,
        user: &'a ChatUser,
        shown: &'a Shown,
        hash: Option<&'a str>,
    ) -> PortResult<'a, HomeShown>;

    /// Draws the digest of a channel's day.
    fn draw_day(&self, day: &Day<'_>) -> Shown;
    /// The time zone that somebody has set in the chat.
    fn zone<'a>(&'a self, user: &'a ChatUser) -> PortResult<'a, Option<Zone>>;

    /// Opens or replaces a view: once, at once, never again (the trigger lives three seconds).
    fn open<'a>(&'a self, how: &'a Opening, view: &'a View<'a>) -> PortResult<'a, Opened>;
}

/// A user group, without its people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserGroup {
    /// Stays when the group is renamed.
    pub id: String,
    /// Without `@`; another group may have had it before.
    pub handle: String,
    pub is_disabled: bool,
}

/// Everything a message is drawn from.
#[derive(Debug, Clone, Copy)]
pub struct Board<'a> {
    pub request: &'a Request,
    /// The whole evidence, once there is one.
    pub evidence: Option<&'a Evidence>,
    /// The newer request for the same environment, where there is one.
    pub newer: Option<Successor<'a>>,
    /// The request that brought what was live before, where the rollout failed and it is known.
    pub before: Option<&'a Request>,
    pub now: Timestamp,
    /// This is a second copy, after an answer that was lost (R: at most one duplicate, marked).
    pub repeated: bool,
}

/// A newer request for the same environment, as the older one's message speaks of it (R24).
#[derive(Debug, Clone, Copy)]
pub struct Successor<'a> {
    pub request: &'a Request,
    /// Commits that it has and the older one lacks, where the older commit is one of its own history.
    pub ahead_by: Option<u64>,
}

/// A picture for a message.
#[derive(Debug, Clone, Copy)]
pub struct Drawing<'a> {
    /// The file's name.
    pub name: &'a str,
    pub title: &'a str,
    /// What is to be seen, for those who do not see it.
    pub alt: &'a str,
    pub png: &'a [u8],
}

/// A drawn message, in the chat's own form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What goes over the wire, as JSON text; kept in the record (R34).
    pub body: String,
    /// Digest of `body`: equal drawings are not sent twice.
    pub digest: Digest,
}

/// What came of posting a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posting {
    Posted(MessageRef),
    /// The channel takes none; nothing was posted.
    Closed(ChannelTrouble),
}

/// A modal.
#[derive(Debug, Clone, Copy)]
pub enum View<'a> {
    /// Asks what has to be said before something is done.
    Ask { board: Board<'a>, question: Question },
    /// The evidence, page by page.
    Changes { board: Board<'a>, place: Place },
    /// Why the request stands as it does.
    Why { board: Board<'a>, why: &'a Reason },
    /// Everything that can be done to the request and is not on its message.
    More { board: Board<'a> },
    /// Something is being looked up.
    Loading { what: &'a Wanted },
    /// A private answer, where a view is on the screen already.
    Answer { text: &'a Whisper },
    /// What waits for people.
    Pending(&'a Pending<'a>),
    /// How somebody wants to be told.
    Preferences(PreferencesForm<'a>),
    /// A plain text for somebody who cannot be shown more.
    Notice { title: &'a str, text: &'a str },
}

/// What somebody is asked for before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// A comment, a tick for each flag, a second word about an older request.
    Approve,
    Deny,
    RequestChanges,
    Object,
    WithdrawRequest,
    LookAgain,
    BreakGlass,
    CloseReview,
}

impl Question {
    pub const ALL: [Self; 8] = [
        Self::Approve,
        Self::Deny,
        Self::RequestChanges,
        Self::Object,
        Self::WithdrawRequest,
        Self::LookAgain,
        Self::BreakGlass,
        Self::CloseReview,
    ];

    /// Stable name: for records, and for what a view carries.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Deny => "deny",
            Self::RequestChanges => "request_changes",
            Self::Object => "object",
            Self::WithdrawRequest => "withdraw_request",
            Self::LookAgain => "look_again",
            Self::BreakGlass => "break_glass",
            Self::CloseReview => "close_review",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|question| question.word() == word)
    }
}

/// A place in the shown evidence: whatever is not there leads to the nearest that is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    pub tab: Tab,
    /// Which of the models, in the evidence's order.
    pub model: usize,
    pub page: usize,
}

/// The parts of the shown evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Tab {
    #[default]
    Summary,
    CardDiff,
    WholeCard,
    Weights,
    Files,
    Checks,
}

/// How a view comes on the screen.
#[derive(Clone, PartialEq, Eq)]
pub enum Opening {
    /// From a click on a message.
    Open { trigger: String },
    /// Replaces the view that was clicked in.
    Replace { view: String, hash: Option<String> },
    /// Replaces the view that a click on a message opened, although the answer to opening it was lost.
    Late { trigger: String },
}

/// A view that is on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    pub view: String,
    /// Names what is on it: a replacement of something else is refused.
    pub hash: Option<String>,
}

impl ChatSignal {
    /// Whoever waits for an answer to it, and where.
    pub const fn reply(&self) -> Option<&ReplyTo> {
        match self {
            Self::Vote { reply, .. }
            | Self::Act { reply, .. }
            | Self::Show { reply, .. }
            | Self::Command { reply, .. }
            | Self::Look { reply, .. }
            | Self::Confirm { reply, .. }
            | Self::PostAgain { reply, .. }
            | Self::Prefer { reply, .. } => Some(reply),
            Self::AccessLost { .. }
            | Self::PersonChanged { .. }
            | Self::GroupChanged { .. }
            | Self::HomeOpened { .. }
            | Self::ChannelChanged { .. }
            | Self::ChannelMoved { .. }
            | Self::Ignored { .. } => None,
        }
    }
}

impl std::fmt::Debug for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Open { .. } => "Open",
            Self::Replace { .. } => "Replace",
            Self::Late { .. } => "Late",
        })
    }
}

/// What a chat's delivery means to us.
#[derive(Debug, Clone, PartialEq)]
pub enum ChatSignal {
    /// A button of a request's message, or a submitted view.
    Vote {
        value: String,
        choice: Choice,
        reason: Option<Words>,
        /// Flags that were ticked, by the start of their fingerprints.
        ticks: Vec<String>,
        /// Said twice that the older of two requests is meant.
        means_older: bool,
        reply: ReplyTo,
    },
    /// Anything else that somebody does to a request.
    Act { value: String, act: Act, words: Option<Words>, reply: ReplyTo },
    /// A button that asks for a view.
    Show { value: String, what: Wanted, opening: Opening, reply: ReplyTo },
    /// The workspace, where it is named, no longer lets us in.
    AccessLost { workspace: Option<String>, why: String, since: Option<Timestamp> },
    /// Somebody's account is not what it was.
    PersonChanged { user: String },
    /// A user group is not what it was, or has other people.
    GroupChanged { group: String },
    /// A command, typed or pressed. `opening`: a view can be opened with it.
    Command { command: ChatCommand, opening: Option<Opening>, reply: ReplyTo },
    /// A view that is about no single request, or about the one of a message.
    Look { at: Sight, opening: Opening, reply: ReplyTo },
    /// Somebody opened their home, or chose another place in it; `hash` names the version they see. `workspace`: as in
    /// [`ReplyTo`].
    HomeOpened { workspace: String, user: ChatUser, place: HomePlace, hash: Option<String> },
    /// Somebody confirms what they typed.
    Confirm { draft: String, reply: ReplyTo },
    /// Somebody misses a request's message.
    PostAgain { value: String, reply: ReplyTo },
    /// Somebody said how they want to be told.
    Prefer { preferences: Preferences, reply: ReplyTo },
    /// A channel is not what it was.
    ChannelChanged { channel: String },
    /// A channel has another id now.
    ChannelMoved { workspace: String, from: String, to: String },
    /// Authentic, and nothing for us to do; the reason is for the log.
    Ignored { why: String },
}

/// What can be done to a request besides voting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Take one's own vote back (R20).
    WithdrawVote,
    /// Take the whole request back (R20).
    WithdrawRequest,
    /// Speak against it without a vote (R19).
    Object,
    /// Let it through without its gates (R25).
    BreakGlass,
    /// Close the review that breaking the glass asks for.
    CloseReview,
    /// Gather evidence and policy again.
    LookAgain,
}

/// What somebody wants to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// What waits for people.
    Pending,
    /// How they are told, to change it.
    Preferences,
    /// Something about the request of a message.
    OfMessage { message: MessageRef, what: Wanted },
}

/// A view that somebody wants to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// To be asked, then to do it.
    Ask(Question),
    Changes(Place),
    Why,
    More,
}

/// What somebody's profile says.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// The address of the account, which the chat has verified.
    pub email: Option<String>,
    /// What they wrote into the field that was asked for. A claim.
    pub field: Option<String>,
}

/// Addresses are not logged.
impl std::fmt::Debug for Claims {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Claims")
    }
}
