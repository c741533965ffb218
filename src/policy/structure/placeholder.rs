//! Values that stand for what is missing or cannot be read, so that the rest of a mapping can be looked at. What is found about
//! them is not told: see [`crate::policy::file::File::is_whole`].

use serde_json::Value as Schema;

use super::choice;
use crate::artifact::yaml::{Mark, Node, Value};
use crate::policy::document::word_kind;
use crate::policy::schema::Root;

/// A value of the kind; `None` where none is simple enough. The version of the file has none: it is not guessed.
pub(super) fn of(root: &Root, schema: &Schema, mark: Mark) -> Option<Node> {
    let text = |text: &str| {
        let value = Value::Text(text.to_owned());
        Some(Node { line: mark.line, end_line: mark.line, mark, is_plain: true, value })
    };
    if let Some((name, target)) = root.target(schema) {
        return match word_kind(name) {
            Some(kind) => text(kind.sample),
            None => of(root, target, mark),
        };
    }
    if let Some(words) = choice::words(schema) {
        return text(words.first()?);
    }
    match schema.get("type")?.as_str()? {
        "integer" => text(&schema.get("minimum")?.as_i64()?.to_string()),
        "array" if schema.get("minItems").is_none() => {
            Some(Node { value: Value::List(Vec::new()), is_plain: false, ..text("")? })
        }
        _ => None,
    }
}
