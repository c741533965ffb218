//! A card that says something else than the evaluation file beside it.
//!
//! The two name things differently: a card's data set is `ai2_arc`, configuration `ARC-Easy`, where the file's task is `arc_easy`.
//! So results are matched by what their names share, and a card's value counts as confirmed when any matching result of the file
//! rounds to it. Nothing is said about results without a counterpart.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::Serialize;

use super::scale::is_percent_of;
use super::{EvalResult, MetricKey, MetricValue};

/// More pairs than this are not looked at; results beyond it are left unmatched.
const MAX_PAIRS: usize = 200_000;

/// A value of the card that no matching result of the file rounds to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// The key in the card.
    pub key: MetricKey,
    pub card: MetricValue,
    pub card_line: usize,
    /// The matching result of the file that comes nearest.
    pub file_key: MetricKey,
    pub file: MetricValue,
    pub file_line: usize,
}

/// Compares a card's results with those of an evaluation file of the same commit, in the order of the card.
pub fn mismatches(card: &[EvalResult], file: &[EvalResult]) -> Vec<Mismatch> {
    let limit = MAX_PAIRS.checked_div(file.len()).unwrap_or(card.len());
    let claims: Vec<(&EvalResult, Names)> = card.iter().take(limit).map(|result| (result, Names::of(result))).collect();
    let measured: Vec<(&EvalResult, Names)> = file.iter().map(|result| (result, Names::of(result))).collect();
    // By claim: the positions of its counterparts.
    let matches: Vec<Vec<usize>> = claims.iter().map(|(_, names)| counterparts(names, &measured)).collect();
    let agrees = |claim: usize, other: &usize| {
        claims.get(claim).zip(measured.get(*other)).is_some_and(|((a, _), (b, _))| is_confirmed(&a.value, &b.value))
    };
    let spoken_for: BTreeSet<usize> = matches
        .iter()
        .enumerate()
        .flat_map(|(claim, found)| found.iter().copied().filter(move |other| agrees(claim, other)))
        .collect();
    let is_refuted = |found: &Vec<usize>| !found.is_empty() && found.iter().all(|other| !spoken_for.contains(other));
    let refuted = claims.iter().zip(&matches).filter(|(_, found)| is_refuted(found));
    refuted.filter_map(|((claim, _), found)| mismatch(claim, found, &measured)).collect()
}

fn mismatch(claim: &EvalResult, found: &[usize], measured: &[(&EvalResult, Names)]) -> Option<Mismatch> {
    let number = claim.value.number()?;
    let others = found.iter().filter_map(|index| measured.get(*index)).map(|(result, _)| *result);
    let distance = |other: &EvalResult| other.value.number()?.checked_sub(number).map(|off| off.abs());
    let nearest = others.filter(|other| distance(other).is_some()).min_by_key(|other| distance(other))?;
    Some(Mismatch {
        key: claim.key.clone(),
        card: claim.value.clone(),
        card_line: claim.line,
        file_key: nearest.key.clone(),
        file: nearest.value.clone(),
        file_line: nearest.line,
    })
}

/// Whether the file's value is the card's, rounded as the card shows it; shares and percent are the same thing here.
fn is_confirmed(card: &MetricValue, file: &MetricValue) -> bool {
    let (Some(claim), Some(rounding), Some(number)) = (card.number(), card.rounding(), file.number()) else {
        // What is no number refutes nothing, and the comparison of both sides tells it.
        return true;
    };
    let rounds = |number: Option<Decimal>| {
        number.and_then(|number| number.checked_sub(claim)).is_some_and(|off| off.abs() <= rounding)
    };
    let is_share = is_percent_of(claim.abs(), number.abs());
    let is_percent = is_percent_of(number.abs(), claim.abs());
    rounds(Some(number))
        || (is_share && rounds(number.checked_mul(Decimal::ONE_HUNDRED)))
        || (is_percent && rounds(number.checked_div(Decimal::ONE_HUNDRED)))
}

/// What a result is called, without case and punctuation.
struct Names {
    datasets: BTreeSet<String>,
    metrics: BTreeSet<String>,
    /// Names that tell results of one metric apart: `greedy`, `strict-match`.
    variants: BTreeSet<String>,
    split: Option<String>,
    /// A commit of the data set; versions of tasks are another thing.
    commit: Option<String>,
}

impl Names {
    fn of(result: &EvalResult) -> Self {
        let key = &result.key;
        let set = |texts: &[Option<&String>]| -> BTreeSet<String> {
            texts.iter().flatten().map(|text| plain(text)).filter(|text| !text.is_empty()).collect()
        };
        let without_owner = key.dataset_type.rsplit_once('/').map(|(_, name)| name.to_owned());
        let mut datasets = set(&[
            Some(&key.dataset_type),
            without_owner.as_ref(),
            key.dataset_config.as_ref(),
            result.dataset_name.as_ref(),
        ]);
        // Names that say nothing: a match on them would pair unrelated data sets.
        datasets.retain(|name| !matches!(name.as_str(), "default" | "all" | "test" | "train" | "validation" | "en"));
        let metrics = set(&[Some(&key.metric_type), key.metric_name.as_ref()]).into_iter().map(synonym).collect();
        let variants = set(&[key.metric_name.as_ref(), key.metric_config.as_ref()]);
        let commit = key.dataset_revision.clone().filter(|revision| is_commit(revision));
        Self { datasets, metrics, variants, split: key.dataset_split.as_deref().map(plain), commit }
    }

