//! What a sheet says: pure, bounded, and made from evidence alone.

mod title;

use std::collections::BTreeSet;

use crate::checks::rules::Actions;
use crate::domain::{CommitSha, EnvironmentName, Evidence, PolicyFound};
use crate::ports::PortError;
use crate::ports::pulls::{Conclusion, Note, NoteLevel};
use crate::report::annotations::{Annotation, Level, annotations};
use crate::report::markdown::{self, code, link, prose};
use crate::report::verdict::{Verdict, verdict};

use super::Concluding;

/// Room for the summary and for the text, in bytes: a forge's limit, of which some is left to the adapter.
const MAX_MARKDOWN_BYTES: usize = 65_000;
/// Least room for one environment, however many there are.
const MIN_SECTION_BYTES: usize = 4_000;
/// Most remarks on lines; the rest are told.
pub(super) const MAX_NOTES: usize = 500;
/// Longest names and reasons, in characters.
const MAX_NAME_CHARS: usize = 120;
const MAX_WHY_CHARS: usize = 400;

/// A sheet's content, before the adapter cuts it to its forge's limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Composed {
    pub(super) conclusion: Conclusion,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) text: String,
    pub(super) notes: Vec<Note>,
}

impl Composed {
    fn brief(conclusion: Conclusion, title: &str, summary: String) -> Self {
        Self { conclusion, title: title.to_owned(), summary, text: String::new(), notes: Vec::new() }
    }

    /// Puts a remark before everything else in the text.
    pub(super) fn add(&mut self, remark: Option<&str>) {
        if let Some(remark) = remark {
            self.text = format!("> {remark}\n\n{}", self.text);
        }
    }
}

/// What one environment's gate will say.
pub(super) struct Section {
    pub(super) environment: EnvironmentName,
    pub(super) ground: Ground,
    pub(super) evidence: Evidence,
    pub(super) actions: Actions,
    pub(super) policy: PolicyFound,
}

/// What the evidence compares with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ground {
    /// What is live in that environment.
    Live,
    /// Where the pull request starts: because somebody wants that, or because nothing is live.
    Start { branch: String, commit: CommitSha, is_wanted: bool },
    /// There is nothing to compare with.
    Nothing,
}

impl Section {
    fn verdict(&self) -> Verdict {
        verdict(&self.evidence, &self.actions)
    }

    fn is_held(&self) -> bool {
        matches!(self.policy, PolicyFound::Hold { .. })
    }

    /// `needs approval`
    fn word(&self) -> &'static str {
        if self.is_held() { "held" } else { self.verdict().word() }
    }

    /// Only what a flag blocks can fail; a gate that holds is undecided.
    fn conclusion(&self) -> Conclusion {
        match self.verdict() {
            Verdict::Blocked { .. } => Conclusion::Failure,
            Verdict::NeedsApproval { .. } => Conclusion::Neutral,
            Verdict::Clear if self.is_held() => Conclusion::Neutral,
            Verdict::Clear => Conclusion::Success,
        }
    }
}

/// The sheet of a pull request that touches what we look at.
pub(super) fn sheet(head: &CommitSha, sections: &[Section], concluding: Concluding) -> Composed {
    let worst = sections.iter().map(Section::conclusion).max().unwrap_or(Conclusion::Neutral);
    let (notes, left_out) = notes(sections);
    let opening = format!(
        "What the gate will say when `{}` is to be deployed. Nobody is asked to approve anything yet.\n",
        head.short()
    );
    let told = match left_out {
        0 => String::new(),
        more => format!("{more} more remarks on lines are not shown beside the code.\n\n"),
    };
    Composed {
        conclusion: if concluding == Concluding::Neutral { Conclusion::Neutral } else { worst },
        title: title::of(sections),
        summary: joined(&opening, sections, |section, room| {
            let heading = heading(section);
            let rest = room.saturating_sub(heading.len());
            heading + &fitting(rest, |chars| markdown::summary(&section.evidence, chars))
        }),
        text: joined(&told, sections, |section, room| {
            let heading = format!("## {}\n\n", code(section.environment.as_str(), MAX_NAME_CHARS));
            let rest = room.saturating_sub(heading.len());
            heading + &fitting(rest, |chars| markdown::details(&section.evidence, chars))
        }),
        notes,
    }
}

pub(super) fn gathering() -> Composed {
    let summary = "What the gate will say about this commit is being gathered.".to_owned();
    Composed::brief(Conclusion::Neutral, "Gathering evidence", summary)
}

/// `had_sheet`: an earlier commit of the pull request touched something.
pub(super) fn nothing(had_sheet: bool) -> Composed {
    let title = if had_sheet { "Nothing about models changes any more" } else { "Nothing about models changes" };
    let summary = "No card, weights, evaluation or configuration of a model, no policy and no workflow is touched.";
    Composed::brief(Conclusion::Success, title, summary.to_owned())
}

