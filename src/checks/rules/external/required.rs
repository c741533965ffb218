//! `bias-eval`, or `{name: bias-eval, app: github-actions}`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::name::CheckName;
use crate::domain::RequiredRun;

/// A check run or commit status that must have passed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunRule {
    pub name: CheckName,
    /// The app that must report it, by its slug; a commit status has none. Without it every reporter of that name must pass.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<CheckName>,
}

impl RunRule {
    pub fn required(&self) -> RequiredRun {
        RequiredRun { name: self.name.to_string(), app: self.app.as_ref().map(CheckName::to_string) }
    }
}

/// The long form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: CheckName,
    #[serde(default)]
    app: Option<CheckName>,
}

struct EitherForm;

impl<'de> Visitor<'de> for EitherForm {
    type Value = RunRule;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a check run, or `{name: …, app: …}`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<RunRule, E> {
        let name = CheckName::try_from(text.to_owned()).map_err(E::custom)?;
        Ok(RunRule { name, app: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RunRule, A::Error> {
        let Named { name, app } = Named::deserialize(MapAccessDeserializer::new(map))?;
        Ok(RunRule { name, app })
    }
}

impl<'de> Deserialize<'de> for RunRule {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(EitherForm)
    }
}

impl JsonSchema for RunRule {
    fn schema_name() -> Cow<'static, str> {
        "RunRule".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let name = generator.subschema_for::<CheckName>();
        json_schema!({
            "anyOf": [
                name,
                {
                    "type": "object",
                    "properties": { "name": name, "app": name },
                    "required": ["name"],
                    "additionalProperties": false,
                },
            ],
            "description": "The name of a check run or commit status, or its name with the slug of the app that must report it.",
        })
    }
}
