//! Files that are wrong in one way each, and what has to be said about them.

use super::*;

const BASE: &str = "\
version: 1
groups:
  ml-leads:
    github_users: [octocat, mona, ana]
  security:
    github_teams: [acme/security]
environments:
  production:
    channel: C0DEPLOY
    expires_after: 24h
    deny: { reason: required }
    supersede: mark
    gates:
      - name: Model review
        group: ml-leads
        quorum: 2
      - name: Security sign-off
        group: security
        quorum: 1
        when: 'flags.exists(f, f.code in [\"weights.unsafe_pickle\", \"licence.changed\"])'
    windows:
      - { days: [mon, tue, wed, thu], from: \"09:00\", to: \"16:00\", zone: Europe/Berlin }
unmatched: hold
";

/// What is to be said.
enum Answer {
    /// An error that has these words in it, on this line where it is one.
    Invalid(&'static [&'static str], Option<usize>),
    /// A warning that has these words in it.
    Warning(&'static [&'static str]),
    Fine,
}
use Answer::{Fine, Invalid, Warning};

fn assert_answer(name: &str, text: &str, answer: &Answer) {
    let found = findings(text);
    let said = said(text);
    let has = |level: Level, words: &[&str], line: Option<usize>| {
        let of_level = found.iter().filter(|finding| finding.level == level);
        let matching = of_level.filter(|finding| {
            let whole = format!("{} {}", finding, finding.path);
            words.iter().all(|word| whole.contains(word)) && line.is_none_or(|line| finding.place.line == line)
        });
        matching.count() > 0
    };
    let is_valid = !found.iter().any(Finding::is_error);
    match answer {
        Invalid(words, line) => assert!(has(Level::Error, words, *line), "{name}:\n{said}"),
        Warning(words) => assert!(is_valid && has(Level::Warning, words, None), "{name}:\n{said}"),
        Fine => assert_eq!(said, "", "{name}"),
    }
}

