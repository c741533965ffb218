//! `bias.md`: the bias subcard of NVIDIA's Model Card++, a Markdown table of questions and answers (NVIDIA/Trustworthy-AI).
//!
//! "None" is an answer; "[Insert Response Here]" is not. Without a table, prose counts as it does in a card.

use super::{Considerations, EvaluationFormat, Evaluations, TEXT_LIMIT_BYTES};
use crate::artifact::card::{SectionState, section_state_of};
use crate::artifact::metrics::bounded;
use crate::artifact::problem::Fault;

pub(super) fn read(bytes: &[u8]) -> Evaluations {
    let format = EvaluationFormat::NvidiaBias;
    if bytes.len() > TEXT_LIMIT_BYTES {
        return Evaluations::unreadable(format, Fault::new("the file is larger than 1 MiB", 1));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Evaluations::unreadable(format, Fault::new("the file is not UTF-8", 1));
    };
    let lines = crate::artifact::card::visible_lines(text);
    let rows: Vec<Row> = lines.iter().filter_map(|line| row(line)).collect();
    let considerations = match rows.is_empty() {
        true => Considerations { bias_section: section_state_of(&lines), ..Considerations::of(0, 0, 0) },
        false => of_rows(&rows),
    };
    Evaluations { considerations: Some(considerations), ..Evaluations::empty(format) }
}

/// A question and its answer.
struct Row {
    field: String,
    response: String,
}

/// `question | answer`, with or without outer bars; none for the header and the line below it.
fn row(line: &str) -> Option<Row> {
    let line = line.trim();
    let (field, response) = line.strip_prefix('|').unwrap_or(line).split_once('|')?;
    let (field, response) = (field.trim(), response.trim().trim_end_matches('|').trim_end());
    let is_rule = line.chars().all(|c| matches!(c, '-' | ':' | '|' | ' '));
    let is_header = field.eq_ignore_ascii_case("field");
    (!is_rule && !is_header && !field.is_empty())
        .then(|| Row { field: field.to_lowercase(), response: response.to_owned() })
}

fn of_rows(rows: &[Row]) -> Considerations {
    let answered = rows.iter().filter(|row| is_answer(&row.response)).count();
    let is_template = rows.iter().any(|row| !row.response.is_empty());
    let bias_section = match (answered, is_template) {
        (0, false) => SectionState::Empty,
        (0, true) => SectionState::Placeholder,
        _ => SectionState::Filled,
    };
    let worst = rows.iter().find(|row| row.field.contains("worst performance") && is_answer(&row.response));
    Considerations {
        worst_feature: worst.map(|row| bounded(row.response.clone())),
        bias_section,
        ..Considerations::of(0, answered, 0)
    }
}

/// Everything in one pair of brackets is the template's.
fn is_answer(response: &str) -> bool {
    let is_template = response.starts_with('[') && response.ends_with(']') && !response.contains("](");
    !response.is_empty() && !is_template && !response.to_lowercase().contains("[insert response here]")
}
