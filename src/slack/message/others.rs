//! What others say about the commit: CI where it did not pass, checks outside of this server, words from the workflow.

use slack_morphism::prelude::SlackBlock;

use crate::domain::ci::CHECK_RUN;
use crate::domain::{CiRun, CiState, Evidence, ExternalCheck, ExternalState, WorkflowField};
use crate::ports::chat::Board;
use crate::slack::blocks::{Line, Rich};
use crate::slack::text::count;

use super::Room;

/// Nothing where everything passed and nobody else was asked.
pub(super) fn block(board: &Board<'_>, room: &Room) -> Option<SlackBlock> {
    Rich::new().bullets(lines(board.evidence?, room)).block()
}

pub(super) fn lines(evidence: &Evidence, room: &Room) -> Vec<Line> {
    [ci(evidence, room), checks(evidence, room), fields(evidence, room)].into_iter().flatten().collect()
}

/// CI and checks alone, for the notification.
pub(super) fn pressing(evidence: &Evidence, room: &Room) -> Vec<Line> {
    [ci(evidence, room), checks(evidence, room)].into_iter().flatten().collect()
}

/// `CI: lint failed, e2e pending, 5 passed`; nothing where there is nothing to wait for or to worry about.
fn ci(evidence: &Evidence, room: &Room) -> Option<Line> {
    let mut open: Vec<&CiRun> = evidence.ci.iter().filter(|run| is_open(evidence, run)).collect();
    open.sort_by_key(|run| run.state);
    let mut parts: Vec<Line> = open
        .iter()
        .take(room.checks)
        .map(|run| Line::new().theirs(&run.name, room.text.min(60)).words(&format!(" {}", ci_word(run.state))))
        .collect();
    let more = open.iter().skip(room.checks);
    let passed = evidence.ci.iter().filter(|run| run.state == CiState::Passed);
    for (runs, words) in [
        (more.clone().filter(|run| run.state == CiState::Failed).count(), "more failed"),
        (more.clone().filter(|run| run.state == CiState::Pending).count(), "more pending"),
        (more.filter(|run| run.state == CiState::Neutral).count(), "more without a verdict"),
        (passed.count(), "passed"),
    ] {
        parts.extend((runs > 0).then(|| Line::new().words(&format!("{runs} {words}"))));
    }
    (!open.is_empty()).then(|| joined(Line::new().bold("CI").words(": "), parts, ", "))
}

/// A run that did not pass; without a verdict only where it is required.
fn is_open(evidence: &Evidence, run: &CiRun) -> bool {
    let required = |check: &ExternalCheck| check.kind == CHECK_RUN && check.name == run.name;
    match run.state {
        CiState::Failed | CiState::Pending => true,
        CiState::Neutral => evidence.external.iter().any(required),
        CiState::Passed => false,
    }
}

pub(in crate::slack) const fn ci_word(state: CiState) -> &'static str {
    match state {
        CiState::Failed => "failed",
        CiState::Pending => "pending",
        CiState::Neutral => "gave no verdict",
        CiState::Passed => "passed",
    }
}

/// `checks: toxicity waiting; modelscan answered, 2 findings`
fn checks(evidence: &Evidence, room: &Room) -> Option<Line> {
    let checks = external(evidence);
    let parts: Vec<Line> = checks.iter().take(room.checks).map(|check| check_words(check, room)).collect();
    let more = more(checks.len(), room.checks);
    (!parts.is_empty()).then(|| joined(Line::new().bold("checks").words(": "), parts, "; ").words(&more))
}

fn check_words(check: &ExternalCheck, room: &Room) -> Line {
    let advice = if check.advice.is_some() { ", gives advice" } else { "" };
    let words = format!(" {}{advice}", external_words(check));
    Line::new().theirs(&check.name, room.text.min(60)).words(&words)
}

/// The checks outside, what needs attention first; without the check runs that are listed as CI already.
pub(in crate::slack) fn external(evidence: &Evidence) -> Vec<&ExternalCheck> {
    let is_ci =
        |check: &&ExternalCheck| check.kind == CHECK_RUN && evidence.ci.iter().any(|run| run.name == check.name);
    let mut checks: Vec<&ExternalCheck> = evidence.external.iter().filter(|check| !is_ci(check)).collect();
    checks.sort_by_key(|check| match check.state {
        ExternalState::Failed { .. } => (0, 0),
        ExternalState::Waiting => (1, 0),
        ExternalState::Answered => (2, u64::MAX - check.findings),
    });
    checks
}

/// `waiting`, `answered, 2 findings`; never that something "failed", which would read as the check's verdict on the model.
pub(in crate::slack) fn external_words(check: &ExternalCheck) -> String {
    match check.state {
        ExternalState::Failed { .. } if check.kind == CHECK_RUN => "did not pass".to_owned(),
        ExternalState::Failed { .. } => "gave no usable answer".to_owned(),
        ExternalState::Waiting => "waiting".to_owned(),
        ExternalState::Answered if check.kind == CHECK_RUN => "passed".to_owned(),
        ExternalState::Answered if check.findings == 0 => "answered, no findings".to_owned(),
        ExternalState::Answered => {
            let findings = usize::try_from(check.findings).unwrap_or(usize::MAX);
            format!("answered, {}", count(findings, "finding", "findings"))
        }
    }
}

/// `from the workflow, not verified: owner acme, dataset v7`
fn fields(evidence: &Evidence, room: &Room) -> Option<Line> {
    let parts: Vec<Line> = evidence.fields.iter().take(room.fields).map(|one| field(one, room)).collect();
    let line = Line::new().bold("from the workflow, not verified").words(": ");
    (!parts.is_empty()).then(|| joined(line, parts, ", ").words(&more(evidence.fields.len(), room.fields)))
}

/// `owner acme`: in code style, so that one value cannot look like several.
pub(in crate::slack) fn field(field: &WorkflowField, room: &Room) -> Line {
    let value = if field.value.trim().is_empty() { "empty" } else { &field.value };
    Line::new().theirs(&field.name, room.text.min(60)).words(" ").code(value, room.text / 2)
}

fn more(all: usize, shown: usize) -> String {
    let more = all.checked_sub(shown).filter(|more| *more > 0);
    more.map(|more| format!(" and {more} more, under See changes")).unwrap_or_default()
}

fn joined(line: Line, parts: Vec<Line>, between: &str) -> Line {
    let separate = |(place, part): (usize, Line)| Line::new().words(if place == 0 { "" } else { between }).then(part);
    parts.into_iter().enumerate().map(separate).fold(line, Line::then)
}
