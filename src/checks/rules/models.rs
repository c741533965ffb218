//! What one model of the repository is held to.

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::artifact::metrics::Amount;

/// An entry of `models`. Everything but the name may be left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModelRules {
    /// How messages call the model.
    pub name: String,
    /// Where its card is, or more about it. Default: the README.md nearest to the weights.
    pub card: Option<CardRules>,
    /// Which files are its weights, as glob patterns. Default: by their endings, beside and below the card.
    pub weights: Vec<String>,
    /// Where its evaluation results are, besides the card.
    pub evaluations: Vec<EvaluationRules>,
    pub performance: PerformanceRules,
    pub bias: BiasRules,
    pub licence: LicenceRules,
    pub pickle: PickleRules,
    pub signature: Option<SignatureRules>,
}

impl ModelRules {
    /// Path of the card, where the policy names one.
    pub fn card_path(&self) -> Option<&str> {
        match self.card.as_ref()? {
            CardRules::Path(path) => Some(path),
            CardRules::Detailed(card) => card.path.as_deref(),
        }
    }

    /// Sections that the card must have, besides the one on bias.
    pub fn sections(&self) -> &[String] {
        match &self.card {
            Some(CardRules::Detailed(card)) => &card.sections,
            Some(CardRules::Path(_)) | None => &[],
        }
    }
}

/// `card: models/a/README.md`, or `card: { path: ..., sections: [...] }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "expected a path, or a map with `path` and `sections`")]
pub enum CardRules {
    Path(String),
    Detailed(CardDetails),
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CardDetails {
    pub path: Option<String>,
    /// Headings that must be there with text under them: `Limitations`.
    pub sections: Vec<String>,
}

/// An evaluation file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvaluationRules {
    /// What it is. Default: told by its content.
    #[serde(default)]
    pub format: Option<EvaluationFormat>,
    /// Where it is, as a glob pattern from the repository's root.
    pub path: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EvaluationFormat {
    /// Hugging Face `.eval_results/*.yaml`.
    EvalResults,
    /// EleutherAI's lm-evaluation-harness.
    LmEval,
    /// Google Model Card Toolkit.
    Mct,
    /// CycloneDX ML-BOM.
    Cyclonedx,
    /// Our own report by slice.
    Slices,
}

/// Limits on metrics.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PerformanceRules {
    /// For every metric that no entry of `metrics` matches.
    pub default: DefaultLimits,
    /// The first entry that matches a metric counts.
    pub metrics: Vec<MetricRules>,
}

/// Worse by more than `max_worse` and by at least `min_z` standard errors, where these are known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DefaultLimits {
    /// How much worse a metric may get. Default: 2%.
    pub max_worse: Amount,
    /// A change of fewer standard errors is noise. Default: 2.
    #[serde(with = "text")]
    #[schemars(with = "f64")]
    pub min_z: Decimal,
}

impl Default for DefaultLimits {
    fn default() -> Self {
        Self { max_worse: Amount::Share(Decimal::new(2, 2)), min_z: Decimal::TWO }
    }
}

/// Limits on the metrics that match.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MetricRules {
    #[serde(rename = "match")]
    pub matches: MetricMatch,
    /// Which way is better, where the metric is not known.
    pub direction: Option<RuleDirection>,
    /// Smallest and largest value, inclusive.
    pub min: Option<Amount>,
    pub max: Option<Amount>,
    /// Largest fall or rise against what is live, inclusive.
    pub max_drop: Option<Amount>,
    pub max_rise: Option<Amount>,
    /// Smallest gain that is asked for; largest one that is believed.
    pub min_gain: Option<Amount>,
    pub max_gain: Option<Amount>,
    /// Missing or not comparable counts as failed.
    pub required: bool,
}

/// What a metric must be for its entry to count; what is left out matches all. `*` stands for any characters.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MetricMatch {
    /// The metric's type: `accuracy`.
    pub metric: Option<String>,
    /// The metric's name, where it has another: `WER (greedy)`.
    pub name: Option<String>,
    pub task: Option<String>,
    pub dataset: Option<String>,
    pub config: Option<String>,
    pub split: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RuleDirection {
    Higher,
    Lower,
}

/// What must be said about bias, and how far groups may lie apart.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct BiasRules {
    pub section: BiasSection,
    pub slices: Vec<SliceRules>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BiasSection {
    /// The card must have one.
    Required,
    /// It may not disappear.
    #[default]
    Keep,
    Ignore,
}

/// Limits between the slices of a metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SliceRules {
    #[serde(rename = "match")]
    pub matches: SliceMatch,
    /// Largest difference between two slices. Default: 0.10.
    pub max_gap: Amount,
    /// Smallest ratio between two slices. Default: 0.80 where it is asked for; `null` leaves it out.
    pub min_ratio: Option<Amount>,
    /// How much one slice may get worse. Default: 0.02.
    pub max_drop: Amount,
    /// Slices with fewer examples are not judged. Default: 100.
    pub min_count: u64,
}

impl Default for SliceRules {
    fn default() -> Self {
        Self {
            matches: SliceMatch::default(),
            max_gap: Amount::Number(Decimal::new(10, 2)),
            min_ratio: None,
            max_drop: Amount::Number(Decimal::new(2, 2)),
            min_count: 100,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SliceMatch {
    pub metric: Option<String>,
    /// `sex=*`
    pub slice: Option<String>,
}

/// Which licences may go live.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LicenceRules {
    /// The ids that are fine; with none named, those of permissive classes are.
    pub allow: Vec<String>,
    /// A card without a licence is a finding although it never had one.
    pub required: bool,
}

/// What is thought of formats that can run code.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PickleRules {
    #[serde(rename = "use")]
    pub usage: PickleUse,
    /// Imports that are fine here: `sklearn.*`. What is known to be dangerous stays so.
    pub allow_globals: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PickleUse {
    /// Any pickle is a critical finding.
    Forbid,
    /// The first one in a repository, or one in place of safetensors, is a finding.
    #[default]
    Approve,
    /// Only what it does is looked at.
    Allow,
}

/// Who must have signed the model (OpenSSF model signing).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SignatureRules {
    /// Public key in PEM: a path in the repository of this policy, read at the policy's commit.
    pub key: Option<String>,
    /// Root certificates in PEM, for signatures with certificates.
    pub certificates: Option<String>,
    /// A missing signature is a finding too.
    pub required: bool,
}

/// A decimal from its text, so that it never goes through a binary fraction.
mod text {
    use std::str::FromStr as _;

    use rust_decimal::Decimal;
    use serde::{Deserialize as _, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(number: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&number.normalize().to_string())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
        let text = String::deserialize(deserializer)?;
        Decimal::from_str(text.trim()).map_err(|_| serde::de::Error::custom(format!("`{text}` is not a number")))
    }
}
