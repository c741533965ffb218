//! No text, however hostile, makes reading or evaluating a condition panic, take long, or use the stack up.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::domain::{ChangeKind, FileChange, Patch};

/// Far more than anything takes, and far less than a person would wait. Debug builds on busy machines included.
const LONG: Duration = Duration::from_secs(10);

#[test]
fn nesting_ends_at_a_limit_and_not_at_the_end_of_the_stack() {
    let of = |open: &str, middle: &str, close: &str| {
        let times = (MAX_CHARS - middle.len()) / (open.len() + close.len());
        format!("{}{middle}{}", open.repeat(times), close.repeat(times))
    };
    for text in [
        of("(", "rollback", ")"),
        of("(", "", ""),
        of("!", "rollback", ""),
        of("-", "1", ""),
        of("[", "1", "]"),
        of("", "1", "+1"),
        of("", "a", ".a"),
        of("", "labels", "[0]"),
        of("rollback?", "true", ":true"),
        of("", "rollback", "||rollback"),
        of("size(", "ref", ")"),
        of("1,", "1", ""),
        of("", "1", "<1"),
        of("{a:", "1", "}"),
        of("?", "", ""),
        of("'", "", ""),
        of("`", "", ""),
        of("[1].map(x,", "1", ")"),
        of("//", "", ""),
        of("\\", "", ""),
        of("\0", "", ""),
        of("é", "", ""),
        of("\"\"\"", "", ""),
        "x".repeat(MAX_CHARS + 1),
        "é".repeat(500_000),
    ] {
        let started = Instant::now();
        if let Ok(condition) = Predicate::read(&text) {
            let _ = condition.evaluate(&samples::all()[0].facts());
        }
        assert!(started.elapsed() < LONG, "{text:.40}");
    }
}

#[test]
fn limits_are_named_when_they_are_reached() {
    let sample = &samples::all()[1];
    let with_files = |count: usize| {
        let mut evidence = sample.evidence.clone();
        let file = FileChange {
            path: "docs/a.md".to_owned(),
            previous_path: None,
            kind: ChangeKind::Modified,
            before: None,
            after: None,
            additions: Some(1),
            deletions: Some(1),
            patch: Patch::Missing,
        };
        evidence.files = vec![file; count];
        evidence
    };
    let on = |count: usize, text: &str| {
        let evidence = with_files(count);
        read(text).evaluate(&Facts::new(&evidence, sample.facts().around))
    };
    assert_eq!(on(MAX_LIST, "files.all(f, f.path != \"x\")"), Outcome::True);
    for (count, text, words) in [
        (MAX_LIST + 1, "files.all(f, true)", "at most 5000 are looked at"),
        (MAX_LIST + 1, "\"x\" in files.map(f, f.path)", "at most 5000"),
        (3_000, "files.all(f, files.all(g, f.path == g.path))", "more than 100000 items"),
        (3_000, "files.all(f, files.all(g, true)) || true", "more than 100000 items"),
        (MAX_LIST, "(files + files).size() > 1", "at most 5000"),
        (
            MAX_LIST,
            "files.map(f, ref + ref + ref).all(x, [1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9].all(y, x + x + x + x + x != \"\"))",
            "more than",
        ),
    ] {
        let Outcome::Failed { why } = on(count, text) else { panic!("{text} was evaluated") };
        assert!(why.contains(words), "{text}: {why}");
    }
}

#[test]
fn a_slow_regular_expression_is_not_slow_here() {
    let started = Instant::now();
    let evidence = &samples::all()[0].evidence;
    let long = "a".repeat(100_000) + "!";
    let around = Surroundings { repository: &long, ..samples::all()[0].facts().around };
    assert_eq!(read("repository.matches(\"^(a+)+$\")").evaluate(&Facts::new(evidence, around)), Outcome::False);
    assert!(mistake("ref.matches(\"(a{1000}){1000}\")").what.contains("too large"));
    assert!(started.elapsed() < LONG);
}

/// Pieces of conditions in any order.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop_oneof![
            Just("risk"),
            Just("HIGH"),
            Just("files"),
            Just("flags"),
            Just("f"),
            Just("ref"),
            Just("inputs"),
            Just("labels"),
            Just("true"),
            Just("1"),
            Just("9223372036854775807"),
            Just("1.5"),
            Just("\"a\""),
            Just("'"),
            Just("null"),
        ],
        prop_oneof![
            Just(".all(f, "),
            Just(".exists(f, "),
            Just(".map(f, "),
            Just(".filter(f, "),
            Just(".size()"),
            Just("has("),
            Just("size("),
            Just(".path"),
            Just(".startsWith("),
            Just(".matches("),
            Just("int("),
            Just("["),
            Just("]"),
            Just("("),
            Just(")"),
            Just("{"),
        ],
        prop_oneof![
            Just(" && "),
            Just(" || "),
            Just("!"),
            Just(" == "),
            Just(" >= "),
            Just(" in "),
            Just("+"),
            Just("-"),
            Just("*"),
            Just("/"),
            Just("%"),
            Just("?"),
            Just(":"),
            Just(","),
            Just("."),
            Just("\n"),
            Just("é"),
            Just("\u{202e}"),
            Just("\\"),
        ],
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_text_is_read_or_refused_with_its_place(text in prop_oneof![pieces(), any::<String>()]) {
        match Predicate::read(&text) {
            Ok(condition) => for sample in samples::all() {
                let facts = sample.facts();
                prop_assert_eq!(condition.evaluate(&facts), condition.evaluate(&facts));
            },
            Err(mistakes) => {
                prop_assert!(!mistakes.is_empty());
                for mistake in mistakes {
                    prop_assert!(text.get(mistake.start..mistake.end).is_some(), "{:?}", mistake);
                }
            }
        }
    }
}
