//! The signature of a model that MLflow logged, and what loading it runs.

use super::{FactKind, File, Port};
use crate::artifact::evaluations::{self, EvaluationFormat, Flavor};

pub(super) fn read(file: &mut File<'_>, bytes: &[u8]) {
    let read = evaluations::read(EvaluationFormat::Mlflow, bytes);
    file.tell(read.problems);
    if let Some(fault) = read.fault {
        file.unreadable(fault);
    }
    let Some(model) = read.logged_model else { return };
    for flavor in &model.flavors {
        of_flavor(file, flavor);
    }
    let sides =
        [(FactKind::Input, &model.inputs), (FactKind::Output, &model.outputs), (FactKind::Param, &model.params)];
    for (kind, ports) in sides {
        for (index, port) in ports.iter().enumerate() {
            of_port(file, kind, index, port);
        }
    }
}

fn of_flavor(file: &mut File<'_>, flavor: &Flavor) {
    let format = flavor.serialization_format.as_deref().or(flavor.loader_module.as_deref());
    file.fact(FactKind::Flavor, &flavor.name, format.unwrap_or_default(), flavor.line);
    let mut runs = |what: &str, value: &str| {
        file.fact(FactKind::RemoteCode, &format!("{} {what}", flavor.name), value, flavor.line);
    };
    if let Some(code) = &flavor.code {
        runs("code", code);
    }
    let is_own = |module: &&String| module.as_str() == "mlflow" || module.starts_with("mlflow.");
    if let Some(module) = flavor.loader_module.as_ref().filter(|module| !is_own(module)) {
        runs("loader", module);
    }
    for (key, path) in &flavor.files {
        if matches!(key.as_str(), "python_model" | "model_code_path") {
            runs(key, path);
        }
    }
}

fn of_port(file: &mut File<'_>, kind: FactKind, index: usize, port: &Port) {
    let name = port.name.clone().unwrap_or_else(|| format!("#{index}"));
    let value = if port.required { port.kind.clone() } else { format!("{}, optional", port.kind) };
    file.fact(kind, &name, value, port.line);
}
