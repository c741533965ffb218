//! Resident memory, and the time from start to ready.

use std::sync::Arc;
use std::time::Duration;

use super::Extent;
use super::clicks;
use super::load;
use super::number::{median, milliseconds, short};
use super::open_requests;
use super::path;
use super::process::Bench;
use super::report::Report;
use super::vendors::Vendors;

const OPEN_REQUESTS: usize = 10_000;
/// After this long an idle server has let go of what its start took.
const SETTLED: Duration = Duration::from_secs(2);

pub async fn measure(bench: &Bench, extent: Extent, report: &mut Report) -> anyhow::Result<()> {
    eprintln!("memory and start");
    let vendors = Vendors::start().await?;
    let database = bench.database()?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    let bare_database = bench.database()?;
    bench.countersign(&database, &vendors).await?.stop().await?;
    for _ in 0..extent.starts {
        let server = bench.countersign(&database, &vendors).await?;
        ours.push(milliseconds(server.ready_after));
        server.stop().await?;
        bare.push(milliseconds(bench.bare(&bare_database).await?.ready_after));
    }
    let (ours, bare) = (median(ours), median(bare));
    let bare_rest = rest_of_bare(bench).await?;
    let small = memory(bench, &database, &vendors, extent).await?;
    eprintln!("memory with {OPEN_REQUESTS} open requests");
    let many_database = bench.database()?;
    let server = bench.countersign(&many_database, &vendors).await?;
    clicks::open(&server, &vendors).await?;
    server.rest(Duration::from_millis(300)).await;
    server.stop().await?;
    open_requests::multiply(&many_database, OPEN_REQUESTS).await?;
    let many = memory(bench, &many_database, &vendors, extent).await?;
    let headings = ["", "no request", "10,000 open requests", "bare", "target"].map(str::to_owned).to_vec();
    let row = |name: &str, cells: [String; 4]| std::iter::once(name.to_owned()).chain(cells).collect::<Vec<_>>();
    let none = || "–".to_owned();
    let rows = vec![
        headings,
        row("resident at rest, MiB", [short(small.rest), short(many.rest), short(bare_rest), "under 30".to_owned()]),
        row("resident at most, 64 connections, whole path, MiB", [short(small.peak), short(many.peak), none(), none()]),
        row("resident after that load, MiB", [short(small.after), short(many.after), none(), none()]),
        row("start to ready, ms", [short(ours), short(many.ready), short(bare), "under 100".to_owned()]),
        row("webhook → message, one at a time, p50 ms", [short(small.message), short(many.message), none(), none()]),
    ];
    report.table("Memory and start", &rows);
    Ok(())
}

struct Memory {
    ready: f64,
    rest: f64,
    message: f64,
    peak: f64,
    after: f64,
}

async fn memory(
    bench: &Bench,
    database: &std::path::Path,
    vendors: &Vendors,
    extent: Extent,
) -> anyhow::Result<Memory> {
    let server = bench.countersign(database, vendors).await?;
    tokio::time::sleep(SETTLED).await;
    let rest = server.memory()?.0;
    let mut messages = Vec::new();
    for _ in 0..extent.single.min(21) {
        messages.push(milliseconds(clicks::open(&server, vendors).await?.0));
        server.rest(Duration::from_millis(20)).await;
    }
    let number = extent.worked;
    let done = vendors.messages() + number;
    let requests = path::deployments(vendors, number)?;
    load::send(server.address, Arc::new(requests), 64).await?;
    path::wait_for(vendors, || vendors.messages() >= done).await?;
    server.rest(SETTLED).await;
    let (after, peak) = server.memory()?;
    Ok(Memory { ready: milliseconds(server.ready_after), rest, message: median(messages), peak, after })
}

async fn rest_of_bare(bench: &Bench) -> anyhow::Result<f64> {
    let server = bench.bare(&bench.database()?).await?;
    tokio::time::sleep(SETTLED).await;
    Ok(server.memory()?.0)
}
