//! Evaluation results: what was measured, the value, how two lists of them compare, and what a limit says about that.

mod compare;
mod direction;
mod limit;
mod mismatch;
mod scale;
mod slices;
mod value;
mod z;

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

use super::text::cut;
use crate::domain::Digest;

pub use compare::{Incomparable, MetricChange, Outcome, compare};
pub use direction::{Direction, direction_of, has_fixed_scale, known_metrics};
pub use limit::{Amount, Limit, Verdict, judge};
pub use mismatch::{Mismatch, mismatches};
pub use scale::{ScaleChange, ScaleFactor, scale_changes};
pub use slices::{
    DEFAULT_MIN_COUNT, Extremes, SliceChange, SliceGap, SliceResult, SliceValue, slice_changes, slice_gaps,
};
pub use value::{Interval, MetricValue, NotANumber, Reading};

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
    /// What the file says about the metric's direction. [`direction_of`] wins where it knows the metric.
    pub claimed_higher_is_better: Option<bool>,
    /// Line of the value in its file, from 1.
    pub line: usize,
}

/// What tells one result from another. Real cards repeat a metric for one data set, differing only in the last of these fields.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize)]
pub struct MetricKey {
    /// Name of the `model-index` entry, or of the model in a file that may hold several.
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

impl EvalResult {
    /// A result without names, claims and direction.
    pub fn new(key: MetricKey, value: MetricValue, line: usize) -> Self {
        Self {
            key,
            value,
            task_name: None,
            dataset_name: None,
            source_name: None,
            claimed_verified: false,
            claimed_higher_is_better: None,
            line,
        }
    }

    /// Which way the metric is better: as far as known here, else as the file says.
    pub fn direction(&self) -> Direction {
        match (direction_of(&self.key), self.claimed_higher_is_better) {
            (Direction::Unknown, Some(true)) => Direction::Higher,
            (Direction::Unknown, Some(false)) => Direction::Lower,
            (known, _) => known,
        }
    }
}

/// Texts of a key are repeated for each metric below them. Long ones are cut, and told apart by their digest.
pub(crate) fn bounded(text: String) -> String {
    const MAX_CHARS: usize = 200;
    match cut(&text, MAX_CHARS) {
        Cow::Borrowed(_) => text,
        Cow::Owned(short) => format!("{short} (sha256 {})", Digest::of(text.as_bytes()).short()),
    }
}

impl fmt::Display for MetricKey {
    /// `task image-classification / dataset beans (default, test) / metric accuracy`; files without task or data set leave them out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.task_type.is_empty() {
            write!(f, "task {} / ", self.task_type)?;
        }
        if !self.dataset_type.is_empty() {
            write!(f, "dataset {}", self.dataset_type)?;
        }
        let parts: Vec<&str> =
            [&self.dataset_config, &self.dataset_split].into_iter().flatten().map(String::as_str).collect();
        if !parts.is_empty() {
            write!(f, " ({})", parts.join(", "))?;
        }
        if !self.dataset_type.is_empty() || !parts.is_empty() {
            f.write_str(" / ")?;
        }
        write!(f, "metric {}", self.metric_type)?;
        match &self.metric_name {
            Some(name) if !name.eq_ignore_ascii_case(&self.metric_type) => write!(f, " ({name})"),
            _ => Ok(()),
        }
    }
}
