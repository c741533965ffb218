//! Evidence for a terminal: what changed, the worst flags first, and what the gate would say.

pub(crate) mod screen;
pub(crate) mod width;

use crate::checks::words::plain;
use crate::domain::{CiState, Evidence, FileChange, Flag, ModelChange, Row, Severity, WeightChange};

use super::groups::{Group, groups};
use super::source;
use super::verdict::Verdict;
use super::{Report, Rules, change, words};
use screen::{Look, Screen};

/// Columns of a line where nobody says otherwise.
pub const COLUMNS: usize = 80;

/// Longest texts shown, in characters.
const MAX_MESSAGE_CHARS: usize = 400;
const MAX_PATH_CHARS: usize = 200;
const MAX_VALUE_CHARS: usize = 160;
/// Columns for severities, and at most for the labels of a table.
const SEVERITY_COLUMNS: usize = 8;
const MAX_LABEL_COLUMNS: usize = 20;
/// Most changed files, unchanged models and passed runs named.
const MAX_FILES: usize = 15;
const MAX_LISTED: usize = 12;

/// How the text is laid out.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    pub columns: usize,
    /// Whether the terminal shows colour. The words say everything without it.
    pub has_colour: bool,
}

impl Default for Layout {
    fn default() -> Self {
        Self { columns: COLUMNS, has_colour: false }
    }
}

/// The report as text, ending in the verdict: the last lines are what a terminal shows.
pub fn text(report: &Report<'_>, layout: Layout) -> String {
    let mut screen = Screen::new(layout.columns, layout.has_colour);
    let evidence = report.evidence;
    opening(&mut screen, report);
    for group in groups(evidence) {
        flags(&mut screen, &group, evidence);
    }
    for one in evidence.models.iter().filter(|model| change::is_changed_at_all(model)) {
        model(&mut screen, one);
    }
    unchanged_models(&mut screen, evidence);
    files(&mut screen, evidence);
    other_tools(&mut screen, evidence);
    fields(&mut screen, evidence);
    closing(&mut screen, report);
    screen.finish()
}

fn opening(screen: &mut Screen, report: &Report<'_>) {
    let evidence = report.evidence;
    let name = plain(report.repository, MAX_VALUE_CHARS);
    screen.line(Look::Bold, &format!("{name} to {}", plain(report.environment, MAX_VALUE_CHARS)));
    let since = words::live_since(evidence).map(|since| format!(" since {since}")).unwrap_or_default();
    let live = evidence.baseline.commit().map(|live| format!("live {}{since}", live.short()));
    let live = live.unwrap_or_else(|| "nothing live".to_owned());
    screen.line(Look::Plain, &format!("{live} → proposed {}. {}", evidence.commit.short(), words::ground(evidence)));
    screen.blank();
    let look = severity_look(crate::domain::flag::risk(&evidence.flags));
    match evidence.flags.is_empty() {
        true => screen.line(Look::Good, "No risk flags."),
        false => screen.line(look, &format!("Risk: {} – {}", words::risk(evidence), words::flags(evidence))),
    }
}

fn heading(screen: &mut Screen, words: &str) {
    screen.blank();
    screen.line(Look::Bold, words);
}

fn flags(screen: &mut Screen, group: &Group<'_>, evidence: &Evidence) {
    heading(screen, group.name);
    for flag in &group.flags {
        let text = plain(words::flag_words(flag), MAX_MESSAGE_CHARS);
        screen.item(severity_look(flag.severity), flag.severity.word(), SEVERITY_COLUMNS, &text);
        screen.item(Look::Plain, "", SEVERITY_COLUMNS, &origin(flag, evidence));
    }
}

