//! The small table of the message: live -> proposed, metrics first.

use std::collections::{BTreeMap, BTreeSet};

use crate::artifact::card::{Card, Licence};
use crate::artifact::evaluations::Evaluations;
use crate::artifact::interface::{ChangeOf, FactKind, Interface, InterfaceChange, compare as interface_changes};
use crate::artifact::metrics::{Direction, EvalResult, Incomparable, MetricChange, MetricValue, Outcome, compare};
use crate::artifact::signing::{SignatureVerdict, Signer};
use crate::checks::performance::{directed, held_to};
use crate::checks::rules::models::PerformanceRules;
use crate::checks::words::{listed, metric_label, metric_subject, plain};
use crate::checks::{CardSide, EvaluationFacts, ModelFacts, SignatureSide};
use crate::domain::{Row, RowChange};

/// Most rows of metrics; changed ones first.
const MAX_METRIC_ROWS: usize = 12;
/// Longest label of a row about the interface, in characters.
const MAX_LABEL_CHARS: usize = 60;
/// Longest cell, in characters.
const MAX_CELL_CHARS: usize = 120;

/// The rows of a model, in reading order; metrics with the limits that these rules hold them to.
pub(super) fn rows(model: &ModelFacts, rules: &PerformanceRules) -> Vec<Row> {
    let mut rows = metrics(model, rules);
    rows.extend(values(model, "base model", |card| &card.base_models));
    rows.extend(licence(model));
    rows.extend(values(model, "training data", |card| &card.datasets));
    rows.extend(interface(model));
    rows.extend(signature(model));
    rows
}

fn metrics(model: &ModelFacts, rules: &PerformanceRules) -> Vec<Row> {
    let results = |side: &CardSide| side.card().map(|card| card.results.clone()).unwrap_or_default();
    let mut changes = compare(&results(&model.before), &results(&model.after));
    changes.extend(of_files(model, &changes));
    let mut changes: Vec<MetricChange> = changes.into_iter().map(|change| directed(rules, change)).collect();
    changes.sort_by_key(|change| weight_of(&change.outcome));
    let more = changes.len().saturating_sub(MAX_METRIC_ROWS);
    changes.truncate(MAX_METRIC_ROWS);
    let labels = labels(&changes);
    let row = |(change, label)| Row { limit: limit(change, rules), ..metric(change, label) };
    let mut rows: Vec<Row> = changes.iter().zip(labels).map(row).collect();
    rows.extend((more > 0).then(|| more_rows("more metrics", more)));
    rows
}

/// What the evaluation files say and the card does not.
fn of_files(model: &ModelFacts, of_card: &[MetricChange]) -> Vec<MetricChange> {
    let side = |pick: fn(&EvaluationFacts) -> &Option<Evaluations>| -> Vec<EvalResult> {
        model.evaluations.iter().filter_map(|file| pick(file).as_ref()).flat_map(|read| read.results.clone()).collect()
    };
    let mut changes = compare(&side(|file| &file.before), &side(|file| &file.after));
    let is_told = |change: &MetricChange| {
        of_card.iter().any(|other| {
            let same_metric = metric_label(&other.key) == metric_label(&change.key);
            let text = |value: &Option<MetricValue>| value.as_ref().map(|value| value.text.clone());
            same_metric && (text(&other.before), text(&other.after)) == (text(&change.before), text(&change.after))
        })
    };
    changes.retain(|change| !is_told(change));
    changes
}

/// What changed for the worse comes first.
fn weight_of(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Worse => 0,
        Outcome::Removed => 1,
        Outcome::Incomparable(_) => 2,
        Outcome::Better => 3,
        Outcome::Added => 4,
        Outcome::Same => 5,
    }
}

/// Names of metrics; with what they were measured on where the name alone would not tell them apart.
fn labels(changes: &[MetricChange]) -> Vec<String> {
    let datasets: BTreeSet<&str> = changes.iter().map(|change| change.key.dataset_type.as_str()).collect();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for change in changes {
        *counts.entry(metric_label(&change.key)).or_default() += 1;
    }
    let label = |change: &MetricChange| {
        let short = metric_label(&change.key);
        let is_unclear = datasets.len() > 1 || counts.get(&short).is_some_and(|count| *count > 1);
        if is_unclear { plain(&metric_subject(&change.key), MAX_CELL_CHARS) } else { short }
    };
    changes.iter().map(label).collect()
}

