//! The models as people see them: what matters most comes first, and all of it has bounds. Checked they are all the same.

use std::cmp::Reverse;

use crate::domain::{Flag, ModelChange, Row, RowChange, Severity};

/// Models shown although nothing in them changed.
const MAX_UNCHANGED: usize = 10;
/// Room for all models of the evidence, in bytes; beyond it the less important ones are shown in short.
const ROOM_BYTES: usize = 700_000;
/// Rows and weight files of a model that is shown in short.
const SHORT_ROWS: usize = 3;
const SHORT_WEIGHTS: usize = 5;

/// Orders them by what changed and by their worst flags, and cuts what there is no room for.
pub(in crate::engine::gather) fn shown(models: Vec<ModelChange>, flags: &[Flag]) -> Vec<ModelChange> {
    let mut ranked: Vec<(bool, Reverse<Option<Severity>>, ModelChange)> =
        models.into_iter().map(|model| (!is_changed(&model), Reverse(worst(&model, flags)), model)).collect();
    ranked.sort_by_key(|(is_unchanged, worst, _)| (*is_unchanged, *worst));
    let changed = ranked.iter().filter(|(is_unchanged, ..)| !is_unchanged).count();
    ranked.truncate(changed.max(MAX_UNCHANGED));
    let mut room = ROOM_BYTES;
    ranked.into_iter().map(|(_, _, model)| fitted(model, &mut room)).collect()
}

fn is_changed(model: &ModelChange) -> bool {
    model.card_before != model.card_after
        || model.rows.iter().any(|row| row.change != RowChange::Same)
        || model.weights.iter().any(|weight| weight.before != weight.after)
}

/// The severity of the worst flag about the model, its card or one of its weight files.
fn worst(model: &ModelChange, flags: &[Flag]) -> Option<Severity> {
    let is_own = |path: &str| path == model.card_path || model.weights.iter().any(|weight| weight.path == path);
    let is_about = |flag: &&Flag| {
        let source = flag.source.as_deref().and_then(|source| source.rsplit_once('@')).map(|(path, _)| path);
        flag.subject == model.name || is_own(&flag.subject) || source.is_some_and(is_own)
    };
    flags.iter().filter(is_about).map(|flag| flag.severity).max()
}

fn fitted(mut model: ModelChange, room: &mut usize) -> ModelChange {
    if let Some(left) = left_beside(&model, *room) {
        *room = left;
        return model;
    }
    // The whole card goes first: its difference says what is new.
    if let Some(card) = &mut model.card {
        let lines = u64::try_from(std::mem::take(&mut card.text).lines().count()).unwrap_or(u64::MAX);
        card.lines_cut = card.lines_cut.saturating_add(lines);
    }
    match left_beside(&model, *room) {
        Some(left) => *room = left,
        None => shorten(&mut model),
    }
    model
}

fn left_beside(model: &ModelChange, room: usize) -> Option<usize> {
    room.checked_sub(serde_json::to_string(model).map_or(usize::MAX, |text| text.len()))
}

/// What is left out is said where it would stand. It is no gap: the digests cover it, and the checks have seen it.
fn shorten(model: &mut ModelChange) {
    let lines = u64::try_from(std::mem::take(&mut model.card_diff).lines().count()).unwrap_or(u64::MAX);
    model.card_diff_lines_cut = model.card_diff_lines_cut.saturating_add(lines);
    let (rows, weights) = (model.rows.len(), model.weights.len());
    model.rows.sort_by_key(|row| row.change == RowChange::Same);
    model.rows.truncate(SHORT_ROWS);
    model.weights.sort_by_key(|weight| weight.before == weight.after);
    model.weights.truncate(SHORT_WEIGHTS);
    let more = |label: &str, left_out: usize| {
        let after = Some(format!("{left_out} not shown"));
        Row { label: label.to_owned(), before: None, after, delta: None, limit: None, change: RowChange::Changed }
    };
    let left_out = [("more rows", rows, SHORT_ROWS), ("more weight files", weights, SHORT_WEIGHTS)];
    let left_out = left_out.into_iter().filter(|(_, all, kept)| all > kept);
    model.rows.extend(left_out.map(|(label, all, kept)| more(label, all.saturating_sub(kept))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Digest, WeightChange, WeightFile};

    fn model(name: &str, after: &[u8]) -> ModelChange {
        ModelChange {
            name: name.into(),
            card_path: format!("{name}/README.md"),
            rows: Vec::new(),
            card_diff: String::new(),
            card_diff_lines_cut: 0,
            card_before: Some(Digest::of(b"card")),
            card_after: Some(Digest::of(after)),
            card: None,
            weights: Vec::new(),
        }
    }

    fn flag(subject: &str, source: &str, severity: Severity) -> Flag {
        Flag {
            code: "x".into(),
            severity,
            subject: subject.into(),
            before: None,
            after: None,
            rule: None,
            source: Some(source.into()),
            message: String::new(),
            is_new: true,
            volatile: false,
            model: None,
        }
    }

    #[test]
    fn changed_models_come_first_and_among_them_those_with_the_worst_flags() {
        let models = [("a", "card"), ("b", "other"), ("c", "other"), ("d", "card"), ("e", "other")];
        let models = models.iter().map(|(name, after)| model(name, after.as_bytes())).collect();
        let flags = [
            flag("c", "x@1", Severity::Medium),
            flag("accuracy", "e/README.md@1234567#4", Severity::High),
            flag("d", "x@1", Severity::Critical),
        ];
        let names: Vec<String> = shown(models, &flags).into_iter().map(|model| model.name).collect();
        assert_eq!(names, ["e", "c", "b", "d", "a"]);
    }

    #[test]
    fn every_changed_model_is_listed_and_of_unchanged_ones_a_few() {
        let models = |after: &[u8]| (0..60).map(|n| model(&format!("m{n}"), after)).collect();
        assert_eq!(shown(models(b"card"), &[]).len(), MAX_UNCHANGED);
        assert_eq!(shown(models(b"other"), &[]).len(), 60);
    }

    #[test]
    fn what_there_is_no_room_for_is_shown_in_short() {
        let weight = |n: usize| WeightChange {
            path: format!("{n}.bin"),
            before: None,
            after: Some(WeightFile { size: 1, ..WeightFile::default() }),
            tensors: None,
        };
        let large = |n: usize| ModelChange {
            card_diff: "+line\n".repeat(40_000),
            weights: (0..9).map(weight).collect(),
            ..model(&format!("m{n}"), b"other")
        };
        let shown = shown((0..60).map(large).collect(), &[]);
        assert_eq!((shown.len(), shown[0].card_diff_lines_cut, shown[0].weights.len()), (60, 0, 9));
        let last = shown.last().unwrap();
        assert_eq!((last.card_diff.as_str(), last.card_diff_lines_cut, last.weights.len()), ("", 40_000, 5));
        assert_eq!(
            (last.rows[0].label.as_str(), last.rows[0].after.as_deref()),
            ("more weight files", Some("4 not shown"))
        );
        let bytes = serde_json::to_string(&shown).unwrap().len();
        assert!(bytes < ROOM_BYTES + 200_000, "{bytes}");
    }
}
