//! Chat templates: how a conversation becomes the text that the model sees. A changed one is another model to talk to.
//!
//! transformers takes `chat_template.jinja`, else `chat_template.json`, else `chat_template` in `tokenizer_config.json`, which may
//! be a list of named ones; further named ones are files in `additional_chat_templates`.

use serde::Serialize;

use super::File;
use crate::artifact::evaluations::TEXT_LIMIT_BYTES;
use crate::artifact::json::Node;
use crate::artifact::problem::Fault;
use crate::artifact::text::{cut, quoted};
use crate::domain::Digest;

/// Folder of further templates, each named like its file.
pub(super) const FOLDER: &str = "additional_chat_templates";
/// Longer templates are cut; their digest is of the whole.
pub const CHAT_TEMPLATE_LIMIT_CHARS: usize = 100_000;

/// A chat template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChatTemplate {
    /// Folder below the model's; empty for the model itself.
    pub part: String,
    /// `default`, `tool_use`, ...
    pub name: String,
    pub text: String,
    /// Of the whole text.
    pub digest: Digest,
    pub path: String,
    /// Line in the file, from 1.
    pub line: usize,
}

/// A file that is nothing but a template.
pub(super) fn read_text(file: &mut File<'_>, bytes: &[u8]) {
    if bytes.len() > TEXT_LIMIT_BYTES {
        return file.unreadable(Fault::new("the file is larger than 1 MiB", 1));
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return file.unreadable(Fault::new("the file is not UTF-8", 1));
    };
    let stem = file.path.rsplit('/').next().and_then(|name| name.strip_suffix(".jinja")).unwrap_or_default();
    let name = if stem == "chat_template" { "default" } else { stem };
    add(file, name, text, 1);
}

/// `chat_template` of a JSON file: one, or a list of named ones.
pub(super) fn read_json(file: &mut File<'_>, root: &Node) {
    let Some(node) = root.get("chat_template") else { return };
    if let Some(text) = node.text() {
        return add(file, "default", text, node.line);
    }
    for named in node.items() {
        let (name, text) = (named.get("name").and_then(Node::text), named.get("template").and_then(Node::text));
        if let (Some(name), Some(text)) = (name, text) {
            add(file, name, text, named.line);
        }
    }
}

/// Files come in the order of their paths: `chat_template.jinja` before `chat_template.json` before `tokenizer_config.json`.
fn add(file: &mut File<'_>, name: &str, text: &str, line: usize) {
    const MAX_TEMPLATES: usize = 100;
    let digest = Digest::of(text.as_bytes());
    let key = (file.part.clone(), name.to_owned());
    if let Some(used) = file.reading.templates.get(&key) {
        if used.digest != digest {
            let text = format!("the chat template `{}` is another one than in {}", quoted(name), quoted(&used.path));
            file.report(line, text);
        }
        return;
    }
    if file.reading.templates.len() >= MAX_TEMPLATES {
        return file.unreadable(Fault::new(format!("the model has more than {MAX_TEMPLATES} chat templates"), line));
    }
    let template = ChatTemplate {
        part: file.part.clone(),
        name: name.to_owned(),
        text: cut(text, CHAT_TEMPLATE_LIMIT_CHARS).into_owned(),
        digest,
        path: file.path.to_owned(),
        line,
    };
    file.reading.templates.insert(key, template);
}
