//! The corpus of bad model files.

use countersign::artifact::card::{self, Card, FrontMatter, ProblemKind};
use countersign::artifact::lfs::{self, LfsReading};
use countersign::artifact::{tensors, text};
use serde_json::Value;

use super::super::references;

#[test]
fn every_bad_model_file_is_seen_to_be_bad() {
    let index = references::json("badinput/index.json");
    let cases = index["cases"].as_array().unwrap().iter();
    let cases: Vec<&Value> = cases.filter(|case| case["send"]["target"] == "evidence_file").collect();
    assert!(cases.len() >= 14, "{}", cases.len());
    for case in cases {
        let id = case["id"].as_str().unwrap();
        assert_eq!(case["expect"]["outcome"], "flag", "{id}: an outcome this test does not know");
        let bytes = references::bytes(&format!("badinput/{}", case["send"]["body"]["file"].as_str().unwrap()));
        assert!(is_flagged(id, &bytes), "{id}: {}", case["title"]);
    }
}

fn is_flagged(id: &str, bytes: &[u8]) -> bool {
    match id.split('-').nth(1) {
        Some("st") => tensors::safetensors::read(&bytes).is_err(),
        Some("lfs") => match lfs::read_pointer(bytes) {
            LfsReading::Pointer(pointer) => !pointer.canonical,
            LfsReading::Invalid { .. } => true,
            LfsReading::NotAPointer => false,
        },
        Some("card") => is_card_flagged(&card::read_card(bytes)),
        _ => panic!("{id}: a kind of file this test does not know"),
    }
}

/// Unreadable, or with characters that cannot be seen, or with values none of which is a number.
fn is_card_flagged(card: &Card) -> bool {
    let unreadable = matches!(card.front_matter, FrontMatter::Unreadable { .. });
    let hidden = card.problems.iter().any(|problem| problem.kind == ProblemKind::HiddenCharacter);
    let no_numbers = !card.results.is_empty() && card.results.iter().all(|result| result.value.number().is_none());
    unreadable || hidden || no_numbers
}

/// Published cards are in many languages and full of formulas; none of them deceives by its letters.
#[test]
fn no_word_of_a_published_card_is_taken_for_a_deception() {
    let cards = references::files("models/cards", "md");
    assert!(cards.len() >= 20, "{}", cards.len());
    let mut other_scripts = 0;
    for card in cards {
        let bytes = std::fs::read(&card).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        other_scripts += usize::from(text.chars().any(|c| c.is_alphabetic() && !matches!(c, '\0'..='\u{24f}')));
        let words: Vec<_> = text::confusable_words(&text).collect();
        assert_eq!(words, [], "{}", references::name(&card));
    }
    assert!(other_scripts >= 3, "only {other_scripts} cards with other than Latin letters");
}
