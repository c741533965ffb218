//! The codes of all flags: what policies, conditions and exceptions can refer to.

/// Every code that a check of ours raises, and those of what happens after a decision, in order. `docs/checks.md` describes
/// them.
pub const CODES: [&str; 56] = [
    "author.unknown",
    "bias.section_missing",
    "bias.slice_gap",
    "bias.slice_regressed",
    "card.missing",
    "card.placeholder",
    "card.section_missing",
    "card.unchanged",
    "card.unreadable",
    "check.failed",
    "check.late",
    "code.remote_code",
    "code.unpinned_revision",
    "deploy.base_vanished",
    "deploy.bypassed",
    "deploy.commit_differs",
    "deploy.no_baseline",
    "deploy.rollback",
    "evidence.incomplete",
    "external.finding",
    "fields.unreadable",
    "licence.base_conflict",
    "licence.changed",
    "licence.missing",
    "licence.restricted",
    "lineage.base_model_changed",
    "lineage.dataset_added",
    "lineage.dataset_removed",
    "metric.below_threshold",
    "metric.card_mismatch",
    "metric.incomparable",
    "metric.regressed",
    "metric.removed",
    "metric.scale_changed",
    "metric.suspicious_gain",
    "model.interface_changed",
    "policy.changed",
    "secret.exposed",
    "signature.invalid",
    "template.changed",
    "text.hidden",
    "weights.changed",
    "weights.format_mismatch",
    "weights.lfs_pointer_invalid",
    "weights.pickle_introduced",
    "weights.safetensors_invalid",
    "weights.size_changed",
    "weights.suspicious_pickle",
    "weights.unsafe_path",
    "weights.unsafe_pickle",
    "weights.unscannable",
    "workflow.changed",
    "workflow.injection",
    "workflow.mutable_ref",
    "workflow.unreadable",
    "workflow.write_all",
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_codes_are_those_that_are_described() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let described = std::fs::read_to_string(root.join("docs/checks.md")).unwrap();
        let built_in = described.split("## Built in").nth(1).and_then(|rest| rest.split("### Adding one").next());
        let column = |line: &str| line.split('|').nth(2).map(str::to_owned);
        let columns: String =
            built_in.unwrap().lines().filter(|line| line.starts_with('|')).filter_map(column).collect();
        let described: BTreeSet<&str> =
            columns.split('`').skip(1).step_by(2).filter(|word| word.contains('.')).collect();
        assert_eq!(BTreeSet::from(CODES), described);
        assert!(CODES.is_sorted());
    }
}
