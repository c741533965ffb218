//! The words that all reports share.

use super::verdict::Verdict;
use crate::checks::words::{count, listed, plain, size};
use crate::domain::{
    Baseline, ChangeKind, CiState, Evidence, ExternalState, FileChange, Flag, Part, Patch, Relation, Severity,
    TensorChange, WeightChange, WeightFile, flag,
};

/// `high`; the worst flag's severity.
pub(super) fn risk(evidence: &Evidence) -> &'static str {
    flag::risk(&evidence.flags).word()
}

/// `3 flags, 2 of them new; some evidence could not be had`
pub(super) fn flags(evidence: &Evidence) -> String {
    let all = evidence.flags.len();
    let flags = count(all, "flag");
    let gaps = if evidence.flags.iter().any(Flag::is_gap) { "; some evidence could not be had" } else { "" };
    match evidence.flags.iter().filter(|flag| flag.is_new).count() {
        0 if all == 0 => "no flags".to_owned(),
        0 => format!("{flags}, already true of what is live{gaps}"),
        1 if all == 1 => format!("{flags}, new{gaps}"),
        new if new == all => format!("{flags}, all new{gaps}"),
        new => format!("{flags}, {new} of them new{gaps}"),
    }
}

/// How the proposed commit stands to what is live, in a sentence that holds nobody else's text.
pub(super) fn ground(evidence: &Evidence) -> String {
    let commits = |number: u64| count(usize::try_from(number).unwrap_or(usize::MAX), "commit");
    match (&evidence.baseline, evidence.relation) {
        (Baseline::Vanished { .. }, _) => {
            "The live commit is gone or shares no history with the proposed one: what changed cannot be told."
                .to_owned()
        }
        (Baseline::None, _) | (_, Relation::NoBaseline) => {
            "First deployment: nothing is live yet, so there is nothing to compare with.".to_owned()
        }
        (_, Relation::Same) => "The commit that is live, once more.".to_owned(),
        (_, Relation::Ahead { by }) => format!("{} ahead of what is live.", commits(by)),
        (_, Relation::Behind { by }) => format!("A rollback: {} behind what is live.", commits(by)),
        (_, Relation::Diverged { ahead, behind }) => {
            format!("Histories parted: {} ahead of what is live, and {} behind it.", commits(ahead), commits(behind))
        }
    }
}

/// Since when the live commit is live: `2026-11-12`.
pub(super) fn live_since(evidence: &Evidence) -> Option<String> {
    let Baseline::Live { since: Some(since), .. } = &evidence.baseline else { return None };
    Some(since.to_rfc3339().chars().take_while(|c| *c != 'T').collect())
}

/// `12 files changed: 2 added, 9 modified, 1 renamed.`; `1 file added.`
pub(super) fn files(evidence: &Evidence) -> String {
    let all = evidence.files.len();
    let kinds = [ChangeKind::Added, ChangeKind::Modified, ChangeKind::Renamed, ChangeKind::Removed];
    let number = |kind: ChangeKind| evidence.files.iter().filter(|file| file.kind == kind).count();
    let kinds: Vec<(usize, &str)> = kinds.map(|kind| (number(kind), change_kind(kind))).into();
    let kinds: Vec<(usize, &str)> = kinds.into_iter().filter(|(number, _)| *number > 0).collect();
    match kinds.as_slice() {
        [] => "No files changed.".to_owned(),
        [(_, kind)] => format!("{} {kind}.", count(all, "file")),
        several => {
            let several: Vec<String> = several.iter().map(|(number, kind)| format!("{number} {kind}")).collect();
            format!("{} changed: {}.", count(all, "file"), several.join(", "))
        }
    }
}

pub(super) const fn change_kind(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Added => "added",
        ChangeKind::Modified => "modified",
        ChangeKind::Removed => "removed",
        ChangeKind::Renamed => "renamed",
    }
}

pub(super) const fn part(part: Part) -> &'static str {
    match part {
        Part::Requester => "asked for it",
        Part::PrAuthor => "pull request author",
        Part::Author => "author",
        Part::Committer => "committer",
        Part::CoAuthor => "co-author",
    }
}

pub(super) const fn ci_state(state: CiState) -> &'static str {
    match state {
        CiState::Failed => "failed",
        CiState::Pending => "pending",
        CiState::Neutral => "neutral",
        CiState::Passed => "passed",
    }
}

