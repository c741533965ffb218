//! Findings for people, with the line they are about and a mark under it; and for machines.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::finding::{Finding, Level};
use super::place::FileRole;
use crate::artifact::text::visible;

/// A file whose findings are shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    pub role: FileRole,
    /// As people know it: a path.
    pub name: &'a str,
    pub text: &'a str,
}

/// Longest part of a line that is shown, in characters.
const MAX_LINE_CHARS: usize = 160;

/// Findings with their lines, then how many there are.
pub fn text(findings: &[Finding], files: &[Shown<'_>]) -> String {
    let mut out = String::new();
    for finding in findings {
        one(&mut out, finding, files);
        out.push('\n');
    }
    out
}

fn one(out: &mut String, finding: &Finding, files: &[Shown<'_>]) {
    let place = finding.place;
    let file = files.iter().find(|file| file.role == place.role);
    let name = file.map(|file| visible(file.name)).unwrap_or_default();
    let gutter = place.line.to_string().len();
    let _ = writeln!(out, "{}[{}]: {}", finding.level.word(), finding.rule.word(), finding.what);
    let _ = writeln!(out, "{:gutter$}--> {name}:{}:{}", "", place.line, place.column);
    if let Some((line, mark)) = file.and_then(|file| marked(file.text, finding)) {
        let _ = writeln!(out, "{:gutter$} |", "");
        let _ = writeln!(out, "{} | {line}", place.line);
        let _ = writeln!(out, "{:gutter$} | {mark}", "");
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(out, "{:gutter$} = {help}", "");
    }
}

/// The line, and the marks under what it is about. Of a long line, the part around it.
fn marked(text: &str, finding: &Finding) -> Option<(String, String)> {
    const BEFORE: usize = 60;
    let place = finding.place;
    let line: Vec<char> =
        text.trim_start_matches('\u{feff}').split('\n').nth(place.line.checked_sub(1)?)?.chars().collect();
    let line = match line.as_slice() {
        [start @ .., '\r'] => start,
        line => line,
    };
    let start = place.column.saturating_sub(1).min(line.len());
    let from = if line.len() > MAX_LINE_CHARS { start.saturating_sub(BEFORE) } else { 0 };
    let to = (from + MAX_LINE_CHARS).min(line.len());
    let width = if place.width == 0 { line.len().saturating_sub(start) } else { place.width };
    // What cannot be seen takes more room once it can.
    let written = |from: usize, to: usize| {
        visible(&line.get(from..to).unwrap_or_default().iter().collect::<String>().replace('\t', " "))
    };
    let (before, about) = (written(from, start), written(start, (start + width).min(to)));
    let after = written((start + width).min(to), to);
    let (head, tail) = (if from > 0 { "…" } else { "" }, if to < line.len() { "…" } else { "" });
    let indent = before.chars().count() + head.chars().count();
    let carets = about.trim_end().chars().count().max(1);
    Some((
        format!("{head}{before}{about}{after}{tail}").trim_end().to_owned(),
        format!("{}{}", " ".repeat(indent), "^".repeat(carets)),
    ))
}

/// `2 errors and 1 warning`
pub fn counted(findings: &[Finding]) -> String {
    let count = |level: Level| findings.iter().filter(|finding| finding.level == level).count();
    let words = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match (count(Level::Error), count(Level::Warning)) {
        (0, 0) => "nothing to say against it".to_owned(),
        (0, warnings) => words(warnings, "warning"),
        (errors, 0) => words(errors, "error"),
        (errors, warnings) => format!("{} and {}", words(errors, "error"), words(warnings, "warning")),
    }
}

/// Findings for machines.
pub fn json(findings: &[Finding], files: &[Shown<'_>]) -> Vec<Value> {
    let name = |role: FileRole| files.iter().find(|file| file.role == role).map_or("", |file| file.name);
    findings
        .iter()
        .map(|finding| {
            let place = finding.place;
            json!({
                "level": finding.level.word(),
                "rule": finding.rule.word(),
                "file": name(place.role),
                "line": place.line,
                "column": place.column,
                "width": place.width,
                "path": finding.path,
                "message": finding.what,
                "help": finding.help,
            })
        })
        .collect()
}

/// A file's name as it may stand on a terminal.
pub fn name(name: &str) -> String {
    visible(name)
}
