//! Keras's `config.json`: which classes and functions it has looked up, and code it brings along.
//!
//! Keras: keras/src/saving/serialization_lib.py, `deserialize_keras_object`: every object names a module, a class and its own
//! configuration; a Lambda layer holds marshalled Python.

use serde_json::Value;

use crate::artifact::pickle::{Class, class_of};
use crate::artifact::scan::{ScanFinding, Verdict};
use crate::artifact::text::quoted;

/// Findings in one configuration.
const FINDINGS_LIMIT: usize = 200;

/// Everything in a configuration that is more than Keras's own layers; none where it is not JSON.
pub fn check(config: &[u8]) -> Option<Vec<ScanFinding>> {
    let root: Value = serde_json::from_slice(config).ok()?;
    let mut findings = Vec::new();
    let mut open = vec![&root];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => {
                findings.extend(object(fields));
                open.extend(fields.values());
            }
            _ => {}
        }
        if findings.len() >= FINDINGS_LIMIT {
            break;
        }
    }
    Some(findings)
}

fn object(fields: &serde_json::Map<String, Value>) -> Option<ScanFinding> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let class = text("class_name")?;
    if matches!(class, "Lambda" | "__lambda__") {
        let why = "It holds Python code that runs with the model.".to_owned();
        return Some(finding(Verdict::Dangerous, class.to_owned(), why));
    }
    let module = text("module")?;
    // A function is named by its configuration, its class says only that it is one.
    let name = if class == "function" { text("config").unwrap_or(class) } else { class };
    let full = quoted(&format!("{module}.{name}"));
    match class_of(module, name) {
        Class::Dangerous(harm) => {
            let why = format!("The configuration has it looked up when the model is loaded, and it {}.", harm.words());
            Some(finding(Verdict::Dangerous, full, why))
        }
        Class::Unlisted if !is_kerass_own(module, class) => {
            let why = "The configuration needs it, and it is not part of Keras.".to_owned();
            Some(finding(Verdict::Suspicious, full, why))
        }
        Class::Allowed | Class::Unlisted => None,
    }
}

/// Layers, initialisers, and how plain values such as tuples and slices are written.
fn is_kerass_own(module: &str, class: &str) -> bool {
    const ROOTS: [&str; 4] = ["keras", "keras_core", "tf_keras", "tensorflow.keras"];
    let is_own =
        ROOTS.iter().any(|root| module.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')));
    is_own || (module == "builtins" && matches!(class, "tuple" | "slice" | "set" | "dict" | "list" | "float" | "int"))
}

fn finding(verdict: Verdict, name: String, why: String) -> ScanFinding {
    ScanFinding { verdict, name, why, member: None, position: None }
}

#[cfg(test)]
mod tests;
