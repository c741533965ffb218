//! Names that checks, artifacts and tools go by.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A name of 1 to 100 visible characters, without space around it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CheckName(String);

impl CheckName {
    pub const MAX_CHARS: usize = 100;

    pub fn parse(text: &str) -> Option<Self> {
        let length = text.chars().take(Self::MAX_CHARS + 1).count();
        let usable = (1..=Self::MAX_CHARS).contains(&length) && !text.contains(char::is_control) && text.trim() == text;
        usable.then(|| Self(text.to_owned()))
    }

    /// A name for something that has one already, made to fit.
    pub fn cut(text: &str) -> Self {
        let visible: String = text.trim().chars().filter(|c| !c.is_control()).take(Self::MAX_CHARS).collect();
        Self(visible)
    }

    pub(super) fn from_static(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CheckName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for CheckName {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| "a name has 1 to 100 visible characters, and no space around it".to_owned())
    }
}

impl From<CheckName> for String {
    fn from(name: CheckName) -> Self {
        name.0
    }
}

impl JsonSchema for CheckName {
    fn schema_name() -> Cow<'static, str> {
        "CheckName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "maxLength": Self::MAX_CHARS })
    }
}
