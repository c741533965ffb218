//! What one person is shown of all requests: in lists, at home, in private answers.

use crate::domain::calendar::Zone;
use crate::domain::{ChatUser, Choice, Freeze, Preferences, Refusal, RepositoryId, Timestamp, Whisper, Words};

use super::{Act, Board, ChatCommand};

/// A request in a list.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    pub board: Board<'a>,
    pub stake: &'a Stake,
    /// Where its message stands, on the web.
    pub link: Option<&'a str>,
}

/// What a request has to do with whoever reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stake {
    /// They can decide.
    Decide,
    /// Whether they can could not be found out in time.
    Unchecked,
    /// They have spoken; it waits for others.
    Spoken,
    /// They started it.
    Asked,
    /// Nothing more than for everybody.
    None,
}

/// What waits for people.
#[derive(Debug, Clone, Default)]
pub struct Pending<'a> {
    /// Theirs first.
    pub entries: Vec<Entry<'a>>,
    /// Further ones that were not put in.
    pub more: usize,
}

/// Which requests somebody wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum Filter {
    #[default]
    All,
    /// Those they can decide or have started.
    Mine,
    Repository(RepositoryId),
}

/// Where somebody is in their home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct HomePlace {
    pub filter: Filter,
    pub page: usize,
}

/// Somebody's own page.
#[derive(Debug, Clone)]
pub enum Home<'a> {
    /// Not for them, or not now: why.
    Closed(HomeClosed),
    Open(HomeContent<'a>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HomeClosed {
    /// Full members of the workspace only.
    NotMember,
    /// Who they are could not be read.
    Unread,
}

#[derive(Debug, Clone)]
pub struct HomeContent<'a> {
    pub place: HomePlace,
    /// Number of pages of `waiting`, at least one.
    pub pages: usize,
    /// What can be filtered by.
    pub repositories: Vec<(RepositoryId, String)>,
    /// What waits for people: theirs first, a page of it.
    pub waiting: Vec<Entry<'a>>,
    /// How many of all that waits they can decide.
    pub mine: usize,
    /// How many wait in all, under the filter.
    pub all: usize,
    /// What they started and what is not live yet, or ended lately.
    pub asked: Vec<Entry<'a>>,
    pub recent: Vec<Entry<'a>>,
    /// Those that stand now or begin later.
    pub freezes: &'a [FreezeShown],
    /// Their account at the forge, where one is linked.
    pub login: Option<&'a str>,
    pub now: Timestamp,
}

/// A freeze, with what its repository is called now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreezeShown {
    pub freeze: Freeze,
    pub repository: Option<String>,
}

/// What came of showing somebody their home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HomeShown {
    /// `hash` names this version of it.
    Shown { hash: Option<String> },
    /// Somebody else showed them a newer one meanwhile.
    Outrun,
    /// The chat has no such page for us.
    Off,
}

/// A private answer to one person that a request's own words cannot give.
#[derive(Debug, Clone)]
pub enum Answer<'a> {
    Told(&'a Whisper),
    Refused(&'a Refusal),
    Pending(&'a Pending<'a>),
    Request(Entry<'a>),
    /// What they are about to do, with the button that does it.
    Confirm(Entry<'a>, Confirm<'a>),
    /// The end of an id names no request, or several.
    NoRequest {
        typed: &'a str,
        several: usize,
    },
    Frozen(&'a FreezeShown),
    Lifted(&'a FreezeShown),
    Freezes {
        standing: &'a [FreezeShown],
        now: Timestamp,
    },
    NoFreeze {
        typed: &'a str,
    },
    /// Nothing waits in a repository of that name, and nothing ever did.
    NoRepository {
        typed: &'a str,
    },
    /// What was typed is not right.
    Misused(&'a ChatCommand),
    /// The message is where it was.
    StillThere {
        link: Option<&'a str>,
    },
    PostedAgain,
    /// The button's time is over.
    TooLate,
}

/// Something to be confirmed.
#[derive(Debug, Clone, Copy)]
pub struct Confirm<'a> {
    /// Names it: nothing else is in the button.
    pub draft: &'a str,
    pub what: Deed,
    pub words: Option<&'a Words>,
    /// A newer request asks for the same environment: confirming means this older one.
    pub is_older: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Vote(Choice),
    Act(Act),
}

/// The form in which somebody says how they want to be told.
#[derive(Debug, Clone, Copy)]
pub struct PreferencesForm<'a> {
    pub now: &'a Preferences,
    /// Where they are, by the chat's word.
    pub zone: Option<&'a Zone>,
}

/// The day of one channel.
#[derive(Debug, Clone)]
pub struct Day<'a> {
    /// Its date, as in `2026-11-28`.
    pub date: &'a str,
    pub waiting: Vec<Entry<'a>>,
    pub ended: Vec<Entry<'a>>,
    /// Further ones that were not put in.
    pub more: usize,
}

/// What a direct message about a request says besides the request.
#[derive(Debug, Clone, Copy)]
pub struct Note<'a> {
    pub to: &'a ChatUser,
    pub matter: crate::domain::Matter,
    pub stake: &'a Stake,
    pub link: Option<&'a str>,
}
