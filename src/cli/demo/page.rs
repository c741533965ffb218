//! The demo in the browser, over the sample or over a repository of this machine.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;

use crate::app::shutdown;
use crate::cli::Failure;
use crate::sim::local::{self, LocalRepository};
use crate::sim::page::{self, Offer, Page};
use crate::sim::world::{World, WorldOptions};

/// Serves the page until a signal asks it to stop.
pub(super) async fn show(listen: SocketAddr, local: Option<LocalRepository>) -> Result<(), Failure> {
    let stop = shutdown::on_signal().context("cannot catch signals")?;
    let local = local.map(Arc::new);
    let world = world(local.clone()).await?;
    let (offers, first) = offers(&world, local.as_deref());
    let page = Page::open(world, listen, offers, first, stop.clone()).await;
    let page = page.context("cannot serve the page; `--listen` takes another address")?;
    say(&page, local.as_deref());
    stop.cancelled().await;
    shutdown::bounded(&stop, page.closed()).await;
    Ok(())
}

async fn world(local: Option<Arc<LocalRepository>>) -> anyhow::Result<World> {
    let mut options = WorldOptions::pushed();
    if let Some(local) = local {
        options.fill = Some(Arc::new(move |state| local::fill(&local, state)));
    }
    World::start(options).await.context("cannot start the simulated world")
}

fn offers(world: &World, local: Option<&LocalRepository>) -> (Vec<Offer>, &'static str) {
    let Some(local) = local else { return (page::offers_of_sample(&world.sample), "good") };
    let (deploy, back) = world.github.read(|state| local::deployments(local, state, &world.sample));
    (page::offers_of_repository(deploy, back), "head")
}

fn say(page: &Page, local: Option<&LocalRepository>) {
    for note in local.into_iter().flat_map(|local| &local.notes) {
        println!("note: {note}");
    }
    println!("The demo is at http://{}/", page.address);
    println!("GitHub and Slack are simulated; nothing leaves this machine. Ctrl-C ends it.");
}
