//! The title of a sheet, in plain text: `2 new risks: licence changed, wer regressed`.

use std::collections::BTreeSet;

use crate::checks::words::plain;
use crate::domain::{Flag, Severity};
use crate::report::verdict::Verdict;

use super::Section;

/// Risks that are named; the others are counted.
const NAMED: usize = 3;
/// Longest title and longest subject, in characters.
const MAX_TITLE_CHARS: usize = 140;
const MAX_SUBJECT_CHARS: usize = 40;

/// What an author should see first: what is new and weighs something, worst first, each once.
pub(super) fn of(sections: &[Section]) -> String {
    let mut flags: Vec<&Flag> = sections.iter().flat_map(|section| &section.evidence.flags).collect();
    flags.sort_by_key(|flag| std::cmp::Reverse(flag.severity));
    let mut seen = BTreeSet::new();
    flags.retain(|flag| flag.is_new && flag.severity >= Severity::Medium && seen.insert(name(flag)));
    let named: Vec<String> = flags.iter().take(NAMED).map(|flag| name(flag)).collect();
    let title = match (flags.len(), flags.len().saturating_sub(NAMED)) {
        (0, _) => without_new(sections).to_owned(),
        (1, _) => format!("1 new risk: {}", named.join(", ")),
        (all, 0) => format!("{all} new risks: {}", named.join(", ")),
        (all, more) => format!("{all} new risks: {} and {more} more", named.join(", ")),
    };
    plain(&title, MAX_TITLE_CHARS)
}

fn without_new(sections: &[Section]) -> &'static str {
    let any = |is_it: fn(&Verdict) -> bool| sections.iter().any(|section| is_it(&section.verdict()));
    match () {
        () if any(|verdict| matches!(verdict, Verdict::Blocked { .. })) => "No new risks, and a known one blocks",
        () if sections.iter().any(Section::is_held) => "No new risks, and the gate would hold it",
        () if any(|verdict| matches!(verdict, Verdict::NeedsApproval { .. })) => {
            "No new risks, and known ones need approval"
        }
        () => "No new risks",
    }
}

/// `licence changed`; for what there are many of, with its subject: `wer regressed`.
fn name(flag: &Flag) -> String {
    let (kind, what) = flag.code.split_once('.').unwrap_or(("", &flag.code));
    let words = |text: &str| plain(&text.replace(['.', '_'], " "), MAX_SUBJECT_CHARS);
    match kind {
        "metric" | "slice" | "check" => format!("{} {}", plain(&flag.subject, MAX_SUBJECT_CHARS), words(what)),
        _ => words(&flag.code),
    }
}