    fn is_counterpart(&self, other: &Names) -> bool {
        let contradict = |a: &Option<String>, b: &Option<String>| matches!((a, b), (Some(a), Some(b)) if a != b);
        let other_commit = match (&self.commit, &other.commit) {
            (Some(a), Some(b)) => !a.starts_with(b.as_str()) && !b.starts_with(a.as_str()),
            _ => false,
        };
        !self.datasets.is_disjoint(&other.datasets)
            && !self.metrics.is_disjoint(&other.metrics)
            && !contradict(&self.split, &other.split)
            && !other_commit
    }
}

/// The results a claim may be about; where some carry its very name, only those.
fn counterparts(claim: &Names, measured: &[(&EvalResult, Names)]) -> Vec<usize> {
    let all: Vec<(usize, &Names)> = measured
        .iter()
        .enumerate()
        .filter(|(_, (_, names))| claim.is_counterpart(names))
        .map(|(index, (_, names))| (index, names))
        .collect();
    let same = |names: &Names| !claim.variants.is_disjoint(&names.variants);
    let has_same = all.iter().any(|(_, names)| same(names));
    all.into_iter().filter(|(_, names)| !has_same || same(names)).map(|(index, _)| index).collect()
}

fn plain(text: &str) -> String {
    const MAX_CHARS: usize = 100;
    text.chars().take(MAX_CHARS).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn synonym(metric: String) -> String {
    match metric.as_str() {
        "acc" => "accuracy".to_owned(),
        "em" => "exactmatch".to_owned(),
        "ppl" => "perplexity".to_owned(),
        _ => metric,
    }
}

fn is_commit(revision: &str) -> bool {
    revision.len() >= 7 && revision.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(dataset: &str, metric: &str, value: &str) -> EvalResult {
        let key = MetricKey { dataset_type: dataset.into(), metric_type: metric.into(), ..MetricKey::default() };
        EvalResult::new(key, MetricValue::from_text(value), 1)
    }

    fn refuted(card: &[EvalResult], file: &[EvalResult]) -> Vec<(String, String)> {
        mismatches(card, file).into_iter().map(|found| (found.card.text, found.file.text)).collect()
    }

    #[test]
    fn a_card_may_round_and_no_more() {
        let file = [result("acme/reviews", "acc", "0.91349")];
        for value in ["0.91", "0.913", "91.3%", "91.35", "0.9135", "1"] {
            assert_eq!(refuted(&[result("reviews", "accuracy", value)], &file), [], "{value}");
        }
        for value in ["0.92", "0.914", "91.4%", "0.0913"] {
            let expected = [(value.to_owned(), "0.91349".to_owned())];
            assert_eq!(refuted(&[result("reviews", "accuracy", value)], &file), expected, "{value}");
        }
    }

    #[test]
    fn results_are_matched_by_what_their_names_share() {
        let mut card = result("ai2_arc", "accuracy", "0.80");
        card.key.dataset_config = Some("ARC-Easy".into());
        let file = [result("arc_easy", "acc", "0.74"), result("arc_challenge", "acc", "0.80")];
        assert_eq!(refuted(&[card], &file), [("0.80".to_owned(), "0.74".to_owned())]);
        assert_eq!(refuted(&[result("glue", "f1", "0.9")], &file), []);
        assert_eq!(refuted(&[result("default", "acc", "0.1")], &[result("default", "acc", "0.9")]), []);
    }

    #[test]
    fn a_value_that_one_of_several_confirms_is_confirmed() {
        let variant = |name: &str, value: &str| {
            let mut result = result("gsm8k", "exact_match", value);
            result.key.metric_config = Some(name.into());
            result
        };
        let file = [variant("strict-match", "0.3996"), variant("flexible-extract", "0.4181")];
        assert_eq!(refuted(&[result("gsm8k", "exact_match", "0.418")], &file), []);
        assert_eq!(refuted(&[result("gsm8k", "exact_match", "0.45")], &file).len(), 1);
        let named = variant("strict-match", "0.418");
        assert_eq!(refuted(&[named], &file), [("0.418".to_owned(), "0.3996".to_owned())]);
    }

    #[test]
    fn other_splits_and_commits_are_other_measurements() {
        let with = |split: &str, revision: &str, value: &str| {
            let mut result = result("reviews", "f1", value);
            (result.key.dataset_split, result.key.dataset_revision) = (Some(split.into()), Some(revision.into()));
            result
        };
        assert_eq!(refuted(&[with("test", "5503434", "0.9")], &[with("dev", "5503434", "0.5")]), []);
        assert_eq!(refuted(&[with("test", "5503434", "0.9")], &[with("test", "0d2f1c7", "0.5")]), []);
        assert_eq!(refuted(&[with("test", "5503434", "0.9")], &[with("test", "5503434ddd", "0.5")]).len(), 1);
        assert_eq!(refuted(&[with("test", "5503434", "0.9")], &[with("test", "1.0", "0.5")]).len(), 1);
    }

    #[test]
    fn what_is_no_number_refutes_nothing() {
        assert_eq!(refuted(&[result("a", "f1", "good")], &[result("a", "f1", "0.5")]), []);
        assert_eq!(refuted(&[result("a", "f1", "0.9")], &[result("a", "f1", "NaN")]), []);
    }
}
