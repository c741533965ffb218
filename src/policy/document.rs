//! The policy file as it is written. The doc comments are what its JSON Schema and the reference say: they are for those
//! who write policies.

mod accept;
mod channel;
mod environment;
mod gates;
mod group;
mod none;
mod people;
mod time;
mod window;
mod word;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::place::Placed;
use crate::checks::rules::{ModelRules, SignatureRules};

pub use accept::{AcceptDocument, FlagCode};
pub use channel::{Channel, ChannelByRisk, ChannelName};
pub use environment::{
    AllowSelf, ApproveDocument, AutoApprove, BreakGlass, DenyDocument, EnvironmentDocument, Escalation, Exemption,
    GroupBy, LaterJobs, Need, Notify, PartWord, Predecessor, Reminder, Review, Rollback, SeverityDocument, Supersede,
};
pub use gates::{ConditionText, GateDocument, GateEntry, GateName, GroupReference, Quorum};
pub use group::{GroupDocument, Permission};
pub use none::OrNone;
pub use people::{ChatGroup, ChatUserId, Login, Team};
pub use time::Date;
pub use window::{Days, RepositoryPath, WindowDocument};
pub(super) use word::said;
pub use word::{EnvironmentPattern, GroupName, RefPattern, Sentence, Word, WordKind, word_kind};

/// Most entries of lists and mappings, by what they hold. More than anybody writes by hand, and few enough to look at all
/// of them against each other.
pub mod limits {
    pub const GROUPS: usize = 200;
    pub const ENVIRONMENTS: usize = 100;
    pub const GATES: usize = 50;
}

/// `.github/countersign.yml`: who must agree before a model goes live, and what it is held to. Read from the default branch;
/// unknown keys are refused.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Countersign policy")]
pub struct PolicyDocument {
    /// Always 1.
    #[schemars(with = "One")]
    pub version: Placed<u32>,
    /// What happens to an environment that no entry of `environments` is for: `hold` (the default) holds every request;
    /// `starter` treats it as an entry without keys: the defaults and the built-in gate, one approval by somebody with write access.
    #[serde(default)]
    pub unmatched: Option<Placed<Unmatched>>,
    /// Groups of people, by name. A group counts in the file that describes it: a repository refers to one of its owner's
    /// groups as `owner/NAME`, and cannot change it.
    #[serde(default)]
    #[schemars(extend("maxProperties" = limits::GROUPS))]
    pub groups: Entries<GroupName, GroupDocument>,
    /// The models of the repository. Default: every folder with a model card.
    #[serde(default)]
    #[schemars(length(max = 200))]
    pub models: Vec<ModelRules>,
    /// What every environment starts from. Built-in rules come first, then the owner's defaults, the owner's entry for the
    /// environment, the repository's defaults, and the repository's entry. A key that is written again replaces the one
    /// before as a whole, except `severity`, `approve` and `deny`, which are taken together key by key.
    #[serde(default)]
    pub defaults: Option<EnvironmentDocument>,
    /// Only in the owner's file: what every repository has to meet besides its own rules, whatever these say. Approvals given
    /// for a repository's gates count here too.
    #[serde(default)]
    pub floor: Option<FloorDocument>,
    /// By the environment's name, or by a pattern in which `*` stands for any characters but `/`, `**` for any characters and
    /// `?` for one. The exact name counts, else the pattern with the most literal characters; two that match equally well
    /// are an error. Upper and lower case are the same.
    #[serde(default)]
    #[schemars(extend("maxProperties" = limits::ENVIRONMENTS))]
    pub environments: Entries<EnvironmentPattern, EnvironmentDocument>,
    /// Findings that are accepted for a time, each with its reason. They are shown on every message they affect.
    #[serde(default)]
    #[schemars(length(max = 500))]
    pub accept: Vec<AcceptDocument>,
}

/// The number 1.
#[derive(JsonSchema)]
#[schemars(inline, extend("const" = 1, "type" = "integer"))]
#[expect(dead_code, reason = "only its schema is used")]
struct One(u32);

/// What happens to an environment that no entry is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unmatched {
    Hold,
    Starter,
}

/// The owner's floor: `defaults` for all environments and `environments` by name, as at the top of the file, and who signs.
/// Only what can be asked for belongs here: gates, exclusions, times; not where messages go.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FloorDocument {
    /// What every environment of every repository has to meet.
    pub defaults: Option<EnvironmentDocument>,
    /// What environments of that name or pattern have to meet besides.
    #[schemars(extend("maxProperties" = limits::ENVIRONMENTS))]
    pub environments: Entries<EnvironmentPattern, EnvironmentDocument>,
    /// Who must have signed every model of every repository, besides whatever a repository asks for itself. The files that it
    /// names are in the owner's repository, and are read at the commit of this file.
    pub signature: Option<SignatureRules>,
}

/// A mapping in the order it is written, with the places of its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entries<K, V>(pub Vec<(Placed<K>, V)>);

impl<K, V> Default for Entries<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K, V> Entries<K, V> {
    pub fn iter(&self) -> impl Iterator<Item = (&Placed<K>, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Deserialize<'de> for Entries<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<K, V>(PhantomData<(K, V)>);

impl<'de, K: Deserialize<'de>, V: Deserialize<'de>> Visitor<'de> for EntriesVisitor<K, V> {
    type Value = Entries<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a mapping")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<K, V>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}

impl<K: JsonSchema, V: JsonSchema> JsonSchema for Entries<K, V> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}By{}", V::schema_name(), K::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (key, value) = (generator.subschema_for::<K>(), generator.subschema_for::<V>());
        json_schema!({ "type": "object", "propertyNames": key, "additionalProperties": value })
    }
}
