//! Template text: what a form leaves for people to fill in, and what they wrote instead.

use super::SectionState;

const TEMPLATES: [&str; 5] = [
    "[more information needed]",
    "more information needed",
    "[needs more information]",
    "[insert response here]",
    "{{",
];

/// Running sums over lines, so that nested sections cost no more than flat ones.
pub(super) struct Weights {
    /// Up to each line: lines with text of their own, lines that are only a placeholder or hold one.
    sums: Vec<(usize, usize)>,
}

impl Weights {
    pub(super) fn of(lines: &[impl AsRef<str>]) -> Self {
        let mut sums = Vec::with_capacity(lines.len() + 1);
        sums.push((0, 0));
        let (mut text, mut placeholder) = (0, 0);
        for line in lines {
            let (own, template) = weigh(line.as_ref());
            text += usize::from(own);
            placeholder += usize::from(template);
            sums.push((text, placeholder));
        }
        Self { sums }
    }

    pub(super) fn between(&self, start: usize, end: usize) -> (usize, usize) {
        let at = |line: usize| self.sums.get(line).or_else(|| self.sums.last()).copied().unwrap_or_default();
        let ((text_before, template_before), (text, template)) = (at(start), at(end));
        (text.saturating_sub(text_before), template.saturating_sub(template_before))
    }
}

/// What these lines would be as the text of a section.
pub(crate) fn section_state_of(lines: &[String]) -> SectionState {
    match Weights::of(lines).between(0, lines.len()) {
        (0, 0) => SectionState::Empty,
        (0, _) => SectionState::Placeholder,
        _ => SectionState::Filled,
    }
}

/// Whether a line has text of its own, and whether it has template text. In `- **Developed by:** [More Information Needed]`
/// the label is part of the template.
fn weigh(line: &str) -> (bool, bool) {
    let words = line.trim_matches(|c: char| c.is_whitespace() || c.is_ascii_punctuation());
    if words.is_empty() && !line.contains("{{") {
        return (!line.trim().is_empty(), false);
    }
    if !may_be_template(line) {
        let is_todo = ["todo", "tbd", "tba"].iter().any(|word| words.eq_ignore_ascii_case(word));
        return (!is_todo, is_todo);
    }
    let lower = line.to_lowercase();
    let Some(template) = TEMPLATES.iter().find(|template| lower.contains(**template)) else { return (true, false) };
    let rest = lower.replace(template, "");
    let rest = rest.trim_matches(|c: char| !c.is_alphanumeric());
    let is_label = lower.contains(':') || rest.is_empty();
    (!is_label, true)
}

/// Every template has one of these, whatever its case. Most lines have none.
fn may_be_template(line: &str) -> bool {
    let bytes = line.as_bytes();
    let follows = |at: usize, rest: &[u8]| {
        bytes.get(at..).and_then(|tail| tail.get(..rest.len())).is_some_and(|tail| tail.eq_ignore_ascii_case(rest))
    };
    memchr::memchr_iter(b'{', bytes).any(|at| follows(at, b"{{"))
        || memchr::memchr2_iter(b'o', b'O', bytes).any(|at| follows(at, b"ormation") || follows(at, b"onse here"))
}
