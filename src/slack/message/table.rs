//! Live and proposed side by side, as a list: it stacks on a phone and is read out row by row.

use slack_morphism::prelude::SlackBlock;

use crate::domain::{Evidence, ModelChange, Row, RowChange, WeightChange, WeightFile};
use crate::ports::chat::Board;
use crate::slack::blocks::{Line, Rich};
use crate::slack::text::{self, count, listed, size};

use super::Room;

pub(super) fn block(board: &Board<'_>, room: &Room) -> Option<SlackBlock> {
    let evidence = board.evidence?;
    let many = evidence.models.len() > 1;
    let shown = evidence.models.iter().take(room.models);
    let rich = shown.fold(Rich::new(), |rich, model| model_table(rich, model, many, room));
    match evidence.models.len().checked_sub(room.models).filter(|more| *more > 0) {
        Some(more) => {
            rich.line(Line::new().words(&format!("and {} more, under See changes", count(more, "model", "models"))))
        }
        None => rich,
    }
    .block()
}

/// Nothing that a model is made of differs from what is live.
pub(super) fn is_unchanged(evidence: &Evidence) -> bool {
    let same = |model: &ModelChange| {
        changed_rows(model).next().is_none() && changed_weights(model).next().is_none() && !is_card_changed(model)
    };
    evidence.models.iter().all(same)
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

fn model_table(rich: Rich, model: &ModelChange, named: bool, room: &Room) -> Rich {
    let mut lines: Vec<Line> = changed_rows(model).take(room.rows).map(|row| row_line(row, room)).collect();
    let all = changed_rows(model).count();
    if let Some(more) = all.checked_sub(room.rows).filter(|more| *more > 0) {
        lines.push(Line::new().words(&format!("and {}, under See changes", count(more, "more row", "more rows"))));
    }
    if all == 0 && is_card_changed(model) {
        lines.push(Line::new().bold("card").words(": its text changes, under See changes"));
    }
    lines.extend(weight_lines(model, room));
    lines.extend(unchanged(model, room));
    let heading = if named { Line::new().their_bold(&model.name, room.text.min(80)) } else { Line::new() };
    rich.line(heading).bullets(lines)
}

pub(super) fn changed_rows(model: &ModelChange) -> impl Iterator<Item = &Row> {
    model.rows.iter().filter(|row| row.change != RowChange::Same)
}

fn changed_weights(model: &ModelChange) -> impl Iterator<Item = &WeightChange> {
    model.weights.iter().filter(|weight| weight.before != weight.after)
}

fn weight_lines(model: &ModelChange, room: &Room) -> Vec<Line> {
    let most = (room.rows / 3).max(1);
    let mut lines: Vec<Line> = changed_weights(model).take(most).map(|weight| weight_line(weight, room)).collect();
    if let Some(more) = changed_weights(model).count().checked_sub(most).filter(|more| *more > 0) {
        lines.push(Line::new().words(&format!("and {} changed", count(more, "more weight file", "more weight files"))));
    }
    lines
}

/// `unchanged: licence, base model`: what an approver looks for and need not read.
fn unchanged(model: &ModelChange, room: &Room) -> Option<Line> {
    let same = model.rows.iter().filter(|row| row.change == RowChange::Same);
    let names: Vec<String> = same.map(|row| text::line(&row.label, 40)).collect();
    (!names.is_empty()).then(|| Line::new().words("unchanged: ").theirs(&listed(&names, room.rows), 400))
}

/// `accuracy: 0.927 → 0.913, worse by 0.014`
pub(in crate::slack) fn row_line(row: &Row, room: &Room) -> Line {
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

const fn change_words(change: RowChange) -> Option<&'static str> {
    match change {
        RowChange::Better => Some("better"),
        RowChange::Worse => Some("worse"),
        RowChange::Same => Some("unchanged"),
        RowChange::Changed | RowChange::Added | RowChange::Removed => None,
    }
}

/// `model.safetensors: 438 MB 1f3a22 → 438 MB 9c0be1`
pub(in crate::slack) fn weight_line(weight: &WeightChange, room: &Room) -> Line {
    let line = Line::new().their_bold(&weight.path, room.text.min(120)).words(": ");
    match (&weight.before, &weight.after) {
        (Some(before), Some(after)) if before == after => file(line, after).words(", unchanged"),
        (Some(before), Some(after)) => file(file(line, before).words(" → "), after),
        (None, Some(after)) => file(line.words("new, "), after),
        (Some(before), None) => file(line.words("no longer there, was "), before),
        (None, None) => line.words("not stated"),
    }
}

fn file(line: Line, file: &WeightFile) -> Line {
    let line = line.words(&size(file.size)).words(" ");
    match &file.digest {
        Some(digest) => line.code(&digest.short(), 12),
        None => line.words("(content not known)"),
    }
}
