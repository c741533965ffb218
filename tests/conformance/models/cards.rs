//! Cards, against what huggingface_hub, a YAML 1.2 reader and a Markdown reader see in them.

mod pathological;

use std::path::PathBuf;

use countersign::artifact::card::{Card, Found, FrontMatter, ProblemKind, find_section, read_card};
use countersign::artifact::metrics::EvalResult;
use serde_json::Value;

use crate::references;

/// A card and what the reference readers see in it.
struct Case {
    name: String,
    card: Card,
    expected: Value,
}

fn case(path: &PathBuf) -> Case {
    let card = read_card(&std::fs::read(path).unwrap());
    let name = path.strip_prefix(references::folder()).unwrap().display().to_string();
    Case { name, card, expected: references::json_at(&path.with_extension("expected.json")) }
}

fn cases() -> Vec<Case> {
    let mut paths = references::files("models/cards", "md");
    paths.extend(references::files("models/cards/pathological", "md"));
    for pair in super::pairs::folders() {
        paths.extend(references::files(&pair, "md"));
    }
    assert!(paths.len() >= 70, "{}", paths.len());
    paths.iter().map(case).collect()
}

impl Case {
    /// The metadata that the reference read; none where it could not.
    fn data(&self) -> Option<&Value> {
        let found = self.expected["front_matter_found"] == true && self.expected["load"]["ok"] == true;
        found.then(|| &self.expected["load"]["data"])
    }

    /// Whether YAML 1.1 and 1.2 read that value differently, so that ours keeps its text.
    fn is_disputed(&self, path: &str) -> bool {
        let differences = self.expected["yaml11_vs_yaml12"].as_array();
        differences.is_some_and(|all| all.iter().any(|one| one["path"] == path))
    }

    fn assert_list(&self, key: &str, ours: &[String]) {
        let Some(data) = self.data() else { return };
        let theirs: Vec<&Value> = match data.get(key) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => items.iter().collect(),
            Some(one) => vec![one],
        };
        assert_eq!(ours.len(), theirs.len(), "{}: {key}: {ours:?}, {theirs:?}", self.name);
        for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
            let disputed = self.is_disputed(key) || self.is_disputed(&format!("{key}[{index}]"));
            assert!(disputed || is_text(theirs, ours), "{}: {key}: {ours}, {theirs}", self.name);
        }
    }

    fn assert_text(&self, key: &str, ours: Option<&String>) {
        self.assert_list(key, &ours.into_iter().cloned().collect::<Vec<_>>());
    }
}

fn is_text(theirs: &Value, ours: &str) -> bool {
    match theirs {
        Value::String(text) => text == ours,
        Value::Number(_) | Value::Bool(_) => {
            let text = theirs.to_string();
            text == ours
        }
        _ => false,
    }
}

/// A key that is there twice has both values here, and one of them there.
fn has_duplicates(card: &Card) -> bool {
    matches!(&card.front_matter, FrontMatter::Unreadable { reason, .. } if reason.contains("duplicate key"))
}

/// A merge key is followed as YAML 1.1 has it, which is what the reference reads.
#[test]
fn fields_are_those_that_huggingface_hub_reads() {
    for case in cases().iter().filter(|case| !has_duplicates(&case.card)) {
        let card = &case.card;
        let licence = card.licence.clone().unwrap_or_default();
        case.assert_list("license", &licence.ids);
        case.assert_text("license_name", licence.name.as_ref());
        case.assert_text("license_link", licence.link.as_ref());
        case.assert_list("base_model", &card.base_models);
        case.assert_text("base_model_relation", card.base_model_relation.as_ref());
        case.assert_text("new_version", card.new_version.as_ref());
        case.assert_list("datasets", &card.datasets);
        case.assert_list("language", &card.languages);
        case.assert_list("tags", &card.tags);
        case.assert_list("metrics", &card.metrics);
        case.assert_text("library_name", card.library_name.as_ref());
        case.assert_text("pipeline_tag", card.pipeline_tag.as_ref());
    }
}

#[test]
fn what_the_reference_reads_is_present_and_what_it_refuses_is_told() {
    for case in cases() {
        let (card, expected) = (&case.card, &case.expected);
        let reference_fails = expected["load"]["ok"] == false;
        if case.data().is_some() && !has_duplicates(card) {
            assert_eq!(card.front_matter, FrontMatter::Present, "{}", case.name);
        }
        if reference_fails {
            let is_told = matches!(card.front_matter, FrontMatter::Unreadable { .. }) || !card.problems.is_empty();
            assert!(is_told, "{}: {}", case.name, expected["load"]["error"]);
        }
    }
}

#[test]
fn results_are_those_that_huggingface_hub_reads() {
    let mut seen = 0;
    for case in cases() {
        let Some(theirs) = case.expected["load"]["eval_results"].as_array() else { continue };
        assert_eq!(case.card.results.len(), theirs.len(), "{}", case.name);
        for (result, theirs) in case.card.results.iter().zip(theirs) {
            assert_result(&case.name, result, theirs);
            seen += 1;
        }
    }
    assert!(seen >= 30, "{seen}");
}

