//! Live and proposed side by side, as a list: it stacks on a phone and is read out row by row.

use slack_morphism::prelude::SlackBlock;

use crate::domain::{Baseline, Evidence, Flag, ModelChange, Row, RowChange, Severity};
use crate::ports::chat::Board;
use crate::slack::blocks::{Line, Rich};
use crate::slack::text::{self, count, listed};

use super::{Room, weights};

pub(super) fn block(board: &Board<'_>, room: &Room) -> Option<SlackBlock> {
    let evidence = board.evidence?;
    if let [only] = evidence.models.as_slice() {
        let lines = model_lines(evidence, only, room.rows, room);
        let heading = match lines.len() {
            0 => Line::new().words("Model and card are what is live."),
            _ => Line::new().bold(sides(evidence)).theirs(&unchanged(only, room.rows), 400),
        };
        return Rich::new().line(heading).bullets(lines).block();
    }
    let (changed, same): (Vec<&ModelChange>, Vec<_>) =
        evidence.models.iter().partition(|model| is_model_changed(evidence, model));
    let (shown, more) = changed.split_at(changed.len().min(room.models));
    // Several models share one screen.
    let rows = (room.rows / shown.len().max(1)).max(1);
    let table = |rich: Rich, model: &&ModelChange| {
        let heading = Line::new().their_bold(&model.name, room.text.min(80)).words(": ").bold(sides(evidence));
        rich.line(heading.theirs(&unchanged(model, rows), 400)).bullets(model_lines(evidence, model, rows, room))
    };
    shown.iter().fold(Rich::new(), table).line(other_models(more, same.len(), room)).block()
}

/// `and 8 more models, under See changes: de, fr, it and 5 more. 3 models are what is live.`
fn other_models(more: &[&ModelChange], same: usize, room: &Room) -> Line {
    let names: Vec<String> = more.iter().map(|model| text::line(&model.name, 40)).collect();
    let line = match names.len() {
        0 => Line::new(),
        all => Line::new()
            .words(&format!("and {}, under See changes: ", count(all, "more model", "more models")))
            .theirs(&listed(&names, room.models), 200)
            .words("."),
    };
    let between = if line.is_empty() { "" } else { " " };
    match same {
        0 => line,
        same => line.words(&format!("{between}{} what is live.", count(same, "model is", "models are"))),
    }
}

/// Nothing that a model is made of differs from what is live.
pub(super) fn is_unchanged(evidence: &Evidence) -> bool {
    !evidence.models.iter().any(|model| is_model_changed(evidence, model))
}

fn is_model_changed(evidence: &Evidence, model: &ModelChange) -> bool {
    changed_rows(model).next().is_some() || weights::changed(evidence, model).next().is_some() || is_card_changed(model)
}

fn is_card_changed(model: &ModelChange) -> bool {
    model.card_before != model.card_after || !model.card_diff.is_empty()
}

/// `Model and card are what is live; 2 files change.`
pub(super) fn nothing_changed(board: &Board<'_>) -> Line {
    let files = board.evidence.map_or(0, |evidence| evidence.files.len());
    let models = board.evidence.map_or(0, |evidence| evidence.models.len());
    let model =
        if models == 0 { "No model card or weights are part of this" } else { "Model and card are what is live" };
    Line::new().words(&format!("{model}; {}.", count(files, "file changes", "files change")))
}

fn model_lines(evidence: &Evidence, model: &ModelChange, rows: usize, room: &Room) -> Vec<Line> {
    let line =
        |row: &Row| if is_pressing(evidence, row) { row_line_with_limit(row, room) } else { row_line(row, room) };
    let mut lines: Vec<Line> = changed_rows(model).take(rows).map(line).collect();
    let all = changed_rows(model).count();
    if let Some(more) = all.checked_sub(rows).filter(|more| *more > 0) {
        lines.push(Line::new().words(&format!("and {}, under See changes", count(more, "more row", "more rows"))));
    }
    if all == 0 && is_card_changed(model) {
        lines.push(Line::new().bold("card").words(": its text changes, under See changes"));
    }
    lines.extend(weights::lines(evidence, model, rows, room));
    lines
}

/// Worse, or a metric that a finding is about: there the limit is what people ask for next.
fn is_pressing(evidence: &Evidence, row: &Row) -> bool {
    let is_about = |flag: &Flag| {
        flag.severity > Severity::Info && flag.code.starts_with("metric.") && flag.subject.contains(&row.label)
    };
    row.change == RowChange::Worse || (row.limit.is_some() && evidence.flags.iter().any(is_about))
}

pub(super) fn changed_rows(model: &ModelChange) -> impl Iterator<Item = &Row> {
    model.rows.iter().filter(|row| row.change != RowChange::Same)
}

/// `, unchanged: licence and base model`: what an approver looks for and need not read.
fn unchanged(model: &ModelChange, rows: usize) -> String {
    let same = model.rows.iter().filter(|row| row.change == RowChange::Same);
    let names: Vec<String> = same.map(|row| text::line(&row.label, 40)).collect();
    if names.is_empty() { String::new() } else { format!(", unchanged: {}", listed(&names, rows)) }
}

const fn sides(evidence: &Evidence) -> &'static str {
    match evidence.baseline {
        Baseline::Live { .. } => "Live → proposed",
        Baseline::None | Baseline::Vanished { .. } => "Proposed",
    }
}

/// `accuracy: 0.927 → 0.913, worse by 0.014`
pub(super) fn row_line(row: &Row, room: &Room) -> Line {
    let value = |line: Line, text: &str| line.code(if text.trim().is_empty() { "empty" } else { text }, room.text / 2);
    let line = Line::new().their_bold(&row.label, room.text.min(60)).words(": ");
    let line = match (&row.before, &row.after) {
        (Some(before), Some(after)) if before == after => value(line, after),
        (Some(before), Some(after)) => value(value(line, before).words(" → "), after),
        (None, Some(after)) => value(line.words("new, "), after),
        (Some(before), None) => value(line.words("no longer there, was "), before),
        (None, None) => line.words("not stated"),
    };
    match (&row.delta, change_words(row.change)) {
        (Some(delta), _) => line.words(", ").theirs(delta, room.text / 2),
        (None, Some(words)) => line.words(", ").words(words),
        (None, None) => line,
    }
}

/// `accuracy: 0.927 → 0.913, worse by 0.014 (limit: worse by at most 2 %)`
pub(in crate::slack) fn row_line_with_limit(row: &Row, room: &Room) -> Line {
    let line = row_line(row, room);
    match &row.limit {
        Some(limit) => line.words(" (limit: ").theirs(limit, room.text / 2).words(")"),
        None => line,
    }
}

const fn change_words(change: RowChange) -> Option<&'static str> {
    match change {
        RowChange::Better => Some("better"),
        RowChange::Worse => Some("worse"),
        RowChange::Same => Some("unchanged"),
        RowChange::Changed | RowChange::Added | RowChange::Removed => None,
    }
}
