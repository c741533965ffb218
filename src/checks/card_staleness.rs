//! `card.unchanged`: new weights under an old card.

use crate::artifact::card::Card;
use crate::domain::{Flag, Severity};

use super::facts::{Facts, ModelFacts, WeightSide};
use super::finding::Finding;
use super::words::{count, listed};

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    if !facts.has_live() {
        return Vec::new();
    }
    facts.by_model(|model| stale(facts, model))
}

fn stale(facts: &Facts<'_>, model: &ModelFacts) -> Option<Flag> {
    let changed: Vec<_> = model.new_weights().collect();
    let had_weights = model.weights.iter().any(|weight| weight.before.is_some());
    if changed.is_empty() || !had_weights || !says_the_same(model)? {
        return None;
    }
    let paths = listed(changed.iter().map(|weight| weight.path.as_str()));
    let contents: Vec<String> =
        changed.iter().filter_map(|weight| weight.after.as_ref()).map(WeightSide::content).collect();
    let flag = Finding::new("card.unchanged", Severity::Medium, &model.name)
        .after(listed(contents.iter().map(String::as_str)))
        .rule("new weights come with a card whose metadata or results changed")
        .source(facts.source(&model.card_path, None))
        .says(&format!(
            "New weights in {} ({paths}), but the card and its metrics are unchanged.",
            count(changed.len(), "file")
        ));
    Some(flag)
}

/// By metadata and results where the card has results; else by the whole text, which may hold them as a table.
fn says_the_same(model: &ModelFacts) -> Option<bool> {
    let (before, after) = model.cards()?;
    let has_results = !before.results.is_empty() || !after.results.is_empty();
    Some(model.card_before == model.card_after || (has_results && claims(before) == claims(after)))
}

fn claims(card: &Card) -> impl PartialEq + '_ {
    let results: Vec<_> = card.results.iter().map(|result| (&result.key, &result.value)).collect();
    (&card.licence, &card.base_models, &card.datasets, &card.library_name, &card.pipeline_tag, results)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{Sample, card, card_with_accuracy, digested, model, weight};

    fn flags(before: &str, after: &str, live: u8, proposed: u8) -> Vec<Flag> {
        let weights = vec![weight("m.safetensors", Some((live, 10)), Some((proposed, 10)))];
        let model =
            digested(ModelFacts { before: card(before), after: card(after), weights, ..model() }, before, after);
        check(&Sample::with(model).facts())
    }

    #[test]
    fn new_weights_under_the_same_claims_are_flagged() {
        let old = card_with_accuracy("0.91");
        assert_eq!(flags(&old, &old, 1, 2)[0].code, "card.unchanged");
        let reworded = format!("{old}Some more prose.\n");
        assert_eq!(flags(&old, &reworded, 1, 2).len(), 1);
    }

    #[test]
    fn new_results_or_old_weights_are_not() {
        let old = card_with_accuracy("0.91");
        assert!(flags(&old, &card_with_accuracy("0.92"), 1, 2).is_empty());
        assert!(flags(&old, &old, 1, 1).is_empty());
        assert!(flags("# M\n| acc | 0.91 |\n", "# M\n| acc | 0.92 |\n", 1, 2).is_empty());
    }

    #[test]
    fn renamed_weights_are_not_new() {
        let old = card_with_accuracy("0.91");
        let weights = vec![weight("a.safetensors", Some((1, 10)), None), weight("b.safetensors", None, Some((1, 10)))];
        let model = digested(ModelFacts { before: card(&old), after: card(&old), weights, ..model() }, &old, &old);
        assert!(check(&Sample::with(model).facts()).is_empty());
    }
}
