//! What is wrong with the settings: one line each, naming the key, the variable and where to get the value.

use std::fmt;

use super::keys;

/// One missing or wrong setting. Never holds a secret's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The setting's key (`github.app_id`), or the name of the file or variable it is about.
    pub key: String,
    /// What is wrong and what to do, in one line.
    pub message: String,
}

impl Problem {
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into() }
    }

    /// A setting that has to be there and is not.
    pub fn missing(key: &str) -> Self {
        Self::wrong(key, "is missing")
    }

    /// A setting with an unusable value; adds where to find the right one, and the variable that sets it.
    pub fn wrong(key: &str, what: &str) -> Self {
        let place = keys::where_to_find(key).map(|place| format!(": {place}")).unwrap_or_default();
        Self::new(key, format!("{what}{place}; set it as {}", keys::variable(key)))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.key, self.message)
    }
}
