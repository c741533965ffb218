//! How long our readers take for files, in process: one line of JSON per file, for `compare.py` to set beside the others.
//!
//!     desk scan FILE...
//!     desk card FILE...
//!     desk policy FILE...        reads policies and finds their mistakes
//!     desk conditions FILE...    evaluates the conditions of policies over 3,000 changed files
//!     desk decision              a policy of 20 gates over 200 votes and 3,000 files: conditions, tally, explanation
//!
//! A time is the shortest of several, with reading the file from disk.

mod conditions;
mod decision;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use countersign::artifact::card::read_card;
use countersign::artifact::scan::{Limits, ScanOptions, scan};
use serde_json::{Value, json};

/// Each file is read at least so often, and until so much time is spent on it, but not oftener than that.
const LEAST: usize = 3;
const ENOUGH: Duration = Duration::from_millis(300);
const MOST: usize = 2_000;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let Some((what, files)) = arguments.split_first() else {
        anyhow::bail!("usage: desk scan|card|policy|conditions FILE..., or desk decision")
    };
    if what == "decision" {
        let decision = decision::Decision::new()?;
        let (seconds, answer) = shortest(|| decision.decided())?;
        println!("{}", json!({"seconds": seconds, "answer": answer}));
        return Ok(());
    }
    for file in files {
        let (seconds, answer) = match what.as_str() {
            "scan" => shortest(|| scanned(file))?,
            "card" => shortest(|| carded(file))?,
            "policy" => shortest(|| conditions::validated(file))?,
            "conditions" => {
                let desk = conditions::Desk::new(file)?;
                shortest(|| desk.evaluated())?
            }
            _ => anyhow::bail!("`{what}` is none of scan, card, policy and conditions"),
        };
        let bytes = fs::metadata(file)?.len();
        println!("{}", json!({"path": file, "bytes": bytes, "seconds": seconds, "answer": answer}));
    }
    Ok(())
}

fn shortest(mut work: impl FnMut() -> anyhow::Result<Value>) -> anyhow::Result<(f64, Value)> {
    let started = Instant::now();
    let (mut best, mut answer) = (Duration::MAX, Value::Null);
    for round in 0..MOST {
        if round >= LEAST && started.elapsed() >= ENOUGH {
            break;
        }
        let begun = Instant::now();
        answer = work()?;
        best = best.min(begun.elapsed());
    }
    Ok((best.as_secs_f64(), answer))
}

fn scanned(file: &str) -> anyhow::Result<Value> {
    let bytes = fs::read(file).with_context(|| format!("cannot read `{file}`"))?;
    let name = Path::new(file).file_name().unwrap_or_default().to_string_lossy();
    let options = ScanOptions { allow_globals: &[], limits: Limits::default() };
    let found = scan(&name, &bytes.as_slice(), &options)?;
    Ok(json!(found.verdict))
}

fn carded(file: &str) -> anyhow::Result<Value> {
    let bytes = fs::read(file).with_context(|| format!("cannot read `{file}`"))?;
    let card = read_card(&bytes);
    Ok(json!(card.front_matter))
}
