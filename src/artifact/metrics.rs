//! Evaluation results: what was measured, the value, and how two lists of them compare.

mod compare;
mod direction;
mod value;

use std::fmt;

use serde::Serialize;

pub use compare::{Incomparable, MetricChange, Outcome, compare};
pub use direction::{Direction, direction_of};
pub use value::{MetricValue, NotANumber, Reading};

/// One measured value, from a model card or an evaluation file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvalResult {
    pub key: MetricKey,
    pub value: MetricValue,
    /// Names for people; they do not tell results apart.
    pub task_name: Option<String>,
    pub dataset_name: Option<String>,
    pub source_name: Option<String>,
    /// The card says that the Hub ran this evaluation. The signature behind that cannot be checked offline.
    pub claimed_verified: bool,
    /// Line of the value in its file, from 1.
    pub line: usize,
}

/// What tells one result from another. Real cards repeat a metric for one data set, differing only in the last of these fields.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct MetricKey {
    /// Name of the `model-index` entry.
    pub entry: String,
    pub task_type: String,
    pub dataset_type: String,
    pub metric_type: String,
    pub metric_name: Option<String>,
    pub dataset_config: Option<String>,
    pub dataset_split: Option<String>,
    pub dataset_revision: Option<String>,
    pub dataset_args: Option<String>,
    pub metric_config: Option<String>,
    pub metric_args: Option<String>,
    pub source_url: Option<String>,
}

impl fmt::Display for MetricKey {
    /// `task image-classification / dataset beans (default, test) / metric accuracy`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "task {} / dataset {}", self.task_type, self.dataset_type)?;
        let parts: Vec<&str> =
            [&self.dataset_config, &self.dataset_split].into_iter().flatten().map(String::as_str).collect();
        if !parts.is_empty() {
            write!(f, " ({})", parts.join(", "))?;
        }
        write!(f, " / metric {}", self.metric_type)?;
        match &self.metric_name {
            Some(name) if !name.eq_ignore_ascii_case(&self.metric_type) => write!(f, " ({name})"),
            _ => Ok(()),
        }
    }
}
