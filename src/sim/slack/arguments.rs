//! Reading a call's arguments: query, form or JSON, each argument turned into what the method expects.

use serde_json::{Map, Value, json};

use super::methods::{Kind, Method};
use super::refusal::Refusal;

/// The parts of an HTTP request that hold arguments.
#[derive(Debug, Clone, Default)]
pub(super) struct RawCall {
    pub is_get: bool,
    pub query: String,
    pub content_type: String,
    pub body: Vec<u8>,
}

/// The arguments as JSON values; not yet checked against the method.
///
/// # Errors
/// `missing_post_type`, `invalid_post_type`, `invalid_json` and their kin.
pub(super) fn read(raw: &RawCall, method: Option<&Method>) -> Result<Map<String, Value>, Refusal> {
    let mut arguments = from_form(raw.query.as_bytes(), method);
    if raw.is_get || raw.body.is_empty() {
        return Ok(arguments);
    }
    let (kind, parameters) = raw.content_type.split_once(';').unwrap_or((&raw.content_type, ""));
    check_charset(parameters)?;
    match kind.trim().to_ascii_lowercase().as_str() {
        "" => return Err(Refusal::new("missing_post_type")),
        "application/x-www-form-urlencoded" => arguments.extend(from_form(&raw.body, method)),
        // A read method does not look into a JSON body: its arguments are then simply missing.
        "application/json" if method.is_none_or(|method| method.json_body) => arguments.extend(from_json(&raw.body)?),
        "application/json" => {}
        _ => return Err(Refusal::new("invalid_post_type")),
    }
    arguments.remove("token");
    Ok(arguments)
}

/// Checks names and types of arguments; JSON given as a string is parsed.
///
/// # Errors
/// `invalid_arguments`, or `invalid_blocks_format` for blocks that are no JSON.
pub(super) fn check(method: &Method, arguments: &mut Map<String, Value>) -> Result<(), Refusal> {
    let missing =
        |name: &&&str| arguments.get(**name).is_none_or(|value| value.is_null() || value.as_str() == Some(""));
    if let Some(name) = method.required.iter().find(missing) {
        return Err(invalid(format!("[ERROR] missing required field: {name}")));
    }
    for (name, value) in arguments.iter_mut() {
        let Some((_, kind)) = method.arguments.iter().find(|(known, _)| known == name) else { continue };
        if *kind == Kind::Json && value.is_string() {
            *value = parse_text(name, value.as_str().unwrap_or_default())?;
        }
        if !is_of_kind(value, *kind) {
            return Err(invalid(format!("[ERROR] must provide a {} [json-pointer:/{name}]", kind.name())));
        }
    }
    Ok(())
}

/// The arguments Slack's documentation of the method does not know.
pub(super) fn unknown(method: &Method, arguments: &Map<String, Value>) -> Option<String> {
    let is_unknown = |name: &&String| !method.arguments.iter().any(|(known, _)| known == name);
    let names: Vec<&str> = arguments.keys().filter(is_unknown).map(String::as_str).collect();
    (!names.is_empty()).then(|| format!("no such argument: {}", names.join(", ")))
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Flag => "boolean",
            Self::Number => "number",
            Self::Json => "object or array",
        }
    }
}

fn is_of_kind(value: &Value, kind: Kind) -> bool {
    match kind {
        Kind::Text => value.is_string(),
        Kind::Flag => value.is_boolean(),
        Kind::Number => value.is_number(),
        Kind::Json => value.is_object() || value.is_array(),
    }
}

fn from_json(body: &[u8]) -> Result<Map<String, Value>, Refusal> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(arguments)) => Ok(arguments),
        Ok(_) => Err(Refusal::new("json_not_object")),
        Err(_) => Err(Refusal::new("invalid_json")),
    }
}

fn from_form(form: &[u8], method: Option<&Method>) -> Map<String, Value> {
    let pairs = url::form_urlencoded::parse(form);
    pairs
        .map(|(name, value)| {
            let typed = typed(&name, &value, method);
            (name.into_owned(), typed)
        })
        .collect()
}

/// Form values are strings; flags and numbers are written out in them.
fn typed(name: &str, value: &str, method: Option<&Method>) -> Value {
    let kind =
        method.and_then(|method| method.arguments.iter().find(|(known, _)| *known == name)).map(|(_, kind)| *kind);
    match (kind, value) {
        (Some(Kind::Flag), "true" | "1") => json!(true),
        (Some(Kind::Flag), "false" | "0") => json!(false),
        (Some(Kind::Number), number) => number.parse::<u64>().map_or_else(|_| json!(number), |number| json!(number)),
        _ => json!(value),
    }
}

fn parse_text(name: &str, text: &str) -> Result<Value, Refusal> {
    let error = match name {
        "blocks" => "invalid_blocks_format",
        "attachments" => "invalid_attachments",
        "metadata" => "invalid_metadata_format",
        _ => "invalid_arguments",
    };
    serde_json::from_str(text).map_err(|_| Refusal::new(error))
}

fn check_charset(parameters: &str) -> Result<(), Refusal> {
    let charset = parameters.split(';').find_map(|part| part.trim().strip_prefix("charset="));
    match charset.map(str::to_ascii_lowercase).as_deref() {
        None | Some("utf-8" | "iso-8859-1") => Ok(()),
        Some(_) => Err(Refusal::new("invalid_charset")),
    }
}

fn invalid(message: String) -> Refusal {
    Refusal { messages: vec![message], ..Refusal::new("invalid_arguments") }
}