fn assert_result(name: &str, result: &EvalResult, theirs: &Value) {
    let key = &result.key;
    let fields = [
        ("task_type", Some(&key.task_type)),
        ("task_name", result.task_name.as_ref()),
        ("dataset_type", Some(&key.dataset_type)),
        ("dataset_name", result.dataset_name.as_ref()),
        ("dataset_config", key.dataset_config.as_ref()),
        ("dataset_split", key.dataset_split.as_ref()),
        ("dataset_revision", key.dataset_revision.as_ref()),
        ("metric_type", Some(&key.metric_type)),
        ("metric_name", key.metric_name.as_ref()),
        ("metric_config", key.metric_config.as_ref()),
        ("source_name", result.source_name.as_ref()),
        ("source_url", key.source_url.as_ref()),
    ];
    for (field, ours) in fields {
        let theirs = theirs.get(field).filter(|value| !value.is_null());
        match (ours, theirs) {
            (Some(ours), Some(theirs)) => assert!(is_text(theirs, ours), "{name}: {field}: {ours}, {theirs}"),
            (ours, theirs) => assert_eq!((ours, theirs), (None, None), "{name}: {field}"),
        }
    }
    let verified = theirs["verified"] == true || theirs["verify_token"].is_string();
    assert_eq!(result.claimed_verified, verified, "{name}");
    // A number is one here as well; everything else is the card's business and looked at one by one.
    if let Value::Number(number) = &theirs["metric_value"] {
        let ours = result.value.number();
        let is_hexadecimal = result.value.text.starts_with("0x");
        assert!(
            is_hexadecimal || ours.is_some_and(|ours| super::evaluations::is_close(ours, &theirs["metric_value"])),
            "{name}: {number}, {result:?}"
        );
    }
}

/// The reference counts lines from where the body starts, which differs between the two by the same number throughout a card.
#[test]
fn headings_are_those_of_a_markdown_reader() {
    let mut seen = 0;
    for case in cases().iter().filter(|case| !is_cut_elsewhere(case)) {
        let Some(theirs) = case.expected["headings"].as_array() else { continue };
        let ours: Vec<(u64, &str, usize)> =
            case.card.sections.iter().map(|one| (u64::from(one.level), one.heading.as_str(), one.line)).collect();
        assert_eq!(ours.len(), theirs.len(), "{}: {ours:?}, {theirs:?}", case.name);
        let offset = |ours: usize, theirs: &Value| i64::try_from(ours).unwrap() - theirs["line"].as_i64().unwrap();
        let offsets: std::collections::BTreeSet<i64> =
            ours.iter().zip(theirs).map(|((.., line), theirs)| offset(*line, theirs)).collect();
        assert!(offsets.len() <= 1, "{}: {offsets:?}", case.name);
        for ((level, text, _), theirs) in ours.iter().zip(theirs) {
            assert_eq!(theirs["level"], *level, "{}: {text}", case.name);
            assert_eq!(theirs["text"], words(text), "{}", case.name);
            seen += 1;
        }
    }
    assert!(seen >= 550, "{seen}");
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cards whose body starts elsewhere for the reference: it takes front matter for text, or text for front matter.
fn is_cut_elsewhere(case: &Case) -> bool {
    let file = case.expected["file"].as_str().unwrap_or_default();
    ["bom.md", "opening-trailing-space.md", "empty-block.md", "empty-block-then-rule.md", "not-closed.md"]
        .contains(&file)
}

#[test]
fn sections_are_found_and_empty_where_the_reference_says_so() {
    let kinds = [
        ("bias", "bias"),
        ("limitations", "limitations"),
        ("intended use", "intended_use"),
        ("training data", "training_data"),
        ("evaluation", "evaluation"),
        ("environmental impact", "environmental_impact"),
        ("licence", "license"),
        ("citation", "citation"),
    ];
    let mut seen = 0;
    for case in cases().iter().filter(|case| !is_cut_elsewhere(case)) {
        if case.expected["sections"].is_null() {
            continue;
        }
        for (wanted, theirs) in kinds {
            let theirs = case.expected["sections"][theirs].as_array().unwrap();
            let found = find_section(&case.card, wanted);
            let name = format!("{}: {wanted}: {found:?}", case.name);
            let is_filled = |one: &&Value| one["empty"] == false && one["placeholder"] == false;
            match (theirs.is_empty(), theirs.iter().find(is_filled)) {
                (true, _) => assert!(matches!(found, Found::Absent | Found::Hidden(_)), "{name}"),
                (false, Some(_)) => assert!(matches!(found, Found::Filled(_)), "{name}"),
                (false, None) if theirs.iter().all(|one| one["empty"] == true) => {
                    assert!(matches!(found, Found::Empty(_)), "{name}");
                }
                // Template text beside other text fills a section here; the reference only says that there is some.
                (false, None) => assert!(matches!(found, Found::Filled(_) | Found::Placeholder(_)), "{name}"),
            }
            seen += usize::from(!theirs.is_empty());
        }
    }
    assert!(seen >= 150, "{seen}");
}

#[test]
fn fields_say_where_they_stand() {
    for case in cases() {
        let text = std::fs::read(references::folder().join(&case.name)).unwrap();
        let text = String::from_utf8_lossy(&text).into_owned();
        let lines: Vec<&str> = text.split('\n').collect();
        for (key, span) in &case.card.spans {
            let line = lines[span.line - 1];
            let from = line.trim_start_matches('\u{feff}').chars().skip(span.column - 1).collect::<String>();
            // A merge key brings keys from where they are anchored.
            let is_there = from.trim_start_matches(['"', '\'']).starts_with(key);
            assert!(is_there && span.end_line >= span.line, "{}: {key} {span:?}: {line}", case.name);
        }
        for result in &case.card.results {
            let is_there = lines[result.line - 1].contains(result.value.text.split(['{', '[']).next().unwrap());
            assert!(is_there, "{}: {result:?}", case.name);
        }
        for section in &case.card.sections {
            assert!(section.line <= section.end_line && section.end_line <= lines.len(), "{}: {section:?}", case.name);
        }
    }
}
