//! Whatever strangers write, the report mentions nobody, links nowhere of theirs, and keeps its own shape and size.

use proptest::prelude::*;

use super::{details, page, summary};
use crate::checks::rules::Actions;
use crate::domain::Evidence;
use crate::report::{Report, Rules, samples};

/// How a line of ours may begin, outside of fences; code spans are `C`.
const STARTS: [&str; 20] = [
    "- ",
    "  - ",
    "| ",
    "## ",
    "### ",
    "**Risk: ",
    "**No risk flags.**",
    "Live C",
    "Nothing live",
    "… ",
    "Same card and weights as live: ",
    "Unchanged: ",
    "The card",
    "The diff of ",
    "Nothing changed.",
    "C",
    "(empty)",
    "Held: ",
    "Needs approval: ",
    "Clear: ",
];
const LINK: &str = " [Compare live with proposed](https://github.com/acme/x/compare/a...b)";

/// The lines outside of fences, code spans left out; fails where a fence is left open.
fn prose_lines(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut fence: Option<usize> = None;
    for line in text.lines() {
        let ticks = line.chars().take_while(|c| *c == '`').count();
        match fence {
            Some(open) if closes(line, open) => fence = None,
            Some(_) => {}
            None if ticks >= 3 => fence = Some(ticks),
            None => lines.push(without_code(line)),
        }
    }
    assert_eq!(fence, None, "a fence is left open: {text}");
    lines
}

fn closes(line: &str, open: usize) -> bool {
    let inner = line.trim_start_matches(' ');
    let ticks = inner.chars().take_while(|c| *c == '`').count();
    line.len() - inner.len() <= 3 && ticks >= open && inner.trim().len() == ticks
}

/// Code spans of one backtick replaced by `C`, escapes by `E`.
fn without_code(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line.chars());
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                rest.next();
                out.push('E');
            }
            '`' => {
                assert!(rest.by_ref().any(|c| c == '`'), "a code span is left open: {line}");
                out.push('C');
            }
            c => out.push(c),
        }
    }
    out
}

fn assert_safe(text: &str) {
    for line in prose_lines(text) {
        let line = line.replacen(LINK, "", 1);
        let inner = line.trim_start_matches("##").trim_start_matches("# ");
        let inner = inner.replacen("**", "", 2).replace("&#124;", "E");
        for forbidden in ["@", "<", "://", "www.", "](", "[", "*", "_", "~", "$", "#1"] {
            assert!(!inner.contains(forbidden), "{forbidden} in {line:?}");
        }
        assert!(!inner.contains('>') && !inner.contains(":tada"), "{line:?}");
        let is_ours = line.is_empty() || STARTS.iter().any(|start| line.starts_with(start));
        assert!(is_ours || line.starts_with("Blocked: "), "{line:?}");
        if line.starts_with('|') {
            assert_eq!(line.matches('|').count(), 5, "{line:?}");
        }
        let hidden = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || c == '\u{200b}';
        assert!(!line.contains(hidden), "{line:?}");
    }
}

fn whole(evidence: &Evidence, max: usize) -> String {
    let (actions, rules) =
        (Actions::default(), Rules::Held { why: evidence.flags.first().map_or("", |flag| &flag.message) });
    let (repository, environment) = (&evidence.fields[0].name, &evidence.fields[0].value);
    page(&Report { repository, environment, evidence, actions: &actions, rules, not_seen: Some(repository) }, max)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn strangers_text_stays_text(evidence in samples::hostile::evidence()) {
        for text in [summary(&evidence, 60_000), details(&evidence, 60_000), whole(&evidence, 90_000)] {
            assert_safe(&text);
        }
    }

    #[test]
    fn no_limit_is_ever_passed_and_a_cut_report_is_whole_markdown(
        evidence in samples::hostile::evidence(),
        max in prop_oneof![0_usize..200, 200_usize..5_000, 5_000_usize..70_000],
    ) {
        for text in [summary(&evidence, max), details(&evidence, max), whole(&evidence, max)] {
            prop_assert!(text.chars().count() <= max, "{} of {max}", text.chars().count());
            if max > 40 { assert_safe(&text) }
        }
    }
}