#[test]
fn each_change_of_a_good_file_has_its_answer() {
    let changes: &[(&str, &str, &str, Answer)] = &[
        ("nothing changed", "", "", Fine),
        ("indented with a tab", "    channel:", "\tchannel:", Invalid(&["tab"], Some(9))),
        ("a quote without its end", "C0DEPLOY", "\"C0DEPLOY", Invalid(&[], None)),
        ("a bracket without its end", "mona, ana]", "mona, ana", Invalid(&[], None)),
        ("a key slipped out of its gate", "        quorum: 2\n", "      quorum: 2\n", Invalid(&[], Some(16))),
        ("a second document", "unmatched: hold\n", "unmatched: hold\n---\nversion: 1\n", Invalid(&["document"], None)),
        ("a key twice", "quorum: 2\n", "quorum: 2\n        quorum: 0\n", Invalid(&["duplicate", "quorum"], Some(17))),
        (
            "an environment twice",
            "unmatched: hold\n",
            "  production: { gates: [] }\nunmatched: hold\n",
            Invalid(&["duplicate", "production"], Some(23)),
        ),
        (
            "an environment twice but for its case",
            "unmatched: hold\n",
            "  Production: { supersede: off }\nunmatched: hold\n",
            Invalid(&["production", "case"], Some(23)),
        ),
        ("an alias of nothing", "[octocat, mona, ana]", "*leads", Invalid(&["anchor"], Some(4))),
        (
            "an alias inside itself",
            "    github_teams: [acme/security]",
            "    github_teams: &a [*a]",
            Invalid(&["alias"], None),
        ),
        ("a merge key", "        quorum: 1\n", "        <<: { quorum: 1 }\n", Invalid(&["<<"], Some(19))),
        (
            "a tag of another language",
            "quorum: 2",
            "quorum: !!python/object/apply:os.system ['id']",
            Invalid(&["tag"], Some(16)),
        ),
        ("a character that is not one", "mona, ana", "mo\0na, ana", Invalid(&[], Some(4))),
        ("text that is turned around", "mona, ana", "\u{202e}mona, ana\u{202c}", Invalid(&["U+202E"], Some(4))),
        ("a member called no", "mona, ana", "no, ana", Invalid(&["`no`", "quotes"], Some(4))),
        ("a member called by a number", "mona, ana", "123456, ana", Invalid(&["`123456`", "quotes"], Some(4))),
        ("no version", "version: 1\n", "", Invalid(&["version"], None)),
        ("a version from the future", "version: 1\n", "version: 99\n", Invalid(&["version", "99"], Some(1))),
        ("a key that is nearly right", "quorum: 2", "quorom: 2", Invalid(&["quorom", "quorum"], Some(16))),
        (
            "an unknown key at the top",
            "unmatched: hold\n",
            "enviroments: {}\n",
            Invalid(&["enviroments", "environments"], Some(23)),
        ),
        ("a quorum in quotes", "quorum: 2", "quorum: \"2\"", Invalid(&["quorum", "quotes"], Some(16))),
        ("a quorum and a half", "quorum: 2", "quorum: 1.5", Invalid(&["quorum", "whole"], Some(16))),
        ("a quorum of nobody", "quorum: 2", "quorum: 0", Invalid(&["quorum", "at least 1"], Some(16))),
        ("a quorum below nobody", "quorum: 2", "quorum: -1", Invalid(&["quorum"], Some(16))),
        ("a quorum above the group", "quorum: 2", "quorum: 4", Invalid(&["quorum", "ml-leads", "3"], Some(16))),
        ("a quorum of the whole group", "quorum: 2", "quorum: 3", Warning(&["quorum", "self"])),
        ("a quorum that wraps around", "quorum: 2", "quorum: 4294967297", Invalid(&["quorum"], Some(16))),
        (
            "a group that is not there",
            "group: ml-leads",
            "group: ml-leaders",
            Invalid(&["ml-leaders", "ml-leads"], Some(15)),
        ),
        ("a group of nobody", "[octocat, mona, ana]", "[]", Invalid(&["ml-leads", "empty"], Some(3))),
        ("somebody three times", "[octocat, mona, ana]", "[octocat, Octocat, octocat]", Invalid(&["octocat"], Some(4))),
        ("a gate's name twice", "Security sign-off", "Model review", Invalid(&["Model review", "duplicate"], Some(17))),
        (
            "an environment after itself",
            "supersede: mark",
            "requires: { environment: production }",
            Invalid(&["cycle"], Some(12)),
        ),
        (
            "environments after each other",
            "unmatched: hold\n",
            "    requires: { environment: staging }\n  staging: { requires: { environment: production } }\n",
            Invalid(&["cycle", "production", "staging"], None),
        ),
        (
            "told to nobody that is known",
            "supersede: mark",
            "escalate: { after: 1h, to: ml-leeds }",
            Invalid(&["ml-leeds", "ml-leads"], Some(12)),
        ),
        (
            "a group within a group",
            "[acme/security]",
            "[acme/security]\n    include: [ml-leads]",
            Invalid(&["include"], Some(7)),
        ),
        (
            "a flag that no check raises",
            "weights.unsafe_pickle",
            "weights.unsafe_pickel",
            Invalid(&["weights.unsafe_pickel", "weights.unsafe_pickle"], Some(20)),
        ),
        ("a time without a unit", "24h", "24", Invalid(&["expires_after", "unit"], Some(10))),
        ("no time at all", "24h", "0h", Invalid(&["expires_after"], Some(10))),
        ("longer than the forge waits", "24h", "45d", Invalid(&["expires_after", "30"], Some(10))),
        ("approval by silence", "supersede: mark", "on_expiry: approve", Invalid(&["on_expiry"], Some(12))),
        ("a wish in place of a rule", "supersede: mark", "allow_self: yes please", Invalid(&["allow_self"], Some(12))),
        ("a zone that sank", "Europe/Berlin", "Europe/Atlantis", Invalid(&["Europe/Atlantis"], Some(22))),
        (
            "a window that ends before it begins",
            "from: \"09:00\", to: \"16:00\"",
            "from: \"16:00\", to: \"09:00\"",
            Invalid(&["window", "never opens"], Some(22)),
        ),
        ("half past midnight of the day before", "16:00", "24:30", Invalid(&["24:30"], Some(22))),
        ("a time without quotes", "\"09:00\"", "09:00", Fine),
        (
            "a broken regular expression",
            "f.code in [\"weights.unsafe_pickle\", \"licence.changed\"]",
            "f.subject.matches(\"([\")",
            Invalid(&["(["], Some(20)),
        ),
        (
            "a slow regular expression",
            "f.code in [\"weights.unsafe_pickle\", \"licence.changed\"]",
            "f.subject.matches(\"^(a+)+$\")",
            Fine,
        ),
        (
            "a check that asks the machine about itself",
            "supersede: mark",
            "checks: { http: [{ name: scan, url: \"http://169.254.169.254/latest/\" }] }",
            Invalid(&["169.254.169.254"], Some(12)),
        ),
        ("a channel that calls everybody", "C0DEPLOY", "\"<!channel>\"", Invalid(&["channel"], Some(9))),
        (
            "a pattern over a name",
            "  production:\n",
            "  \"*\": { supersede: off }\n  production:\n",
            Warning(&["`*`", "`production`"]),
        ),
    ];
    for (name, from, to, answer) in changes {
        assert!(BASE.contains(from), "{name}");
        let text = if from.is_empty() { BASE.to_owned() } else { BASE.replacen(from, to, 1) };
        assert_answer(name, &text, answer);
    }
}

#[test]
fn a_gate_without_gates_is_no_gate() {
    let start = BASE.find("    gates:").unwrap();
    let end = BASE.find("    windows:").unwrap();
    let text = format!("{}    gates: []\n{}", &BASE[..start], &BASE[end..]);
    assert_answer("no gates", &text, &Invalid(&["gates", "nobody"], Some(13)));
}

#[test]
fn files_that_are_no_policies_are_told_so() {
    for (name, text, answer) in [
        ("nothing", "", Invalid(&["empty"], None)),
        ("a comment", "# todo\n", Invalid(&["empty"], None)),
        ("a list", "- version: 1\n", Invalid(&["mapping"], None)),
        ("a sentence", "approve everything\n", Invalid(&["mapping"], None)),
        ("a document of nulls", "~\n", Invalid(&["empty"], None)),
    ] {
        assert_answer(name, text, &answer);
    }
}

#[test]
fn bytes_that_are_no_text_are_told_with_their_place() {
    let bytes: Vec<u8> = BASE.bytes().map(|byte| if byte == b'[' { 0xff } else { byte }).collect();
    let file = File::read(&bytes, FileRole::Repository);
    let finding = file.errors().next().unwrap();
    assert!(finding.what.contains("UTF-8") && (finding.place.line, finding.place.column) == (4, 19), "{finding:?}");
}
