//! One request at a time: webhook to Slack message, click to decision, and the commits between.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use countersign::sim::slack::sample::{OCTO, RELEASES};
use countersign::sim::slack::{Fault, FaultKind};

use super::Extent;
use super::bodies;
use super::load;
use super::number::{milliseconds, percentile, short};
use super::process::{Bench, Server};
use super::report::Report;
use super::vendors::Vendors;

const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_micros(200);
/// Long enough for everything towards GitHub, short enough for a bench.
const SLACK_PAUSE: Duration = Duration::from_millis(400);
const COUNTED_CLICKS: usize = 7;

/// What happened to one request.
struct Single {
    message: Duration,
    acknowledged: Duration,
    decided: Duration,
    calls_to_message: usize,
}

pub async fn measure(bench: &Bench, extent: Extent, report: &mut Report) -> anyhow::Result<()> {
    eprintln!("one request at a time");
    let vendors = Vendors::start().await?;
    let bare = bare_acknowledgement(bench, &vendors, extent).await?;
    let server = bench.countersign(&bench.database()?, &vendors).await?;
    vendors.click_at(server.address);
    single(&server, &vendors).await.context("warm up")?;
    let mut singles = Vec::new();
    for _ in 0..extent.single {
        singles.push(single(&server, &vendors).await?);
    }
    let calls = singles.iter().map(|single| single.calls_to_message).min().unwrap_or_default();
    let row = |name: &str, pick: fn(&Single) -> Duration| times(name, singles.iter().map(pick).collect(), bare);
    let mut rows = vec![heading()];
    rows.push(row(&format!("webhook sent → message in Slack ({calls} vendor calls)"), |single| single.message));
    rows.push(row("click sent → acknowledged", |single| single.acknowledged));
    rows.push(row("click sent → GitHub took the decision", |single| single.decided));
    report.table("One request at a time, against idle vendors", &rows);
    if bench.counts_flushes() {
        let commits = commits_of_clicks(&server, &vendors).await?;
        let headings = ["median", "least", "most", "target"].map(str::to_owned).to_vec();
        let place = |at: usize| commits.get(at).copied().unwrap_or_default().to_string();
        let row = vec![place(commits.len() / 2), place(0), place(commits.len() - 1), "at most 3".to_owned()];
        report.table("Commits between a click and its stored outcome, when idle", &[headings, row]);
    }
    Ok(())
}

/// The yardstick: one acknowledgement of the bare server at one connection.
async fn bare_acknowledgement(bench: &Bench, vendors: &Vendors, extent: Extent) -> anyhow::Result<Duration> {
    let server = bench.bare(&bench.database()?).await?;
    let sample = vendors.deploy()?;
    let requests = bodies::made_from(&sample, extent.single.max(100), &vendors.github.webhook_secret())?;
    Ok(load::send(server.address, Arc::new(requests), 1).await?.percentile(0.5))
}

async fn single(server: &Server, vendors: &Vendors) -> anyhow::Result<Single> {
    let calls = vendors.calls();
    let (message, ts) = open(server, vendors).await?;
    let calls_to_message = vendors.calls() - calls;
    server.rest(Duration::from_millis(30)).await;
    let decisions = vendors.decisions();
    let started = Instant::now();
    let clicked = vendors.slack.click(OCTO, RELEASES, &ts, "approve").await;
    let acknowledged = started.elapsed();
    ensure!(clicked.acknowledged(), "the click was not acknowledged: {clicked:?}");
    until(|| vendors.decisions() > decisions).await.context("no decision reached GitHub")?;
    let decided = started.elapsed();
    let taken = vendors.github.read(|state| state.decisions.last().is_some_and(|post| post.status == 204));
    ensure!(taken, "GitHub refused the decision");
    server.rest(Duration::from_millis(30)).await;
    Ok(Single { message, acknowledged, decided, calls_to_message })
}

/// Sends one delivery; how long until its message stands in Slack, and the message's `ts`.
pub async fn open(server: &Server, vendors: &Vendors) -> anyhow::Result<(Duration, String)> {
    let delivery = vendors.deploy()?;
    let body = bodies::padded(&delivery.body);
    let request = bodies::request(&delivery.guid, &body, &vendors.github.webhook_secret());
    let roots =
        || vendors.slack.read(|state| state.messages.iter().rev().find(|one| one.is_root()).map(|one| one.ts.clone()));
    let before = roots();
    let started = Instant::now();
    let sent = load::send(server.address, Arc::new(vec![request]), 1);
    let (sent, seen) =
        futures::future::join(sent, async { until(|| roots() != before).await.map(|()| started.elapsed()) }).await;
    sent?;
    Ok((seen.context("no message came")?, roots().context("a message")?))
}

/// Flushes from the click to the stored outcome. Slack answers late meanwhile, so that nothing about messages is stored.
async fn commits_of_clicks(server: &Server, vendors: &Vendors) -> anyhow::Result<Vec<u64>> {
    let mut counts = Vec::new();
    for _ in 0..COUNTED_CLICKS {
        let (_, ts) = open(server, vendors).await?;
        server.rest(Duration::from_millis(100)).await;
        for method in ["chat.update", "chat.postMessage"] {
            vendors.slack.fault(Fault::times(method, FaultKind::Slow(SLACK_PAUSE), 10));
        }
        let (before, decisions) = (server.flushes(), vendors.decisions());
        vendors.slack.click(OCTO, RELEASES, &ts, "approve").await;
        until(|| vendors.decisions() > decisions).await?;
        tokio::time::sleep(SLACK_PAUSE / 2).await;
        counts.extend(server.flushes().zip(before).map(|(after, before)| after - before));
        vendors.slack.edit(|state| state.faults.clear());
        server.rest(SLACK_PAUSE * 2).await;
    }
    counts.sort_unstable();
    Ok(counts)
}

async fn until(done: impl Fn() -> bool) -> anyhow::Result<()> {
    let started = Instant::now();
    while !done() {
        ensure!(started.elapsed() < PATIENCE, "waited too long");
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

fn heading() -> Vec<String> {
    ["", "p50 ÷ one bare acknowledgement", "p50 ms", "p99 ms"].map(str::to_owned).to_vec()
}

fn times(name: &str, mut times: Vec<Duration>, bare: Duration) -> Vec<String> {
    times.sort_unstable();
    let (p50, p99) = (percentile(&times, 0.5), percentile(&times, 0.99));
    let numbers = [p50.as_secs_f64() / bare.as_secs_f64(), milliseconds(p50), milliseconds(p99)];
    std::iter::once(name.to_owned()).chain(numbers.map(short)).collect()
}
