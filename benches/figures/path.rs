//! The whole path under load: deliveries are taken in while the engine works them off, up to the message in Slack.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::Extent;
use super::bodies;
use super::load::{self, Outcome};
use super::number::{milliseconds, short};
use super::process::{Bench, Server};
use super::report::Report;
use super::vendors::Vendors;

const PATIENCE: Duration = Duration::from_secs(120);

pub async fn measure(bench: &Bench, extent: Extent, report: &mut Report) -> anyhow::Result<()> {
    let vendors = Vendors::start().await?;
    let server = bench.countersign(&bench.database()?, &vendors).await?;
    let headings = [
        "connections",
        "acks/s ÷ bare",
        "p99 ÷ bare",
        "acks/s",
        "p50 ms",
        "p99 ms",
        "syncs per delivery until acknowledged",
        "… until all is done",
        "requests/s from delivery to message",
        "vendor calls per request",
        "peak memory MiB",
    ];
    let mut rows = vec![headings.map(str::to_owned).to_vec()];
    for connections in extent.connections {
        eprintln!("whole path: {connections} connections");
        let number = if *connections == 1 { extent.worked / 5 } else { extent.worked };
        let bare = bare_server(bench, &vendors, number, *connections).await?;
        rows.push(level(&server, &vendors, number, *connections, &bare).await?);
    }
    report.table("The whole path under load: intake while the engine works, against idle vendors", &rows);
    Ok(())
}

/// The same load on the bare server, which has nothing more to do once a delivery is stored.
async fn bare_server(bench: &Bench, vendors: &Vendors, number: usize, connections: usize) -> anyhow::Result<Outcome> {
    let server = bench.bare(&bench.database()?).await?;
    let requests = bodies::made_from(&vendors.deploy()?, number, &vendors.github.webhook_secret())?;
    load::send(server.address, Arc::new(requests), connections).await
}

async fn level(
    server: &Server,
    vendors: &Vendors,
    number: usize,
    connections: usize,
    bare: &Outcome,
) -> anyhow::Result<Vec<String>> {
    let requests = Arc::new(deployments(vendors, number)?);
    let (messages, reports) = (vendors.messages() + number, vendors.reports() + number);
    let (calls, flushes) = (vendors.calls(), server.flushes());
    let started = Instant::now();
    let outcome = load::send(server.address, requests, connections).await?;
    let acknowledged = server.flushes();
    wait_for(vendors, || vendors.messages() >= messages && vendors.reports() >= reports).await?;
    let took = started.elapsed();
    server.rest(Duration::from_millis(300)).await;
    let per_delivery = |after: Option<u64>| {
        after.zip(flushes).map_or(f64::NAN, |(after, before)| (after - before) as f64 / number as f64)
    };
    let p99 = |outcome: &Outcome| milliseconds(outcome.percentile(0.99));
    let numbers = [
        outcome.per_second() / bare.per_second(),
        p99(&outcome) / p99(bare),
        outcome.per_second(),
        milliseconds(outcome.percentile(0.5)),
        p99(&outcome),
        per_delivery(acknowledged),
        per_delivery(server.flushes()),
        number as f64 / took.as_secs_f64(),
        (vendors.calls() - calls) as f64 / number as f64,
        server.memory()?.1,
    ];
    Ok(std::iter::once(connections.to_string()).chain(numbers.map(short)).collect())
}

/// Waits until the engine is done.
pub async fn wait_for(vendors: &Vendors, done: impl Fn() -> bool) -> anyhow::Result<()> {
    let started = Instant::now();
    while !done() {
        ensure!(started.elapsed() < PATIENCE, "the engine does not get done: {} messages so far", vendors.messages());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}

/// Starts that many deployments; their signed deliveries.
pub fn deployments(vendors: &Vendors, number: usize) -> anyhow::Result<Vec<Vec<u8>>> {
    let secret = vendors.github.webhook_secret();
    let one = |_| {
        let delivery = vendors.deploy()?;
        Ok(bodies::request(&delivery.guid, &bodies::padded(&delivery.body), &secret))
    };
    (0..number).map(one).collect()
}
