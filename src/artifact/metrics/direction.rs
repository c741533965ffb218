//! Which way a metric is better, when neither the policy nor the evaluation file says it.
//!
//! Where tools disagree this table wins: lm-evaluation-harness registers `ter`, an error rate, as higher is better.

use std::collections::HashMap;
use std::sync::LazyLock;

use rust_decimal::Decimal;
use serde::Serialize;

use super::MetricKey;

/// Which way a metric is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Higher,
    Lower,
    /// Best at this value.
    Target(#[serde(serialize_with = "super::value::as_text")] Decimal),
    /// Known, and neither way is better: a count, a matrix, a distribution.
    NotRanked,
    Unknown,
}

/// The direction of a result: by the metric's type, else by its name.
pub fn direction_of(key: &MetricKey) -> Direction {
    let by_name = || key.metric_name.as_deref().and_then(named);
    named(&key.metric_type).or_else(by_name).unwrap_or(Direction::Unknown)
}

/// Whether all values of the metric lie on one scale, such as 0 to 1 or 0 to 100. A loss, a reward or a duration has none;
/// unknown metrics are taken to have one.
pub fn has_fixed_scale(key: &MetricKey) -> bool {
    let is_unbounded = |name: &str| listed_as(name, |name| UNBOUNDED.contains(&name).then_some(())).is_some();
    let by_name = || key.metric_name.as_deref().is_some_and(is_unbounded);
    let is_known = named(&key.metric_type).is_some();
    !(is_unbounded(&key.metric_type) || (!is_known && by_name()))
}

/// The names of all metrics that are known.
pub fn known_metrics() -> impl Iterator<Item = &'static str> {
    BY_NAME.keys().copied()
}

/// Looks a name up; prefixes (`eval_`) and suffixes (`@10`, `_macro`) are dropped one by one until it is known.
fn named(name: &str) -> Option<Direction> {
    listed_as(name, listed)
}

fn listed_as<T>(name: &str, listed: impl Fn(&str) -> Option<T>) -> Option<T> {
    const MAX_NAME_BYTES: usize = 100;
    if name.len() > MAX_NAME_BYTES {
        return None;
    }
    let plain = name.trim().to_lowercase().replace([' ', '-'], "_");
    // lm-evaluation-harness: `acc,none` is the metric and its filter.
    let mut rest = plain.split(',').next().unwrap_or_default();
    loop {
        if let Some(found) = listed(rest) {
            return Some(found);
        }
        rest = shortened(rest)?;
    }
}

fn listed(name: &str) -> Option<Direction> {
    BY_NAME.get(name).copied()
}

/// The lists below, by name.
static BY_NAME: LazyLock<HashMap<&str, Direction>> = LazyLock::new(|| {
    let same = |names: &'static [&'static str], direction| names.iter().map(move |name| (*name, direction));
    let targets =
        TARGET.iter().map(|(name, mantissa, scale)| (*name, Direction::Target(Decimal::new(*mantissa, *scale))));
    same(HIGHER, Direction::Higher)
        .chain(same(LOWER, Direction::Lower))
        .chain(same(NOT_RANKED, Direction::NotRanked))
        .chain(targets)
        .collect()
});

fn shortened(name: &str) -> Option<&str> {
    if let Some((before, _)) = name.split_once('@') {
        return Some(before);
    }
    let without_digits = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let suffix =
        ["_macro", "_micro", "_weighted", "_score", "_avg", "_k"].iter().find_map(|suffix| name.strip_suffix(suffix));
    let at = without_digits.strip_suffix("_at_").filter(|_| without_digits.len() < name.len());
    let prefix =
        || ["eval_", "test_", "val_", "validation_", "mean_"].iter().find_map(|prefix| name.strip_prefix(prefix));
    suffix.or(at).or_else(prefix)
}

#[rustfmt::skip]
const HIGHER: &[&str] = &[
    // classification
    "accuracy", "acc", "balanced_accuracy", "top_1_accuracy", "top_5_accuracy", "acc_norm", "acc_mutual_info", "f1",
    "precision", "recall", "sensitivity", "specificity", "roc_auc", "auc", "auroc", "pr_auc", "cuad_aupr", "auprc", "average_precision",
    "ap", "g_mean", "matthews_correlation", "mcc", "cohen_kappa", "exact_match", "squad_f1", "seqeval",
    // retrieval and ranking
    "map", "map_at_k", "mrr", "ndcg", "recall_at_k", "precision_at_k", "hit_rate",
    // vision
    "iou", "mean_iou", "miou", "dice", "jaccard", "pq", "ssim", "psnr", "inception_score",
    // text generation
    "bleu", "sacrebleu", "google_bleu", "chrf", "chrf++", "sari", "meteor", "rouge", "rouge1", "rouge2", "rougel", "rougelsum", "bertscore",
    "comet", "bleurt", "mauve", "pass", "mc1", "mc2", "win_rate", "elo", "likelihood",
    // similarity, regression, clustering
    "cosine_similarity", "pearsonr", "pearson", "spearmanr", "spearman", "kendall_tau", "cosine_pearson", "cosine_spearman",
    "r_squared", "r2", "explained_variance", "v_measure",
    // reinforcement learning and speed
    "mean_reward", "reward", "throughput", "tokens_per_second",
];

