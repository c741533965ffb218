//! Findings of other tools as flags: one for each rule and severity of a tool, however many places it names.

use std::collections::BTreeMap;

use super::Found;
use crate::checks::facts::source;
use crate::checks::finding::Finding;
use crate::checks::words::{count, listed, plain};
use crate::domain::{CommitSha, Digest, Flag, Severity};

/// Most flags of one check; the rest are told by one more.
const MAX_FLAGS: usize = 50;
/// Findings that an advice names.
const MAX_NAMED: usize = 5;
/// Longest advice, in characters.
const ADVICE_CHARS: usize = 600;

/// What belongs in one flag, worst first.
type Group<'a> = (std::cmp::Reverse<Severity>, bool, &'a str, &'a str);

pub(super) fn flags(found: &[Found], commit: &CommitSha) -> Vec<Flag> {
    let mut groups: BTreeMap<Group<'_>, Vec<&Found>> = BTreeMap::new();
    for one in found {
        let group = (std::cmp::Reverse(one.severity), !one.is_new, one.tool.as_str(), one.rule.as_str());
        groups.entry(group).or_default().push(one);
    }
    let groups: Vec<Vec<&Found>> = groups.into_values().collect();
    let rest = groups.get(MAX_FLAGS..).and_then(|rest| more(rest, commit));
    groups.iter().take(MAX_FLAGS).filter_map(|group| flag(group, commit)).chain(rest).collect()
}

fn flag(group: &[&Found], commit: &CommitSha) -> Option<Flag> {
    let first = group.first()?;
    let message = match group.len() {
        1 => format!("{}: {}", first.tool, first.message),
        many => format!("{}: {} ({} in all)", first.tool, first.message, count(many, "place")),
    };
    let flag = Finding::new("external.finding", first.severity, &subject(first))
        .after(listed(group.iter().map(|one| one.about.as_str())))
        .new_if(first.is_new);
    let flag = match &first.limit {
        Some(limit) => flag.rule(limit),
        None => flag,
    };
    let flag = match &first.path {
        Some(path) => flag.source(source(path, commit, first.line)),
        None => flag,
    };
    Some(flag.says(&message))
}

fn subject(found: &Found) -> String {
    if found.rule.is_empty() { found.tool.clone() } else { format!("{}/{}", found.tool, found.rule) }
}

/// One flag for all that are not shown, as bad as the worst of them.
fn more(groups: &[Vec<&Found>], commit: &CommitSha) -> Option<Flag> {
    let worst = groups.first()?.first()?;
    let prints: Vec<Digest> = groups.iter().filter_map(|group| flag(group, commit)).map(|f| f.fingerprint()).collect();
    let flag = Finding::new("external.finding", worst.severity, &worst.tool)
        .after(Digest::of_json(&prints).to_string())
        .new_if(groups.iter().flatten().any(|one| one.is_new))
        .says(&format!("{}: {} more of its rules found something, none worse.", worst.tool, groups.len()));
    Some(flag)
}

/// What advisory findings say to people: `2 high, 1 info. First: …`; nothing where there are none.
pub(super) fn in_words(found: &[Found]) -> Option<String> {
    let mut sorted: Vec<&Found> = found.iter().collect();
    sorted.sort_by_key(|one| std::cmp::Reverse(one.severity));
    let worst = sorted.first()?;
    let mut counts: Vec<(Severity, usize)> = vec![(worst.severity, 0)];
    for one in &sorted {
        match counts.last_mut().filter(|(severity, _)| *severity == one.severity) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => counts.push((one.severity, 1)),
        }
    }
    let counts: Vec<String> = counts.iter().map(|(severity, count)| format!("{count} {}", severity.word())).collect();
    let named: Vec<String> =
        sorted.iter().take(MAX_NAMED).map(|one| format!("{}: {}", subject(one), one.message)).collect();
    Some(plain(&format!("{}. {}", counts.join(", "), named.join("; ")), ADVICE_CHARS))
}
