//! `countersign check` over repositories of several sizes: time and memory of the whole program.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use countersign::sim::git::GitFolder;

use super::Extent;
use super::number::{median, milliseconds, short};
use super::process::resident_peak;
use super::report::Report;

/// Changed files and model cards of each repository.
const SIZES: [(usize, usize); 3] = [(10, 1), (300, 10), (3_000, 50)];
/// How often memory is looked at.
const LOOK_EVERY: Duration = Duration::from_micros(300);
/// Lines of a changed file; one of them differs.
const LINES: usize = 60;

pub fn measure(extent: Extent, report: &mut Report) -> anyhow::Result<()> {
    eprintln!("check of a local repository");
    let headings = ["changed files", "cards", "p50 ms", "most ms", "resident at most, MiB", "target"];
    let mut rows = vec![headings.map(str::to_owned).to_vec()];
    for (files, cards) in SIZES {
        let folder = tempfile::tempdir()?;
        let base = repository(folder.path(), files, cards)?;
        let (mut times, mut peak) = (Vec::new(), 0.0_f64);
        for _ in 0..extent.starts.max(5) {
            let (took, resident) = check(folder.path(), &base)?;
            times.push(milliseconds(took));
            peak = peak.max(resident);
        }
        let most = times.iter().copied().fold(0.0, f64::max);
        let target = if files == 3_000 { "under 2,000 ms" } else { "–" };
        rows.push(vec![
            files.to_string(),
            cards.to_string(),
            short(median(times)),
            short(most),
            short(peak),
            target.to_owned(),
        ]);
    }
    report.table("Check of a local repository", &rows);
    Ok(())
}

/// Two commits that differ in all files, every card's folder with its own weights. Answers with the first one's id.
fn repository(path: &Path, files: usize, cards: usize) -> anyhow::Result<String> {
    let mut git = GitFolder::create(path)?;
    let mut commit = |version: usize| {
        for card in 0..cards {
            git.write(&format!("models/m{card:02}/README.md"), model_card(card, version))?;
            git.write(&format!("models/m{card:02}/model.safetensors"), pointer(card, version))?;
        }
        for file in 0..files.saturating_sub(cards * 2) {
            git.write(&format!("src/part{:02}/file{file:04}.py", file % 40), source(file, version))?;
        }
        git.commit(("Ana Lima", "ana@acme.example"), "Change everything")
    };
    let base = commit(1)?;
    commit(2)?;
    Ok(base)
}

fn model_card(card: usize, version: usize) -> String {
    let text = "A sentence about the model and what it is for. ".repeat(40);
    format!(
        "---\nlicense: apache-2.0\nbase_model: acme/encoder-v1\ndatasets: [acme/reviews]\nmodel-index:\n- name: m{card}\n  \
         results:\n  - task: {{type: text-classification}}\n    dataset: {{type: acme/reviews, name: Reviews}}\n    metrics:\n    \
         - {{type: accuracy, value: 0.9{version}}}\n---\n\n# Model {card}\n\n## Bias, Risks, and Limitations\n\n{text}\n"
    )
}

fn pointer(card: usize, version: usize) -> String {
    let oid = format!("{:064x}", card * 10 + version);
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 438000000\n")
}

fn source(file: usize, version: usize) -> String {
    let line = |line: usize| format!("value_{line} = {}\n", if line == LINES / 2 { version } else { file });
    (0..LINES).map(line).collect()
}

/// How long the program took, and its memory at most in MiB.
fn check(repository: &Path, base: &str) -> anyhow::Result<(Duration, f64)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(["check", "--base", base, "--repo"]).arg(repository).env_clear();
    let started = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("start the check")?;
    let mut peak = 0.0_f64;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        // It may have ended since: then there is nothing to read any more.
        peak = peak.max(resident_peak(child.id()).unwrap_or(0.0));
        std::thread::sleep(LOOK_EVERY);
    };
    let took = started.elapsed();
    ensure!(status.success(), "the check ended with {status}");
    Ok((took, peak))
}
