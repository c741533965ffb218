//! The short form: verdict, flags, what changed per model, what other tools say.

use crate::domain::{CiRun, CiState, Evidence, ExternalCheck, Flag, ModelChange, Row, WeightChange};
use crate::report::change;
use crate::report::groups::{Group, groups};
use crate::report::source;
use crate::report::words;

use super::inert::{cell, code, link, prose};
use super::page::Section;

/// Longest texts shown, in characters before they are escaped.
const MAX_MESSAGE_CHARS: usize = 400;
const MAX_PATH_CHARS: usize = 300;
const MAX_VALUE_CHARS: usize = 160;
const MAX_NAME_CHARS: usize = 100;
/// Most unchanged models named, and unchanged fields of one.
const MAX_LISTED: usize = 12;

pub(super) fn sections(evidence: &Evidence) -> Vec<Section> {
    let mut sections = vec![verdict(evidence)];
    sections.extend(groups(evidence).iter().map(|group| flags(group, evidence)));
    sections.extend(evidence.models.iter().filter(|model| change::is_changed_at_all(model)).map(model));
    sections.extend(unchanged_models(evidence));
    sections.extend(other_tools(evidence));
    sections.extend(fields(evidence));
    sections
}

fn verdict(evidence: &Evidence) -> Section {
    let verdict = match evidence.flags.is_empty() {
        true => "**No risk flags.**".to_owned(),
        false => format!("**Risk: {}** – {}.", words::risk(evidence), words::flags(evidence)),
    };
    Section { lines: vec![verdict, String::new(), ground(evidence)], ..Section::default() }
}

/// `Live a1b2c3d (since 2026-11-12) → proposed e4f5a6b: 14 commits ahead of what is live. Compare`
fn ground(evidence: &Evidence) -> String {
    let proposed = format!("proposed `{}`", evidence.commit.short());
    let ends = match evidence.baseline.commit() {
        Some(live) => {
            let since = words::live_since(evidence).map(|since| format!(" (since {since})")).unwrap_or_default();
            format!("Live `{}`{since} → {proposed}", live.short())
        }
        None => format!("Nothing live → {proposed}"),
    };
    let compare = evidence.compare_url.as_deref().and_then(|url| link("Compare live with proposed", url));
    let compare = compare.map(|link| format!(" {link}")).unwrap_or_default();
    format!("{ends}. {} {}{compare}", words::ground(evidence), words::files(evidence))
}

fn flags(group: &Group<'_>, evidence: &Evidence) -> Section {
    let lines = group.flags.iter().map(|flag| flag_line(flag, evidence)).collect();
    Section { head: vec![format!("### {}", group.name), String::new()], lines, end: Vec::new() }
}

/// `- **high** Accuracy fell by 0.014. (metric.regressed, README.md line 12; rule: worse by at most 0.010)`
fn flag_line(flag: &Flag, evidence: &Evidence) -> String {
    let words = prose(words::flag_words(flag), MAX_MESSAGE_CHARS);
    let place = flag.source.as_deref().map(|text| match source::place(text, evidence) {
        Some(place) => {
            let line = place.line.map(|line| format!(" line {line}")).unwrap_or_default();
            let side = if place.is_proposed { "" } else { " as it is live" };
            format!(", {}{line}{side}", code(place.path, MAX_PATH_CHARS))
        }
        None => format!(", {}", code(text, MAX_PATH_CHARS)),
    });
    let rule =
        words::weighty_rule(flag).map(|rule| format!("; rule: {}", prose(rule, MAX_VALUE_CHARS))).unwrap_or_default();
    let code = code(&flag.code, MAX_NAME_CHARS);
    format!("- **{}** {words} ({code}{}{rule})", flag.severity.word(), place.unwrap_or_default())
}

fn model(model: &ModelChange) -> Section {
    let heading = format!("### Model {}", prose(&model.name, MAX_NAME_CHARS));
    let rows: Vec<String> = change::changed_rows(model).map(row).collect();
    let weights: Vec<String> = change::changed_weights(model).map(weight).collect();
    let mut end: Vec<String> = same(model).into_iter().flat_map(|line| [String::new(), line]).collect();
    if rows.is_empty() && weights.is_empty() {
        let text = "The card's text changed; none of its metrics and fields did, and no weights.".to_owned();
        return Section { head: vec![heading, String::new()], lines: vec![text], end };
    }
    if rows.is_empty() && !change::is_card_changed(model) {
        end.insert(0, String::new());
        end.insert(1, "The card is what is live.".to_owned());
    }
    let table = ["| | Live | Proposed | Change |", "| --- | --- | --- | --- |"].map(str::to_owned);
    let head = [heading, String::new()].into_iter().chain(table).collect();
    Section { head, lines: rows.into_iter().chain(weights).collect(), end }
}

