//! `bias.section_missing`: the section on bias and limitations was removed, emptied or hidden.
//!
//! Merely never having had one is quiet: most real cards have none. A policy can require it, and any other section.

use crate::artifact::card::{Card, Placeholder, Section, SectionState, find_section};
use crate::domain::{Flag, Severity};

use super::facts::{Facts, ModelFacts};
use super::finding::Finding;
use super::rules::models::BiasSection;

/// A heading with one of these words is about bias. Lower case.
const BIAS_WORDS: [&str; 4] = ["bias", "fairness", "ethical", "risks"];

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    facts.by_model(|model| of_model(facts, model))
}

fn of_model(facts: &Facts<'_>, model: &ModelFacts) -> Vec<Flag> {
    let rules = facts.rules.of(&model.name, &model.card_path);
    let bias = match rules.bias.section {
        BiasSection::Ignore => None,
        _ => lost(facts, model),
    };
    let bias = bias.filter(|_| !said_elsewhere(model)).or_else(|| absent(facts, model, rules.bias.section));
    let wanted = rules.sections().iter().filter_map(|wanted| required(facts, model, wanted));
    bias.into_iter().chain(wanted).chain(placeholder(facts, model, rules.sections())).collect()
}

/// No section at all: loud where the policy asks for one, worth a look on a new card, else quiet.
fn absent(facts: &Facts<'_>, model: &ModelFacts, section: BiasSection) -> Option<Flag> {
    let after = model.after.card()?;
    let is_said = sections(after).any(is_filled) || said_elsewhere(model);
    if section == BiasSection::Ignore || !after.body_was_read || is_said {
        return None;
    }
    let was_absent = model.before.card().is_some_and(|before| !sections(before).any(is_filled));
    let (severity, rule) = match (section, was_absent) {
        (BiasSection::Required, _) => (Severity::High, "bias: { section: required }"),
        (_, false) if facts.has_live() => {
            (Severity::Medium, "a new card says something about bias, risks or limitations")
        }
        _ => (Severity::Low, "a card says something about bias, risks or limitations"),
    };
    let flag = Finding::new("bias.section_missing", severity, &model.name)
        .rule(rule)
        .source(facts.source(&model.card_path, None))
        .new_if(!was_absent)
        .says("The card says nothing about bias, risks or limitations.");
    Some(flag)
}

/// Other files beside the card have a place for it: bias.md, a bill of materials.
fn said_elsewhere(model: &ModelFacts) -> bool {
    let read = model.evaluations.iter().filter_map(|file| file.after.as_ref());
    read.filter_map(|read| read.considerations.as_ref()).any(|said| said.bias_section == SectionState::Filled)
}

/// A section that the policy asks for.
fn required(facts: &Facts<'_>, model: &ModelFacts, wanted: &str) -> Option<Flag> {
    let found = find_section(model.after.card()?, wanted);
    let what = match found.state() {
        SectionState::Filled | SectionState::Unread => return None,
        SectionState::Placeholder => "holds template text only",
        SectionState::Empty => "is empty",
        SectionState::Hidden => "is hidden from readers",
        SectionState::Absent => "is missing",
    };
    let was = model.before.card().is_some_and(|card| find_section(card, wanted).state() == found.state());
    let flag = Finding::new("card.section_missing", Severity::High, &model.name)
        .after(format!("{wanted} {what}"))
        .rule("card: { sections }")
        .source(facts.source(&model.card_path, found.line()))
        .new_if(!was)
        .says(&format!("The section \"{wanted}\" that the policy requires {what}."));
    Some(flag)
}

/// Whether this is the section that stands for what is wanted.
fn is_it(card: &Card, wanted: &str, section: &Section) -> bool {
    find_section(card, wanted).line() == Some(section.line)
}

/// Template text that nobody filled in, where it matters.
fn placeholder(facts: &Facts<'_>, model: &ModelFacts, wanted: &[String]) -> Option<Flag> {
    let after = model.after.card()?;
    let matters = |section: &&Section| {
        section.placeholder != Placeholder::None
            && (is_about_bias(section) || wanted.iter().any(|wanted| is_it(after, wanted, section)))
    };
    let section = after.sections.iter().find(matters)?;
    let same = |card: &Card| card.sections.iter().any(|old| old.heading == section.heading && matters(&old));
    let flag = Finding::new("card.placeholder", Severity::Medium, &model.name)
        .after(&section.heading)
        .rule("no template text in a section that matters")
        .source(facts.source(&model.card_path, Some(section.line)))
        .new_if(!model.before.card().is_some_and(same))
        .says(&format!("The section \"{}\" still holds the template's text.", section.heading));
    Some(flag)
}

