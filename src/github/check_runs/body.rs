//! What we send: every part within GitHub's limits, whatever strangers wrote.

use serde::Serialize;

use crate::domain::Timestamp;
use crate::ports::pulls::{Button, Conclusion, Note, SheetContent};

use super::NAME;
use super::annotations::{Known, level_word};

/// GitHub's limit on summary and text. Its document says characters; its answer to a longer text says bytes.
pub(super) const MAX_MARKDOWN_BYTES: usize = 65_535;
/// Longest title of a check run, in characters: GitHub names no limit, and shows one line.
pub(super) const MAX_TITLE_CHARS: usize = 250;
/// GitHub's limits on an annotation: title in characters, message in bytes. A path longer than a file system's is no path.
pub(super) const MAX_NOTE_TITLE_CHARS: usize = 255;
pub(super) const MAX_MESSAGE_BYTES: usize = 64 * 1024 - 1;
pub(super) const MAX_PATH_BYTES: usize = 4_096;
/// GitHub's limits on buttons: how many, and their parts in characters.
pub(super) const MAX_ACTIONS: usize = 3;
pub(super) const MAX_LABEL_CHARS: usize = 20;
pub(super) const MAX_EXPLANATION_CHARS: usize = 40;

/// The body of both calls, create and update.
#[derive(Serialize)]
pub(super) struct CheckRunBody<'a> {
    name: &'static str,
    /// Of a new one; it cannot be changed later.
    #[serde(skip_serializing_if = "Option::is_none")]
    head_sha: Option<&'a str>,
    external_id: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    conclusion: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    details_url: Option<&'a str>,
    output: Output<'a>,
    actions: Vec<Action>,
}

impl<'a> CheckRunBody<'a> {
    pub(super) fn unfinished(content: &SheetContent<'a>, output: Output<'a>, now: Timestamp) -> Self {
        Self {
            name: NAME,
            head_sha: None,
            external_id: content.mark,
            status: "in_progress",
            started_at: Some(Timestamp::from_seconds(now.as_seconds()).to_rfc3339()),
            conclusion: None,
            details_url: content.details_url,
            output,
            actions: Vec::new(),
        }
    }

    pub(super) fn finished(content: &SheetContent<'a>, output: Output<'a>, conclusion: Conclusion) -> Self {
        Self {
            name: NAME,
            head_sha: None,
            external_id: content.mark,
            status: "completed",
            started_at: None,
            conclusion: Some(word(conclusion)),
            details_url: content.details_url,
            output,
            actions: content.buttons.iter().take(MAX_ACTIONS).map(Action::of).collect(),
        }
    }

    /// Of a check run that is not there yet.
    pub(super) fn beside(self, commit: &'a str) -> Self {
        Self { head_sha: Some(commit), ..self }
    }
}

const fn word(conclusion: Conclusion) -> &'static str {
    match conclusion {
        Conclusion::Success => "success",
        Conclusion::Neutral => "neutral",
        Conclusion::Failure => "failure",
    }
}

#[derive(Serialize)]
pub(super) struct Output<'a> {
    title: String,
    summary: String,
    text: String,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    annotations: &'a [Annotation<'a>],
}

impl<'a> Output<'a> {
    /// `gone`: annotations that stay where they are and no longer hold.
    pub(super) fn of(content: &SheetContent<'_>, annotations: &'a [Annotation<'a>], gone: usize) -> Self {
        let more = match gone {
            0 => String::new(),
            1 => "\n\nOne annotation below is of an earlier look and no longer holds: GitHub keeps it.".to_owned(),
            gone => format!("\n\n{gone} annotations below are of earlier looks and no longer hold: GitHub keeps them."),
        };
        let room = MAX_MARKDOWN_BYTES.saturating_sub(more.len());
        Self {
            title: first_chars(content.title, MAX_TITLE_CHARS),
            summary: first_bytes(content.summary, MAX_MARKDOWN_BYTES),
            text: first_bytes(content.text, room) + &more,
            annotations,
        }
    }
}

#[derive(Serialize)]
pub(super) struct Annotation<'a> {
    path: &'a str,
    start_line: u64,
    end_line: u64,
    annotation_level: &'static str,
    title: String,
    message: String,
}

impl<'a> Annotation<'a> {
    /// `None` for what GitHub would refuse, and with it all others of the call.
    pub(super) fn of(note: &'a Note) -> Option<Self> {
        let has_path = !note.path.is_empty() && note.path.len() <= MAX_PATH_BYTES && !note.path.contains('\0');
        let line = u32::try_from(note.line).unwrap_or(u32::MAX).max(1);
        let end_line = u32::try_from(note.end_line).unwrap_or(u32::MAX).max(line);
        let said = if note.message.trim().is_empty() { &note.title } else { &note.message };
        let message = first_bytes(&said.replace('\0', ""), MAX_MESSAGE_BYTES);
        (has_path && !message.trim().is_empty()).then(|| Self {
            path: &note.path,
            start_line: line.into(),
            end_line: end_line.into(),
            annotation_level: level_word(note.level),
            title: first_chars(&note.title, MAX_NOTE_TITLE_CHARS),
            message,
        })
    }

    pub(super) fn known(&self) -> Known {
        let Self { path, start_line, end_line, annotation_level, title, message } = self;
        let level = (*annotation_level).to_owned();
        ((*path).to_owned(), *start_line, *end_line, level, comparable(title), comparable(message))
    }
}

/// A text as it is compared with what GitHub gives back, which need not keep the space around it.
pub(super) fn comparable(text: &str) -> String {
    text.trim().to_owned()
}

#[derive(Serialize)]
struct Action {
    label: String,
    description: String,
    identifier: String,
}

impl Action {
    fn of(button: &Button) -> Self {
        Self {
            label: first_chars(button.label, MAX_LABEL_CHARS),
            description: first_chars(button.explanation, MAX_EXPLANATION_CHARS),
            identifier: first_chars(button.name, MAX_LABEL_CHARS),
        }
    }
}

/// The text, or as many of its characters as fit, with an ellipsis as the last.
pub(super) fn first_chars(text: &str, max_chars: usize) -> String {
    let clean = text.chars().filter(|c| *c != '\0');
    if text.chars().nth(max_chars).is_none() {
        return clean.collect();
    }
    clean.take(max_chars.saturating_sub(1)).chain(['…']).collect()
}

/// The text, or as many of its whole characters as fit into that many bytes, with an ellipsis as the last.
pub(super) fn first_bytes(text: &str, max_bytes: usize) -> String {
    if text.len() <= max_bytes {
        return text.to_owned();
    }
    let mut end = max_bytes.saturating_sub('…'.len_utf8());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned() + "…"
}
