use super::*;

const MINIMAL: &str = "license: mit\ntags: [a]\n";

fn read(text: &str) -> Card {
    read_card(text.as_bytes())
}

fn reason(card: &Card) -> (&str, usize) {
    match &card.front_matter {
        FrontMatter::Unreadable { reason, line } => (reason, *line),
        other => panic!("{other:?}"),
    }
}

fn licence_ids(card: &Card) -> &[String] {
    card.licence.as_ref().map(|licence| licence.ids.as_slice()).unwrap_or_default()
}

#[test]
fn blocks_other_readers_find_are_present() {
    let block = format!("---\n{MINIMAL}---\n# Model\n");
    let accepted = [
        block.clone(),
        block.replace('\n', "\r\n"),
        block.replace("---\n#", "---  \t\n#"),
        format!("\n\n  {block}"),
        format!("\u{a0}{block}"),
        block.trim_end_matches("\n# Model\n").to_owned(),
    ];
    for text in accepted {
        let card = read(&text);
        assert_eq!(card.front_matter, FrontMatter::Present, "{text:?}");
        assert_eq!(licence_ids(&card), ["mit"], "{text:?}");
        assert_eq!(card.problems, []);
    }
}

#[test]
fn byte_order_mark_is_dropped_and_told() {
    let card = read(&format!("\u{feff}---\n{MINIMAL}---\n"));
    assert_eq!((&card.front_matter, licence_ids(&card)), (&FrontMatter::Present, &["mit".to_owned()][..]));
    assert_eq!(card.problems[0].kind, ProblemKind::ByteOrderMark);
}

#[test]
fn delimiter_faults_are_unreadable_yet_read_leniently() {
    let faulty = [
        (format!("--- \n{MINIMAL}---\n"), "blanks", 1),
        (format!("---\n{MINIMAL}...\n# Model\n"), "`...`", 4),
        (format!("---\r{}---\r", MINIMAL.replace('\n', "\r")), "carriage return", 1),
        (format!("<!-- made by a tool -->\n---\n{MINIMAL}---\n"), "not the first thing", 2),
    ];
    for (text, expected, line) in faulty {
        let card = read(&text);
        let (reason, at) = reason(&card);
        assert!(reason.contains(expected), "{reason}");
        assert_eq!(at, line, "{text:?}");
        assert_eq!(licence_ids(&card), ["mit"], "{text:?}");
    }
}

#[test]
fn unclosed_block_is_unreadable_not_absent() {
    let card = read("---\nlicense: mit\n# Model\n");
    assert_eq!(reason(&card), ("the front matter has no closing `---`", 1));
    assert_eq!(card.licence, None);
    assert_eq!(card.sections.len(), 1);
}

#[test]
fn card_without_metadata_is_absent() {
    for text in ["", "# Model\n", "----\n", "--- text\n---\n", "# Model\n---\ntext\n---\n"] {
        assert_eq!(read(text).front_matter, FrontMatter::Absent, "{text:?}");
    }
}

#[test]
fn empty_block_is_empty_and_a_later_rule_is_told() {
    assert_eq!(read("---\n---\n# Model\n").problems, []);
    let card = read("---\n---\n# Model\n\ntext\n\n---\n");
    assert_eq!((card.front_matter, card.licence), (FrontMatter::Present, None));
    assert_eq!(card.problems[0].kind, ProblemKind::ReadersDisagree);
    assert!(card.problems[0].text.contains("line 7"), "{}", card.problems[0].text);
}

#[test]
fn lists_scalars_and_broken_yaml_are_unreadable_and_the_body_is_still_read() {
    for block in [
        "- a\n- b\n",
        "text\n",
        "license: [mit\ntags: x\n",
        "a: b: c\n",
        "license: !!python/name:os.system x\n",
        "a: \0\n",
    ] {
        let card = read(&format!("---\n{block}---\n# Model\n"));
        reason(&card);
        assert_eq!(card.sections.len(), 1, "{block:?}");
    }
}

#[test]
fn duplicate_key_names_the_key_and_picks_neither_value() {
    let card = read("---\nlicense: mit\nlicense: apache-2.0\n---\n");
    assert_eq!(reason(&card), ("duplicate key `license`, first on line 2", 3));
    assert_eq!(licence_ids(&card), ["mit", "apache-2.0"]);
}

#[test]
fn wrong_encoding_is_unreadable_on_its_line() {
    let card = read_card(b"---\nlicense: mit\nauthor: Andr\xe9\n---\n# Model\n");
    assert_eq!(reason(&card), ("the card is not UTF-8", 3));
    assert_eq!((card.licence, card.sections.len()), (None, 1));
}

