//! Finding the front matter: the YAML block between two `---` lines at the top of a card.
//!
//! The reference is huggingface_hub's `REGEX_YAML_BLOCK` ("same as the Hub server"): optional white space, `---`, line end, lazy
//! block, line end, `---`, blanks, line end. It finds nothing, silently, in several cards that do carry metadata; those are faults here.

use std::borrow::Cow;

use super::{FRONT_MATTER_LIMIT_BYTES, Problem, ProblemKind};
use crate::artifact::problem::Fault;

/// A card cut into metadata and body.
pub(super) struct Parts<'a> {
    pub block: Option<Block<'a>>,
    /// Why the card does not follow the reference, although a block may have been found leniently.
    pub fault: Option<Fault>,
    pub problems: Vec<Problem>,
    pub body: &'a str,
    /// Line of the file on which the body starts.
    pub body_line: usize,
}

pub(super) struct Block<'a> {
    pub text: Cow<'a, str>,
    pub first_line: usize,
}

pub(super) fn split(text: &str) -> Parts<'_> {
    let (text, problems) = match text.strip_prefix('\u{feff}') {
        Some(rest) => (rest, vec![byte_order_mark()]),
        None => (text, Vec::new()),
    };
    let mut parts = split_at_top(text);
    parts.problems.extend(problems);
    if let Some(block) = parts.block.as_ref()
        && let Some(fault) = unusable(block)
    {
        (parts.block, parts.fault) = (None, Some(fault));
    }
    parts
}

fn byte_order_mark() -> Problem {
    let text = "the file starts with a byte order mark; some readers find no metadata behind it".to_owned();
    Problem { kind: ProblemKind::ByteOrderMark, line: 1, text }
}

fn unusable(block: &Block<'_>) -> Option<Fault> {
    if block.text.len() > FRONT_MATTER_LIMIT_BYTES {
        return Some(fault("the front matter is larger than 256 KiB", block.first_line));
    }
    let nul = block.text.find('\0')?;
    Some(fault("the front matter holds a NUL character", block.first_line + line_ends(block.text.get(..nul)?)))
}

fn split_at_top(text: &str) -> Parts<'_> {
    let start = text.trim_start();
    let line = 1 + line_ends(before(text, start));
    let Some(after) = start.strip_prefix("---") else {
        return behind_comments(text).unwrap_or_else(|| no_block(text, 1));
    };
    match opening(after) {
        Opening::Proper(rest) => closed(rest, line + 1, None),
        Opening::TrailingBlanks(rest) => closed(rest, line + 1, Some(fault("blanks after the opening `---`", line))),
        Opening::LoneCarriageReturn => lone_carriage_returns(text, after, line),
        Opening::NotOne => no_block(text, 1),
    }
}

enum Opening<'a> {
    Proper(&'a str),
    TrailingBlanks(&'a str),
    LoneCarriageReturn,
    /// `----`, `--- text`: a rule or a sentence.
    NotOne,
}

/// Judges what follows the first `---` of a card.
fn opening(after: &str) -> Opening<'_> {
    let rest = after.trim_start_matches([' ', '\t']);
    let had_blanks = rest.len() < after.len();
    match rest.strip_prefix('\n').or_else(|| rest.strip_prefix("\r\n")) {
        Some(rest) if had_blanks => Opening::TrailingBlanks(rest),
        Some(rest) => Opening::Proper(rest),
        None if rest.is_empty() => Opening::Proper(rest),
        None if rest.starts_with('\r') => Opening::LoneCarriageReturn,
        None => Opening::NotOne,
    }
}

/// Looks for the closing line. `rest` starts right after the opening one, on line `first_line`.
fn closed(rest: &str, first_line: usize, fault_so_far: Option<Fault>) -> Parts<'_> {
    let is_rule = |line: &str| line.trim_end() == "---" && line.starts_with("---");
    if let Some((block, body, body_line)) = until(rest, first_line, is_rule) {
        let problems = swallowed_body(block, body, body_line).into_iter().collect();
        let block = Some(Block { text: Cow::Borrowed(block), first_line });
        return Parts { block, fault: fault_so_far, problems, body, body_line };
    }
    if let Some((block, body, body_line)) = until(rest, first_line, |line| line.trim_end() == "...") {
        let fault = fault("the front matter ends with `...` instead of `---`", body_line.saturating_sub(1));
        let block = Some(Block { text: Cow::Borrowed(block), first_line });
        return Parts { block, fault: Some(fault), problems: Vec::new(), body, body_line };
    }
    let fault = fault("the front matter has no closing `---`", first_line.saturating_sub(1));
    Parts { fault: Some(fault), ..no_block(rest, first_line) }
}

