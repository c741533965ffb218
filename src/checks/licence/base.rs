//! `licence.base_conflict`: the terms of a known base model go on to what is made from it.
//!
//! The licences of these models are what their own cards on the Hugging Face Hub declare. A base model that is not in the
//! table proves nothing.

use crate::domain::{Flag, Severity};

use super::super::facts::{Facts, ModelFacts};
use super::super::finding::Finding;
use super::terms;

/// Beginnings of model ids in lower case, longer ones first where one begins another, and the licence id they come under.
const BASES: [(&str, &str); 22] = [
    ("meta-llama/llama-3.3", "llama3.3"),
    ("meta-llama/llama-3.2", "llama3.2"),
    ("meta-llama/llama-3.1", "llama3.1"),
    ("meta-llama/meta-llama-3.1", "llama3.1"),
    ("meta-llama/meta-llama-3", "llama3"),
    ("meta-llama/llama-4", "llama4"),
    ("meta-llama/llama-2", "llama2"),
    ("google/gemma", "gemma"),
    ("google/codegemma", "gemma"),
    ("google/recurrentgemma", "gemma"),
    ("google/paligemma", "gemma"),
    ("bigscience/bloomz", "bigscience-bloom-rail-1.0"),
    ("bigscience/bloom", "bigscience-bloom-rail-1.0"),
    ("bigcode/starcoder", "bigcode-openrail-m"),
    ("stabilityai/stable-diffusion-xl", "openrail++"),
    ("stabilityai/stable-diffusion-2", "openrail++"),
    ("coherelabs/c4ai-command", "cc-by-nc-4.0"),
    ("cohereforai/c4ai-command", "cc-by-nc-4.0"),
    ("coherelabs/aya", "cc-by-nc-4.0"),
    ("cohereforai/aya-23", "cc-by-nc-4.0"),
    ("facebook/nllb", "cc-by-nc-4.0"),
    ("facebook/musicgen", "cc-by-nc-4.0"),
];

pub(super) fn conflict(facts: &Facts<'_>, model: &ModelFacts) -> Option<Flag> {
    let after = model.after.card()?;
    let declared = terms(after.licence.as_ref())?;
    let broken = |base: &&String| carried(base).is_some_and(|licence| !declared.ids.iter().any(|id| id == licence));
    let base = after.base_models.iter().find(broken)?;
    let carried = carried(base)?;
    let was = model.before.card().is_some_and(|card| {
        card.base_models.contains(base) && terms(card.licence.as_ref()).as_ref() == Some(&declared)
    });
    let flag = Finding::new("licence.base_conflict", Severity::Medium, &model.name)
        .before(format!("{base}: {carried}"))
        .after(declared.words())
        .rule("a model carries the terms of its base model on")
        .source(facts.source(&model.card_path, None))
        .new_if(!was)
        .says(&format!("The base model {base} is under {carried}, and the card declares {}.", declared.words()));
    Some(flag)
}

fn carried(base: &str) -> Option<&'static str> {
    let base = base.trim().to_lowercase();
    BASES.iter().find(|(beginning, _)| base.starts_with(beginning)).map(|(_, licence)| *licence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::licence::{Class, class_of};
    use crate::checks::samples::{Sample, model_with};

    fn found(before: &str, after: &str) -> Option<Flag> {
        let model = model_with(before, after);
        conflict(&Sample::ahead().facts(), &model)
    }

    #[test]
    fn a_permissive_declaration_over_restricted_terms_is_a_conflict() {
        let flag =
            found("base_model: a/b\nlicense: apache-2.0", "base_model: meta-llama/Llama-3.2-1B\nlicense: apache-2.0");
        let flag = flag.unwrap();
        assert!(flag.is_new && flag.message.contains("llama3.2"), "{flag:?}");
        assert!(found("license: mit", "base_model: google/gemma-2b\nlicense: gemma").is_none());
        assert!(found("license: mit", "base_model: Qwen/Qwen2.5-0.5B\nlicense: mit").is_none());
        let same = "base_model: [x/y, google/gemma-2b]\nlicense: mit";
        assert!(!found(same, same).unwrap().is_new);
    }

    #[test]
    fn every_licence_of_the_table_is_a_known_one_and_no_entry_hides_another() {
        for (at, (beginning, licence)) in BASES.iter().enumerate() {
            assert_ne!(class_of(licence), Class::Unknown, "{licence}");
            assert!(
                !BASES[..at].iter().any(|(earlier, _)| beginning.starts_with(earlier)),
                "{beginning} is never reached"
            );
        }
    }
}