fn limit(change: &MetricChange, rules: &PerformanceRules) -> Option<String> {
    held_to(rules, change).map(|words| plain(&words, MAX_CELL_CHARS))
}

fn metric(change: &MetricChange, label: String) -> Row {
    let cell = |value: &Option<MetricValue>| value.as_ref().map(|value| plain(&measured(value), MAX_CELL_CHARS));
    let (kind, delta) = match &change.outcome {
        Outcome::Better => (RowChange::Better, by(change, "better")),
        Outcome::Worse => (RowChange::Worse, by(change, "worse")),
        Outcome::Same => (RowChange::Same, None),
        Outcome::Added => (RowChange::Added, None),
        Outcome::Removed => (RowChange::Removed, None),
        Outcome::Incomparable(why) => incomparable(change, why),
    };
    Row { label, before: cell(&change.before), after: cell(&change.after), delta, limit: None, change: kind }
}

/// The value, with its standard error where that is known and not written in the value itself.
fn measured(value: &MetricValue) -> String {
    const DIGITS: u32 = 2;
    let error = value.standard_error.filter(|error| !error.is_zero() && value.spread().is_none());
    let error = error.and_then(|error| error.round_sf(DIGITS));
    error.map_or_else(|| value.text.clone(), |error| format!("{} ± {}", value.text, error.normalize()))
}

/// `worse by 0.014`
fn by(change: &MetricChange, word: &str) -> Option<String> {
    change.worsening().map(|worse| format!("{word} by {}", worse.abs().normalize()))
}

fn incomparable(change: &MetricChange, why: &Incomparable) -> (RowChange, Option<String>) {
    let words = match why {
        _ if change.before == change.after => return (RowChange::Same, None),
        Incomparable::NoDirection if change.direction == Direction::NotRanked => return (RowChange::Changed, None),
        Incomparable::NoDirection => "better or worse is not known".to_owned(),
        Incomparable::NotANumber => "not a number".to_owned(),
        Incomparable::UnitsDiffer => "units differ".to_owned(),
        Incomparable::Ambiguous => "several values".to_owned(),
        Incomparable::MeasuredDifferently(fields) => format!("measured differently: {}", fields.join(", ")),
    };
    (RowChange::Changed, Some(words))
}

/// A row about a list of names in the card; none where both sides are empty.
fn values(model: &ModelFacts, label: &str, pick: fn(&Card) -> &Vec<String>) -> Option<Row> {
    let set = |side: &CardSide| -> BTreeSet<String> {
        side.card().map(|card| pick(card).iter().cloned().collect()).unwrap_or_default()
    };
    let (before, after) = (set(&model.before), set(&model.after));
    let words = |set: &BTreeSet<String>| (!set.is_empty()).then(|| listed(set.iter().map(String::as_str)));
    let mut row = row(model, label, words(&before), words(&after))?;
    // One name in place of one other needs no words: both stand in the row.
    if row.change == RowChange::Changed && before.len().max(after.len()) > 1 {
        let parts = [("added", after.difference(&before)), ("removed", before.difference(&after))];
        let parts = parts.into_iter().map(|(word, names)| (word, listed(names.map(String::as_str))));
        let parts: Vec<String> =
            parts.filter(|(_, names)| !names.is_empty()).map(|(word, names)| format!("{word}: {names}")).collect();
        row.delta = (!parts.is_empty()).then(|| plain(&parts.join("; "), MAX_CELL_CHARS * 2));
    }
    Some(row)
}

/// Labels, inputs, outputs and template, where they changed; that they are as they were needs no row.
fn interface(model: &ModelFacts) -> Vec<Row> {
    const MAX_ROWS: usize = 5;
    let changes = interface_changes(&model.interface_before, &model.interface_after);
    let has_both = model.interface_before != Interface::default() && model.interface_after != Interface::default();
    let told = changes.iter().filter(|change| has_both && change.what != ChangeOf::Unreadable);
    let row = |change: &InterfaceChange| Row {
        label: label_of(change),
        before: change.before.as_ref().map(|text| plain(text, MAX_CELL_CHARS)),
        after: change.after.as_ref().map(|text| plain(text, MAX_CELL_CHARS)),
        delta: None,
        limit: None,
        change: match (&change.before, &change.after) {
            (None, _) => RowChange::Added,
            (_, None) => RowChange::Removed,
            _ => RowChange::Changed,
        },
    };
    told.take(MAX_ROWS).map(row).collect()
}