/// The text before the first line that `is_end`, the text after it, and the line on which that starts.
fn until(rest: &str, first_line: usize, is_end: impl Fn(&str) -> bool) -> Option<(&str, &str, usize)> {
    let mut offset = 0;
    for (index, line) in rest.split_inclusive('\n').enumerate() {
        let next = offset + line.len();
        if is_end(line) {
            return Some((rest.get(..offset)?, rest.get(next..)?, first_line + index + 1));
        }
        offset = next;
    }
    None
}

/// An empty block does not match the reference: it goes on to the next `---`, if there is one, and takes the body for YAML.
fn swallowed_body(block: &str, body: &str, body_line: usize) -> Option<Problem> {
    if !block.is_empty() {
        return None;
    }
    let (_, _, end) = until(body, body_line, |line| line.trim_end() == "---")?;
    let text =
        format!("the front matter is empty; other readers take the text up to line {} for it", end.saturating_sub(1));
    Some(Problem { kind: ProblemKind::ReadersDisagree, line: body_line.saturating_sub(1), text })
}

/// Old Mac line ends: no reader finds the block, and GitHub shows it as text.
fn lone_carriage_returns<'a>(text: &'a str, after: &str, line: usize) -> Parts<'a> {
    let normalised = after.replace("\r\n", "\n").replace('\r', "\n");
    let block = normalised
        .strip_prefix('\n')
        .and_then(|rest| until(rest, line + 1, |line| line.trim_end() == "---"))
        .map(|(block, ..)| Block { text: Cow::Owned(block.to_owned()), first_line: line + 1 });
    Parts { block, fault: Some(fault("lines end in a lone carriage return", line)), ..no_block(text, 1) }
}

/// Front matter behind comments or a heading: nobody reads it, yet its author thinks it counts.
fn behind_comments(text: &str) -> Option<Parts<'_>> {
    const MAX_LINES_BEFORE: usize = 20;
    let mut offset = 0;
    let mut in_comment = false;
    for (index, line) in text.split_inclusive('\n').take(MAX_LINES_BEFORE).enumerate() {
        let rest = text.get(offset + line.len()..)?;
        if !in_comment && line.trim_end() == "---" {
            let parts = closed(rest, index + 2, None);
            let fault = fault("the front matter is not the first thing in the file", index + 1);
            return holds_metadata(&parts).then_some(Parts { fault: Some(fault), ..parts });
        }
        in_comment = (in_comment || line.contains("<!--")) && !line.contains("-->");
        let is_comment = in_comment || line.contains("-->") || line.starts_with('#') || line.trim().is_empty();
        if !is_comment {
            return None;
        }
        offset += line.len();
    }
    None
}

/// A rule with prose behind it is no front matter: at least one well-known key must start a line.
fn holds_metadata(parts: &Parts<'_>) -> bool {
    const KEYS: [&str; 9] = [
        "license:",
        "language:",
        "tags:",
        "datasets:",
        "base_model:",
        "library_name:",
        "pipeline_tag:",
        "model-index:",
        "metrics:",
    ];
    parts
        .block
        .as_ref()
        .is_some_and(|block| block.text.lines().any(|line| KEYS.iter().any(|key| line.starts_with(key))))
}

fn no_block(body: &str, body_line: usize) -> Parts<'_> {
    Parts { block: None, fault: None, problems: Vec::new(), body, body_line }
}

fn before<'a>(whole: &'a str, rest: &str) -> &'a str {
    whole.get(..whole.len().saturating_sub(rest.len())).unwrap_or_default()
}

fn line_ends(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

fn fault(reason: &str, line: usize) -> Fault {
    Fault { reason: reason.to_owned(), line }
}
