//! The environment's layer: `COUNTERSIGN_SECTION__KEY`, and `…_FILE` for secrets.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};

use toml::{Table, Value};

use crate::config::keys::{self, PREFIX};
use crate::config::problem::Problem;
use crate::domain::nearest::nearest;

/// Names that start like settings and are none: the `--config` option's, and what test suites use.
const NOT_SETTINGS: [&str; 2] = ["COUNTERSIGN_CONFIG", "COUNTERSIGN_TEST_"];

/// Most that is read of a secret's file, in bytes.
const MAX_SECRET_BYTES: u64 = 64 * 1024;

pub(super) fn overlay(table: &mut Table, environment: &[(OsString, OsString)], problems: &mut Vec<Problem>) {
    let mut seen = HashSet::new();
    for (name, value) in environment {
        let Some(name) = ours(name) else { continue };
        match setting(table, name).and_then(|place| Ok((read(&place, name, value)?, place))) {
            Ok((_, place)) if !seen.insert(place.full.clone()) => problems.push(twice(&place)),
            Ok((text, place)) => put(table, &place, text, name, problems),
            Err(problem) => problems.push(problem),
        }
    }
}

/// Where a variable's value goes.
struct Place {
    section: String,
    key: String,
    full: String,
    /// The value is the path of a file that holds the setting.
    from_file: bool,
}

fn ours(name: &OsStr) -> Option<&str> {
    let name = name.to_str()?;
    let ours = name.starts_with(PREFIX) && !NOT_SETTINGS.iter().any(|other| name.starts_with(other));
    ours.then_some(name)
}

fn setting(table: &Table, name: &str) -> Result<Place, Problem> {
    let rest = name.strip_prefix(PREFIX).unwrap_or(name).to_lowercase();
    let known = |section: &str, key: &str| table.get(section).is_some_and(|values| values.get(key).is_some());
    let (section, key) = rest.rsplit_once("__").ok_or_else(|| unknown(table, name))?;
    let section = &section.replace("__", ".");
    let place = |key: &str, from_file| Place {
        section: section.clone(),
        key: key.to_owned(),
        full: format!("{section}.{key}"),
        from_file,
    };
    if known(section, key) {
        return Ok(place(key, false));
    }
    match key.strip_suffix("_file") {
        Some(secret) if known(section, secret) && keys::is_secret(&format!("{section}.{secret}")) => {
            Ok(place(secret, true))
        }
        _ => Err(unknown(table, name)),
    }
}

fn unknown(table: &Table, name: &str) -> Problem {
    let names: Vec<String> =
        super::all_keys(table).map(|(section, key)| keys::variable(&format!("{section}.{key}"))).collect();
    let hint = nearest(name, names.iter().map(String::as_str))
        .map(|near| format!(", did you mean {near}?"))
        .unwrap_or_default();
    Problem::new(name, format!("is no setting{hint}"))
}

fn read(place: &Place, name: &str, value: &OsStr) -> Result<String, Problem> {
    let Some(text) = value.to_str() else { return Err(Problem::new(name, "is not UTF-8 text")) };
    if !place.from_file {
        return Ok(text.to_owned());
    }
    let mut content = secret_file(text)
        .map_err(|error| Problem::new(name, format!("names `{text}`, which cannot be read: {error}")))?;
    if content.ends_with('\n') {
        content.pop();
    }
    if content.ends_with('\r') {
        content.pop();
    }
    Ok(content)
}

/// The text of a secret's file, bounded: a path may be mistyped into anything.
pub(in crate::config) fn secret_file(path: &str) -> std::io::Result<String> {
    use std::io::Read as _;
    let mut content = String::new();
    std::fs::File::open(path)?.take(MAX_SECRET_BYTES).read_to_string(&mut content)?;
    Ok(content)
}

fn put(table: &mut Table, place: &Place, text: String, name: &str, problems: &mut Vec<Problem>) {
    let Some(slot) = table.get_mut(&place.section).and_then(|values| values.get_mut(&place.key)) else { return };
    match of_text(slot, &text) {
        Ok(value) => *slot = value,
        Err(what) => problems.push(Problem::new(&place.full, format!("{what} (in {name})"))),
    }
}

/// A variable is always text: read it as the kind that the default has. Lists have one value per line.
fn of_text(default: &Value, text: &str) -> Result<Value, &'static str> {
    match default {
        Value::Integer(_) => text.trim().parse().map(Value::Integer).map_err(|_| "must be a whole number"),
        Value::Float(_) => text.trim().parse().map(Value::Float).map_err(|_| "must be a number"),
        Value::Boolean(_) => text.trim().parse().map(Value::Boolean).map_err(|_| "must be true or false"),
        Value::Array(_) if text.is_empty() => Ok(Value::Array(vec![Value::String(String::new())])),
        Value::Array(_) => Ok(Value::Array(text.lines().map(|line| Value::String(line.to_owned())).collect())),
        _ => Ok(Value::String(text.to_owned())),
    }
}

fn twice(place: &Place) -> Problem {
    let variable = keys::variable(&place.full);
    Problem::new(&place.full, format!("is set twice: keep either {variable} or {variable}_FILE"))
}
