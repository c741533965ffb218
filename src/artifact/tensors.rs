//! Headers of weight files: which tensors they hold, and what else they say, without reading the numbers.

use std::collections::BTreeMap;

use serde::Serialize;

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Header {
    /// By name. Names come from strangers.
    pub tensors: BTreeMap<String, Tensor>,
    /// Values of tensors together; none where shapes multiply beyond any file.
    pub parameters: Option<u64>,
    /// `key: value` as far as they are text and short: architecture, producer, opsets, licence.
    pub metadata: BTreeMap<String, String>,
    /// Template for prompts that travels with the weights (Jinja), whole.
    pub chat_template: Option<String>,
    /// Files that are read when this one is loaded, as written in it.
    pub external_files: Vec<String>,
    /// Code that runs, or must be there, when the model is loaded: Lambda layers, operators of a custom domain.
    pub custom_code: Vec<String>,
    /// What the format's own text forbids and its usual reader accepts.
    pub oddities: Vec<String>,
}

/// One tensor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tensor {
    /// In the format's own words: `F16`, `Q4_K`, `float32`.
    pub dtype: String,
    pub shape: Vec<u64>,
}
