//! Facts for the tests of the checks.

use crate::artifact::card::read_card;
use crate::artifact::interface::Interface;
use crate::domain::{Baseline, CommitSha, DeploymentId, Digest, FileChange, ForgeUser, Relation, WeightFile};

use super::facts::{
    CardSide, Facts, Gap, ModelFacts, PinnedKey, PointerState, RevisionFacts, ScanState, Sighting, SignatureSide,
    WeightFacts, WeightSide, WorkflowFacts,
};
use super::rules::CheckRules;

/// Facts that own their parts.
pub(super) struct Sample {
    pub(super) commit: CommitSha,
    pub(super) baseline: Baseline,
    pub(super) relation: Relation,
    pub(super) files: Vec<FileChange>,
    pub(super) models: Vec<ModelFacts>,
    pub(super) actors: Vec<ForgeUser>,
    pub(super) strangers: Vec<String>,
    pub(super) hidden: Vec<Sighting>,
    pub(super) secrets: Vec<Sighting>,
    pub(super) gaps: Vec<Gap>,
    pub(super) workflows: Vec<WorkflowFacts>,
    pub(super) revisions: Vec<RevisionFacts>,
    pub(super) keys: Vec<PinnedKey>,
    pub(super) rules: CheckRules,
}

impl Sample {
    /// One commit ahead of what is live, with nothing to find.
    pub(super) fn ahead() -> Self {
        let baseline = Baseline::Live { commit: sha(1), deployment: DeploymentId::new(7), since: None };
        Self { baseline, relation: Relation::Ahead { by: 1 }, ..Self::first() }
    }

    /// The first deployment.
    pub(super) fn first() -> Self {
        Self {
            commit: sha(2),
            baseline: Baseline::None,
            relation: Relation::NoBaseline,
            files: Vec::new(),
            models: Vec::new(),
            actors: Vec::new(),
            strangers: Vec::new(),
            hidden: Vec::new(),
            secrets: Vec::new(),
            gaps: Vec::new(),
            workflows: Vec::new(),
            revisions: Vec::new(),
            keys: Vec::new(),
            rules: CheckRules::default(),
        }
    }

    pub(super) fn with(model: ModelFacts) -> Self {
        Self { models: vec![model], ..Self::ahead() }
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        Facts {
            commit: &self.commit,
            environment: "production",
            policy_path: ".github/countersign.yml",
            baseline: &self.baseline,
            relation: self.relation,
            files: &self.files,
            models: &self.models,
            actors: &self.actors,
            strangers: &self.strangers,
            hidden: &self.hidden,
            secrets: &self.secrets,
            gaps: &self.gaps,
            workflows: &self.workflows,
            revisions: &self.revisions,
            keys: &self.keys,
            rules: &self.rules,
        }
    }
}

pub(super) fn sha(seed: u8) -> CommitSha {
    CommitSha::parse(&format!("{seed:02x}").repeat(20)).unwrap()
}

/// Rules for one model, as an entry of `models` in a policy.
pub(super) fn model_rules(yaml: &str) -> CheckRules {
    CheckRules { models: vec![serde_saphyr::from_str(yaml).unwrap()], ..CheckRules::default() }
}

/// A model without card and weights.
pub(super) fn model() -> ModelFacts {
    ModelFacts {
        name: "sentiment".into(),
        card_path: "README.md".into(),
        before: CardSide::Absent,
        after: CardSide::Absent,
        card_before: None,
        card_after: None,
        weights: Vec::new(),
        evaluations: Vec::new(),
        interface_before: Interface::default(),
        interface_after: Interface::default(),
        signature_before: SignatureSide::NotAsked,
        signature_after: SignatureSide::NotAsked,
    }
}

pub(super) fn card(text: &str) -> CardSide {
    CardSide::Read(Box::new(read_card(text.as_bytes())))
}

/// The model with the digests of its two cards.
pub(super) fn digested(model: ModelFacts, before: &str, after: &str) -> ModelFacts {
    let digest = |text: &str| Some(Digest::of(text.as_bytes()));
    ModelFacts { card_before: digest(before), card_after: digest(after), ..model }
}

/// A model whose cards have these front matters.
pub(super) fn model_with(before: &str, after: &str) -> ModelFacts {
    let whole = |fields: &str| card(&format!("---\n{fields}\n---\n# Sentiment\n"));
    ModelFacts { before: whole(before), after: whole(after), ..model() }
}

pub(super) fn card_with_accuracy(value: &str) -> String {
    format!("---\nlicense: mit\n{}\n---\n# Sentiment\n", results(&[("accuracy", value)]))
}

/// A `model-index` with one data set and these metrics.
pub(super) fn results(metrics: &[(&str, &str)]) -> String {
    let metrics: String =
        metrics.iter().map(|(name, value)| format!("    - type: {name}\n      value: {value}\n")).collect();
    format!(
        "model-index:\n- name: sentiment\n  results:\n  - task:\n      type: text-classification\n    dataset:\n      \
         type: acme/reviews\n      name: Reviews\n    metrics:\n{}",
        metrics.trim_end()
    )
}

/// A weight file; each side is the seed of its content and its size.
pub(super) fn weight(path: &str, before: Option<(u8, u64)>, after: Option<(u8, u64)>) -> WeightFacts {
    let side = |(seed, size): (u8, u64)| WeightSide {
        blob: format!("{seed:02x}").repeat(20),
        file: WeightFile { digest: Some(Digest::of(&[seed])), size, ..WeightFile::default() },
        pointer: PointerState::Valid,
        scan: ScanState::NotLooked,
    };
    WeightFacts { path: path.into(), before: before.map(side), after: after.map(side) }
}
