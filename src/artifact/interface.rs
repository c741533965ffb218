//! What a model takes and gives, and whether loading it runs code: config.json, tokenizer_config.json, MLmodel.

use serde::Serialize;

/// An input, an output or a parameter of a model, as its signature describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Port {
    /// Signatures of tensors may have none.
    pub name: Option<String>,
    /// `long`, `tensor float64 [-1,4]`, or the whole description.
    pub kind: String,
    pub required: bool,
    /// Line in its file, from 1.
    pub line: usize,
}
