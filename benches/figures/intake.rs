//! Acknowledged deliveries per second, beside the bare server.

use std::sync::Arc;

use countersign::sim::github::state::deliveries::Delivery;

use super::Extent;
use super::bodies;
use super::load::{self, Outcome};
use super::number::{median, milliseconds, short};
use super::process::{Bench, Server};
use super::report::Report;
use super::vendors::{self, Vendors};

/// One level of load on one server.
#[derive(Debug, Clone, Copy)]
struct Level {
    per_second: f64,
    p50: f64,
    p99: f64,
    flushes: f64,
}

pub async fn measure(bench: &Bench, extent: Extent, report: &mut Report) -> anyhow::Result<()> {
    let vendors = Vendors::start().await?;
    let silent = vendors::silence().await?;
    let mut sample = vendors.deploy()?;
    // A delivery that names another API than the configured one would be refused by the engine, not waited for.
    sample.body = String::from_utf8(sample.body)?.replace(&vendors.github.api_url(), &silent).into_bytes();
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for round in 0..extent.rounds {
        eprintln!("intake: round {} of {}", round + 1, extent.rounds);
        bare.push(levels(&bench.bare(&bench.database()?).await?, &vendors, &sample, extent).await?);
        ours.push(
            levels(&bench.countersign_alone(&bench.database()?, &vendors, &silent).await?, &vendors, &sample, extent)
                .await?,
        );
    }
    let mut rows = vec![heading()];
    for (place, connections) in extent.connections.iter().enumerate() {
        let of =
            |rounds: &[Vec<Level>]| middle(rounds.iter().filter_map(|levels| levels.get(place)).copied().collect());
        rows.push(row(*connections, of(&ours), of(&bare)));
    }
    report.table("Intake alone (GitHub does not answer, so that the engine waits), beside the bare server", &rows);
    Ok(())
}

async fn levels(server: &Server, vendors: &Vendors, sample: &Delivery, extent: Extent) -> anyhow::Result<Vec<Level>> {
    let mut levels = Vec::new();
    for connections in extent.connections {
        let number = (extent.stored * (*connections).min(64) / 64).max(400);
        let requests = Arc::new(bodies::made_from(sample, number, &vendors.github.webhook_secret())?);
        let before = server.flushes();
        let outcome = load::send(server.address, requests, *connections).await?;
        let flushes = server.flushes().zip(before).map(|(after, before)| after - before);
        levels.push(Level::of(&outcome, flushes));
    }
    Ok(levels)
}

impl Level {
    fn of(outcome: &Outcome, flushes: Option<u64>) -> Self {
        Self {
            per_second: outcome.per_second(),
            p50: milliseconds(outcome.percentile(0.5)),
            p99: milliseconds(outcome.percentile(0.99)),
            flushes: flushes.map_or(f64::NAN, |flushes| flushes as f64 / outcome.latencies.len() as f64),
        }
    }
}

fn middle(rounds: Vec<Level>) -> Level {
    let of = |pick: fn(&Level) -> f64| median(rounds.iter().map(pick).collect());
    Level { per_second: of(|l| l.per_second), p50: of(|l| l.p50), p99: of(|l| l.p99), flushes: of(|l| l.flushes) }
}

fn heading() -> Vec<String> {
    let words = [
        "connections",
        "acks/s ÷ bare",
        "p99 ÷ bare",
        "acks/s",
        "bare",
        "p50 ms",
        "bare",
        "p99 ms",
        "bare",
        "syncs per delivery",
        "bare",
    ];
    words.map(str::to_owned).to_vec()
}

fn row(connections: usize, ours: Level, bare: Level) -> Vec<String> {
    let numbers = [
        ours.per_second / bare.per_second,
        ours.p99 / bare.p99,
        ours.per_second,
        bare.per_second,
        ours.p50,
        bare.p50,
        ours.p99,
        bare.p99,
        ours.flushes,
        bare.flushes,
    ];
    std::iter::once(connections.to_string()).chain(numbers.map(short)).collect()
}