#[test]
fn limits_are_told() {
    let block = format!("---\na: {}\n---\n# Model\n", "x".repeat(FRONT_MATTER_LIMIT_BYTES));
    assert!(reason(&read(&block)).0.contains("256 KiB"));
    let card = read(&"x".repeat(CARD_LIMIT_BYTES + 1));
    assert!(reason(&card).0.contains("1 MiB"));
    assert!(!card.body_was_read);
}

#[test]
fn fields_are_read_and_a_text_is_a_list_of_one() {
    let card = read(concat!(
        "---\nlicense: other\nlicense_name: acme\nlicense_link: LICENSE.md\nlanguage:\n- no\n- en\nbase_model: acme/base\n",
        "datasets: acme/reviews\ntags: pytorch\nlibrary_name: transformers\npipeline_tag: text-classification\n---\n"
    ));
    let licence = Licence { ids: vec!["other".into()], name: Some("acme".into()), link: Some("LICENSE.md".into()) };
    assert_eq!(card.licence, Some(licence));
    assert_eq!(card.languages, ["no", "en"]);
    assert_eq!(
        (card.base_models, card.datasets, card.tags),
        (vec!["acme/base".into()], vec!["acme/reviews".into()], vec!["pytorch".into()])
    );
    assert_eq!(
        (card.library_name.as_deref(), card.pipeline_tag.as_deref()),
        (Some("transformers"), Some("text-classification"))
    );
}

#[test]
fn field_of_the_wrong_type_is_told() {
    let card = read("---\nlicense: {a: b}\nmodel-index: 7\n---\n");
    assert_eq!(card.licence, None);
    assert!(card.problems.iter().all(|problem| problem.kind == ProblemKind::Field));
    assert_eq!(card.problems.first().map(|problem| problem.line), Some(2));
}

#[test]
fn rarer_fields_are_read_too() {
    let card = read(concat!(
        "---\nbase_model: acme/base\nbase_model_relation: quantized\nnew_version: acme/next\nmetrics:\n- accuracy\n- f1\n",
        "tags: [custom_code]\nco2_eq_emissions:\n  emissions: 1.5e3\n  source: code carbon\n  hardware_used: 1 GPU\n---\n"
    ));
    assert_eq!(card.problems, []);
    assert_eq!(
        (card.base_model_relation.as_deref(), card.new_version.as_deref()),
        (Some("quantized"), Some("acme/next"))
    );
    assert_eq!((card.metrics, card.tags), (vec!["accuracy".into(), "f1".into()], vec!["custom_code".into()]));
    let emissions = card.emissions.unwrap();
    assert_eq!(emissions.grams.and_then(|grams| grams.number()), Some(1500.into()));
    assert_eq!((emissions.source.as_deref(), emissions.hardware_used.as_deref()), (Some("code carbon"), Some("1 GPU")));
    let card = read("---\nco2_eq_emissions: 12\n---\n");
    assert_eq!(card.emissions.and_then(|emissions| emissions.grams?.number()), Some(12.into()));
    assert_eq!(read("---\nco2_eq_emissions: a lot\n---\n").problems.len(), 1);
}

#[test]
fn every_field_knows_where_it_stands() {
    let card = read(
        "\n---\n# comment\nlicense: mit\ndatasets:\n- a\n- b\n\nother: 1\nmodel-index:\n- name: m\n  results: []\n---\n",
    );
    let span = |line, end_line| Span { line, column: 1, end_line };
    let expected = [("datasets", span(5, 7)), ("license", span(4, 4)), ("model-index", span(10, 12))];
    assert_eq!(card.spans.into_iter().collect::<Vec<_>>(), expected);
    let card = read("---\r\n{license: mit, tags: [a,\r\n b]}\r\n---\r\n");
    assert_eq!(card.spans.get("tags"), Some(&Span { line: 2, column: 16, end_line: 3 }));
}

#[test]
fn values_stay_as_they_are_written() {
    let card =
        read("---\nlicense: no\nlanguage: [no, yes, 010, 1:30, 2024-01-05]\ntags: [1e-3, .nan, 0x1F, true, ~]\n---\n");
    assert_eq!(licence_ids(&card), ["no"]);
    assert_eq!(card.languages, ["no", "yes", "010", "1:30", "2024-01-05"]);
    assert_eq!(card.tags, ["1e-3", ".nan", "0x1F", "true"]);
}

#[test]
fn unusual_keys_are_ordinary_unknown_keys() {
    let card = read("---\n1: a\nignore_metadata_errors: true\nself: me\nlicense: mit\n---\n");
    assert_eq!((&card.front_matter, licence_ids(&card)), (&FrontMatter::Present, &["mit".to_owned()][..]));
    assert_eq!(card.problems, []);
}

