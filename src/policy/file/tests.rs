mod cases;
mod hostile;

use super::*;
use crate::domain::Timestamp;
use crate::policy::finding::Level;
use crate::policy::show::{self, Shown};
use crate::policy::validate::{self, OwnerFile};

const FULL: &str = include_str!("tests/full.yml");

fn now() -> Timestamp {
    Timestamp::parse_rfc3339("2026-07-01T12:00:00Z").unwrap()
}

/// Everything that is said about a repository's file alone.
fn findings(text: &str) -> Vec<Finding> {
    let file = File::read(text.as_bytes(), FileRole::Repository);
    validate::findings(Some(&file), OwnerFile::Absent, now())
}

fn said(text: &str) -> String {
    let shown = Shown { role: FileRole::Repository, name: "countersign.yml", text };
    show::text(&findings(text), &[shown])
}

/// The findings of a rule, each with the text it marks.
fn marked(text: &str, rule: Rule) -> Vec<(&str, Finding)> {
    let mark = |place: Place| {
        let line = text.split('\n').nth(place.line - 1).unwrap();
        let start = line.char_indices().nth(place.column - 1).map_or(line.len(), |(at, _)| at);
        let rest = &line[start..];
        let end = rest.char_indices().nth(place.width).map_or(rest.len(), |(at, _)| at);
        &rest[..end]
    };
    let of_rule = findings(text).into_iter().filter(|finding| finding.rule == rule);
    of_rule.map(|finding| (mark(finding.place), finding)).collect()
}

/// Where nothing is known about a part of the file, too.
#[test]
fn merge_keys_are_told_wherever_they_stand_and_once() {
    let text = "version: 1\nsteps: [{ <<: { quorum: 0 } }]\nenvironments: { production: { <<: { min_wait: 1h } } }\n";
    let merges: Vec<usize> =
        findings(text).iter().filter(|one| one.what.contains("<<")).map(|one| one.place.line).collect();
    assert_eq!(merges, [2, 3], "{}", said(text));
}

#[test]
fn a_file_with_every_key_has_nothing_said_against_it() {
    assert_eq!(said(FULL), "");
    let windows = format!("\u{feff}{}", FULL.replace('\n', "\r\n"));
    assert_eq!(said(&windows), "");
}

#[test]
fn every_key_of_the_schema_is_in_that_file() {
    fn keys<'n>(node: &'n Node, found: &mut Vec<&'n str>) {
        found.extend(node.entries().iter().map(|entry| entry.key.as_str()));
        node.entries().iter().for_each(|entry| keys(&entry.value, found));
        if let Value::List(items) = &node.value {
            items.iter().for_each(|item| keys(item, found));
        }
    }
    let read = yaml::read_as(FULL, 1, Dialect { what: "it", has_merges: false }).unwrap();
    let mut written = Vec::new();
    keys(&read.root, &mut written);
    let parts = ROOT.value()["$defs"].as_object().unwrap().values().chain([ROOT.value()]);
    let known = parts.filter_map(|part| part.get("properties")?.as_object()).flat_map(|keys| keys.keys());
    // The owner's file has them, and each of these says one thing in several ways.
    let others =
        ["floor", "max", "max_rise", "min_gain", "max_gain", "code_scanning", "security_alerts_threshold", "advisory"];
    let others = others.into_iter().chain(["wait", "retries", "certificates", "task", "config", "split"]);
    let others: Vec<&str> = others.collect();
    let missing: Vec<&String> =
        known.filter(|key| !written.contains(&key.as_str()) && !others.contains(&key.as_str())).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    let text = "\
version: 1
groups:
  ml: { github_users: [octocat, no], github_teem: [x] }
environments:
  production:
    gates:
      - { name: Review, group: mll, quorum: \"2\" }
      - { name: review, quorum: 0, when: risc >= HIGH }
    supersede: of
    expires_after: 45d
";
    let places: Vec<(usize, Rule)> = findings(text).iter().map(|finding| (finding.place.line, finding.rule)).collect();
    let expected = [
        (3, Rule::WrongType),
        (3, Rule::UnknownKey),
        (7, Rule::UnknownGroup),
        (7, Rule::WrongType),
        (8, Rule::MissingKey),
        (8, Rule::DuplicateName),
        (8, Rule::WrongValue),
        (8, Rule::Condition),
        (9, Rule::WrongValue),
        (10, Rule::TooLong),
    ];
    let mut places: Vec<(usize, Rule)> = places.into_iter().filter(|(_, rule)| *rule != Rule::UnusedGroup).collect();
    places.sort();
    let mut expected = expected.to_vec();
    expected.sort();
    assert_eq!(places, expected, "{}", said(text));
}

