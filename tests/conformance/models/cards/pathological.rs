//! Cards that readers trip over, one by one, against what a correct reader must do.

use countersign::artifact::metrics::{NotANumber, Reading};

use super::*;

fn read(name: &str) -> Card {
    case(&references::folder().join(format!("models/cards/pathological/{name}.md"))).card
}

fn licence(card: &Card) -> Vec<String> {
    card.licence.clone().unwrap_or_default().ids
}

fn unreadable(name: &str) -> (String, usize) {
    match read(name).front_matter {
        FrontMatter::Unreadable { reason, line } => (reason, line),
        other => panic!("{name}: {other:?}"),
    }
}

fn kinds(card: &Card) -> Vec<ProblemKind> {
    card.problems.iter().map(|problem| problem.kind).collect()
}

#[test]
fn every_pathological_card_is_looked_at_here() {
    let index = references::json("models/cards/pathological/index.json");
    let mut theirs: Vec<&str> =
        index["cards"].as_array().unwrap().iter().map(|card| card["name"].as_str().unwrap()).collect();
    let mut ours = [
        "bom",
        "duplicate-keys",
        "norway",
        "not-closed",
        "bad-flow",
        "opening-trailing-space",
        "empty-block",
        "empty-block-then-rule",
        "scalar-types",
        "latin1",
        "nul-char",
        "metric-values",
        "two-models",
        "python-tag",
        "anchors-merge",
        "source-without-url",
        "headings-in-fence",
        "setext-and-html",
        "slack-injection",
        "licence-variants",
        "tags-as-string",
        "yaml-aliases-6561",
    ];
    theirs.sort_unstable();
    ours.sort_unstable();
    assert_eq!(theirs, ours);
}

#[test]
fn metadata_that_others_lose_is_read_or_told() {
    let bom = read("bom");
    assert_eq!((&bom.front_matter, licence(&bom)), (&FrontMatter::Present, vec!["mit".to_owned()]));
    assert_eq!(kinds(&bom), [ProblemKind::ByteOrderMark]);
    for (name, word, line) in [
        ("not-closed", "closing", 1),
        ("opening-trailing-space", "blanks", 1),
        ("bad-flow", "", 3),
        ("latin1", "UTF-8", 3),
        ("nul-char", "NUL", 2),
    ] {
        let (reason, at) = unreadable(name);
        assert!(reason.contains(word) && at == line, "{name}: {reason} on line {at}");
    }
    assert_eq!(licence(&read("opening-trailing-space")), ["mit"]);
    assert_eq!(read("bad-flow").sections.len(), 2, "the body is still read");
}

#[test]
fn a_duplicate_key_is_named_and_no_value_is_picked() {
    let (reason, _) = unreadable("duplicate-keys");
    assert!(reason.contains("`license`"), "{reason}");
    assert_eq!(licence(&read("duplicate-keys")).len(), 2);
}

#[test]
fn an_empty_block_is_empty_and_swallowed_text_is_told() {
    assert_eq!((read("empty-block").front_matter, read("empty-block").licence), (FrontMatter::Present, None));
    assert_eq!(kinds(&read("empty-block")), []);
    assert_eq!(kinds(&read("empty-block-then-rule")), [ProblemKind::ReadersDisagree]);
}

#[test]
fn values_are_shown_as_written() {
    assert_eq!(read("norway").languages, ["no", "en"]);
    assert_eq!(licence(&read("licence-variants")), ["mit", "apache-2.0"]);
    let card = read("tags-as-string");
    assert_eq!(
        (card.tags, card.datasets, card.metrics),
        (vec!["pytorch".into()], vec!["squad".into()], vec!["accuracy".into()])
    );
    assert_eq!(read("scalar-types").front_matter, FrontMatter::Present);
}

#[test]
fn metric_values_are_numbers_or_said_not_to_be() {
    let card = read("metric-values");
    let value = |index: usize| &card.results[index].value;
    let number = |index: usize| value(index).number().map(|number| number.to_string());
    assert_eq!((number(0).as_deref(), value(0).unit()), (Some("92.1"), Some("%")));
    assert_eq!(
        (number(1).as_deref(), value(1).spread().map(|spread| spread.to_string())),
        (Some("20"), Some("1.2".into()))
    );
    assert_eq!(number(7).as_deref(), Some("0.001"));
    let reason = |result: &EvalResult| match result.value.reading {
        Reading::NotANumber(reason) => Some((result.key.metric_type.clone(), reason)),
        Reading::Number { .. } => None,
    };
    let reasons: Vec<_> = card.results.iter().filter_map(reason).collect();
    assert_eq!(
        reasons.iter().map(|(metric, reason)| (metric.as_str(), *reason)).collect::<Vec<_>>(),
        [
            ("precision", NotANumber::Text),
            ("recall", NotANumber::NotFinite),
            ("auc", NotANumber::Text),
            ("rouge", NotANumber::Structure),
            ("bleu", NotANumber::Structure),
            ("mae", NotANumber::Text),
            ("mse", NotANumber::Text),
        ]
    );
}

#[test]
fn entries_are_kept_apart() {
    let card = read("two-models");
    let entries: Vec<_> = card.results.iter().map(|result| result.key.entry.as_str()).collect();
    assert_eq!(entries, ["first", "second"]);
}

#[test]
fn tags_of_python_are_refused_and_aliases_bounded() {
    assert!(unreadable("python-tag").0.contains("python/object"));
    assert_eq!(read("yaml-aliases-6561").front_matter, FrontMatter::Present);
}

#[test]
fn a_merge_key_is_applied_and_told() {
    let card = read("anchors-merge");
    assert_eq!((licence(&card), kinds(&card)), (vec!["mit".to_owned()], vec![ProblemKind::ReadersDisagree]));
}

#[test]
fn a_source_without_url_keeps_its_metric() {
    let card = read("source-without-url");
    assert_eq!((card.results.len(), kinds(&card)), (1, vec![ProblemKind::Field]));
    assert_eq!(card.results[0].source_name.as_deref(), Some("Leaderboard"));
}

#[test]
fn only_headings_that_readers_see_count() {
    let card = read("headings-in-fence");
    for wanted in ["bias", "evaluation"] {
        assert!(!matches!(find_section(&card, wanted), Found::Filled(_)), "{wanted}");
    }
    assert!(card.hidden_headings.len() >= 2, "{:?}", card.hidden_headings);
    assert!(matches!(find_section(&read("setext-and-html"), "bias"), Found::Filled(_)));
}

/// What is shown is escaped at the vendor's edge; the card keeps what is written.
#[test]
fn control_sequences_stay_what_they_are() {
    let card = read("slack-injection");
    assert_eq!(card.front_matter, FrontMatter::Present);
    assert!(card.licence.is_some());
}
