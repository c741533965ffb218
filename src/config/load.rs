//! Layers the settings: the embedded defaults, then a file, then the environment.
//!
//! The defaults hold every key, so they are also the list of what may be set and of which kind it is.

use std::ffi::OsString;
use std::path::Path;

use toml::{Table, Value};

use super::keys;
use super::problem::Problem;
use super::settings::Settings;
use crate::domain::nearest::nearest;

mod environment;

pub(super) use environment::secret_file;

/// `config.default.toml`, as shipped: every setting with its default.
pub const DEFAULTS: &str = include_str!("../../config.default.toml");

/// Where settings come from, besides the defaults.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The file given with `--config`.
    pub file: Option<&'a Path>,
    /// The process' environment, or a test's.
    pub environment: &'a [(OsString, OsString)],
}

/// Loads all layers. Problems name keys, files and lines, never a secret's value.
pub fn load(origin: Origin<'_>) -> Result<Settings, Vec<Problem>> {
    let mut table = parse("config.default.toml", DEFAULTS).map_err(|problem| vec![problem])?;
    let mut problems = Vec::new();
    if let Some(path) = origin.file {
        match read_file(path) {
            Ok(layer) => overlay(&mut table, layer, &path.display().to_string(), &mut problems),
            Err(problem) => problems.push(problem),
        }
    }
    environment::overlay(&mut table, origin.environment, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    typed(table)
}

fn read_file(path: &Path) -> Result<Table, Problem> {
    let name = path.display().to_string();
    let text =
        std::fs::read_to_string(path).map_err(|error| Problem::new(&name, format!("cannot be read: {error}")))?;
    parse(&name, &text)
}

/// The error carries the place, not the line's text: that may be a secret with a typing error beside it.
fn parse(name: &str, text: &str) -> Result<Table, Problem> {
    text.parse::<Table>().map(lift).map_err(|error| {
        let (line, column) = place(text, error.span().map_or(0, |span| span.start));
        Problem::new(format!("{name}:{line}:{column}"), format!("is not TOML: {}", error.message()))
    })
}

/// Sections inside sections become sections of their own, by their whole name: `checks.http`.
fn lift(table: Table) -> Table {
    let mut lifted = Table::new();
    for (section, value) in table {
        let Value::Table(values) = value else {
            lifted.insert(section, value);
            continue;
        };
        let (inner, own): (Table, Table) = values.into_iter().partition(|(_, value)| value.is_table());
        if !own.is_empty() || inner.is_empty() {
            lifted.insert(section.clone(), Value::Table(own));
        }
        lifted.extend(inner.into_iter().map(|(name, value)| (format!("{section}.{name}"), value)));
    }
    lifted
}

fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |start| start.chars().count()) + 1;
    (line, column)
}

fn overlay(table: &mut Table, layer: Table, name: &str, problems: &mut Vec<Problem>) {
    for (section, value) in layer {
        match (table.get_mut(&section), value) {
            (Some(Value::Table(known)), Value::Table(given)) => overlay_section(known, given, &section, name, problems),
            (Some(_), _) => {
                problems.push(Problem::new(name, format!("`{section}` must be a section: write [{section}]")))
            }
            (None, _) => problems.push(unknown(name, &section, &section, table.keys().map(String::as_str))),
        }
    }
}

fn overlay_section(known: &mut Table, given: Table, section: &str, name: &str, problems: &mut Vec<Problem>) {
    for (key, value) in given {
        let full = format!("{section}.{key}");
        let Some(slot) = known.get_mut(&key) else {
            problems.push(unknown(name, &full, &key, known.keys().map(String::as_str)));
            continue;
        };
        match of_kind(slot, value) {
            Ok(value) => *slot = value,
            Err(what) => problems.push(Problem::new(full, format!("{what} (in {name})"))),
        }
    }
}

fn unknown<'a>(name: &str, full: &str, key: &str, known: impl Iterator<Item = &'a str>) -> Problem {
    let section = full.strip_suffix(key).unwrap_or_default();
    let hint = nearest(key, known).map(|near| format!(", did you mean `{section}{near}`?")).unwrap_or_default();
    Problem::new(name, format!("unknown setting `{full}`{hint}"))
}

/// `value` as the kind that the default has; a number is taken for a text, and one text for a list of one.
fn of_kind(default: &Value, value: Value) -> Result<Value, &'static str> {
    match (default, value) {
        (Value::String(_), Value::Integer(number)) => Ok(Value::String(number.to_string())),
        (Value::Float(_), Value::Integer(number)) => {
            i32::try_from(number).map(|small| Value::Float(small.into())).map_err(|_| "is too large a number")
        }
        (Value::Array(_), Value::String(one)) => Ok(Value::Array(vec![Value::String(one)])),
        (Value::Array(_), Value::Array(all)) if !all.iter().all(Value::is_str) => Err("must be a list of texts"),
        (default, value) if default.same_type(&value) => Ok(value),
        (Value::String(_), _) => Err("must be a text in quotes"),
        (Value::Integer(_), _) => Err("must be a whole number"),
        (Value::Float(_), _) => Err("must be a number"),
        (Value::Array(_), _) => Err("must be a list of texts"),
        (Value::Boolean(_), _) => Err("must be true or false"),
        _ => Err("has the wrong kind of value"),
    }
}

/// Every value that does not fit its setting is told, not only the first. Secrets are texts and always fit, so what is
/// told here may be shown.
fn typed(table: Table) -> Result<Settings, Vec<Problem>> {
    let error = match Settings::try_from_table(table.clone()) {
        Ok(settings) => return Ok(settings),
        Err(error) => error,
    };
    let problems: Vec<Problem> = all_keys(&table).filter_map(|(section, key)| misfit(&table, section, key)).collect();
    if problems.is_empty() { Err(vec![Problem::new("settings", error)]) } else { Err(problems) }
}

fn all_keys(table: &Table) -> impl Iterator<Item = (&String, &String)> {
    table.iter().flat_map(|(section, values)| {
        values.as_table().into_iter().flat_map(Table::keys).map(move |key| (section, key))
    })
}

/// Tries this one value among the defaults.
fn misfit(table: &Table, section: &str, key: &str) -> Option<Problem> {
    let mut alone = parse("config.default.toml", DEFAULTS).ok()?;
    *alone.get_mut(section)?.get_mut(key)? = table.get(section)?.get(key)?.clone();
    let what = Settings::try_from_table(alone).err()?;
    let full = format!("{section}.{key}");
    let variable = keys::variable(&full);
    Some(Problem::new(full, format!("is wrong: {what}; set it as {variable}")))
}

impl Settings {
    fn try_from_table(table: Table) -> Result<Self, String> {
        table.try_into().map_err(|error: toml::de::Error| error.message().trim().to_owned())
    }
}
