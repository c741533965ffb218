//! Model checks: facts about one proposed commit -> risk flags. Pure, bounded, one file per check.
//!
//! A check looks at facts only and says what it found; what a severity does (show, approve, block) is the policy's business.

pub mod baseline;
pub mod bias;
pub mod card_read;
pub mod card_sections;
pub mod card_staleness;
pub mod change;
pub mod codes;
pub mod external;
mod facts;
pub mod fields;
mod finding;
pub mod gaps;
pub mod interface;
pub mod licence;
pub mod lineage;
pub mod people;
pub mod performance;
pub mod revisions;
pub mod rules;
#[cfg(test)]
mod samples;
pub mod scans;
pub mod secrets;
pub mod signature;
pub mod text;
pub mod weights;
pub mod words;
pub mod workflow;

use crate::domain::Flag;
use crate::domain::flag::sort_flags;

pub use facts::{
    CardSide, EvaluationFacts, Facts, Gap, ModelFacts, PinnedKey, PointerState, RevisionFacts, ScanState, Sighting,
    SignatureSide, WeightFacts, WeightSide, WorkflowFacts,
};
pub use rules::CheckRules;

/// A model check.
pub type Check = fn(&Facts<'_>) -> Vec<Flag>;

/// Every check, by name.
pub const CHECKS: &[(&str, Check)] = &[
    ("gaps", gaps::check),
    ("baseline", baseline::check),
    ("card.read", card_read::check),
    ("card.sections", card_sections::check),
    ("card.staleness", card_staleness::check),
    ("licence", licence::check),
    ("lineage", lineage::check),
    ("performance", performance::check),
    ("bias.slices", bias::check),
    ("weights", weights::check),
    ("weights.scan", scans::check),
    ("interface", interface::check),
    ("signature", signature::check),
    ("change", change::check),
    ("workflow", workflow::check),
    ("revisions", revisions::check),
    ("people", people::check),
    ("text", text::check),
    ("secrets", secrets::check),
];

/// Runs every check. Worst flags first.
pub fn run(facts: &Facts<'_>) -> Vec<Flag> {
    let mut flags: Vec<Flag> = CHECKS.iter().flat_map(|(_, check)| check(facts)).collect();
    sort_flags(&mut flags);
    flags
}

#[cfg(test)]
mod tests {
    use super::samples::{Sample, model_with, weight};
    use super::*;

    #[test]
    fn what_is_found_in_a_model_says_which_one_it_is() {
        let mut one = model_with("license: mit\nbase_model: a/b", "license: gpl-3.0\nbase_model: c/d");
        one.weights = vec![weight("model.pkl", None, Some((2, 10)))];
        let mut sample = Sample::with(one);
        let name = sample.facts().models[0].name.clone();
        sample.gaps = vec![Gap { subject: "file list".into(), value: None, message: "cut".into() }];
        let flags = run(&sample.facts());
        let of = |code: &str| flags.iter().find(|flag| flag.code == code).map(|flag| flag.model.as_deref());
        for code in ["licence.changed", "lineage.base_model_changed", "weights.pickle_introduced"] {
            assert_eq!(of(code), Some(Some(name.as_str())), "{code}: {flags:#?}");
        }
        assert_eq!(of("evidence.incomplete"), Some(None));
    }
}
