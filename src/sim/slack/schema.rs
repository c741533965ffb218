//! Block Kit's types and per-field limits, read from `blockkit.schema.json` by the part of JSON Schema that it uses.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::{Map, Value};

/// One thing Slack would refuse, in Slack's words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// JSON pointer from the document that was checked.
    pub pointer: String,
    pub message: String,
}

/// Checks a document against a definition of the schema (`message`, `view`).
pub fn check(definition: &str, document: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    check_value(&reference(definition), document, "", &mut findings);
    let unique: BTreeSet<Finding> = tightest_lengths(findings).into_iter().collect();
    unique.into_iter().collect()
}

fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| serde_json::from_str(include_str!("blockkit.schema.json")).unwrap_or_default())
}

fn definition(name: &str) -> &'static Value {
    static NOTHING_FITS: Value = Value::Bool(false);
    schema().get("definitions").and_then(|all| all.get(name)).unwrap_or(&NOTHING_FITS)
}

fn reference(name: &str) -> Value {
    serde_json::json!({ "$ref": format!("#/definitions/{name}") })
}

fn check_value(rule: &Value, value: &Value, at: &str, out: &mut Vec<Finding>) {
    let Some(rule) = rule.as_object() else {
        // `true` and `{}` allow everything; `false`, or a definition that does not exist, allows nothing.
        if rule.as_bool() != Some(true) {
            refuse(out, at, "failed to match all allowed schemas");
        }
        return;
    };
    if let Some(name) = rule.get("$ref").and_then(Value::as_str) {
        return check_value(definition(name.trim_start_matches("#/definitions/")), value, at, out);
    }
    check_type(rule, value, at, out);
    check_choice(rule, value, at, out);
    check_text(rule, value, at, out);
    check_number(rule, value, at, out);
    check_array(rule, value, at, out);
    check_object(rule, value, at, out);
    check_combinations(rule, value, at, out);
}

fn fits(rule: &Value, value: &Value) -> bool {
    let mut findings = Vec::new();
    check_value(rule, value, "", &mut findings);
    findings.is_empty()
}

fn check_type(rule: &Map<String, Value>, value: &Value, at: &str, out: &mut Vec<Finding>) {
    let allowed: Vec<&str> = match rule.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    if !allowed.iter().any(|name| has_type(value, name)) {
        refuse(out, at, &format!("must provide a {}", allowed.join(" or ")));
    }
}

fn has_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|number| number.fract() == 0.0),
        _ => false,
    }
}

fn check_choice(rule: &Map<String, Value>, value: &Value, at: &str, out: &mut Vec<Finding>) {
    let listed = rule.get("enum").and_then(Value::as_array).is_some_and(|choices| !choices.contains(value));
    let other = rule.get("const").is_some_and(|only| only != value);
    if listed || other {
        let what = if at.ends_with("/type") { "unsupported type" } else { "unsupported value" };
        let shown: String = value.as_str().map_or_else(|| value.to_string(), str::to_owned).chars().take(60).collect();
        refuse(out, at, &format!("{what}: {shown}"));
    }
}

fn check_text(rule: &Map<String, Value>, value: &Value, at: &str, out: &mut Vec<Finding>) {
    let Some(text) = value.as_str() else { return };
    let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    if limit(rule, "minLength").is_some_and(|least| length < least) {
        refuse(out, at, "must be more than 0 characters");
    }
    if let Some(most) = limit(rule, "maxLength").filter(|most| length > *most) {
        refuse(out, at, &format!("must be less than {} characters", most.saturating_add(1)));
    }
    if rule.get("pattern").and_then(Value::as_str).is_some_and(|pattern| !has_pattern(text, pattern)) {
        refuse(out, at, "does not have the required form");
    }
}

