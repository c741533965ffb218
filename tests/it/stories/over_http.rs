//! The stories, with Slack's requests coming in over HTTP.

#[path = "channels.rs"]
mod channels;
#[path = "commands.rs"]
mod commands;
mod consent;
#[path = "deciding.rs"]
mod deciding;
mod doors;
#[path = "faults.rs"]
mod faults;
#[path = "gathering.rs"]
mod gathering;
#[path = "home.rs"]
mod home;
#[path = "menu.rs"]
mod menu;
#[path = "modals.rs"]
mod modals;
#[path = "outages.rs"]
mod outages;
#[path = "outside.rs"]
mod outside;
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
#[path = "workspaces.rs"]
mod workspaces;

/// What the stories above stand on.
mod stage {
    pub use crate::stories::stage::{GLASS, Stage, begin_consent, get, install, one_gate, stage, stage_with};
}