/// `answered, 2 findings`
pub(super) fn external_state(state: &ExternalState, findings: u64) -> String {
    match state {
        ExternalState::Answered => {
            format!("answered, {}", count(usize::try_from(findings).unwrap_or(usize::MAX), "finding"))
        }
        ExternalState::Waiting => "still out".to_owned(),
        ExternalState::Failed { why } => format!("failed: {}", plain(why, 200)),
    }
}

/// `438 MB 1f3a22`
pub(super) fn weight(file: &WeightFile) -> String {
    match file.digest {
        Some(digest) => format!("{} {}", size(file.size), digest.short().chars().take(6).collect::<String>()),
        None => size(file.size),
    }
}

/// The sentence a flag comes with; its subject, should it have none.
pub(super) fn flag_words(flag: &Flag) -> &str {
    let texts = [&flag.message, &flag.subject, &flag.code];
    texts.into_iter().find(|text| !text.trim().is_empty()).map_or("", String::as_str)
}

/// The rule that fired: mere information has none.
pub(super) fn rule(flag: &Flag) -> Option<&str> {
    flag.rule.as_deref().filter(|_| flag.severity > Severity::Info)
}

/// The same for people, who need it where they may have to answer for an exception; elsewhere it is noise.
pub(super) fn weighty_rule(flag: &Flag) -> Option<&str> {
    rule(flag).filter(|_| flag.severity >= Severity::High)
}

/// What became of a weight file, and what loading it would do; `None` where size and digest say it all.
pub(super) fn weight_change(weight: &WeightChange) -> Option<String> {
    let verdict = weight.after.as_ref().and_then(|after| after.verdict.clone());
    let all: Vec<String> = weight_difference(weight).into_iter().chain(verdict).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// What became of a weight file alone.
pub(super) fn weight_difference(weight: &WeightChange) -> Option<String> {
    let change = match (&weight.before, &weight.after) {
        (None, Some(_)) => Some("new".to_owned()),
        (Some(_), None) => Some("gone".to_owned()),
        _ => None,
    };
    let tensors = weight.tensors.as_ref().map(tensors);
    let all: Vec<String> = change.into_iter().chain(tensors).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// `tensors: 1 added, 2 reshaped`
fn tensors(change: &TensorChange) -> String {
    let numbers = [
        (change.added, "added"),
        (change.removed, "removed"),
        (change.reshaped, "reshaped"),
        (change.retyped, "retyped"),
    ];
    let numbers: Vec<String> = numbers
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    if numbers.is_empty() { "same tensors".to_owned() } else { format!("tensors: {}", numbers.join(", ")) }
}

/// ` +3 −1`, as far as they were counted; the lines of a pointer to large storage say nothing.
pub(super) fn lines(file: &FileChange) -> String {
    match (file.additions, file.deletions) {
        _ if file.patch == Patch::Binary => String::new(),
        (None, None) => String::new(),
        (added, removed) => format!(" +{} −{}", added.unwrap_or_default(), removed.unwrap_or_default()),
    }
}

/// `14 commits`, newest first; with how many are listed, where it is not all.
pub(super) fn commits(evidence: &Evidence) -> String {
    let all = count(usize::try_from(evidence.commits_total).unwrap_or(usize::MAX), "commit");
    let listed = evidence.commits.len();
    match u64::try_from(listed).is_ok_and(|listed| listed < evidence.commits_total) {
        true => format!("{all}, the newest {listed} of them"),
        false => all,
    }
}

/// `Needs approval: 2 flags ask for it (metric.regressed, evidence.incomplete).`
pub(super) fn verdict(verdict: &Verdict) -> String {
    const CODE_CHARS: usize = 60;
    let flags = verdict.flags();
    let mut codes: Vec<String> = Vec::new();
    for flag in flags {
        let code = plain(&flag.code, CODE_CHARS);
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    let codes = listed(codes.iter().map(String::as_str));
    let (number, s) = (count(flags.len(), "flag"), if flags.len() == 1 { "s" } else { "" });
    match verdict {
        Verdict::Blocked { .. } => format!("Blocked: {number} cannot be approved away ({codes})."),
        Verdict::NeedsApproval { .. } => format!("Needs approval: {number} ask{s} for it ({codes})."),
        Verdict::Clear => "Clear: no flag blocks or asks for approval.".to_owned(),
    }
}

/// Somebody's reason as part of a sentence of ours.
pub(super) fn clause(why: &str) -> String {
    const WHY_CHARS: usize = 400;
    plain(why.trim_end_matches('.'), WHY_CHARS)
}
