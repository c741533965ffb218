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
