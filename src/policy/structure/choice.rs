//! Values that may have one of several forms.

use serde_json::Value as Schema;

use super::scalar::allows;
use super::{Spot, Walk, names};
use crate::artifact::yaml::{Node, Value};

/// The forms of a schema that is a choice of forms. A list of words is none: each of its entries is one word.
pub(super) fn of(schema: &Schema) -> Option<&Vec<Schema>> {
    let any = schema.get("anyOf").and_then(Schema::as_array);
    // Beside `properties` it says which keys exclude each other, which decoding looks at.
    let one = schema.get("oneOf").and_then(Schema::as_array).filter(|_| schema.get("properties").is_none());
    any.or(one).filter(|forms| !forms.iter().all(is_word))
}

/// The words of a schema that is a list of words, each with or without a description.
pub(super) fn words(schema: &Schema) -> Option<Vec<&str>> {
    let of_form = |form| -> Vec<&Schema> {
        let constant = Schema::get(form, "const");
        let listed = form.get("enum").and_then(Schema::as_array);
        constant.into_iter().chain(listed.into_iter().flatten()).collect()
    };
    let forms = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Schema::as_array);
    let values: Vec<&Schema> = match forms {
        Some(forms) if forms.iter().all(is_word) => forms.iter().flat_map(of_form).collect(),
        Some(_) => return None,
        None => of_form(schema),
    };
    let words: Option<Vec<&str>> = values.iter().map(|value| value.as_str()).collect();
    words.filter(|words| !words.is_empty())
}

fn is_word(form: &Schema) -> bool {
    form.get("const").or_else(|| form.get("enum").and_then(|words| words.get(0))).is_some_and(Schema::is_string)
}

impl<'a> Walk<'a> {
    /// Follows the form that was probably meant, so that its mistakes are told and not that no form fits.
    pub(super) fn choose(
        &mut self,
        node: &Node,
        schema: &'a Schema,
        forms: &'a [Schema],
        spot: &Spot<'_>,
    ) -> Option<Node> {
        let fitting: Vec<&'a Schema> = forms.iter().filter(|form| self.fits(node, form)).collect();
        match fitting.as_slice() {
            [] if matches!(node.value, Value::Null) => self.cleaned(node, first_not_null(forms)?, spot),
            [] => {
                self.wrong_type(node, schema, spot);
                None
            }
            [only] => self.cleaned(node, only, spot),
            several => {
                let best = several.iter().max_by_key(|form| self.known_keys(node, form))?;
                // Of several forms of text, the first one that takes it.
                let taking = several.iter().find(|form| self.takes(node, form, spot));
                self.cleaned(node, taking.unwrap_or(best), spot)
            }
        }
    }

    /// Whether a value could be of this form: a list of a form that is a list, and so on.
    fn fits(&self, node: &Node, form: &Schema) -> bool {
        let form = self.schema.target(form).map_or(form, |(_, target)| target);
        if let Some(forms) = of(form) {
            return forms.iter().any(|form| self.fits(node, form));
        }
        match &node.value {
            Value::Null => allows(form, "null"),
            Value::List(_) => allows(form, "array"),
            Value::Map(_) => allows(form, "object"),
            Value::Text(_) => ["string", "integer", "number", "boolean"].iter().any(|kind| allows(form, kind)),
        }
    }

    /// Whether a value is of this form without a mistake.
    fn takes(&self, node: &Node, form: &'a Schema, spot: &Spot<'_>) -> bool {
        let mut trial = Walk {
            findings: Vec::new(),
            dropped: Vec::new(),
            duplicates: self.duplicates,
            schema: self.schema,
            role: self.role,
        };
        matches!(node.value, Value::Text(_)) && trial.cleaned(node, form, spot).is_some() && trial.findings.is_empty()
    }

    fn known_keys(&self, node: &Node, form: &Schema) -> usize {
        let form = self.schema.target(form).map_or(form, |(_, target)| target);
        let known = names(form);
        node.entries().iter().filter(|entry| known.contains(&entry.key.as_str())).count()
    }
}

fn first_not_null(forms: &[Schema]) -> Option<&Schema> {
    forms.iter().find(|form| form.get("type").and_then(Schema::as_str) != Some("null"))
}
