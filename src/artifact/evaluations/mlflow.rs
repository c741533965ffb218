//! `MLmodel`: what MLflow writes beside a logged model. Facts about how it is loaded and called, no results.
//!
//! The file is YAML in which the signature's inputs and outputs are JSON in strings
//! (<https://mlflow.org/docs/latest/ml/model/>, "MLmodel").

use serde::Serialize;

use super::eval_results::document;
use super::scores::on_line;
use super::{EvaluationFormat, Evaluations};
use crate::artifact::interface::Port;
use crate::artifact::json;
use crate::artifact::metrics::bounded;
use crate::artifact::problem::Fault;
use crate::artifact::yaml::{Node, Value};

/// A model as MLflow logged it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct LoggedModel {
    pub run_id: Option<String>,
    /// `model_id`, before 3.0 `model_uuid`.
    pub model_id: Option<String>,
    pub mlflow_version: Option<String>,
    pub created: Option<String>,
    /// In file order.
    pub flavors: Vec<Flavor>,
    /// Whether there is a signature: without one nothing is known about inputs and outputs.
    pub has_signature: bool,
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
    pub params: Vec<Port>,
}

/// A way to load the model.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Flavor {
    /// `sklearn`, `python_function`.
    pub name: String,
    /// `cloudpickle` and `pickle` run code when they are loaded.
    pub serialization_format: Option<String>,
    /// The Python module that loads it: one of MLflow's, or another.
    pub loader_module: Option<String>,
    /// Path of a folder or file with Python beside the model, which is run.
    pub code: Option<String>,
    /// Paths of what is loaded, by key.
    pub files: Vec<(String, String)>,
    /// Line of its name, from 1.
    pub line: usize,
}

pub(super) fn read(bytes: &[u8]) -> Option<Evaluations> {
    let format = EvaluationFormat::Mlflow;
    let document = match document(bytes) {
        Ok(document) => document,
        Err(fault) => return Some(Evaluations::unreadable(format, fault)),
    };
    let root = &document.root;
    if !is_one(root) {
        return None;
    }
    let mut evaluations = Evaluations { problems: document.notes, fault: document.fault, ..Evaluations::empty(format) };
    let text = |key: &str| root.get(key).and_then(Node::text).map(|text| bounded(text.to_owned()));
    evaluations.logged_model = Some(LoggedModel {
        run_id: text("run_id"),
        model_id: text("model_id").or_else(|| text("model_uuid")),
        mlflow_version: text("mlflow_version"),
        created: text("utc_time_created"),
        flavors: flavors(root),
        has_signature: root.get("signature").is_some(),
        inputs: ports(root, "inputs", &mut evaluations),
        outputs: ports(root, "outputs", &mut evaluations),
        params: ports(root, "params", &mut evaluations),
    });
    Some(evaluations)
}

fn is_one(root: &Node) -> bool {
    root.get("flavors").is_some_and(|flavors| matches!(flavors.value, Value::Map(_)))
}

fn flavors(root: &Node) -> Vec<Flavor> {
    const FILES: [&str; 6] = ["pickled_model", "model_path", "data", "python_model", "model_code_path", "model_data"];
    let flavors = root.get("flavors").map(Node::entries).unwrap_or_default();
    let of_entry = |entry: &crate::artifact::yaml::Entry| {
        let text = |key: &str| entry.value.get(key).and_then(Node::text).map(|text| bounded(text.to_owned()));
        Flavor {
            name: bounded(entry.key.clone()),
            serialization_format: text("serialization_format"),
            loader_module: text("loader_module"),
            code: text("code"),
            files: FILES.iter().filter_map(|key| Some(((*key).to_owned(), text(key)?))).collect(),
            line: entry.line,
        }
    };
    flavors.iter().map(of_entry).collect()
}

/// One side of the signature: a list of ports, as JSON in a string.
fn ports(root: &Node, side: &str, evaluations: &mut Evaluations) -> Vec<Port> {
    let Some(node) = root.get("signature").and_then(|signature| signature.get(side)) else {
        return Vec::new();
    };
    let document = match node.text().map(|text| json::read(text.as_bytes())) {
        Some(Ok(document)) => document,
        Some(Err(fault)) => {
            let reason = format!("`{side}` of the signature cannot be read: {}", fault.reason);
            evaluations.fault.get_or_insert(Fault::new(reason, node.line));
            return Vec::new();
        }
        None => {
            evaluations.fault.get_or_insert(Fault::new(format!("`{side}` of the signature is not text"), node.line));
            return Vec::new();
        }
    };
    evaluations.problems.extend(on_line(document.problems, node.line));
    let port = |spec: &json::Node| Port {
        name: spec.get("name").and_then(json::Node::scalar).map(|name| bounded(name.to_owned())),
        kind: bounded(kind(spec)),
        // An input is required unless it says otherwise.
        required: spec.get("required").and_then(json::Node::scalar) != Some("false")
            && spec.get("optional").and_then(json::Node::scalar) != Some("true"),
        line: node.line,
    };
    document.root.items().iter().map(port).collect()
}

/// `long`; `tensor float64 [-1,4]`; the whole description where it is more than that.
fn kind(spec: &json::Node) -> String {
    let kind = spec.get("type").and_then(json::Node::text);
    match (kind, spec.get("tensor-spec")) {
        (Some("tensor"), Some(tensor)) => {
            let part =
                |key: &str| tensor.get(key).map(|node| node.scalar().map_or_else(|| node.to_string(), str::to_owned));
            format!("tensor {} {}", part("dtype").unwrap_or_default(), part("shape").unwrap_or_default())
        }
        (Some(kind), None) if spec.get("properties").is_none() && spec.get("items").is_none() => kind.to_owned(),
        _ => spec.to_string(),
    }
}
