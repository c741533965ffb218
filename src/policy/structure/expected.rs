//! What a value should be, in words.

use serde_json::Value as Schema;

use super::choice;
use super::scalar::one_of;
use crate::policy::schema::Root;

/// `a list`, `a whole number of at least 1`, ``one of `hold`, `starter` ``
pub(in crate::policy) fn expected(root: &Root, schema: &Schema) -> String {
    if let Some(words) = choice::words(schema) {
        return one_of(&words);
    }
    if let Some(forms) = choice::of(schema) {
        let is_null = |form: &&Schema| form.get("type").and_then(Schema::as_str) != Some("null");
        let forms: Vec<String> = forms.iter().filter(is_null).map(|form| root.expected(form)).collect();
        return forms.join(", or ");
    }
    let kind = match schema.get("type") {
        Some(Schema::String(one)) => one.as_str(),
        Some(Schema::Array(several)) => several.first().and_then(Schema::as_str).unwrap_or_default(),
        _ => "",
    };
    match kind {
        "integer" => whole(schema),
        "number" => "a number".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        "array" => "a list".to_owned(),
        "string" => "text".to_owned(),
        _ => mapping(schema),
    }
}

fn whole(schema: &Schema) -> String {
    let bound = |key| schema.get(key).and_then(Schema::as_i64);
    match (bound("const"), bound("minimum")) {
        (Some(only), _) => format!("`{only}`"),
        (None, Some(min)) => format!("a whole number of at least {min}"),
        (None, None) => "a whole number".to_owned(),
    }
}

fn mapping(schema: &Schema) -> String {
    const SHOWN: usize = 4;
    let names = super::names(schema);
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => "a mapping".to_owned(),
        more if more > SHOWN => format!("a mapping with keys such as {}", shown.join(", ")),
        _ => format!("a mapping with {}", shown.join(", ")),
    }
}
