//! The stories, with Slack's requests coming in over HTTP.

mod consent;
#[path = "deciding.rs"]
mod deciding;
mod doors;
#[path = "faults.rs"]
mod faults;
#[path = "gathering.rs"]
mod gathering;
#[path = "menu.rs"]
mod menu;
#[path = "modals.rs"]
mod modals;
#[path = "policies.rs"]
mod policies;
#[path = "racing.rs"]
mod racing;
#[path = "refusing.rs"]
mod refusing;
#[path = "replicas.rs"]
mod replicas;
#[path = "restarting.rs"]
mod restarting;
#[path = "running.rs"]
mod running;
#[path = "waiting.rs"]
mod waiting;

/// What the stories above stand on.
mod stage {
    pub use crate::stories::stage::{Stage, stage, stage_with};
}
