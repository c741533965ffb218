//! What became of a model, as far as a table shows it.

use crate::domain::{ModelChange, Row, RowChange, WeightChange};

/// Rows that are not the same on both sides.
pub(super) fn changed_rows(model: &ModelChange) -> impl Iterator<Item = &Row> {
    model.rows.iter().filter(|row| row.change != RowChange::Same)
}

/// What an approver looks for and need not read.
pub(super) fn same_rows(model: &ModelChange) -> impl Iterator<Item = &Row> {
    model.rows.iter().filter(|row| row.change == RowChange::Same)
}

pub(super) fn changed_weights(model: &ModelChange) -> impl Iterator<Item = &WeightChange> {
    model.weights.iter().filter(|weight| is_changed(weight))
}

/// Another content: that somebody looked into the file on one side only is no change.
fn is_changed(weight: &WeightChange) -> bool {
    let content = |file: &Option<crate::domain::WeightFile>| file.as_ref().map(|file| (file.digest, file.size));
    content(&weight.before) != content(&weight.after) || weight.tensors.is_some()
}

pub(super) fn is_card_changed(model: &ModelChange) -> bool {
    model.card_before != model.card_after || !model.card_diff.is_empty()
}

pub(super) fn is_changed_at_all(model: &ModelChange) -> bool {
    changed_rows(model).next().is_some() || changed_weights(model).next().is_some() || is_card_changed(model)
}

/// What the change of a row comes to, with the limit it is held to: `worse by 0.014 (at least 0.90)`.
pub(super) fn row_words(row: &Row) -> String {
    let change = match (&row.delta, row.change) {
        (Some(delta), _) => delta.as_str(),
        (None, RowChange::Better) => "better",
        (None, RowChange::Worse) => "worse",
        (None, RowChange::Same) => "unchanged",
        (None, RowChange::Changed) => "changed",
        (None, RowChange::Added) => "new",
        (None, RowChange::Removed) => "gone",
    };
    match &row.limit {
        Some(limit) => format!("{change} (limit: {limit})"),
        None => change.to_owned(),
    }
}