/// `[metric.regressed] README.md line 14; rule: worse by at most 0.010`
fn origin(flag: &Flag, evidence: &Evidence) -> String {
    let code = plain(&flag.code, MAX_VALUE_CHARS);
    let place = flag.source.as_deref().map(|text| match source::place(text, evidence) {
        Some(place) => {
            let line = place.line.map(|line| format!(" line {line}")).unwrap_or_default();
            let side = if place.is_proposed { "" } else { ", as it is live" };
            format!(" {}{line}{side}", plain(place.path, MAX_PATH_CHARS))
        }
        None => format!(" {}", plain(text, MAX_PATH_CHARS)),
    });
    let rule = words::weighty_rule(flag).map(|rule| format!("; rule: {}", plain(rule, MAX_VALUE_CHARS)));
    format!("[{code}]{}{}", place.unwrap_or_default(), rule.unwrap_or_default())
}

const fn severity_look(severity: Severity) -> Look {
    match severity {
        Severity::Critical | Severity::High => Look::Alarm,
        Severity::Medium => Look::Warning,
        Severity::Low | Severity::Info => Look::Plain,
    }
}

fn model(screen: &mut Screen, model: &ModelChange) {
    let name = plain(&model.name, MAX_VALUE_CHARS);
    heading(screen, &format!("Model {name} ({})", plain(&model.card_path, MAX_PATH_CHARS)));
    let rows: Vec<(String, String)> = change::changed_rows(model).map(row).collect();
    let weights: Vec<(String, String)> = change::changed_weights(model).map(weight).collect();
    let same: Vec<String> = change::same_rows(model).map(same).collect();
    let mut lines: Vec<(String, String)> = rows.into_iter().chain(weights).collect();
    if lines.is_empty() {
        lines.push((
            "card".to_owned(),
            "its text changed; none of its metrics and fields did, and no weights".to_owned(),
        ));
    }
    if !same.is_empty() {
        lines.push(("unchanged".to_owned(), listed(&same)));
    }
    items(screen, &lines);
}

fn items(screen: &mut Screen, lines: &[(String, String)]) {
    let widest = lines.iter().map(|(label, _)| width::width(label)).filter(|width| *width <= MAX_LABEL_COLUMNS).max();
    for (label, text) in lines {
        screen.item(Look::Plain, label, widest.unwrap_or_default(), text);
    }
}

/// `0.927 → 0.913, worse by 0.014 (limit: worse by at most 0.010)`
fn row(row: &Row) -> (String, String) {
    let value = |text: &Option<String>| text.as_ref().map(|text| plain(text, MAX_VALUE_CHARS));
    let words = plain(&change::row_words(row), MAX_VALUE_CHARS);
    let text = match (value(&row.before), value(&row.after)) {
        // Both sides show it; a limit is said all the same.
        (Some(before), Some(after)) if words == "changed" => format!("{before} → {after}"),
        (Some(before), Some(after)) => format!("{before} → {after}, {words}"),
        (None, Some(after)) => format!("{words}: {after}"),
        (Some(before), None) => format!("{words}: was {before}"),
        (None, None) => words,
    };
    (plain(&row.label, MAX_VALUE_CHARS), text)
}

/// `438 MB cba06b → 438 MB 11507a; tensors: 1 reshaped`
fn weight(weight: &WeightChange) -> (String, String) {
    let sides = match (weight.before.as_ref().map(words::weight), weight.after.as_ref().map(words::weight)) {
        (Some(before), Some(after)) => Some(format!("{before} → {after}")),
        (before, after) => after.or(before),
    };
    let words = words::weight_change(weight).map(|words| plain(&words, MAX_VALUE_CHARS));
    let all: Vec<String> = sides.into_iter().chain(words).collect();
    (plain(&weight.path, MAX_PATH_CHARS), all.join("; "))
}

fn same(row: &Row) -> String {
    let value = row.after.as_ref().map(|value| format!(" {}", plain(value, MAX_VALUE_CHARS)));
    format!("{}{}", plain(&row.label, MAX_VALUE_CHARS), value.unwrap_or_default())
}

