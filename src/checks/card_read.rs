//! `card.missing` and `card.unreadable`: whether there is a model card, and whether its metadata can be read.

use crate::artifact::card::FrontMatter;
use crate::domain::{Flag, Severity};

use super::facts::{CardSide, Facts, ModelFacts};
use super::finding::Finding;

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    facts.by_model(|model| missing(facts, model).or_else(|| unreadable(facts, model)))
}

fn missing(facts: &Facts<'_>, model: &ModelFacts) -> Option<Flag> {
    if model.after != CardSide::Absent {
        return None;
    }
    let was_there = model.before != CardSide::Absent;
    let has_weights = model.weights.iter().any(|weight| weight.after.is_some());
    let had_weights = model.weights.iter().any(|weight| weight.before.is_some());
    let message = match (was_there, has_weights) {
        (true, _) => format!("The model card {} was deleted.", model.card_path),
        (false, true) => format!("There are model weights, and no model card at {} or above them.", model.card_path),
        (false, false) => return None,
    };
    let flag = Finding::new("card.missing", Severity::High, &model.name)
        .values(was_there.then(|| model.card_path.clone()), None)
        .rule("model weights have a model card")
        .source(facts.live_source(&model.card_path, None))
        .new_if(was_there || !had_weights)
        .says(&message);
    Some(flag)
}

fn unreadable(facts: &Facts<'_>, model: &ModelFacts) -> Option<Flag> {
    let (why, line) = trouble(&model.after)?;
    let before = trouble(&model.before).map(|(why, _)| why);
    let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
    let flag = Finding::new("card.unreadable", Severity::High, &model.name)
        .new_if(before != Some(why))
        .values(before.map(str::to_owned), Some(why.to_owned()))
        .rule("the metadata of a model card is readable as one mapping")
        .source(facts.source(&model.card_path, line))
        .says(&format!("The model card's metadata cannot be read ({place}{why})."));
    Some(flag)
}

fn trouble(side: &CardSide) -> Option<(&str, Option<usize>)> {
    match side {
        CardSide::Absent => None,
        CardSide::Unread { why } => Some((why, None)),
        CardSide::Read(card) => match &card.front_matter {
            FrontMatter::Unreadable { reason, line } => Some((reason, Some(*line))),
            FrontMatter::Present | FrontMatter::Absent => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{Sample, card, model, weight};

    const GOOD: &str = "---\nlicense: mit\n---\n# Sentiment\n";
    const BROKEN: &str = "---\nlicense: mit\nlicense: apache-2.0\n---\n";

    fn flags(model: ModelFacts) -> Vec<Flag> {
        check(&Sample::with(model).facts())
    }

    #[test]
    fn a_deleted_card_and_weights_without_one_are_missing() {
        let deleted = flags(ModelFacts { before: card(GOOD), after: CardSide::Absent, ..model() });
        assert_eq!((deleted[0].code.as_str(), deleted[0].is_new), ("card.missing", true));
        let never = ModelFacts { weights: vec![weight("m.safetensors", None, Some((1, 5)))], ..model() };
        assert!(flags(never.clone())[0].is_new);
        let live_too = ModelFacts { weights: vec![weight("m.safetensors", Some((1, 5)), Some((2, 5)))], ..never };
        assert!(!flags(live_too)[0].is_new);
        assert!(flags(model()).is_empty(), "neither card nor weights");
    }

    #[test]
    fn an_unreadable_card_names_the_line_and_is_new_only_once() {
        let broke = flags(ModelFacts { before: card(GOOD), after: card(BROKEN), ..model() });
        assert_eq!(
            (broke[0].code.as_str(), broke[0].severity, broke[0].is_new),
            ("card.unreadable", Severity::High, true)
        );
        assert!(broke[0].source.as_deref().unwrap().ends_with("#3"), "{:?}", broke[0].source);
        assert!(!flags(ModelFacts { before: card(BROKEN), after: card(BROKEN), ..model() })[0].is_new);
        assert!(flags(ModelFacts { before: card(BROKEN), after: card(GOOD), ..model() }).is_empty());
    }

    #[test]
    fn a_card_that_could_not_be_had_is_unreadable_and_not_missing() {
        let unread = CardSide::Unread { why: "larger than 1 MiB".into() };
        assert_eq!(flags(ModelFacts { before: card(GOOD), after: unread, ..model() })[0].code, "card.unreadable");
    }
}
