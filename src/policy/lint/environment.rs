//! The rules of one place by themselves: windows that never open, names that stand twice, times that are too long.

use std::collections::BTreeMap;

use super::{Part, gates};
use crate::domain::rules::MAX_EXPIRY_MS;
use crate::domain::time::{DAY_MS, MINUTE_MS};
use crate::policy::document::{Date, OrNone, WindowDocument};
use crate::policy::finding::{Finding, Rule};
use crate::policy::place::{Place, Placed};

pub(super) fn check(part: &Part<'_>) -> Vec<Finding> {
    let mut findings = gate_names(part);
    findings.extend(windows(part));
    findings.extend(times(part));
    findings.extend(refs(part));
    if part.is_floor {
        findings.extend(useless_in_floor(part));
    }
    findings
}

/// Dates that are over.
pub(super) fn past(part: &Part<'_>, today: Date) -> Vec<Finding> {
    let windows = part.document.windows.iter().flat_map(|windows| windows.iter()).enumerate();
    let dates = windows.flat_map(|(index, window)| window.except.iter().map(move |date| (index, date)));
    dates
        .filter(|(_, date)| date.value < today)
        .map(|(index, date)| {
            let path = format!("{}.windows[{index}].except", part.path);
            Finding::warning(Rule::PastDate, date.place, path, format!("{} is over", date.value))
        })
        .collect()
}

fn gate_names(part: &Part<'_>) -> Vec<Finding> {
    let mut seen: BTreeMap<String, Place> = BTreeMap::new();
    let mut findings = Vec::new();
    for (gate, path) in gates(part) {
        if let Some(first) = seen.insert(gate.name.0.to_lowercase(), gate.name.place) {
            let what = format!("duplicate gate name `{}`: line {} has it already", gate.name.0, first.line);
            findings.push(Finding::error(Rule::DuplicateName, gate.name.place, format!("{path}.name"), what));
        }
    }
    findings
}

fn windows(part: &Part<'_>) -> Vec<Finding> {
    let windows = part.document.windows.iter().flat_map(|windows| windows.iter()).enumerate();
    windows.filter_map(|(index, window)| never_open(window, &format!("{}.windows[{index}]", part.path))).collect()
}

fn never_open(window: &WindowDocument, path: &str) -> Option<Finding> {
    let (from, to) = (window.from.value, window.to.value);
    if from < to {
        return None;
    }
    let what = format!("the window never opens: it closes at {to}, and opens at {from}");
    let help = match from == to {
        true => "a whole day is from 00:00 to 24:00".to_owned(),
        false => format!("a window over midnight is two: {from} to 24:00, and 00:00 to {to} on the days after"),
    };
    Some(Finding::error(Rule::NeverOpen, window.to.place, path, what).help(help))
}

fn times(part: &Part<'_>) -> Vec<Finding> {
    let document = part.document;
    let mut findings = Vec::new();
    if let Some(expires) = &document.expires_after {
        let path = format!("{}.expires_after", part.path);
        let ms = expires.as_millis();
        if ms > MAX_EXPIRY_MS {
            let what = format!("`expires_after` is {}, and can be at most {}d", expires.value, MAX_EXPIRY_MS / DAY_MS);
            let finding = Finding::error(Rule::TooLong, expires.place, path, what);
            findings.push(finding.help("GitHub itself gives up after 30 days"));
        } else if ms < MINUTE_MS {
            let what = format!("`expires_after` is {}, and has to be at least 1m", expires.value);
            findings.push(Finding::error(Rule::WrongValue, expires.place, path, what));
        }
    }
    if let Some(OrNone::Some(remind)) = document.remind.as_ref().map(|remind| &remind.value)
        && remind.every.as_millis() < MINUTE_MS
    {
        let what = format!("`every` is {}, and has to be at least 1m", remind.every.value);
        findings.push(Finding::error(
            Rule::WrongValue,
            remind.every.place,
            format!("{}.remind.every", part.path),
            what,
        ));
    }
    findings
}

fn refs(part: &Part<'_>) -> Option<Finding> {
    let refs = part.document.refs.as_ref().filter(|refs| refs.is_empty())?;
    let what = "`refs` is empty, so that no branch may ever be deployed";
    let finding = Finding::error(Rule::NeverHappens, refs.place, format!("{}.refs", part.path), what);
    Some(finding.help("write \"**\" for all of them"))
}

/// What is not asked for, but decided, belongs into the defaults.
fn useless_in_floor(part: &Part<'_>) -> Vec<Finding> {
    fn place<T>(placed: &Option<Placed<T>>) -> Option<Place> {
        placed.as_ref().map(|placed| placed.place)
    }
    let document = part.document;
    let keys = [
        ("channel", place(&document.channel)),
        ("remind", place(&document.remind)),
        ("escalate", place(&document.escalate)),
        ("supersede", place(&document.supersede)),
        ("later_jobs", place(&document.later_jobs)),
        ("break_glass", place(&document.break_glass)),
        ("notify", place(&document.notify)),
        ("deny.cancel_run", document.deny.as_ref().and_then(|deny| place(&deny.cancel_run))),
    ];
    let written = keys.into_iter().filter_map(|(key, place)| Some((key, place?)));
    written
        .map(|(key, place)| {
            let what = format!("`{key}` has no effect in a floor, which only asks for more");
            Finding::error(Rule::UselessKey, place, format!("{}.{key}", part.path), what)
                .help("write it into `defaults` or `environments`")
        })
        .collect()
}
