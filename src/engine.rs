//! The only loop: [`receive`] stores what comes in, [`advance`] turns it into decisions, [`perform`] does what was decided.
//! Beside it, [`preview`] shows pull requests what would be decided on.
//!
//! Nothing here runs by itself: every step is a function that somebody calls. `app` calls them for ever, tests by hand.

pub mod advance;
pub mod answers;
pub mod backoff;
mod channels;
pub mod chores;
mod ci;
pub mod day;
mod drafts;
pub mod freeze;
mod fresh;
pub mod gather;
pub mod groups;
pub mod home;
pub mod linking;
mod lists;
pub mod live;
pub mod pace;
pub mod people;
pub mod perform;
pub mod preview;
pub mod receive;
mod roster;
pub mod settle;
pub mod shown;
mod stakes;
pub mod step;

use std::sync::Arc;

use crate::policy::PolicyDefaults;
use crate::ports::{Chat, Checker, Clock, Forge, IdSource};
use crate::store::Store;

/// What every step works with.
#[derive(Clone)]
pub struct Engine {
    pub store: Store,
    pub forge: Arc<dyn Forge>,
    pub chat: Arc<dyn Chat>,
    /// Asks checks outside of this server.
    pub checker: Arc<dyn Checker>,
    pub clock: Clock,
    pub ids: IdSource,
    pub people: Arc<people::Directory>,
    /// What was read of people and groups.
    pub live: Arc<live::Live>,
    pub pace: Arc<pace::Pace>,
    pub policy: PolicyDefaults,
    /// What gathering need not ask for twice.
    pub known: Arc<gather::Known>,
    pub previews: Arc<preview::Previews>,
    /// Whose home is open.
    pub homes: Arc<home::Homes>,
    /// When digests of the day are sent.
    pub days: Arc<day::Days>,
    /// Users of the chat who may call freezes everywhere, by their ids.
    pub freezers: Arc<[String]>,
    /// The page of this server that people are sent to, where there is one.
    pub public_url: Option<String>,
    /// Where people link their accounts themselves, without a slash at its end; empty where they cannot.
    pub link_address: Option<String>,
}
