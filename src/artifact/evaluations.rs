//! Evaluation files beside the card: what was measured, read into the card's own terms.
//!
//! One file here per format. Formats are recognised by content; the path only helps where it is part of the format.

mod cyclonedx;
mod eval_results;
mod lm_eval;
mod mlflow;
mod model_card_toolkit;
mod nvidia;
mod recognise;
mod scores;
mod slices;

use serde::Serialize;

use super::card::SectionState;
use super::metrics::{EvalResult, SliceResult};
use super::problem::{Fault, Problem};

pub use eval_results::UNNAMED_METRIC;
pub use mlflow::{Flavor, LoggedModel};
pub use recognise::{detect, read_file};

/// At most this many results are read from one file, and as many by slice.
pub const RESULT_LIMIT: usize = 20_000;
/// Larger YAML and Markdown files are not read; JSON has a limit of its own.
pub const TEXT_LIMIT_BYTES: usize = 1024 * 1024;

/// What kind of evaluation file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvaluationFormat {
    /// `.eval_results/*.yaml` of the Hugging Face Hub.
    EvalResults,
    /// `results_*.json` of lm-evaluation-harness.
    LmEval,
    /// Google's Model Card Toolkit.
    #[serde(rename = "mct")]
    ModelCardToolkit,
    /// A bill of materials with a model in it.
    #[serde(rename = "cyclonedx")]
    CycloneDx,
    /// `MLmodel`: what MLflow knows about a logged model. No results.
    Mlflow,
    /// `bias.md`: NVIDIA's bias subcard. No results.
    NvidiaBias,
    /// Our own report by slice.
    Slices,
}

/// What one evaluation file says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evaluations {
    pub format: EvaluationFormat,
    /// Why the file could not be read, or not as one reading. What it holds then is for people to look at; nothing may be
    /// concluded from what is missing.
    pub fault: Option<Fault>,
    /// Over all data, in file order, at most [`RESULT_LIMIT`].
    pub results: Vec<EvalResult>,
    /// By slice, in file order, at most [`RESULT_LIMIT`].
    pub slices: Vec<SliceResult>,
    /// What the file says about limits and harm, where its format has a place for that.
    pub considerations: Option<Considerations>,
    /// Ids or names of licences, where the format has them.
    pub licences: Vec<String>,
    pub logged_model: Option<LoggedModel>,
    /// What else a reader should know, in file order.
    pub problems: Vec<Problem>,
}

/// How much a file says about limits and harm: the number of filled entries of each kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Considerations {
    pub ethical: usize,
    pub fairness: usize,
    pub limitations: usize,
    /// The feature on which the model does worst, in the file's words.
    pub worst_feature: Option<String>,
    /// What the file is worth as a section on bias.
    pub bias_section: SectionState,
}

/// Reads a file as this format. Never fails: what could not be read, or is something else, is said in the answer.
pub fn read(format: EvaluationFormat, bytes: &[u8]) -> Evaluations {
    let other = || Evaluations::unreadable(format, Fault::new(format!("this is no {}", format.words()), 1));
    read_as(format, bytes).unwrap_or_else(other)
}

/// None where the file can be read and is something else.
fn read_as(format: EvaluationFormat, bytes: &[u8]) -> Option<Evaluations> {
    match format {
        EvaluationFormat::EvalResults => eval_results::read(bytes),
        EvaluationFormat::LmEval => lm_eval::read(bytes),
        EvaluationFormat::ModelCardToolkit => model_card_toolkit::read(bytes),
        EvaluationFormat::CycloneDx => cyclonedx::read(bytes),
        EvaluationFormat::Mlflow => mlflow::read(bytes),
        EvaluationFormat::NvidiaBias => Some(nvidia::read(bytes)),
        EvaluationFormat::Slices => slices::read(bytes),
    }
}

impl EvaluationFormat {
    pub const ALL: [Self; 7] = [
        Self::EvalResults,
        Self::LmEval,
        Self::ModelCardToolkit,
        Self::CycloneDx,
        Self::Mlflow,
        Self::NvidiaBias,
        Self::Slices,
    ];

    /// Its name in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::EvalResults => "eval-results",
            Self::LmEval => "lm-eval",
            Self::ModelCardToolkit => "mct",
            Self::CycloneDx => "cyclonedx",
            Self::Mlflow => "mlflow",
            Self::NvidiaBias => "nvidia-bias",
            Self::Slices => "slices",
        }
    }

    /// What such a file is.
    fn words(self) -> &'static str {
        match self {
            Self::EvalResults => "list of evaluation results",
            Self::LmEval => "result file of lm-evaluation-harness",
            Self::ModelCardToolkit => "card of the Model Card Toolkit",
            Self::CycloneDx => "CycloneDX bill of materials with a model in it",
            Self::Mlflow => "MLmodel file",
            Self::NvidiaBias => "bias subcard",
            Self::Slices => "report by slice (`format` is not `countersign.slices/1`)",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

impl Evaluations {
    fn empty(format: EvaluationFormat) -> Self {
        Self {
            format,
            fault: None,
            results: Vec::new(),
            slices: Vec::new(),
            considerations: None,
            licences: Vec::new(),
            logged_model: None,
            problems: Vec::new(),
        }
    }

    fn unreadable(format: EvaluationFormat, fault: Fault) -> Self {
        Self { fault: Some(fault), ..Self::empty(format) }
    }
}

impl Considerations {
    /// Any word on ethics or fairness makes a section on bias.
    fn of(ethical: usize, fairness: usize, limitations: usize) -> Self {
        let bias_section = if ethical + fairness > 0 { SectionState::Filled } else { SectionState::Absent };
        Self { ethical, fairness, limitations, worst_feature: None, bias_section }
    }
}

#[cfg(test)]
mod tests;
