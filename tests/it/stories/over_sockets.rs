//! The same stories, with Slack's requests coming over connections that Countersign opens; and those about connections.

#[path = "channels.rs"]
mod channels;
#[path = "commands.rs"]
mod commands;
#[path = "deciding.rs"]
mod deciding;
#[path = "faults.rs"]
mod faults;
#[path = "gathering.rs"]
mod gathering;
#[path = "home.rs"]
mod home;
mod lines;
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
    use countersign::sim::world::{Transport, WorldOptions};

    pub use crate::stories::stage::{GLASS, Stage, install, one_gate};

    pub async fn stage() -> Stage {
        stage_with(|_| {}).await
    }

    pub async fn stage_with(change: impl FnOnce(&mut WorldOptions)) -> Stage {
        crate::stories::stage::stage_with(|options| {
            options.transport = Transport::Socket(2);
            change(options);
        })
        .await
    }
}
