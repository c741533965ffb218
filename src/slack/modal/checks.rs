//! The page of what others say: CI runs, checks outside of this server, words from the workflow.

use slack_morphism::prelude::SlackBlock;

use crate::domain::{CiRun, CiState, Evidence, ExternalCheck, ExternalState};
use crate::slack::blocks::{Line, Rich, web_address};
use crate::slack::message::{Room, ci_word, external, external_words, field};

use super::page::list;

pub(super) fn blocks(evidence: &Evidence) -> Vec<SlackBlock> {
    let mut runs: Vec<&CiRun> = evidence.ci.iter().collect();
    runs.sort_by_key(|run| run.state);
    let mut blocks = list("CI runs, failed first", runs.into_iter().map(ci_run).collect());
    let checks = external(evidence);
    if !checks.is_empty() {
        blocks.extend(Rich::new().line(Line::new().bold("Checks outside of Countersign")).block());
    }
    blocks.extend(checks.into_iter().flat_map(check));
    let fields = evidence.fields.iter().map(|one| field(one, &Room::WHOLE)).collect();
    blocks.extend(list("From the workflow, not verified", fields));
    blocks
}

/// `failed: lint (timed_out), by github-actions. Open the run`
fn ci_run(run: &CiRun) -> Line {
    let line = Line::new().bold(ci_word(run.state)).words(": ").theirs(&run.name, 200);
    let line = match run.state {
        CiState::Passed => line,
        _ if run.detail.trim().is_empty() => line,
        _ => line.words(" (").theirs(&run.detail, 60).words(")"),
    };
    let line = match &run.app {
        Some(app) => line.words(", by ").code(app, 60),
        None => line,
    };
    linked(line, run.url.as_deref(), "Open the run")
}

/// `toxicity (http): answered, 2 findings`, with what it advises below.
fn check(check: &ExternalCheck) -> Option<SlackBlock> {
    const WHY_CHARS: usize = 400;
    const ADVICE_CHARS: usize = 2_000;
    let line = Line::new().their_bold(&check.name, 200).words(" (").theirs(&check.kind, 40).words("): ");
    let line = line.words(&external_words(check));
    let line = match &check.state {
        ExternalState::Failed { why } => line.words(": ").theirs(why, WHY_CHARS),
        ExternalState::Waiting | ExternalState::Answered => line,
    };
    let line = linked(line, check.url.as_deref(), "Open the answer");
    let advice = |text: &String| Line::new().words("advice, changes no severity: ").quote(text, ADVICE_CHARS);
    Rich::new().line(line).bullets(check.advice.iter().map(advice).collect()).block()
}

fn linked(line: Line, address: Option<&str>, label: &str) -> Line {
    match address.filter(|address| web_address(address).is_some()) {
        Some(address) => line.words(". ").link(address, label),
        None => line,
    }
}
