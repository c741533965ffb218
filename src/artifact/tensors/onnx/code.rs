//! Operators that a model uses, and which of them need code that neither the standard nor the runtime brings.

use std::collections::BTreeSet;

use super::HeaderFault;
use crate::artifact::text::quoted;

/// The standard's own domains. onnx/onnx: docs/Operators.md, docs/Operators-ml.md.
const STANDARD: [&str; 6] =
    ["", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview", "ai.onnx.preview.training"];

/// What ONNX Runtime is built with. microsoft/onnxruntime: docs/ContribOperators.md, include/onnxruntime/core/graph/constants.h.
const RUNTIME: [&str; 3] = ["com.microsoft", "com.microsoft.nchwc", "com.ms.internal.nhwc"];

/// ONNX Runtime's operators that run something it does not bring: Python functions, PyTorch's operators, a compiled program.
const RUNS_OTHER_CODE: [&str; 5] = ["PyOp", "PythonOp", "PythonOpGrad", "ATen", "EPContext"];

/// Different operators that are kept.
const LIMIT: usize = 4096;

/// A domain and a name in it.
type Name = (String, String);

/// Operators that matter, each once.
#[derive(Default)]
pub(super) struct Operators {
    used: BTreeSet<Name>,
    functions: BTreeSet<Name>,
}

impl Operators {
    pub fn use_operator(&mut self, domain: String, name: String) -> Result<(), HeaderFault> {
        let known = STANDARD.contains(&domain.as_str()) || RUNTIME.contains(&domain.as_str());
        if known && !RUNS_OTHER_CODE.contains(&name.as_str()) {
            return Ok(());
        }
        keep(&mut self.used, domain, name)
    }

    pub fn define_function(&mut self, domain: String, name: String) -> Result<(), HeaderFault> {
        keep(&mut self.functions, domain, name)
    }

    /// What is needed or brought, for people: operators first. One that the model defines itself is listed as that.
    pub fn custom_code(&self) -> Vec<String> {
        let used = self.used.difference(&self.functions).map(|name| format!("operator `{}`", shown(name)));
        let functions = self.functions.iter().map(|name| format!("function `{}`, defined in the model", shown(name)));
        used.chain(functions).collect()
    }
}

fn keep(set: &mut BTreeSet<Name>, domain: String, name: String) -> Result<(), HeaderFault> {
    set.insert((domain, name));
    if set.len() > LIMIT { Err(HeaderFault::too_large("different operators", LIMIT)) } else { Ok(()) }
}

/// `acme.ops::Scale`.
fn shown((domain, name): &Name) -> String {
    match domain.is_empty() {
        true => quoted(name),
        false => quoted(&format!("{domain}::{name}")),
    }
}