#[rustfmt::skip]
const LOWER: &[&str] = &[
    // speech and text errors
    "wer", "cer", "ter", "mer", "word_error_rate", "character_error_rate", "edit_distance", "charcut_mt", "error_rate", "eer",
    "false_positive_rate", "fpr", "false_negative_rate", "fnr", "hallucination_rate", "attack_success_rate",
    // harm
    "toxicity", "toxicity_ratio", "max_toxicity", "honest",
    // loss and calibration
    "loss", "log_loss", "cross_entropy", "perplexity", "ppl", "word_perplexity", "byte_perplexity", "bits_per_byte",
    "brier", "ece", "expected_calibration_error",
    // regression and forecasting
    "mae", "mean_absolute_error", "mse", "mean_squared_error", "rmse", "root_mean_squared_error", "mape", "smape", "mase",
    "mase_ratio", "msle",
    // generation distances, cost
    "fid", "lpips", "kid", "mahalanobis", "likelihood_difference", "latency", "latency_ms", "p95_latency", "p99_latency", "model_size",
    "memory",
];

/// Name, then the best value as mantissa and scale.
const TARGET: &[(&str, i64, u32)] = &[
    ("pct_stereotype", 5, 1),
    ("demographic_parity_difference", 0, 0),
    ("equalized_odds_difference", 0, 0),
    ("equal_opportunity_difference", 0, 0),
    ("statistical_parity_difference", 0, 0),
    ("average_odds_difference", 0, 0),
    ("bias", 0, 0),
    ("bias_score", 0, 0),
    ("prediction_drift", 0, 0),
    ("demographic_parity_ratio", 1, 0),
    ("disparate_impact", 1, 0),
    ("equalized_odds_ratio", 1, 0),
];

/// Of [`HIGHER`] and [`LOWER`], those without a fixed scale.
#[rustfmt::skip]
const UNBOUNDED: &[&str] = &[
    "mean_reward", "reward", "psnr", "inception_score", "throughput", "tokens_per_second", "likelihood", "elo", "edit_distance",
    "charcut_mt", "loss", "log_loss", "cross_entropy", "perplexity", "ppl", "word_perplexity", "byte_perplexity", "bits_per_byte",
    "mae", "mean_absolute_error", "mse", "mean_squared_error", "rmse", "root_mean_squared_error", "mape", "smape", "mase", "msle",
    "fid", "lpips", "kid", "mahalanobis", "likelihood_difference", "latency", "latency_ms", "p95_latency", "p99_latency",
    "model_size", "memory",
];

const NOT_RANKED: &[&str] = &[
    "confusion_matrix",
    "label_distribution",
    "regard",
    "text_duplicates",
    "word_count",
    "word_length",
    "support",
    "count",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn of(metric_type: &str) -> Direction {
        direction_of(&MetricKey { metric_type: metric_type.to_owned(), ..MetricKey::default() })
    }

    #[test]
    fn spelling_prefixes_and_suffixes_do_not_matter() {
        for name in [
            "Accuracy",
            "eval_accuracy",
            "test_f1_macro",
            "F1-Score",
            "pass@10",
            "ndcg_at_10",
            "recall@5",
            "rougeL",
            "acc,none",
            "mAP",
        ] {
            assert_eq!(of(name), Direction::Higher, "{name}");
        }
        for name in ["WER", "eval_loss", "Mean Squared Error", "mAPE", "test_cer", "brier_score", "val mae"] {
            assert_eq!(of(name), Direction::Lower, "{name}");
        }
    }

    #[test]
    fn error_rates_are_better_lower_whatever_other_tools_register() {
        assert_eq!(of("ter"), Direction::Lower);
    }

    #[test]
    fn targets_counts_and_unknown_names_are_told_apart() {
        assert_eq!(of("pct_stereotype"), Direction::Target(Decimal::new(5, 1)));
        assert_eq!(of("disparate_impact"), Direction::Target(Decimal::ONE));
        assert_eq!(of("support"), Direction::NotRanked);
        assert_eq!(of("acme_special"), Direction::Unknown);
        assert_eq!(of(&"x_".repeat(1000)), Direction::Unknown);
    }

    #[test]
    fn mean_reward_is_not_a_mean_prefix() {
        assert_eq!(of("mean_reward"), Direction::Higher);
    }

    #[test]
    fn the_name_decides_where_the_type_is_unknown() {
        let key =
            MetricKey { metric_type: "custom".into(), metric_name: Some("Test WER".into()), ..MetricKey::default() };
        assert_eq!(direction_of(&key), Direction::Lower);
    }

    #[test]
    fn losses_and_durations_have_no_fixed_scale() {
        let has_scale = |metric_type: &str, name: Option<&str>| {
            let metric_name = name.map(str::to_owned);
            has_fixed_scale(&MetricKey { metric_type: metric_type.to_owned(), metric_name, ..MetricKey::default() })
        };
        assert!(has_scale("accuracy", None) && has_scale("wer", Some("Loss")) && has_scale("acme_special", None));
        assert!(!has_scale("eval_loss", None) && !has_scale("custom", Some("P95 latency")) && !has_scale("ppl", None));
        assert!(UNBOUNDED.iter().all(|name| HIGHER.contains(name) || LOWER.contains(name)));
    }

    #[test]
    fn no_name_is_listed_twice() {
        let targets = TARGET.iter().map(|(name, ..)| name);
        let mut all: Vec<_> = HIGHER.iter().chain(LOWER).chain(NOT_RANKED).chain(targets).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