#[test]
fn a_finding_shows_its_line_with_a_mark_and_what_would_be_right() {
    let text = "version: 1\nenvironments:\n  production:\n    supersede: rejct # twice is too often\n";
    insta::assert_snapshot!(said(text), @r"
    error[wrong-value]: `supersede` cannot be `rejct`: did you mean `reject`?
     --> countersign.yml:4:16
      |
    4 |     supersede: rejct # twice is too often
      |                ^^^^^
      = one of `mark`, `reject`, `off`
    ");
}

#[test]
fn a_long_line_is_shown_around_its_mistake_and_hidden_characters_are_written_out() {
    let text = format!("version: 1\n# {}\u{202e}{}\n", "a".repeat(300), "b".repeat(300));
    let said = said(&text);
    let line = said.lines().find(|line| line.starts_with("2 |")).unwrap();
    let mark = said.lines().find(|line| line.contains('^')).unwrap();
    assert!(line.contains("…") && line.contains("\\u{202e}") && line.chars().count() < 200, "{said}");
    let at = mark.find('^').unwrap();
    assert!(line.chars().skip(at).collect::<String>().starts_with("\\u{202e}"), "{said}");
}

#[test]
fn mistakes_inside_a_condition_are_marked_where_they_stand() {
    for (condition, marked_text) in [
        ("'risk >= HIHG'", "HIHG"),
        ("risk >= HIHG", "HIHG"),
        ("\"flags.exists(f, f.code == 'licence.chnged')\"", "'licence.chnged'"),
        ("|\n          risk >= HIHG", "HIHG"),
        // Quotes inside quotes are written twice, so the place within is not certain.
        ("'ref == ''main'' && risc >= HIGH'", "'ref == ''main'' && risc >= HIGH'"),
    ] {
        let text = format!(
            "version: 1\ngroups: {{ g: {{ permission: write }} }}\nenvironments:\n  production:\n    gates:\n      - name: A\n        \
             group: g\n        quorum: 1\n        when: {condition}\n"
        );
        let found: Vec<_> =
            marked(&text, Rule::Condition).into_iter().chain(marked(&text, Rule::UnknownFlag)).collect();
        assert_eq!(found.len(), 1, "{}", said(&text));
        assert_eq!(found[0].0, marked_text, "{}", said(&text));
    }
}

#[test]
fn what_belongs_into_the_other_file_is_told() {
    let floor = "version: 1\nfloor: { defaults: { min_wait: 1h } }\n";
    assert_eq!(marked(floor, Rule::WrongFile)[0].0, "floor");
    let owner = File::read(b"version: 1\nmodels: [{ name: a }]\n", FileRole::Owner);
    assert_eq!(owner.errors().next().unwrap().rule, Rule::WrongFile);
    let owner = File::read(floor.as_bytes(), FileRole::Owner);
    assert_eq!(owner.errors().count(), 0, "{:?}", owner.findings);
}

#[test]
fn a_floor_asks_and_decides_nothing() {
    let text = "version: 1\nfloor: { defaults: { channel: \"#a\", notify: none, min_wait: 1h } }\n";
    let owner = File::read(text.as_bytes(), FileRole::Owner);
    let keys: Vec<&str> = owner.errors().map(|finding| finding.path.as_str()).collect();
    assert_eq!(keys, ["floor.defaults.channel", "floor.defaults.notify"]);
}

#[test]
fn a_key_that_slipped_out_of_its_list_is_told_where_it_belongs() {
    let text = "version: 1\nenvironments:\n  production:\n    quorum: 2\n";
    let (_, finding) = marked(text, Rule::UnknownKey).remove(0);
    assert!(finding.help.unwrap().contains("belongs into `environments.NAME.gates[]`"));
}

#[test]
fn validity_does_not_depend_on_the_day() {
    let text = "version: 1\naccept: [{ flag: metric.regressed, why: x, until: 2026-06-30, by: octocat }]\nenvironments:\n  \
                production: { windows: [{ from: \"09:00\", to: \"10:00\", zone: UTC, except: [2020-01-01] }] }\n";
    let file = File::read(text.as_bytes(), FileRole::Repository);
    assert_eq!(validate::errors(Some(&file), OwnerFile::Absent), []);
    let rules: Vec<Rule> = findings(text).iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, [Rule::ExpiredException, Rule::PastDate]);
    let later = Timestamp::parse_rfc3339("2026-06-30T23:59:59Z").unwrap();
    let rules = validate::findings(Some(&file), OwnerFile::Absent, later);
    assert_eq!(rules.len(), 1, "the last day counts");
}