pub(super) fn outdated(head: &CommitSha) -> Composed {
    let summary = format!("The pull request has a newer commit, `{}`, and that one is looked at.", head.short());
    Composed::brief(Conclusion::Neutral, "Outdated", summary)
}

pub(super) fn closed() -> Composed {
    let summary = "The pull request was closed before everything was gathered.".to_owned();
    Composed::brief(Conclusion::Neutral, "Closed", summary)
}

/// Our trouble is not the author's: undecided, with what failed and how to try again.
pub(super) fn given_up(error: &PortError) -> Composed {
    let summary = format!(
        "Countersign could not look at this commit: {}\n\nThis says nothing about the change. *Re-run* this check to try \
         again; the gate itself gathers its own evidence when the deployment asks.",
        code(&error.to_string(), MAX_WHY_CHARS)
    );
    Composed::brief(Conclusion::Neutral, "Could not be gathered", summary)
}

/// The comment: a line for each environment, and where more is said. `url` is the forge's own address of the sheet.
pub(super) fn comment(repository: &str, url: Option<&str>, sections: &[Section], composed: &Composed) -> String {
    let more = url.and_then(|url| link("What the gate will say", url));
    let more = more.map(|link| format!(" {link}.")).unwrap_or_default();
    let lines = sections.iter().map(|section| {
        let flags = section.evidence.flags.iter().filter(|flag| flag.is_new).count();
        let flags = if flags == 1 { "1 new flag".to_owned() } else { format!("{flags} new flags") };
        format!("- {}: {}, {flags}\n", code(section.environment.as_str(), MAX_NAME_CHARS), section.word())
    });
    let lines: String = lines.collect();
    let title = prose(&composed.title, MAX_WHY_CHARS);
    format!(
        "**Countersign** on {}: {title}.{more}\n\n{lines}\n<sub>Edited in place with every push.</sub>\n",
        code(repository, MAX_NAME_CHARS)
    )
}

/// `## production: needs approval`, what is compared with, and the rules.
fn heading(section: &Section) -> String {
    let environment = code(section.environment.as_str(), MAX_NAME_CHARS);
    let mut heading = format!("## {environment}: {}\n\n", section.word());
    if let PolicyFound::Hold { why } = &section.policy {
        heading.push_str(&format!("**The gate would hold it:** {}\n\n", prose(why, MAX_WHY_CHARS)));
    }
    heading.push_str(&ground(section, &environment));
    heading
}

fn ground(section: &Section, environment: &str) -> String {
    match &section.ground {
        Ground::Live => String::new(),
        Ground::Nothing => {
            format!("Nothing is live in {environment}, and where this pull request starts cannot be told.\n\n")
        }
        Ground::Start { branch, commit, is_wanted } => {
            let (branch, commit) = (code(branch, MAX_NAME_CHARS), commit.short());
            let why = if *is_wanted {
                "As asked for, this compares with where the pull request starts and not with what is live".to_owned()
            } else {
                format!("Nothing is live in {environment} yet, so this compares with where the pull request starts")
            };
            format!("{why}: below, *live* stands for `{commit}` of {branch}.\n\n")
        }
    }
}

/// Everybody's part in the room there is.
fn joined(opening: &str, sections: &[Section], part: impl Fn(&Section, usize) -> String) -> String {
    let room = MAX_MARKDOWN_BYTES.saturating_sub(opening.len());
    let each = room.checked_div(sections.len()).unwrap_or(room).max(MIN_SECTION_BYTES).saturating_sub(2);
    let mut text = opening.to_owned();
    for section in sections {
        text.push('\n');
        text.push_str(&part(section, each));
        text.push('\n');
    }
    text
}

/// A text of at most that many bytes, from one that is told how many characters it may have.
fn fitting(max_bytes: usize, text: impl Fn(usize) -> String) -> String {
    let whole = text(max_bytes);
    if whole.len() <= max_bytes {
        return whole;
    }
    let scaled = max_bytes.saturating_mul(max_bytes).checked_div(whole.len()).unwrap_or_default();
    let shorter = text(scaled);
    // No character has more than four bytes.
    if shorter.len() <= max_bytes { shorter } else { text(max_bytes / 4) }
}

/// Remarks of all environments, each once, and how many of them are left out.
fn notes(sections: &[Section]) -> (Vec<Note>, usize) {
    let (mut seen, mut notes) = (BTreeSet::new(), Vec::new());
    for annotation in sections.iter().flat_map(|section| annotations(&section.evidence)) {
        let note = note(annotation);
        if seen.insert(note.clone()) {
            notes.push(note);
        }
    }
    let left_out = notes.len().saturating_sub(MAX_NOTES);
    notes.truncate(MAX_NOTES);
    (notes, left_out)
}

fn note(annotation: Annotation) -> Note {
    let Annotation { path, line, end_line, level, title, message } = annotation;
    let level = match level {
        Level::Notice => NoteLevel::Notice,
        Level::Warning => NoteLevel::Warning,
        Level::Failure => NoteLevel::Failure,
    };
    Note { path, line, end_line, level, title, message }
}

#[cfg(test)]
mod tests;
