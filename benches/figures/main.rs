//! The figures of `docs/performance.md`: the real server beside a bare one, in the same run, on this machine.
//!
//!     cargo bench --bench figures               # everything, under six minutes
//!     cargo bench --bench figures -- --quick    # under ninety seconds
//!
//! The servers are processes of their own. This process holds the simulated vendors and the senders. Where a C compiler
//! is found, each flush to disk is counted and made to take a millisecond longer (`slowsync.c`).

mod bare;
mod bodies;
mod busy;
mod check;
mod clicks;
mod intake;
mod load;
mod number;
mod open_requests;
mod path;
mod process;
mod report;
mod shim;
mod size;
mod vendors;

use std::path::Path;

use anyhow::Context as _;

use process::Bench;
use report::Report;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    pub rounds: usize,
    pub connections: &'static [usize],
    /// Deliveries per level where nothing but storing is measured, at 64 connections.
    pub stored: usize,
    /// Deliveries that go the whole way, per level.
    pub worked: usize,
    /// Requests opened and approved one after the other.
    pub single: usize,
    pub starts: usize,
}

const WHOLE: Extent =
    Extent { rounds: 3, connections: &[1, 16, 64, 256], stored: 8_000, worked: 1_500, single: 100, starts: 10 };
const QUICK: Extent = Extent { rounds: 1, connections: &[1, 64], stored: 4_000, worked: 800, single: 30, starts: 5 };

fn main() -> anyhow::Result<()> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["bare", database, port] => bare::serve(Path::new(database), port.parse().context("a port")?),
        words => measure(words),
    }
}

/// `--only PART` measures one part: intake, path, clicks, busy, size, check.
fn measure(words: &[&str]) -> anyhow::Result<()> {
    let extent = if words.contains(&"--quick") { QUICK } else { WHOLE };
    let only = words.iter().position(|word| *word == "--only").and_then(|at| words.get(at + 1).copied());
    let wanted = |part: &str| only.is_none_or(|only| only == part);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let bench = Bench::prepare()?;
        let mut report = Report::new(&bench);
        if wanted("intake") {
            intake::measure(&bench, extent, &mut report).await?;
        }
        if wanted("path") {
            path::measure(&bench, extent, &mut report).await?;
        }
        if wanted("clicks") {
            clicks::measure(&bench, extent, &mut report).await?;
        }
        if wanted("busy") {
            busy::measure(&bench, extent, &mut report).await?;
        }
        if wanted("size") {
            size::measure(&bench, extent, &mut report).await?;
        }
        if wanted("check") {
            check::measure(extent, &mut report)?;
        }
        report.end();
        Ok(())
    })
}