fn lost(facts: &Facts<'_>, model: &ModelFacts) -> Option<Flag> {
    let (before, after) = model.cards()?;
    let had = sections(before).find(|section| is_filled(section))?;
    if !after.body_was_read || sections(after).any(is_filled) {
        return None;
    }
    let left = sections(after).next();
    let what = if left.is_some() { "was emptied" } else { "was removed" };
    let flag = Finding::new("bias.section_missing", Severity::High, &model.name)
        .values(Some(had.heading.clone()), left.map(|section| format!("{} (empty)", section.heading)))
        .rule("a filled section on bias, fairness, ethics or risks may not disappear")
        .source(match left {
            Some(section) => facts.source(&model.card_path, Some(section.line)),
            None => facts.live_source(&model.card_path, Some(had.line)),
        })
        .says(&format!("The section on bias and limitations (\"{}\") {what}.", had.heading));
    Some(flag)
}

fn sections(card: &Card) -> impl Iterator<Item = &Section> {
    card.sections.iter().filter(|section| is_about_bias(section))
}

fn is_about_bias(section: &Section) -> bool {
    let heading = section.heading.to_lowercase();
    BIAS_WORDS.iter().any(|word| heading.contains(word))
}

fn is_filled(section: &Section) -> bool {
    !section.is_empty && section.placeholder != Placeholder::Only
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{Sample, card, model};

    fn flags(before: &str, after: &str) -> Vec<Flag> {
        check(&Sample::with(ModelFacts { before: card(before), after: card(after), ..model() }).facts())
    }

    const FILLED: &str = "# Model\n## Bias, Risks, and Limitations\nWorse on short texts.\n";

    #[test]
    fn removed_emptied_commented_out_and_templated_sections_are_lost() {
        let lost = [
            "# Model\n",
            "# Model\n## Bias, Risks, and Limitations\n",
            "# Model\n## Bias\n<!-- Worse on short texts. -->\n",
            "# Model\n## Bias\n[More Information Needed]\n",
            "# Model\n<!--\n## Bias\nWorse on short texts.\n-->\n",
            "# Model\n```\n## Bias\nWorse on short texts.\n```\n",
        ];
        for after in lost {
            let found = flags(FILLED, after);
            assert_eq!(
                (found[0].code.as_str(), found[0].severity),
                ("bias.section_missing", Severity::High),
                "{after}"
            );
            assert_eq!(found.len(), if after.contains("More Information") { 2 } else { 1 }, "{found:?}");
        }
    }

    #[test]
    fn a_reworded_or_moved_section_is_no_finding() {
        assert!(flags(FILLED, "# Model\n# Fairness\nSame everywhere.\n").is_empty());
        assert!(flags(FILLED, FILLED).is_empty());
    }

    #[test]
    fn never_having_had_one_is_quiet_and_a_new_card_without_one_is_worth_a_look() {
        let severity = |found: Vec<Flag>| (found[0].severity, found[0].is_new);
        assert_eq!(severity(flags("# Model\n", "# Model\nMore text.\n")), (Severity::Low, false));
        assert_eq!(
            severity(flags("# Model\n## Bias\n[More Information Needed]\n", "# Model\n")),
            (Severity::Low, false)
        );
        let new = Sample::with(ModelFacts { after: card("# Model\n"), ..model() });
        assert_eq!(severity(check(&new.facts())), (Severity::Medium, true));
        let first = Sample { models: vec![ModelFacts { after: card("# Model\n"), ..model() }], ..Sample::first() };
        assert_eq!(severity(check(&first.facts())), (Severity::Low, true));
    }

    #[test]
    fn a_policy_can_require_sections_and_ignore_the_one_on_bias() {
        let rules = |text: &str| {
            let document = crate::checks::samples::model_rules(text);
            let models =
                vec![ModelFacts { before: card(FILLED), after: card("# Model\n## limitations!\n"), ..model() }];
            let sample = Sample { models, rules: document, ..Sample::ahead() };
            let codes: Vec<(String, Severity)> =
                check(&sample.facts()).into_iter().map(|flag| (flag.code, flag.severity)).collect();
            codes
        };
        let missing = ("card.section_missing".to_owned(), Severity::High);
        assert_eq!(
            rules("{ name: sentiment, card: { sections: [Limitations] }, bias: { section: ignore } }"),
            [missing]
        );
        let required = rules("{ name: sentiment, bias: { section: required } }");
        assert_eq!(required, [("bias.section_missing".to_owned(), Severity::High)]);
        assert!(rules("{ name: sentiment, bias: { section: ignore } }").is_empty());
    }
}