#[test]
fn empty_results_are_no_problem_and_a_token_is_a_claim() {
    assert_eq!(read("---\nmodel-index:\n- name: m\n  results: []\n---\n").problems, []);
    let card = read(concat!(
        "---\nmodel-index:\n- name: m\n  results:\n  - task: {type: t}\n    dataset: {type: d, name: D}\n",
        "    metrics: [{type: f1, value: 1, verifyToken: abc}, {type: f2, value: 1}]\n---\n"
    ));
    assert_eq!(card.results.iter().map(|result| result.claimed_verified).collect::<Vec<_>>(), [true, false]);
}

const INDEX: &str = "\
---
model-index:
- name: m
  results:
  - task: {type: text-classification, name: Text}
    dataset: {type: imdb, name: IMDB, config: plain, split: test, revision: abc, args: {shots: 5}}
    metrics:
    - {type: accuracy, value: 92.1%, name: Accuracy, verified: true}
    - {type: f1, value: .nan}
    source: {name: Leaderboard}
- name: n
  results:
  - task: {type: text-classification}
    metrics: [{type: accuracy, value: 0.9}, {type: loss}]
- name: empty
  results: []
---
";

#[test]
fn results_have_their_full_key_value_and_line() {
    let card = read(INDEX);
    assert_eq!(card.front_matter, FrontMatter::Present);
    let first = &card.results[0];
    let expected = crate::artifact::metrics::MetricKey {
        entry: "m".into(),
        task_type: "text-classification".into(),
        dataset_type: "imdb".into(),
        metric_type: "accuracy".into(),
        metric_name: Some("Accuracy".into()),
        dataset_config: Some("plain".into()),
        dataset_split: Some("test".into()),
        dataset_revision: Some("abc".into()),
        dataset_args: Some("{shots: 5}".into()),
        ..Default::default()
    };
    assert_eq!((&first.key, first.line, first.claimed_verified), (&expected, 8, true));
    assert_eq!((first.value.text.as_str(), first.value.unit()), ("92.1%", Some("%")));
    assert_eq!(first.source_name.as_deref(), Some("Leaderboard"));
}

#[test]
fn malformed_results_are_kept_apart_and_told() {
    let card = read(INDEX);
    let keys: Vec<_> =
        card.results.iter().map(|result| (result.key.entry.as_str(), result.key.metric_type.as_str())).collect();
    assert_eq!(keys, [("m", "accuracy"), ("m", "f1"), ("n", "accuracy"), ("n", "loss")]);
    let told: Vec<_> = card.problems.iter().map(|problem| problem.text.as_str()).collect();
    assert!(told.iter().any(|text| text.contains("no `dataset`")), "{told:?}");
    assert!(told.iter().any(|text| text.contains("no `url`")), "{told:?}");
    assert!(told.iter().any(|text| text.contains("metric `loss` has no `value`")), "{told:?}");
    assert!(told.iter().any(|text| text.contains("not a number")), "{told:?}");
}

#[test]
fn long_key_texts_are_not_multiplied_and_stay_apart() {
    let metrics = "{type: a, value: 1}, ".repeat(5_000);
    let result =
        |args: &str| format!("  - {{task: {{type: t}}, dataset: {{type: d, args: {args}}}, metrics: [{metrics}]}}\n");
    let long = "x".repeat(10_000);
    let card = read(&format!(
        "---\nmodel-index:\n- name: m\n  results:\n{}{}---\n",
        result(&format!("{long}1")),
        result(&format!("{long}2"))
    ));
    assert_eq!(card.results.len(), 10_000, "{:?}", card.front_matter);
    let args = |index: usize| card.results[index].key.dataset_args.clone().unwrap();
    assert!(args(0).len() < 300);
    assert_ne!(args(0), args(9_999));
}

#[test]
fn hidden_characters_are_told_with_their_line_and_bounded() {
    let card = read("---\nlicense: mit\n---\n# \u{202e}gnissap\n");
    assert_eq!(card.problems.len(), 1);
    assert_eq!((card.problems[0].kind, card.problems[0].line), (ProblemKind::HiddenCharacter, 4));
    assert_eq!(read(&"\u{202e}\n".repeat(10_000)).problems.len(), PROBLEM_LIMIT);
}

#[test]
fn text_of_the_card_is_visible_and_short_in_reasons() {
    let key = format!("k\u{202e}{}", "x".repeat(500));
    let card = read(&format!("---\n{key}: 1\n{key}: 2\n---\n"));
    let (reason, _) = reason(&card);
    assert!(reason.contains("\\u{202e}") && reason.len() < 200, "{reason}");
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300)) {
        read_card(&bytes);
    }

    #[test]
    fn any_near_card_is_read_without_panic(text in "(---|\n|\r|license|: |model-index|results|- |[\\[\\]{}&*a-c\\\\ ]){0,60}") {
        read_card(text.as_bytes());
    }
}
