//! Headers of weight files: which tensors they hold, and what else they say, without reading the numbers.
//!
//! One reader per format; each takes strangers' bytes, asks only for the parts it needs, and answers with a [`Header`] or
//! with the reason why there is none. Memory and work are bounded by the constants below whatever a file claims.

mod compare;
mod cursor;
mod fault;
pub mod gguf;
pub mod keras;
pub mod npy;
pub mod onnx;
mod paths;
pub mod safetensors;
mod summary;
mod words;

use std::collections::BTreeMap;

use serde::Serialize;

pub use compare::{HeaderChange, MetadataChange, Reshaped, Retyped};
pub use fault::HeaderFault;
pub use paths::is_unsafe_path;

/// Headers with more tensors are not read. The largest models have some 100,000 tensors over all of their files.
pub const TENSOR_LIMIT: usize = 262_144;
/// Headers with a tensor of more dimensions are not read; numpy and PyTorch know 64.
pub const RANK_LIMIT: usize = 64;
/// Headers with a longer name of a tensor, a key, an operator or a file are not read.
pub const NAME_LIMIT_BYTES: usize = 4096;
/// Headers with more entries of metadata are not read.
pub const METADATA_LIMIT: usize = 65_536;
/// Longer prompt templates are not read; real ones have some 10 KiB.
pub const TEMPLATE_LIMIT_BYTES: usize = 1024 * 1024;
/// Longer headers are not read: the limit safetensors sets for itself, kept for GGUF too.
pub const HEADER_LIMIT_BYTES: u64 = 100_000_000;
/// At most this many oddities are listed.
pub const ODDITY_LIMIT: usize = 100;

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Header {
    /// By name. Names come from strangers.
    pub tensors: BTreeMap<String, Tensor>,
    /// Values of tensors together; none where shapes multiply beyond any file, and where the format lists no tensors.
    pub parameters: Option<u64>,
    /// `key: value`: architecture, producer, opsets, licence. Values are short: a long text is its beginning, its length and
    /// its digest, a long list its length and its digest, so that a changed value never reads like an unchanged one.
    pub metadata: BTreeMap<String, String>,
    /// Template for prompts that travels with the weights (Jinja), whole.
    pub chat_template: Option<String>,
    /// Further templates by name, which a program may ask for instead: `tool_use`, `rag`.
    pub named_templates: BTreeMap<String, String>,
    /// Files that are read when this one is loaded, as written in it, each once, in order of their names.
    pub external_files: Vec<String>,
    /// Code that runs, or must be there, when the model is loaded: Lambda layers, operators of a custom domain. For people,
    /// names in it are already visible and short; each once.
    pub custom_code: Vec<String>,
    /// What the format's own text forbids and its usual reader accepts. For people, as above.
    pub oddities: Vec<String>,
}

/// One tensor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tensor {
    /// In the format's own words: `F16`, `Q4_K`, `FLOAT`, `<f4`.
    pub dtype: String,
    /// In the format's own order: GGUF begins with the innermost dimension.
    pub shape: Vec<u64>,
}

impl Tensor {
    /// How many values it holds; none when that is beyond any file.
    pub fn values(&self) -> Option<u64> {
        product(&self.shape)
    }
}

/// The dimensions multiplied; an empty dimension makes nothing of all of them, however large the others are.
fn product(shape: &[u64]) -> Option<u64> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1_u64, |product, dimension| product.checked_mul(*dimension))
}

impl Header {
    /// Adds up what the tensors hold.
    fn count_parameters(&mut self) {
        self.parameters = self.tensors.values().try_fold(0_u64, |sum, tensor| sum.checked_add(tensor.values()?));
    }

    fn add_oddity(&mut self, text: String) {
        match self.oddities.len() {
            ..ODDITY_LIMIT => self.oddities.push(text),
            ODDITY_LIMIT => self.oddities.push("more is odd than is listed here".to_owned()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
