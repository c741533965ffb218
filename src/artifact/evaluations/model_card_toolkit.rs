//! Google's Model Card Toolkit, schema v0.0.2: JSON in which numbers are strings (tensorflow/model-card-toolkit, archived).

use super::scores::{filled, of_json};
use super::{Considerations, EvaluationFormat, Evaluations};
use crate::artifact::json::Node;
use crate::artifact::metrics::bounded;

pub(super) fn read(bytes: &[u8]) -> Option<Evaluations> {
    of_json(EvaluationFormat::ModelCardToolkit, bytes, fill)
}

fn is_one(root: &Node) -> bool {
    let beside = ["quantitative_analysis", "model_parameters", "considerations", "schema_version"];
    root.get("model_details").is_some() && beside.iter().any(|key| root.get(key).is_some())
}

fn fill(root: &Node, evaluations: &mut Evaluations) -> bool {
    if !is_one(root) {
        return false;
    }
    let name = root.at(&["model_details", "name"]).and_then(Node::text).unwrap_or_default();
    if let Some(metrics) = root.at(&["quantitative_analysis", "performance_metrics"]) {
        evaluations.performance_metrics(name, metrics, ["confidence_interval", "lower_bound", "upper_bound"]);
    }
    let licences = root.at(&["model_details", "licenses"]).map(Node::items).unwrap_or_default();
    let named =
        |licence: &Node| licence.get("identifier").or_else(|| licence.get("custom_text"))?.text().map(str::to_owned);
    evaluations.licences = licences.iter().filter_map(named).map(bounded).collect();
    let list = |key: &str| filled(root.at(&["considerations", key]));
    evaluations.considerations = Some(Considerations::of(list("ethical_considerations"), 0, list("limitations")));
    true
}
