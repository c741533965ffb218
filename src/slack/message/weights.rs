//! A model's weight files: size and digest, live and proposed; what they are and what became of their tensors.

use crate::domain::{Evidence, ModelChange, TensorChange, WeightChange, WeightFile};
use crate::slack::blocks::Line;
use crate::slack::text::{count, size};

use super::Room;

pub(super) fn changed<'e>(evidence: &'e Evidence, model: &'e ModelChange) -> impl Iterator<Item = &'e WeightChange> {
    model.weights.iter().filter(|weight| is_changed(evidence, weight))
}

/// By content: what was found in a file says nothing when it was looked into on one side only. Where only git knows the
/// content, the list of changed files tells.
fn is_changed(evidence: &Evidence, weight: &WeightChange) -> bool {
    let content = |file: &WeightFile| (file.digest, file.size);
    let is_known = [&weight.before, &weight.after].into_iter().flatten().all(|file| file.digest.is_some());
    weight.before.as_ref().map(content) != weight.after.as_ref().map(content)
        || (!is_known && evidence.files.iter().any(|file| file.path == weight.path))
}

pub(super) fn lines(evidence: &Evidence, model: &ModelChange, rows: usize, room: &Room) -> Vec<Line> {
    let most = (rows / 3).max(1);
    let line = |weight| line_with_content(evidence, weight, room);
    let mut lines: Vec<Line> = changed(evidence, model).take(most).map(line).collect();
    if let Some(more) = changed(evidence, model).count().checked_sub(most).filter(|more| *more > 0) {
        lines.push(Line::new().words(&format!("and {} changed", count(more, "more weight file", "more weight files"))));
    }
    lines
}

/// `model.safetensors: 438 MB 1f3a22 → 438 MB 9c0be1; safetensors, 148 tensors; 2 tensors added, 1 reshaped`
fn line_with_content(evidence: &Evidence, weight: &WeightChange, room: &Room) -> Line {
    let line = weight_line(evidence, weight, room);
    let known = content(weight, room);
    let line = if known.is_empty() { line } else { line.words("; ").then(known) };
    match &weight.tensors {
        Some(change) => line.words("; ").words(&tensor_words(change)),
        None => line,
    }
}

/// `torch zip → safetensors, 148 tensors, 7.2 B parameters, BF16`: the proposed file, the live one where it is gone.
fn content(weight: &WeightChange, room: &Room) -> Line {
    let Some(file) = weight.after.as_ref().or(weight.before.as_ref()) else { return Line::new() };
    let before = weight.before.as_ref().and_then(|before| before.format.as_ref());
    let was = before.filter(|was| file.format.as_ref().is_some_and(|is| is != *was));
    let line = was.map_or_else(Line::new, |was| Line::new().theirs(was, room.text.min(40)).words(" → "));
    let mut line = line.theirs(file.format.as_deref().unwrap_or_default(), room.text.min(40));
    if let Some(tensors) = &file.tensors {
        line = line.words(if file.format.is_some() { ", " } else { "" }).theirs(tensors, room.text / 2);
    }
    line
}

/// `2 tensors added, 1 reshaped`
pub(in crate::slack) fn tensor_words(change: &TensorChange) -> String {
    let numbers = [
        (change.added, "added"),
        (change.removed, "removed"),
        (change.reshaped, "reshaped"),
        (change.retyped, "of another type"),
    ];
    let mut parts: Vec<String> = Vec::new();
    for (number, word) in numbers.into_iter().filter(|(number, _)| *number > 0) {
        let noun = match (parts.is_empty(), number) {
            (false, _) => "",
            (true, 1) => "tensor ",
            (true, _) => "tensors ",
        };
        parts.push(format!("{number} {noun}{word}"));
    }
    // Their values may differ all the same.
    if parts.is_empty() { "tensor names, shapes and types as before".to_owned() } else { parts.join(", ") }
}

/// `model.safetensors: 438 MB 1f3a22 → 438 MB 9c0be1`
pub(in crate::slack) fn weight_line(evidence: &Evidence, weight: &WeightChange, room: &Room) -> Line {
    let line = Line::new().their_bold(&weight.path, room.text.min(120)).words(": ");
    match (&weight.before, &weight.after) {
        (Some(_), Some(after)) if !is_changed(evidence, weight) => file(line, after).words(", unchanged"),
        // The size is said once where both have the same.
        (Some(before), Some(after))
            if size(before.size) == size(after.size) && before.digest.is_some() && after.digest.is_some() =>
        {
            known(known(line.words(&size(after.size)).words(", "), before).words(" → "), after)
        }
        (Some(before), Some(after)) => file(file(line, before).words(" → "), after),
        (None, Some(after)) => file(line.words("new, "), after),
        (Some(before), None) => file(line.words("no longer there, was "), before),
        (None, None) => line.words("not stated"),
    }
}

fn file(line: Line, file: &WeightFile) -> Line {
    known(line.words(&size(file.size)).words(" "), file)
}

fn known(line: Line, file: &WeightFile) -> Line {
    match &file.digest {
        Some(digest) => line.code(&digest.short(), 12),
        None => line.words("(content not known)"),
    }
}