fn listed(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(MAX_LISTED).map(String::as_str).collect();
    match names.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn unchanged_models(screen: &mut Screen, evidence: &Evidence) {
    let same = evidence.models.iter().filter(|model| !change::is_changed_at_all(model));
    let names: Vec<String> = same.map(|model| plain(&model.name, MAX_VALUE_CHARS)).collect();
    if !names.is_empty() {
        screen.blank();
        screen.line(Look::Plain, &format!("Same card and weights as live: {}.", listed(&names)));
    }
}

fn files(screen: &mut Screen, evidence: &Evidence) {
    heading(screen, &words::files(evidence));
    let text = |file: &FileChange| {
        let from = file.previous_path.as_deref().map(|old| format!("{} → ", plain(old, MAX_PATH_CHARS)));
        format!("{}{}{}", from.unwrap_or_default(), plain(&file.path, MAX_PATH_CHARS), words::lines(file))
    };
    for file in evidence.files.iter().take(MAX_FILES) {
        screen.item(Look::Plain, words::change_kind(file.kind), SEVERITY_COLUMNS, &text(file));
    }
    if let Some(more) = evidence.files.len().checked_sub(MAX_FILES).filter(|more| *more > 0) {
        screen.item(Look::Plain, "", SEVERITY_COLUMNS, &format!("… {more} more files"));
    }
}

fn other_tools(screen: &mut Screen, evidence: &Evidence) {
    if evidence.ci.is_empty() && evidence.external.is_empty() {
        return;
    }
    heading(screen, "Other tools");
    for run in evidence.ci.iter().filter(|run| run.state != CiState::Passed) {
        let look = if run.state == CiState::Failed { Look::Alarm } else { Look::Plain };
        let text = format!("{} ({})", plain(&run.name, MAX_VALUE_CHARS), plain(&run.detail, MAX_VALUE_CHARS));
        screen.item(look, words::ci_state(run.state), SEVERITY_COLUMNS, &text);
    }
    for check in &evidence.external {
        let state = words::external_state(&check.state, check.findings);
        let advice = check.advice.as_deref().map(|advice| format!(". It says: {advice}")).unwrap_or_default();
        let text = format!("{} ({}): {state}{advice}", check.name, check.kind);
        screen.item(Look::Plain, "asked", SEVERITY_COLUMNS, &plain(&text, MAX_MESSAGE_CHARS));
    }
    let passed: Vec<String> = evidence
        .ci
        .iter()
        .filter(|run| run.state == CiState::Passed)
        .map(|run| plain(&run.name, MAX_VALUE_CHARS))
        .collect();
    if !passed.is_empty() {
        screen.item(Look::Plain, "passed", SEVERITY_COLUMNS, &listed(&passed));
    }
}

fn fields(screen: &mut Screen, evidence: &Evidence) {
    if evidence.fields.is_empty() {
        return;
    }
    heading(screen, "From the workflow, not verified");
    let clean = |text: &str| plain(text, MAX_VALUE_CHARS);
    let lines: Vec<(String, String)> =
        evidence.fields.iter().map(|field| (clean(&field.name), clean(&field.value))).collect();
    items(screen, &lines);
}

/// What the gate would say, by which rules, and what it would know besides.
fn closing(screen: &mut Screen, report: &Report<'_>) {
    screen.blank();
    if let Rules::By(policy) = report.rules {
        screen.line(Look::Dim, &format!("Rules: {}.", words::clause(policy)));
    }
    if let Some(not_seen) = report.not_seen {
        screen.line(Look::Dim, &format!("Not looked at here: {}.", words::clause(not_seen)));
    }
    let look = match (report.rules, report.verdict()) {
        (Rules::Held { .. }, _) | (_, Verdict::Blocked { .. }) => Look::Alarm,
        (_, Verdict::NeedsApproval { .. }) => Look::Warning,
        (_, Verdict::Clear) => Look::Good,
    };
    screen.line(look, &report.conclusion());
}

#[cfg(test)]
mod tests;
