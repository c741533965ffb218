//! Models of several parts: `model_index.json` of diffusers, `modules.json` of sentence-transformers.

use super::{FactKind, File};
use crate::artifact::json::Node;

/// Libraries that parts of a diffusers pipeline come from, and diffusers' own packages that provide parts. Anything else may be
/// a Python file of the repository.
#[rustfmt::skip]
const KNOWN_LIBRARIES: [&str; 32] = [
    "diffusers", "transformers", "onnxruntime", "optimum", "peft", "flax", "k_diffusion", "timm", "tokenizers",
    "ace_step", "audioldm2", "controlnet", "cosmos", "deepfloyd_if", "deprecated", "flux", "kandinsky", "latent_diffusion",
    "ltx", "ltx2", "paint_by_example", "pipeline_utils", "shap_e", "stable_audio", "stable_cascade", "stable_diffusion",
    "stable_diffusion_safe", "stable_diffusion_xl", "unclip", "unidiffuser", "versatile_diffusion", "wuerstchen",
];

/// `_class_name` is the pipeline; each other key names a part by library and class.
pub(super) fn read_index(file: &mut File<'_>, root: &Node) {
    for entry in root.entries() {
        let names: Vec<&str> = entry.value.items().iter().filter_map(Node::scalar).collect();
        match (entry.key.as_str(), names.as_slice()) {
            // A list here is a Python file of the repository and a class in it.
            ("_class_name", [_, ..]) => file.fact(FactKind::RemoteCode, "pipeline", names.join("."), entry.line),
            ("_class_name", []) => file.scalar(FactKind::Architecture, Some(&entry.value)),
            (key, _) if key.starts_with('_') => {}
            (part, [library, ..]) => {
                let value = names.join(".");
                if !KNOWN_LIBRARIES.contains(library) {
                    file.fact(FactKind::RemoteCode, part, value.as_str(), entry.line);
                }
                file.fact(FactKind::Component, part, value, entry.line);
            }
            _ => {}
        }
    }
}

/// A list of parts, each with its class by full name.
pub(super) fn read_modules(file: &mut File<'_>, root: &Node) {
    for (index, module) in root.items().iter().enumerate() {
        let Some(class) = module.get("type").and_then(Node::text) else { continue };
        let name = module.get("name").and_then(Node::scalar).map_or_else(|| index.to_string(), str::to_owned);
        let name = format!("module {name}");
        if !class.starts_with("sentence_transformers.") {
            file.fact(FactKind::RemoteCode, &name, class, module.line);
        }
        file.fact(FactKind::Component, &name, class, module.line);
    }
}
