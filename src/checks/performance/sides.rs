//! What is compared with what: the card with the live card, and the evaluation files with the live ones.

use crate::artifact::metrics::{EvalResult, MetricChange, MetricKey, compare};
use crate::checks::facts::{CardSide, Facts, ModelFacts};

/// Results of one kind on both sides.
pub(super) struct Sides<'a> {
    pub(super) changes: Vec<MetricChange>,
    /// A result that is not there any more is gone, rather than unread.
    pub(super) after_is_conclusive: bool,
    before: Vec<Located<'a>>,
    after: Vec<Located<'a>>,
}

struct Located<'a> {
    path: &'a str,
    result: &'a EvalResult,
}

pub(super) fn sides<'a>(facts: &Facts<'_>, model: &'a ModelFacts) -> Vec<Sides<'a>> {
    let before_is_known = !matches!(model.before, CardSide::Unread { .. });
    let of_card = |side: &'a CardSide| -> Vec<Located<'a>> {
        let results = side.card().map(|card| card.results.as_slice()).unwrap_or_default();
        results.iter().map(|result| Located { path: &model.card_path, result }).collect()
    };
    let (before, after) = (of_card(&model.before), of_card(&model.after));
    let card_is_there = model.after.card().is_some();
    let card = Sides::new(before, after, card_is_there && before_is_known && model.after.is_conclusive());
    let mut all = vec![card];
    all.extend(files(facts, model));
    all
}

/// All files of a side together: results move from file to file.
fn files<'a>(_: &Facts<'_>, model: &'a ModelFacts) -> Option<Sides<'a>> {
    let mut is_whole = true;
    let (mut before, mut after) = (Vec::new(), Vec::new());
    for file in &model.evaluations {
        for (side, into) in [(&file.before, &mut before), (&file.after, &mut after)] {
            if let Some(read) = side {
                into.extend(read.results.iter().map(|result| Located { path: &file.path, result }));
            }
        }
        is_whole &= file.after.as_ref().is_none_or(|read| read.fault.is_none());
    }
    (!model.evaluations.is_empty()).then(|| Sides::new(before, after, is_whole))
}

impl<'a> Sides<'a> {
    fn new(before: Vec<Located<'a>>, after: Vec<Located<'a>>, after_is_conclusive: bool) -> Self {
        let results =
            |side: &[Located<'_>]| -> Vec<EvalResult> { side.iter().map(|located| located.result.clone()).collect() };
        let changes = compare(&results(&before), &results(&after));
        Self { changes, after_is_conclusive, before, after }
    }

    /// Where the proposed value stands; else the card.
    pub(super) fn source(&self, facts: &Facts<'_>, model: &ModelFacts, key: &MetricKey) -> String {
        match find(&self.after, key) {
            Some(located) => facts.source(located.path, Some(located.result.line)),
            None => facts.source(&model.card_path, None),
        }
    }

    /// Where the live value stood.
    pub(super) fn live_source(&self, facts: &Facts<'_>, key: &MetricKey) -> String {
        let (path, line) = find(&self.before, key).map_or(("", None), |l| (l.path, Some(l.result.line)));
        facts.live_source(path, line)
    }
}

/// Comparing may have dropped the entry's name from the key.
fn find<'s, 'a>(side: &'s [Located<'a>], key: &MetricKey) -> Option<&'s Located<'a>> {
    side.iter().find(|located| {
        let mut own = located.result.key.clone();
        if key.entry.is_empty() {
            own.entry.clear();
        }
        own == *key
    })
}
