//! `config.json` of transformers (and of diffusers and timm, as far as it says the same), and the code that files name.

use std::collections::BTreeMap;

use super::{FactKind, File};
use crate::artifact::json::{Node, Value};
use crate::artifact::text::quoted;

pub(super) fn read(file: &mut File<'_>, root: &Node) {
    architectures(file, root);
    file.scalar(FactKind::ModelType, root.get("model_type"));
    file.scalar(FactKind::DataType, root.get("torch_dtype").or_else(|| root.get("dtype")));
    if let Some(quantization) = root.get("quantization_config") {
        file.fact(FactKind::Quantization, "", quantization.to_string(), quantization.line);
    }
    labels(file, root);
    auto_map(file, root);
    custom_pipelines(file, root);
}

/// `adapter_config.json` of PEFT.
pub(super) fn adapter(file: &mut File<'_>, root: &Node) {
    file.scalar(FactKind::Adapter, root.get("peft_type"));
    if let Some(base) = root.get("base_model_name_or_path")
        && let Some(name) = base.text()
    {
        let revision = root.get("revision").and_then(Node::text).map(|revision| format!("@{revision}"));
        file.fact(FactKind::BaseModel, "", format!("{name}{}", revision.unwrap_or_default()), base.line);
    }
    auto_map(file, root);
}

/// `auto_map`: the class that is loaded for each purpose, from Python beside the model or in another repository
/// (`acme/code--modeling.Model`).
pub(super) fn auto_map(file: &mut File<'_>, root: &Node) {
    let Some(map) = root.get("auto_map") else { return };
    if map.entries().is_empty() {
        return match map.scalar() {
            Some(class) => file.fact(FactKind::RemoteCode, "auto_map", class, map.line),
            None if map.items().is_empty() => {}
            None => file.fact(FactKind::RemoteCode, "auto_map", map.to_string(), map.line),
        };
    }
    for entry in map.entries() {
        let classes: Vec<&str> = match &entry.value.value {
            Value::List(classes) => classes.iter().filter_map(Node::scalar).collect(),
            _ => entry.value.scalar().into_iter().collect(),
        };
        if !classes.is_empty() {
            file.fact(FactKind::RemoteCode, &entry.key, classes.join(", "), entry.line);
        }
    }
}

fn architectures(file: &mut File<'_>, root: &Node) {
    let list = root.get("architectures").map(|list| (list, list.items()));
    if let Some((list, names)) = list
        && !names.is_empty()
    {
        let names: Vec<&str> = names.iter().filter_map(Node::scalar).collect();
        return file.fact(FactKind::Architecture, "", names.join(", "), list.line);
    }
    file.scalar(FactKind::Architecture, root.get("_class_name").or_else(|| root.get("architecture")));
}

/// `custom_pipelines`: for each task a class of the repository.
fn custom_pipelines(file: &mut File<'_>, root: &Node) {
    let pipelines = root.get("custom_pipelines").map(Node::entries).unwrap_or_default();
    for pipeline in pipelines {
        let class = pipeline.value.get("impl").and_then(Node::scalar);
        let class = class.map_or_else(|| pipeline.value.to_string(), str::to_owned);
        file.fact(FactKind::RemoteCode, &format!("pipeline {}", pipeline.key), class, pipeline.line);
    }
}

/// `id2label`, and where that is missing `label2id` or timm's `label_names`. Where the first two contradict each other it is told.
fn labels(file: &mut File<'_>, root: &Node) {
    let by_id = numbered(root.get("id2label"), |entry| Some((entry.key.parse().ok()?, entry.value.scalar()?)));
    let by_name = numbered(root.get("label2id"), |entry| Some((entry.value.whole()?, entry.key.as_str())));
    for (number, (name, line)) in &by_id {
        if let Some((other, _)) = by_name.get(number)
            && other != name
        {
            let text =
                format!("label {number} is `{}` in `id2label` and `{}` in `label2id`", quoted(name), quoted(other));
            file.report(*line, text);
        }
    }
    let named: BTreeMap<u64, (&str, usize)> = match root.get("label_names") {
        Some(list) => {
            (0..).zip(list.items()).filter_map(|(number, node)| Some((number, (node.scalar()?, node.line)))).collect()
        }
        None => BTreeMap::new(),
    };
    let labels = [by_id, by_name, named].into_iter().find(|labels| !labels.is_empty()).unwrap_or_default();
    match root.get("num_labels").or_else(|| root.get("num_classes")) {
        Some(count) => file.scalar(FactKind::LabelCount, Some(count)),
        None => {
            if let Some((_, line)) = labels.values().next() {
                file.fact(FactKind::LabelCount, "", labels.len().to_string(), *line);
            }
        }
    }
    for (number, (name, line)) in labels {
        file.fact(FactKind::Label, &number.to_string(), name, line);
    }
}

fn numbered<'a>(
    map: Option<&'a Node>,
    read: fn(&'a crate::artifact::json::Entry) -> Option<(u64, &'a str)>,
) -> BTreeMap<u64, (&'a str, usize)> {
    let entries = map.map(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|entry| read(entry).map(|(number, name)| (number, (name, entry.line)))).collect()
}