fn row(row: &Row) -> String {
    let label = prose(&row.label, MAX_NAME_CHARS);
    let value = |value: &Option<String>| value.as_ref().map_or("–".to_owned(), |value| cell(value, MAX_VALUE_CHARS));
    let words = prose(&change::row_words(row), MAX_VALUE_CHARS * 2);
    format!("| {label} | {} | {} | {words} |", value(&row.before), value(&row.after))
}

fn weight(weight: &WeightChange) -> String {
    let side =
        |file: &Option<_>| file.as_ref().map_or("–".to_owned(), |file| cell(&words::weight(file), MAX_VALUE_CHARS));
    let words = words::weight_change(weight).unwrap_or_else(|| "new content".to_owned());
    let words = prose(&words, MAX_VALUE_CHARS * 2);
    format!("| {} | {} | {} | {words} |", cell(&weight.path, MAX_PATH_CHARS), side(&weight.before), side(&weight.after))
}

/// `Unchanged: licence apache-2.0, base model distilbert-base.`
fn same(model: &ModelChange) -> Option<String> {
    let row = |row: &Row| {
        let value = row.after.as_ref().map(|value| format!(" {}", code(value, MAX_VALUE_CHARS)));
        format!("{}{}", prose(&row.label, MAX_NAME_CHARS), value.unwrap_or_default())
    };
    let rows: Vec<String> = change::same_rows(model).map(row).collect();
    listed(&rows).map(|rows| format!("Unchanged: {rows}."))
}

fn unchanged_models(evidence: &Evidence) -> Option<Section> {
    let same = evidence.models.iter().filter(|model| !change::is_changed_at_all(model));
    let names: Vec<String> = same.map(|model| prose(&model.name, MAX_NAME_CHARS)).collect();
    let names = listed(&names)?;
    let line = format!("Same card and weights as live: {names}.");
    Some(Section { lines: vec![line], ..Section::default() })
}

fn listed(names: &[String]) -> Option<String> {
    let shown = names.get(..MAX_LISTED.min(names.len()))?;
    let more = names.len() - shown.len();
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    (!shown.is_empty()).then(|| format!("{}{rest}", shown.join(", ")))
}

/// What check runs and checks outside of this server say; the passed ones are only counted.
fn other_tools(evidence: &Evidence) -> Option<Section> {
    let mut runs: Vec<&CiRun> = evidence.ci.iter().filter(|run| run.state != CiState::Passed).collect();
    runs.sort_by_key(|run| run.state);
    let passed = evidence.ci.len() - runs.len();
    let mut lines: Vec<String> = runs.into_iter().map(ci_run).chain(evidence.external.iter().map(external)).collect();
    lines.extend((passed > 0).then(|| format!("- {passed} passed")));
    let head = vec!["### Other tools".to_owned(), String::new()];
    (!lines.is_empty()).then_some(Section { head, lines, end: Vec::new() })
}

fn ci_run(run: &CiRun) -> String {
    let word = words::ci_state(run.state);
    let detail = if run.detail.eq_ignore_ascii_case(word) {
        String::new()
    } else {
        format!(" ({})", prose(&run.detail, MAX_NAME_CHARS))
    };
    format!("- **{word}** {}{detail}", code(&run.name, MAX_NAME_CHARS))
}

fn external(check: &ExternalCheck) -> String {
    let state = prose(&words::external_state(&check.state, check.findings), MAX_VALUE_CHARS);
    let advice = check.advice.as_deref().map(|advice| format!(". It says: {}", prose(advice, MAX_MESSAGE_CHARS)));
    let kind = prose(&check.kind, MAX_NAME_CHARS);
    format!("- {} ({kind}): {state}{}", code(&check.name, MAX_NAME_CHARS), advice.unwrap_or_default())
}

fn fields(evidence: &Evidence) -> Option<Section> {
    let line = |field: &crate::domain::WorkflowField| {
        format!("- {}: {}", code(&field.name, MAX_NAME_CHARS), code(&field.value, MAX_VALUE_CHARS))
    };
    let lines: Vec<String> = evidence.fields.iter().map(line).collect();
    let head = vec!["### From the workflow, not verified".to_owned(), String::new()];
    (!lines.is_empty()).then_some(Section { head, lines, end: Vec::new() })
}
