//! `lineage.*`: what the model was made from.

use std::collections::BTreeSet;

use crate::domain::{Flag, Severity};

use super::facts::{Facts, ModelFacts};
use super::finding::Finding;
use super::words::{count, listed};

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    let of_model =
        |model: &ModelFacts| [base_model(facts, model), datasets_added(facts, model), datasets_removed(facts, model)];
    facts.by_model(|model| of_model(model).into_iter().flatten())
}

fn base_model(facts: &Facts<'_>, model: &ModelFacts) -> Option<Flag> {
    let (before, after) = model.cards()?;
    let (before, after) = (set(&before.base_models), set(&after.base_models));
    let concluded =
        (!before.is_empty() || model.before.is_conclusive()) && (!after.is_empty() || model.after.is_conclusive());
    if before == after || !concluded {
        return None;
    }
    let words = |set: &BTreeSet<&str>| if set.is_empty() { "none".to_owned() } else { listed(set.iter().copied()) };
    let flag = Finding::new("lineage.base_model_changed", Severity::High, &model.name)
        .before(words(&before))
        .after(words(&after))
        .rule("the set of base models stays the same")
        .source(facts.source(&model.card_path, None))
        .says(&format!("Base model: {} → {}.", words(&before), words(&after)));
    Some(flag)
}

fn datasets_added(facts: &Facts<'_>, model: &ModelFacts) -> Option<Flag> {
    let (before, after) = model.cards()?;
    let (before, after) = (set(&before.datasets), set(&after.datasets));
    let added: Vec<&str> = after.difference(&before).copied().collect();
    if added.is_empty() || !model.before.is_conclusive() {
        return None;
    }
    let flag = Finding::new("lineage.dataset_added", Severity::Medium, &model.name)
        .after(listed(added.iter().copied()))
        .rule("no training data is added")
        .source(facts.source(&model.card_path, None))
        .says(&format!("{} added: {}.", training_sets(added.len()), listed(added.iter().copied())));
    Some(flag)
}

fn datasets_removed(facts: &Facts<'_>, model: &ModelFacts) -> Option<Flag> {
    let (before, after) = model.cards()?;
    let (before, after) = (set(&before.datasets), set(&after.datasets));
    let removed: Vec<&str> = before.difference(&after).copied().collect();
    if removed.is_empty() || !model.after.is_conclusive() {
        return None;
    }
    let flag = Finding::new("lineage.dataset_removed", Severity::Low, &model.name)
        .before(listed(removed.iter().copied()))
        .rule("no training data is removed")
        .source(facts.live_source(&model.card_path, None))
        .says(&format!("{} removed: {}.", training_sets(removed.len()), listed(removed.iter().copied())));
    Some(flag)
}

fn set(values: &[String]) -> BTreeSet<&str> {
    values.iter().map(String::as_str).collect()
}

fn training_sets(number: usize) -> String {
    count(number, "training data set")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{Sample, model_with};

    fn found(before: &str, after: &str) -> Vec<(String, Severity)> {
        let flags = check(&Sample::with(model_with(before, after)).facts());
        flags.into_iter().map(|flag| (flag.code, flag.severity)).collect()
    }

    #[test]
    fn a_string_and_a_list_of_one_are_the_same_base_model() {
        assert!(found("base_model: acme/a", "base_model: [acme/a]").is_empty());
        let changed = [("lineage.base_model_changed".to_owned(), Severity::High)];
        assert_eq!(found("base_model: acme/a", "base_model: acme/b"), changed);
        assert_eq!(found("tags: [x]", "base_model: acme/b"), changed);
    }

    #[test]
    fn added_and_removed_training_data_are_two_findings() {
        let (added, removed) = ("lineage.dataset_added".to_owned(), "lineage.dataset_removed".to_owned());
        assert_eq!(
            found("datasets: [a, b]", "datasets: [b, c]"),
            [(added, Severity::Medium), (removed, Severity::Low)]
        );
        assert!(found("datasets: [a, b]", "datasets: [b, a]").is_empty());
    }

    #[test]
    fn nothing_is_concluded_from_what_an_unreadable_card_lacks() {
        assert!(found("base_model: a\ndatasets: [a]", "tags: x\ntags: y").is_empty());
    }
}
