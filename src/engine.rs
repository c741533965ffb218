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
mod workspaces;

use std::sync::Arc;

use crate::policy::PolicyDefaults;
use crate::ports::{Checker, Clock, Forge, IdSource};
use crate::store::Store;

pub use workspaces::{Workspace, Workspaces};

/// What every step works with.
#[derive(Clone)]
pub struct Engine {
    pub store: Store,
    pub forge: Arc<dyn Forge>,
    /// The one it works in.
    pub workspace: Arc<Workspace>,
    pub workspaces: Arc<Workspaces>,
    /// Asks checks outside of this server.
    pub checker: Arc<dyn Checker>,
    pub clock: Clock,
    pub ids: IdSource,
    pub people: Arc<people::Directory>,
    pub policy: PolicyDefaults,
    /// What gathering need not ask for twice.
    pub known: Arc<gather::Known>,
    pub previews: Arc<preview::Previews>,
    /// The page of this server that people are sent to, where there is one.
    pub public_url: Option<String>,
    /// Where people link their accounts themselves, without a slash at its end; empty where they cannot.
    pub link_address: Option<String>,
}
