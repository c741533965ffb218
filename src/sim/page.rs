//! The demo's page: a Slack-like channel and a GitHub-like run page side by side, over a world in real time.
//!
//! Everything shown is drawn from the state of the simulated vendors; everything pressed is sent as they would send it.
//! Countersign itself is a real server beside this one, and knows of neither page nor simulation.

mod acts;
mod assets;
mod channel;
mod comment;
mod elsewhere;
mod guard;
mod laws;
mod live;
mod people;
mod record;
mod rooms;
mod routes;
mod run;
mod runs;
mod shell;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio_util::sync::CancellationToken;

use crate::app::server::Server;
use crate::config::ServeSettings;
use crate::sim::github::Dispatch;
use crate::sim::github::sample::Sample;
use crate::sim::world::World;

/// Connections served at once: a demo has one visitor, with some tabs.
const MAX_CONNECTIONS: usize = 64;

/// A deployment that can be started from the page.
#[derive(Debug, Clone)]
pub struct Offer {
    /// Its name in the page's requests.
    pub name: &'static str,
    pub label: String,
    /// What it shows, in a sentence.
    pub hint: String,
    pub dispatch: Dispatch,
}

/// What is offered in the sample world.
pub fn offers_of_sample(sample: &Sample) -> Vec<Offer> {
    vec![
        offer("good", "Good change", "Two more epochs: a little better on every metric.", sample.good_change()),
        offer(
            "risky",
            "Risky change",
            "Worse metrics, another licence and base model, a pickle, a hostile title.",
            sample.risky_change(),
        ),
        offer(
            "rollback",
            "Rollback",
            "Back to the first release, which is an ancestor of what is live.",
            sample.rollback(),
        ),
        offer("matrix", "Matrix of 29 jobs", "Twenty-nine jobs at once: one message, one decision.", sample.matrix(29)),
    ]
}

/// What is offered over somebody's own repository.
pub fn offers_of_repository(deploy: Dispatch, back: Dispatch) -> Vec<Offer> {
    let matrix =
        deploy.clone().with_jobs(vec![crate::sim::github::JobPlan::deploying("deploy", "production").times(29)]);
    vec![
        offer("head", "Deploy head", "The commit given with --head.", deploy),
        offer("base", "Deploy base again", "The commit given with --base.", back),
        offer(
            "matrix",
            "Matrix of 29 jobs",
            "The head through twenty-nine jobs at once: one message, one decision.",
            matrix,
        ),
    ]
}

fn offer(name: &'static str, label: &str, hint: &str, dispatch: Dispatch) -> Offer {
    Offer { name, label: label.to_owned(), hint: hint.to_owned(), dispatch }
}

/// What the routes share.
struct Show {
    world: World,
    offers: Vec<Offer>,
    /// The policy in force, by its name.
    law: Mutex<&'static str>,
    stop: CancellationToken,
}

/// A page that is being served, with the world behind it.
pub struct Page {
    pub address: SocketAddr,
    server: Server,
    show: Arc<Show>,
}

impl Page {
    /// Lets the world run, starts the first offered deployment that `first` names, and serves the page.
    ///
    /// # Errors
    /// When the address is taken or the world's loops cannot start.
    pub async fn open(
        mut world: World,
        listen: SocketAddr,
        offers: Vec<Offer>,
        first: &str,
        stop: CancellationToken,
    ) -> anyhow::Result<Self> {
        world.run()?;
        if let Some(offer) = offers.iter().find(|offer| offer.name == first) {
            world.github.dispatch(offer.dispatch.clone());
        }
        let mut settings = ServeSettings { listen, ..world.settings.clone() };
        settings.limits.max_connections = MAX_CONNECTIONS;
        let show = Arc::new(Show { world, offers, law: Mutex::new(laws::BUILT_IN), stop: stop.clone() });
        let server = Server::start(&settings, routes::router(Arc::clone(&show)), stop).await?;
        Ok(Self { address: server.address, server, show })
    }

    /// The world behind the page.
    pub fn world(&self) -> &World {
        &self.show.world
    }

    /// Waits until the page has been asked to stop, then stops the world.
    pub async fn closed(self) {
        self.server.stopped().await;
        if let Some(show) = Arc::into_inner(self.show) {
            let mut world = show.world;
            world.stop_server().await;
        }
    }
}