#[test]
fn times_that_come_too_late_are_told() {
    let of = |keys: &str| {
        findings(&format!(
            "version: 1\ngroups: {{ g: {{ permission: write }} }}\nenvironments: {{ production: {{ {keys} }} }}\n"
        ))
    };
    for (keys, level) in [
        ("expires_after: 8h, min_wait: 8h", Level::Error),
        ("expires_after: 8h, remind: { every: 9h }", Level::Warning),
        ("expires_after: 8h, escalate: { after: 8h, to: g }", Level::Warning),
        ("min_wait: 2d", Level::Warning),
    ] {
        let found = of(keys);
        let found: Vec<_> = found.iter().filter(|finding| finding.rule == Rule::NeverHappens).collect();
        assert_eq!(found.len(), 1, "{keys}: {found:?}");
        assert_eq!(found[0].level, level, "{keys}");
    }
}

#[test]
fn gates_that_need_more_people_than_are_named_are_found_together() {
    let of = |gates: &str, one: bool| {
        let text = format!(
            "version: 1\ngroups:\n  a: {{ github_users: [octocat, mona] }}\n  b: {{ github_users: [Mona, ana] }}\n  t: {{ permission: write }}\n\
             environments:\n  production:\n    one_gate_per_person: {one}\n    exclude: []\n    gates: [{gates}]\n"
        );
        marked(&text, Rule::QuorumTooLarge).len()
    };
    let two = "{ name: A, group: a, quorum: 2 }, { name: B, group: b, quorum: 1 }";
    assert_eq!(of(two, true), 0);
    let four = "{ name: A, group: a, quorum: 2 }, { name: B, group: b, quorum: 2 }";
    assert_eq!((of(four, true), of(four, false)), (1, 0));
    let skipped = "{ name: A, group: a, quorum: 2 }, { name: B, group: b, quorum: 2, when: rollback }";
    assert_eq!(of(skipped, true), 0);
    let anybody = "{ name: A, group: a, quorum: 2 }, { name: B, group: t, quorum: 50 }";
    assert_eq!(of(anybody, true), 0);
    assert_eq!(of("{ name: A, group: a, quorum: 3 }", true), 1);
}

#[test]
fn a_circle_of_environments_is_found_by_name_and_by_pattern() {
    let of =
        |entries: &str| marked(&format!("version: 1\nenvironments: {{ {entries} }}\n"), Rule::RequiresItself).len();
    assert_eq!(of("a: { requires: { environment: b } }, b: { requires: { environment: A } }"), 2);
    assert_eq!(of("a: { requires: { environment: a } }"), 1);
    assert_eq!(of("\"prod*\": { requires: { environment: prod-eu } }"), 1);
    assert_eq!(of("a: { requires: { environment: b } }, b: { requires: { environment: c } }, c: {}"), 0);
    assert_eq!(of("a: { requires: { environment: b } }, b: { requires: none }"), 0);
}

#[test]
fn tied_patterns_are_told_with_a_name_and_not_where_something_better_matches() {
    let of = |entries: &str| marked(&format!("version: 1\nenvironments: {{ {entries} }}\n"), Rule::TiedPatterns).len();
    assert_eq!(of("\"a*\": {}, \"*b\": {}"), 1);
    assert_eq!(of("\"a*\": {}, \"b*\": {}"), 0);
    assert_eq!(of("\"a*\": {}, \"*b\": {}, \"a*b\": {}"), 0);
}

#[test]
fn too_many_findings_are_cut_and_counted() {
    let keys: String = (0..400).map(|at| format!("wrong{at}: 1\n")).collect();
    let found = findings(&format!("version: 1\n{keys}"));
    assert_eq!(found.len(), crate::policy::finding::MAX_FINDINGS + 1);
    assert!(found.iter().any(|finding| finding.rule == Rule::More && finding.what.contains("300")));
}
