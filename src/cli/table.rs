//! Tables: aligned columns for people, JSON for machines.

use std::io::{self, Write};

use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation as _;

use super::arguments::Format;

/// Rows under named columns.
pub(super) struct Table {
    pub columns: &'static [&'static str],
    pub rows: Vec<Vec<String>>,
}

/// Prints a table to standard output: `table` for people, `json` for machines. A reader that has gone away is fine.
pub(super) fn print(format: Format, table: &Table, json: &Value) -> io::Result<()> {
    print_text(format, table.text().trim_end(), json)
}

/// Prints a line or several: `text` for people, `json` for machines.
pub(super) fn print_text(format: Format, text: &str, json: &Value) -> io::Result<()> {
    let text = match format {
        Format::Text => format!("{text}\n"),
        Format::Json => format!("{json:#}\n"),
    };
    print_raw(&text)
}

/// Prints text as it is, with its own line ends.
pub(super) fn print_raw(text: &str) -> io::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

impl Table {
    fn text(&self) -> String {
        let header: Vec<String> = self.columns.iter().map(|name| name.to_uppercase()).collect();
        let cells: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(|cell| plain(cell)).collect()).collect();
        let lines: Vec<&Vec<String>> = std::iter::once(&header).chain(&cells).collect();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|at| lines.iter().filter_map(|line| line.get(at)).map(|cell| width(cell)).max().unwrap_or(0))
            .collect();
        lines.iter().map(|line| aligned(line, &widths)).collect()
    }
}

fn aligned(cells: &[String], widths: &[usize]) -> String {
    let padded: Vec<String> = cells
        .iter()
        .zip(widths)
        .map(|(cell, wide)| format!("{cell}{}", " ".repeat(wide.saturating_sub(width(cell)))))
        .collect();
    format!("{}\n", padded.join("  ").trim_end())
}

fn width(cell: &str) -> usize {
    cell.graphemes(true).count()
}

/// Text from outside must not steer the terminal: control and direction characters are shown as escapes.
fn plain(cell: &str) -> String {
    let mut shown = String::with_capacity(cell.len());
    for c in cell.chars() {
        let steers =
            c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
        if steers { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_hostile_text_is_shown_harmless() {
        let table = Table {
            columns: &["id", "what"],
            rows: vec![vec!["1".to_owned(), "a\u{1b}[31m".to_owned()], vec!["1000".to_owned(), "é".to_owned()]],
        };
        assert_eq!(table.text(), "ID    WHAT\n1     a\\u{1b}[31m\n1000  é\n");
    }
}
