//! Gates: who must agree, in order or side by side, and when.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer};

use super::word::{GroupName, Word, is_not, is_visible, word};
use crate::policy::place::Placed;

/// A step of `gates`: one gate, or several that are open together.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub enum GateEntry {
    One(GateDocument),
    SideBySide(Placed<Vec<GateDocument>>),
}

/// One gate: so many people of a group must approve.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateDocument {
    /// What messages and the record call it. No two gates of an environment have the same name.
    pub name: Placed<GateName>,
    /// Who may approve here: a group of this file, or `owner/NAME` for one of the owner's.
    pub group: Placed<GroupReference>,
    /// How many different people of the group must approve: a whole number, at least 1.
    #[schemars(with = "Quorum")]
    pub quorum: Placed<u32>,
    /// The gate applies when this is true; without it always. A condition that cannot be evaluated counts as true.
    #[serde(default)]
    pub when: Option<Placed<ConditionText>>,
}

/// A number of people.
pub struct Quorum;

impl Quorum {
    pub const MAX: u32 = 100;
}

impl JsonSchema for Quorum {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Quorum".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1, "maximum": Self::MAX })
    }
}

/// Both forms in one, told apart by their keys; the schema has them as two.
#[derive(Deserialize)]
struct Written {
    name: Option<Placed<GateName>>,
    group: Option<Placed<GroupReference>>,
    quorum: Option<Placed<u32>>,
    when: Option<Placed<ConditionText>>,
    side_by_side: Option<Placed<Vec<GateDocument>>>,
}

impl TryFrom<Written> for GateEntry {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        match written {
            Written { side_by_side: Some(gates), name: None, group: None, quorum: None, when: None } => {
                Ok(Self::SideBySide(gates))
            }
            Written { name: Some(name), group: Some(group), quorum: Some(quorum), when, side_by_side: None } => {
                Ok(Self::One(GateDocument { name, group, quorum, when }))
            }
            _ => Err("a gate has `name`, `group` and `quorum`, or `side_by_side`"),
        }
    }
}

impl JsonSchema for GateEntry {
    fn schema_name() -> Cow<'static, str> {
        "GateEntry".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let gate = generator.subschema_for::<GateDocument>();
        json_schema!({
            "description": "A gate, or several that are open together. A step opens when the one before it is met.",
            "anyOf": [
                gate,
                {
                    "type": "object",
                    "properties": {
                        "side_by_side": {
                            "type": "array",
                            "items": gate,
                            "minItems": 1,
                            "maxItems": super::limits::GATES,
                            "description": "Gates that are open together.",
                        },
                    },
                    "required": ["side_by_side"],
                    "additionalProperties": false,
                },
            ],
        })
    }
}

/// A gate's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateName(pub String);

impl Word for GateName {
    const NAME: &'static str = "GateName";
    const SAMPLE: &'static str = "Gate";
    const PATTERN: &'static str = "^\\S(.{0,78}\\S)?$";
    const DESCRIPTION: &'static str = "A gate's name: 1 to 80 visible characters, without space around it.";

    fn parse(text: &str) -> Result<Self, String> {
        const MAX_CHARS: usize = 80;
        if is_visible(text, MAX_CHARS) { Ok(Self(text.to_owned())) } else { Err(is_not::<Self>()) }
    }
}

word!(GateName);

/// A group, as it is referred to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupReference {
    /// Of the same file.
    Here(GroupName),
    /// Of the owner's file.
    Owner(GroupName),
}

impl GroupReference {
    const PREFIX: &'static str = "owner/";

    /// As it is written.
    pub fn text(&self) -> String {
        match self {
            Self::Here(GroupName(name)) => name.clone(),
            Self::Owner(GroupName(name)) => format!("{}{name}", Self::PREFIX),
        }
    }
}

impl Word for GroupReference {
    const NAME: &'static str = "GroupReference";
    const SAMPLE: &'static str = "name";
    const PATTERN: &'static str = "^(owner/)?[A-Za-z0-9][A-Za-z0-9._-]{0,49}$";
    const DESCRIPTION: &'static str = "A group of this file by its name, or one of the owner's file as `owner/NAME`.";

    fn parse(text: &str) -> Result<Self, String> {
        let (name, of): (&str, fn(GroupName) -> Self) = match text.strip_prefix(Self::PREFIX) {
            Some(name) => (name, Self::Owner),
            None => (text, Self::Here),
        };
        if GroupName::is_name(name) { Ok(of(GroupName(name.to_owned()))) } else { Err(is_not::<Self>()) }
    }
}

word!(GroupReference);

/// A condition in CEL, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionText(pub String);

/// Only its form; names and types are looked at by [`crate::policy::condition`].
impl<'de> Deserialize<'de> for ConditionText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

impl Word for ConditionText {
    const NAME: &'static str = "Condition";
    const SAMPLE: &'static str = "rollback";
    const PATTERN: &'static str = "\\S";
    const DESCRIPTION: &'static str = "A condition in CEL over the evidence, at most 1,000 characters: `risk >= HIGH`.";

    fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() { Err(is_not::<Self>()) } else { Ok(Self(text.to_owned())) }
    }
}

impl JsonSchema for ConditionText {
    fn schema_name() -> Cow<'static, str> {
        Self::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": Self::PATTERN, "maxLength": 1000, "description": Self::DESCRIPTION })
    }
}
