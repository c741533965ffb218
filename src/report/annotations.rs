//! Findings at their lines, as a forge shows them beside the code.

use crate::checks::words::plain;
use crate::domain::{Evidence, Flag, Severity};

use super::source;
use super::words;

/// Longest title and message, in characters; GitHub takes 255 of a title, and 64 KB of a message.
const MAX_TITLE_CHARS: usize = 200;
const MAX_MESSAGE_CHARS: usize = 1_000;

/// A finding at a line of the proposed commit. Plain text: whoever shows it escapes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    pub path: String,
    /// From 1.
    pub line: u64,
    pub end_line: u64,
    pub level: Level,
    pub title: String,
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Notice,
    Warning,
    Failure,
}

impl Level {
    pub const fn of(severity: Severity) -> Self {
        match severity {
            Severity::Info | Severity::Low => Self::Notice,
            Severity::Medium => Self::Warning,
            Severity::High | Severity::Critical => Self::Failure,
        }
    }
}

/// The flags that know their line in the proposed commit, in the flags' order.
pub fn annotations(evidence: &Evidence) -> Vec<Annotation> {
    evidence.flags.iter().filter_map(|flag| annotation(flag, evidence)).collect()
}

fn annotation(flag: &Flag, evidence: &Evidence) -> Option<Annotation> {
    let place = source::place(flag.source.as_deref()?, evidence).filter(|place| place.is_proposed)?;
    let line = place.line?;
    let already = if flag.is_new { "" } else { ", already live" };
    Some(Annotation {
        path: place.path.to_owned(),
        line,
        end_line: line,
        level: Level::of(flag.severity),
        title: plain(&format!("{}{already}: {}", flag.severity.word(), flag.code), MAX_TITLE_CHARS),
        message: plain(&message(flag), MAX_MESSAGE_CHARS),
    })
}

fn message(flag: &Flag) -> String {
    match words::rule(flag) {
        Some(rule) => format!("{} Rule: {rule}.", words::flag_words(flag)),
        None => words::flag_words(flag).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn only_lines_of_the_proposed_commit_are_annotated() {
        let mut evidence = samples::evidence();
        let at = |source: &str| Flag {
            source: Some(source.to_owned()),
            rule: Some("at least 0.90".into()),
            ..samples::flag("metric.below_threshold", Severity::High, "accuracy is 0.87.")
        };
        let short = evidence.commit.short().to_owned();
        evidence.flags = vec![
            at(&format!("README.md@{short}#12")),
            at(&format!("README.md@{short}")),
            at("README.md@0123456#12"),
            samples::flag("a.b", Severity::Low, "No place."),
        ];
        let expected = Annotation {
            path: "README.md".into(),
            line: 12,
            end_line: 12,
            level: Level::Failure,
            title: "high: metric.below_threshold".into(),
            message: "accuracy is 0.87. Rule: at least 0.90.".into(),
        };
        assert_eq!(annotations(&evidence), [expected]);
    }
}