/// The schema uses four patterns only; each is written out here. A test keeps the list complete.
fn has_pattern(text: &str, pattern: &str) -> bool {
    match pattern {
        "^https://" => text.starts_with("https://"),
        r"^\d+\.\d+$" => text.split_once('.').is_some_and(|(whole, rest)| all_digits(whole) && all_digits(rest)),
        r"^\d{4}-\d{2}-\d{2}$" => has_shape(text, "dddd-dd-dd"),
        r"^([01]\d|2[0-3]):[0-5]\d$" => {
            let hour = text.get(..2).and_then(|hour| hour.parse::<u8>().ok());
            let minute = text.get(3..).and_then(|minute| minute.parse::<u8>().ok());
            has_shape(text, "dd:dd") && hour.is_some_and(|hour| hour < 24) && minute.is_some_and(|minute| minute < 60)
        }
        _ => false,
    }
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn has_shape(text: &str, shape: &str) -> bool {
    let same = |(have, want): (u8, u8)| if want == b'd' { have.is_ascii_digit() } else { have == want };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(same)
}

fn check_number(rule: &Map<String, Value>, value: &Value, at: &str, out: &mut Vec<Finding>) {
    let Some(number) = value.as_f64() else { return };
    let bound = |name: &str| rule.get(name).and_then(Value::as_f64);
    if let Some(least) = bound("minimum").filter(|least| number < *least) {
        refuse(out, at, &format!("must be at least {least}"));
    }
    if let Some(most) = bound("maximum").filter(|most| number > *most) {
        refuse(out, at, &format!("must be at most {most}"));
    }
}

fn check_array(rule: &Map<String, Value>, value: &Value, at: &str, out: &mut Vec<Finding>) {
    let Some(items) = value.as_array() else { return };
    let count = u64::try_from(items.len()).unwrap_or(u64::MAX);
    if let Some(least) = limit(rule, "minItems").filter(|least| count < *least) {
        refuse(out, at, &format!("no fewer than {least} items allowed"));
    }
    if let Some(most) = limit(rule, "maxItems").filter(|most| count > *most) {
        refuse(out, at, &format!("no more than {most} items allowed"));
    }
    let Some(each) = rule.get("items") else { return };
    for (index, item) in items.iter().enumerate() {
        check_value(each, item, &format!("{at}/{index}"), out);
    }
}

fn check_object(rule: &Map<String, Value>, value: &Value, at: &str, out: &mut Vec<Finding>) {
    let Some(object) = value.as_object() else { return };
    for name in strings(rule.get("required")).filter(|name| !object.contains_key(*name)) {
        refuse(out, at, &format!("missing required field: {name}"));
    }
    if limit(rule, "minProperties").is_some_and(|least| u64::try_from(object.len()).is_ok_and(|count| count < least)) {
        refuse(out, at, "must not be empty");
    }
    let properties = rule.get("properties").and_then(Value::as_object);
    let closed = rule.get("additionalProperties") == Some(&Value::Bool(false));
    for (name, member) in object {
        match properties.and_then(|known| known.get(name)) {
            Some(rule) => check_value(rule, member, &format!("{at}/{name}"), out),
            None if closed => refuse(out, at, &format!("invalid additional property: {name}")),
            None => {}
        }
    }
}

fn check_combinations(rule: &Map<String, Value>, value: &Value, at: &str, out: &mut Vec<Finding>) {
    for part in list(rule, "allOf") {
        check_value(part, value, at, out);
    }
    if let (Some(condition), Some(consequence)) = (rule.get("if"), rule.get("then"))
        && fits(condition, value)
    {
        check_value(consequence, value, at, out);
    }
    let any = list(rule, "anyOf");
    if !any.is_empty() && !any.iter().any(|part| fits(part, value)) {
        refuse(out, at, "failed to match all allowed schemas");
    }
    let one = list(rule, "oneOf");
    if !one.is_empty() && one.iter().filter(|part| fits(part, value)).count() != 1 {
        refuse(out, at, "failed to match exactly one allowed schema");
    }
}

/// Where two limits of length are broken at one place, Slack names the tighter one.
fn tightest_lengths(findings: Vec<Finding>) -> Vec<Finding> {
    let limit_of = |finding: &Finding| -> Option<u64> {
        finding.message.strip_prefix("must be less than ")?.strip_suffix(" characters")?.parse().ok()
    };
    let tighter_exists = |finding: &Finding| {
        findings.iter().any(|other| {
            other.pointer == finding.pointer && limit_of(other) < limit_of(finding) && limit_of(other).is_some()
        })
    };
    findings.iter().filter(|finding| !tighter_exists(finding)).cloned().collect()
}

fn refuse(out: &mut Vec<Finding>, at: &str, message: &str) {
    out.push(Finding { pointer: at.to_owned(), message: message.to_owned() });
}

fn limit(rule: &Map<String, Value>, name: &str) -> Option<u64> {
    rule.get(name).and_then(Value::as_u64)
}

fn list<'a>(rule: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    rule.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn strings(value: Option<&Value>) -> impl Iterator<Item = &str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_schema_uses_only_what_is_understood_here() {
        const KEYWORDS: [&str; 20] = [
            "$ref",
            "type",
            "properties",
            "const",
            "enum",
            "minLength",
            "maxLength",
            "pattern",
            "minimum",
            "maximum",
            "items",
            "minItems",
            "maxItems",
            "required",
            "additionalProperties",
            "minProperties",
            "allOf",
            "anyOf",
            "oneOf",
            "if",
        ];
        fn walk(rule: &Value) {
            let Some(rule) = rule.as_object() else { return };
            for (keyword, inner) in rule {
                assert!(KEYWORDS.contains(&keyword.as_str()) || keyword == "then", "unknown keyword {keyword}");
                match keyword.as_str() {
                    "properties" => inner.as_object().unwrap().values().for_each(walk),
                    "allOf" | "anyOf" | "oneOf" => inner.as_array().unwrap().iter().for_each(walk),
                    "items" | "if" | "then" => walk(inner),
                    "$ref" => {
                        let name = inner.as_str().unwrap().trim_start_matches("#/definitions/");
                        assert!(schema()["definitions"].get(name).is_some(), "{name} is not defined");
                    }
                    "pattern" => {
                        let samples = ["https://a.example", "1.2", "2026-01-31", "23:59"];
                        assert!(samples.iter().any(|text| has_pattern(text, inner.as_str().unwrap())), "{inner}");
                    }
                    _ => {}
                }
            }
        }
        schema()["definitions"].as_object().unwrap().values().for_each(walk);
    }

    #[test]
    fn a_broken_time_of_day_has_not_the_form() {
        let form = r"^([01]\d|2[0-3]):[0-5]\d$";
        assert!(has_pattern("00:00", form));
        for wrong in ["24:00", "12:60", "1:00", "12-00", "ü2:00", ""] {
            assert!(!has_pattern(wrong, form), "{wrong}");
        }
    }

    #[test]
    fn the_tighter_of_two_lengths_is_named() {
        let header = json!({"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "x".repeat(3001)}}]});
        let messages: Vec<String> = check("message", &header).into_iter().map(|finding| finding.message).collect();
        assert_eq!(messages, ["must be less than 151 characters"]);
    }
}
