//! Reads all conditions of a file, and tries each on ordinary requests.

use std::collections::BTreeMap;

use super::{gates, parts};
use crate::policy::condition::{Mistake, MistakeKind, Outcome, Predicate, samples};
use crate::policy::document::{ConditionText, OrNone, PolicyDocument};
use crate::policy::file::{Tree, mark_at};
use crate::policy::finding::{Finding, Rule};
use crate::policy::place::{Place, Placed};

/// The conditions that can be evaluated, by their text.
pub(in crate::policy) fn read(
    document: &PolicyDocument,
    tree: &Tree<'_>,
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, Predicate> {
    let written = written(document);
    let texts: Vec<&str> = {
        let mut texts: Vec<&str> = written.iter().map(|(condition, _)| condition.0.as_str()).collect();
        texts.sort_unstable();
        texts.dedup();
        texts
    };
    let read: BTreeMap<&str, Result<Predicate, Vec<Mistake>>> =
        texts.iter().copied().zip(Predicate::read_all(&texts)).collect();
    for (condition, path) in &written {
        match read.get(condition.0.as_str()) {
            Some(Ok(read)) => findings.extend(tried(read, condition.place, path)),
            Some(Err(mistakes)) => {
                findings.extend(mistakes.iter().map(|mistake| told(mistake, condition, path, tree.text)));
            }
            None => {}
        }
    }
    let good = |(text, read): (&str, Result<Predicate, _>)| Some((text.to_owned(), read.ok()?));
    read.into_iter().filter_map(good).collect()
}

/// Every condition of a file with its path.
fn written(document: &PolicyDocument) -> Vec<(&Placed<ConditionText>, String)> {
    let mut found = Vec::new();
    for part in parts(document) {
        let of_gates = gates(&part).into_iter();
        found.extend(of_gates.filter_map(|(gate, path)| Some((gate.when.as_ref()?, format!("{path}.when")))));
        if let Some(OrNone::Some(rule)) = part.document.auto_approve.as_ref().map(|rule| &rule.value) {
            found.push((&rule.when, format!("{}.auto_approve.when", part.path)));
        }
    }
    found
}

fn tried(condition: &Predicate, place: Place, path: &str) -> Option<Finding> {
    if condition.is_constant() {
        let what = "the condition looks at nothing, so it is the same for every request";
        return Some(Finding::warning(Rule::ConditionIsConstant, place, path, what));
    }
    samples::all().iter().find_map(|sample| {
        let Outcome::Failed { why } = condition.evaluate(&sample.facts()) else { return None };
        let what = format!("the condition fails on {}: {why}", sample.name);
        Some(Finding::error(Rule::ConditionFails, place, path, what))
    })
}

fn told(mistake: &Mistake, condition: &Placed<ConditionText>, path: &str, text: &str) -> Finding {
    let rule = match mistake.kind {
        MistakeKind::Wrong => Rule::Condition,
        MistakeKind::UnknownFlag => Rule::UnknownFlag,
    };
    let place = within(condition, (mistake.start, mistake.end), text);
    let finding = Finding::error(rule, place, path, mistake.what.clone());
    mistake.help.iter().fold(finding, |finding, help| finding.help(help.clone()))
}

/// Where a part of a condition stands in the file: exactly where it is written word for word, else the whole condition.
fn within(condition: &Placed<ConditionText>, (start, end): (usize, usize), text: &str) -> Place {
    let whole = condition.place;
    let Some(line_start) = line_start(text, whole.line) else { return whole };
    let written = condition.0.trim_end();
    // Behind the quote, or on the lines below a `|`.
    let from = text.get(line_start..).and_then(|rest| {
        let first = rest.char_indices().nth(whole.column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
        Some(line_start + first + rest.get(first..)?.find(written)?)
    });
    let near =
        from.filter(|from| text.get(line_start..*from).is_some_and(|between| between.matches('\n').count() <= 1));
    let part = near.filter(|_| !written.contains('\n')).and_then(|from| {
        let part = written.get(start..end.min(written.len()))?;
        Some((from + start, part.chars().count()))
    });
    match part {
        Some((offset, width)) => Place::new(whole.role, mark_at(text, offset, width.max(1))),
        None => whole,
    }
}

/// The byte at which a line begins.
fn line_start(text: &str, line: usize) -> Option<usize> {
    match line.checked_sub(1)? {
        0 => Some(0),
        before => text.match_indices('\n').nth(before - 1).map(|(at, _)| at + 1),
    }
}
