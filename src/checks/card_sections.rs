//! `bias.section_missing`: the section on bias and limitations was removed, emptied or hidden.
//!
//! Merely never having had one is no finding: most real cards have none.

use crate::artifact::card::{Card, Placeholder, Section};
use crate::domain::{Flag, Severity};

use super::facts::{Facts, ModelFacts};
use super::finding::Finding;

/// A heading with one of these words is about bias. Lower case.
const BIAS_WORDS: [&str; 4] = ["bias", "fairness", "ethical", "risks"];

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    facts.models.iter().filter_map(|model| lost(facts, model)).collect()
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
    card.sections.iter().filter(|section| {
        let heading = section.heading.to_lowercase();
        BIAS_WORDS.iter().any(|word| heading.contains(word))
    })
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
            assert_eq!(found.len(), 1, "{after}");
            assert_eq!((found[0].code.as_str(), found[0].severity), ("bias.section_missing", Severity::High));
        }
    }

    #[test]
    fn a_reworded_moved_or_never_written_section_is_no_finding() {
        assert!(flags(FILLED, "# Model\n# Fairness\nSame everywhere.\n").is_empty());
        assert!(flags(FILLED, FILLED).is_empty());
        assert!(flags("# Model\n", "# Model\nMore text.\n").is_empty());
        assert!(flags("# Model\n## Bias\n[More Information Needed]\n", "# Model\n").is_empty());
    }
}
