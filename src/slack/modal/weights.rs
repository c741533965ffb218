//! The page of a model's weights: each file, what it holds live and proposed, what became of its tensors.

use slack_morphism::prelude::SlackBlock;

use crate::domain::{Evidence, ModelChange, TensorChange, WeightChange, WeightFile};
use crate::slack::blocks::{Line, Rich};
use crate::slack::message::{Room, tensor_words, weight_line};

/// Longest text about a file: its format, what loading it would do, its tensors.
const WORDS_CHARS: usize = 400;
/// Tensors named for one file.
const MAX_EXAMPLES: usize = 20;

pub(super) fn blocks(evidence: &Evidence, model: &ModelChange) -> Vec<SlackBlock> {
    model.weights.iter().filter_map(|weight| file(evidence, weight)).collect()
}

fn file(evidence: &Evidence, weight: &WeightChange) -> Option<SlackBlock> {
    let sides = match (&weight.before, &weight.after) {
        (Some(before), Some(after)) if is_described_alike(before, after) => vec![content("content", after)],
        (before, after) => {
            let side = |name: &str, file: &Option<WeightFile>| file.as_ref().map(|file| content(name, file));
            side("live", before).into_iter().chain(side("proposed", after)).collect()
        }
    };
    let tensors = weight.tensors.iter().flat_map(tensors);
    let lines = sides.into_iter().chain(tensors).collect();
    Rich::new().line(weight_line(evidence, weight, &Room::WHOLE)).bullets(lines).block()
}

fn is_described_alike(before: &WeightFile, after: &WeightFile) -> bool {
    let words = |file: &WeightFile| (file.format.clone(), file.tensors.clone(), file.verdict.clone());
    words(before) == words(after)
}

/// `proposed: torch zip, 148 tensors, 7.2 B parameters. Loading it: no imports outside the allow-list`; empty where nothing
/// of that is known.
fn content(name: &str, file: &WeightFile) -> Line {
    let what: Vec<&str> = [&file.format, &file.tensors].into_iter().filter_map(|words| words.as_deref()).collect();
    if what.is_empty() && file.verdict.is_none() {
        return Line::new();
    }
    let line = Line::new().bold(name).words(": ").theirs(&what.join(", "), WORDS_CHARS);
    match &file.verdict {
        Some(verdict) if what.is_empty() => line.words("loading it: ").theirs(verdict, WORDS_CHARS),
        Some(verdict) => line.words(". Loading it: ").theirs(verdict, WORDS_CHARS),
        None => line,
    }
}

/// What changed in numbers, the first of them by name.
fn tensors(change: &TensorChange) -> Vec<Line> {
    let all = [change.added, change.removed, change.reshaped, change.retyped].into_iter().fold(0, u64::saturating_add);
    let examples: Vec<Line> =
        change.examples.iter().take(MAX_EXAMPLES).map(|example| Line::new().code(example, WORDS_CHARS)).collect();
    let shown = u64::try_from(examples.len()).unwrap_or(u64::MAX);
    let more = all.checked_sub(shown).filter(|more| *more > 0 && shown > 0);
    let more = more.map(|more| Line::new().words(&format!("and {more} more that are not listed here")));
    std::iter::once(Line::new().bold(&tensor_words(change))).chain(examples).chain(more).collect()
}
