//! What was measured, as tables for `docs/performance.md`.

use std::time::Instant;

use super::process::Bench;

pub struct Report {
    started: Instant,
}

impl Report {
    pub fn new(bench: &Bench) -> Self {
        let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
        let flush = if bench.counts_flushes() {
            "1 ms added to each flush"
        } else {
            "no C compiler: flushes as the disk has them, not counted"
        };
        println!("{cores} cores; {flush}; loopback; vendors and senders in one process beside the server\n");
        Self { started: Instant::now() }
    }

    /// One table; the first row holds the headings.
    pub fn table(&mut self, title: &str, rows: &[Vec<String>]) {
        println!("### {title}\n");
        for (place, row) in rows.iter().enumerate() {
            println!("| {} |", row.join(" | "));
            if place == 0 {
                println!("|{}", " --- |".repeat(row.len()));
            }
        }
        println!();
    }

    pub fn end(&self) {
        println!("took {:.0} s", self.started.elapsed().as_secs_f64());
    }
}
