//! Where a request is posted.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::people::is_id;
use super::word::{Word, is_not, word};

/// Where requests are posted: one channel, or one by risk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Channel {
    One(ChannelName),
    ByRisk(ChannelByRisk),
}

/// A channel for each risk; the nearest milder one that is written counts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelByRisk {
    /// For every risk that is not named.
    pub default: ChannelName,
    /// For requests of at least low risk.
    #[serde(default)]
    pub low: Option<ChannelName>,
    /// For requests of at least medium risk.
    #[serde(default)]
    pub medium: Option<ChannelName>,
    /// For requests of at least high risk.
    #[serde(default)]
    pub high: Option<ChannelName>,
    /// For requests of critical risk.
    #[serde(default)]
    pub critical: Option<ChannelName>,
}

/// A channel in Slack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelName(pub String);

impl Word for ChannelName {
    const NAME: &'static str = "ChannelName";
    const SAMPLE: &'static str = "#releases";
    const PATTERN: &'static str = "^(#[^\\s#<>&@!A-Z]{1,80}|[CG][A-Z0-9]{2,20})$";
    const DESCRIPTION: &'static str = "A Slack channel, by its name with `#` and in quotes (\"#releases\") or by its id (`C024BE91L`), which survives renaming.";

    fn parse(text: &str) -> Result<Self, String> {
        const MAX_CHARS: usize = 80;
        let is_name = |name: &str| {
            (1..=MAX_CHARS).contains(&name.chars().take(MAX_CHARS + 1).count())
                && name.chars().all(|c| (c.is_alphanumeric() && !c.is_uppercase()) || matches!(c, '-' | '_'))
        };
        match text.strip_prefix('#') {
            Some(name) if is_name(name) => Ok(Self(text.to_owned())),
            Some(name) if is_name(&name.to_lowercase()) => {
                Err(format!("has capital letters, which channels never have: write \"#{}\"", name.to_lowercase()))
            }
            None if is_id(text, &['C', 'G']) => Ok(Self(text.to_owned())),
            None if is_name(text) => Err(format!("is a channel's name without its `#`: write \"#{text}\"")),
            Some(_) | None => Err(is_not::<Self>()),
        }
    }
}

word!(ChannelName);

impl<'de> Deserialize<'de> for Channel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EitherForm;

        impl<'de> Visitor<'de> for EitherForm {
            type Value = Channel;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a channel, or channels by risk")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Channel, E> {
                ChannelName::deserialize(StrDeserializer::new(text)).map(Channel::One)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Channel, A::Error> {
                ChannelByRisk::deserialize(MapAccessDeserializer::new(map)).map(Channel::ByRisk)
            }
        }

        deserializer.deserialize_any(EitherForm)
    }
}

impl JsonSchema for Channel {
    fn schema_name() -> Cow<'static, str> {
        "Channel".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (one, by_risk) = (generator.subschema_for::<ChannelName>(), generator.subschema_for::<ChannelByRisk>());
        json_schema!({ "anyOf": [one, by_risk], "description": "One channel, or one by risk." })
    }
}
