//! Evidence for machines: one JSON document, whose form changes only with its version.
//!
//! `docs/report.schema.json` is its JSON Schema. Fields may be added within a version; none is taken away or changes its meaning.

mod document;
mod from;

use super::Report;

pub use document::Document;

/// The version of the document's form.
pub const SCHEMA_VERSION: u32 = 1;

/// The report as indented JSON, with a line end.
pub fn json(report: &Report<'_>) -> String {
    written(&document(report))
}

/// The same as a value.
pub fn document(report: &Report<'_>) -> Document {
    from::document(report)
}

/// The JSON Schema of [`Document`], as it is published.
pub fn schema() -> String {
    written(&schemars::schema_for!(Document))
}

fn written(value: &impl serde::Serialize) -> String {
    // Values of ours always serialise.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests;