/// `label 0`: which of several it is stands beside it.
fn label_of(change: &InterfaceChange) -> String {
    let kind = match &change.what {
        ChangeOf::ChatTemplate => "chat template",
        ChangeOf::Fact(FactKind::Label) => "label",
        ChangeOf::Fact(FactKind::LabelCount) => "number of labels",
        ChangeOf::Fact(FactKind::Input) => "input",
        ChangeOf::Fact(FactKind::Output) => "output",
        ChangeOf::Fact(FactKind::RemoteCode) => "code run on load",
        ChangeOf::Fact(FactKind::Architecture) => "architecture",
        ChangeOf::Fact(FactKind::DataType) => "data type",
        ChangeOf::Fact(FactKind::Quantization) => "quantization",
        ChangeOf::Fact(_) | ChangeOf::Unreadable => "configuration",
    };
    plain(format!("{kind} {}", change.name).trim_end(), MAX_LABEL_CHARS)
}

/// Who signed, where that was asked.
fn signature(model: &ModelFacts) -> Option<Row> {
    let cell = |side: &SignatureSide| signature_words(side).map(|words| plain(&words, MAX_CELL_CHARS));
    let (before, after) = (cell(&model.signature_before), cell(&model.signature_after));
    after.as_ref()?;
    let change = change(&before, &after);
    Some(Row { label: "signature".to_owned(), before, after, delta: None, limit: None, change })
}

/// `CN=release, O=Acme, 3 of 3 files match`
fn signature_words(side: &SignatureSide) -> Option<String> {
    let report = match side {
        SignatureSide::NotAsked => return None,
        SignatureSide::Unread { .. } => return Some("could not be judged".to_owned()),
        SignatureSide::Judged(report) => report,
    };
    let signer = report.signer.as_ref().map_or_else(|| "by nobody".to_owned(), Signer::words);
    Some(match &report.verdict {
        SignatureVerdict::Valid { matched, total } => format!("{signer}, {matched} of {total} files match"),
        SignatureVerdict::Unverified { .. } => "cannot be verified".to_owned(),
        SignatureVerdict::Invalid { why } => format!("does not hold: {why}"),
        SignatureVerdict::Missing => "missing".to_owned(),
    })
}

fn licence(model: &ModelFacts) -> Option<Row> {
    let words = |side: &CardSide| side.card().and_then(|card| card.licence.as_ref()).map(licence_words);
    row(model, "licence", words(&model.before), words(&model.after))
}

fn licence_words(licence: &Licence) -> String {
    let ids = listed(licence.ids.iter().map(String::as_str));
    match (&licence.name, ids.as_str()) {
        (Some(name), "") => name.clone(),
        (Some(name), "other") => format!("{ids} ({name})"),
        _ => ids,
    }
}

fn row(model: &ModelFacts, label: &str, before: Option<String>, after: Option<String>) -> Option<Row> {
    if before.is_none() && after.is_none() {
        return None;
    }
    let cell = |value: Option<String>, side: &CardSide| match value {
        Some(value) => Some(plain(&value, MAX_CELL_CHARS)),
        None => (!side.is_conclusive()).then(|| "not readable".to_owned()),
    };
    let change = change(&before, &after);
    let (before, after) = (cell(before, &model.before), cell(after, &model.after));
    let change =
        if before.is_some() && after.is_some() && change != RowChange::Same { RowChange::Changed } else { change };
    Some(Row { label: label.to_owned(), before, after, delta: None, limit: None, change })
}

fn change<T: PartialEq>(before: &Option<T>, after: &Option<T>) -> RowChange {
    match (before, after) {
        (None, Some(_)) => RowChange::Added,
        (Some(_), None) => RowChange::Removed,
        (before, after) if before == after => RowChange::Same,
        _ => RowChange::Changed,
    }
}

/// Tells that rows were left out, changed ones last.
fn more_rows(label: &str, more: usize) -> Row {
    let after = Some(format!("{more} not shown"));
    Row { label: label.to_owned(), before: None, after, delta: None, limit: None, change: RowChange::Same }
}
