//! CycloneDX ML-BOM 1.5 to 1.7, as JSON: components of type `machine-learning-model` and their `modelCard`
//! (schema/bom-1.6.schema.json in CycloneDX/specification).

use super::scores::{filled, of_json};
use super::{Considerations, EvaluationFormat, Evaluations};
use crate::artifact::json::Node;
use crate::artifact::metrics::bounded;
use crate::artifact::text::quoted;

/// Versions of the specification that have model cards and were looked at.
const KNOWN_VERSIONS: [&str; 3] = ["1.5", "1.6", "1.7"];

pub(super) fn read(bytes: &[u8]) -> Option<Evaluations> {
    of_json(EvaluationFormat::CycloneDx, bytes, fill)
}

fn fill(root: &Node, evaluations: &mut Evaluations) -> bool {
    let is_bom = root.get("bomFormat").and_then(Node::text) == Some("CycloneDX");
    let mut models = Vec::new();
    models_in(root.at(&["metadata", "component"]).into_iter(), &mut models);
    models_in(components(root).iter(), &mut models);
    if !is_bom || models.is_empty() {
        return false;
    }
    let version = root.get("specVersion").and_then(Node::scalar).unwrap_or_default();
    if !KNOWN_VERSIONS.contains(&version) {
        let line = root.get("specVersion").map_or(root.line, |node| node.line);
        evaluations.report(line, format!("version `{}` of CycloneDX is not known here", quoted(version)));
    }
    let mut all = Considerations::of(0, 0, 0);
    for model in models {
        let found = of_model(model, evaluations);
        all = Considerations::of(
            all.ethical + found.ethical,
            all.fairness + found.fairness,
            all.limitations + found.limitations,
        );
    }
    evaluations.considerations = Some(all);
    true
}

fn of_model(model: &Node, evaluations: &mut Evaluations) -> Considerations {
    let name = model.get("name").and_then(Node::text).unwrap_or_default();
    if let Some(metrics) = model.at(&["modelCard", "quantitativeAnalysis", "performanceMetrics"]) {
        evaluations.performance_metrics(name, metrics, ["confidenceInterval", "lowerBound", "upperBound"]);
    }
    let licences = model.get("licenses").map(Node::items).unwrap_or_default();
    let named = |licence: &Node| {
        let id = licence.at(&["license", "id"]).or_else(|| licence.at(&["license", "name"]));
        id.or_else(|| licence.get("expression"))?.text().map(str::to_owned)
    };
    evaluations.licences.extend(licences.iter().filter_map(named).map(bounded));
    let list = |key: &str| filled(model.at(&["modelCard", "considerations", key]));
    Considerations::of(list("ethicalConsiderations"), list("fairnessAssessments"), list("technicalLimitations"))
}

/// Components may hold components; the depth of the file bounds this.
fn models_in<'a>(components_here: impl Iterator<Item = &'a Node>, found: &mut Vec<&'a Node>) {
    for component in components_here {
        if component.get("type").and_then(Node::text) == Some("machine-learning-model") {
            found.push(component);
        }
        models_in(components(component).iter(), found);
    }
}

fn components(node: &Node) -> &[Node] {
    node.get("components").map(Node::items).unwrap_or_default()
}
