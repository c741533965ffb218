//! The members of a SARIF file that are read. Others are skipped.
//!
//! Lists of strangers are bounded and their items small, so that a file cannot grow much larger in memory than it is.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::bounded::Bounded;
use super::{LOCATION_LIMIT, RESULT_LIMIT, RUN_LIMIT};

/// Of one component. GitHub takes as many.
const RULE_LIMIT: usize = 25_000;
/// GitHub takes 100; the tools known to us have below 20.
const EXTENSION_LIMIT: usize = 20;
const ARTIFACT_LIMIT: usize = 25_000;
/// Values that are put into a message.
const ARGUMENT_LIMIT: usize = 100;

/// `sarifLog`, 3.13.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Log {
    pub version: String,
    pub runs: Bounded<Run, RUN_LIMIT>,
    #[serde(default)]
    pub inline_external_properties: Vec<IgnoredAny>,
}

/// `run`, 3.14.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    pub tool: Tool,
    pub results: Option<Bounded<Finding, RESULT_LIMIT>>,
    pub invocations: Option<Vec<Invocation>>,
    pub artifacts: Option<Bounded<Artifact, ARTIFACT_LIMIT>>,
    pub original_uri_base_ids: Option<BTreeMap<String, ArtifactLocation>>,
    pub external_property_file_references: Option<ExternalFiles>,
}

#[derive(Deserialize)]
pub(super) struct ExternalFiles {
    #[serde(default)]
    pub results: Vec<IgnoredAny>,
}

/// `invocation`, 3.20.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub execution_successful: Option<bool>,
}

/// `tool`, 3.18.
#[derive(Deserialize)]
pub(super) struct Tool {
    pub driver: Component,
    #[serde(default)]
    pub extensions: Bounded<Component, EXTENSION_LIMIT>,
}

/// `toolComponent`, 3.19.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Component {
    pub name: String,
    pub version: Option<String>,
    pub semantic_version: Option<String>,
    #[serde(default)]
    pub rules: Bounded<Rule, RULE_LIMIT>,
}

/// `reportingDescriptor`, 3.49.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    pub id: String,
    pub default_configuration: Option<Configuration>,
    pub properties: Option<Properties>,
    pub message_strings: Option<BTreeMap<String, Text>>,
}

/// `reportingConfiguration`, 3.50.
#[derive(Deserialize)]
pub(super) struct Configuration {
    pub level: Option<Level>,
}

/// What GitHub reads of a rule's property bag. It is documented as a string; numbers occur.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Properties {
    pub security_severity: Option<Score>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Score {
    Text(String),
    Number(f64),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
pub(super) struct Text {
    #[serde(default)]
    pub text: String,
}

/// `result`, 3.27.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Finding {
    pub rule_id: Option<String>,
    pub rule_index: Option<i64>,
    pub rule: Option<RuleReference>,
    pub kind: Option<Kind>,
    pub level: Option<Level>,
    #[serde(default)]
    pub message: Message,
    #[serde(default)]
    pub locations: Bounded<Place, LOCATION_LIMIT>,
    pub suppressions: Option<Vec<Suppression>>,
    pub baseline_state: Option<BaselineState>,
}

/// 3.27.10.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(super) enum Level {
    None,
    Note,
    Warning,
    Error,
    #[serde(other)]
    Unknown,
}

/// 3.27.9.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(super) enum Kind {
    Pass,
    Open,
    Informational,
    NotApplicable,
    Review,
    #[serde(other)]
    Fail,
}

/// 3.27.24.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(super) enum BaselineState {
    Unchanged,
    Absent,
    #[serde(other)]
    New,
}

/// `suppression`, 3.35.
#[derive(Deserialize)]
pub(super) struct Suppression {
    pub status: Option<SuppressionStatus>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(super) enum SuppressionStatus {
    Accepted,
    #[serde(other)]
    NotAccepted,
}

/// `reportingDescriptorReference`, 3.52.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleReference {
    pub id: Option<String>,
    pub index: Option<i64>,
    pub tool_component: Option<ComponentReference>,
}

/// `toolComponentReference`, 3.54.
#[derive(Deserialize)]
pub(super) struct ComponentReference {
    pub name: Option<String>,
    pub index: Option<i64>,
}

/// `message`, 3.11.
#[derive(Deserialize, Default)]
pub(super) struct Message {
    pub text: Option<String>,
    pub markdown: Option<String>,
    pub id: Option<String>,
    #[serde(default)]
    pub arguments: Bounded<String, ARGUMENT_LIMIT>,
}

/// `location`, 3.28.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Place {
    pub physical_location: Option<PhysicalLocation>,
}

/// `physicalLocation`, 3.29.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    pub artifact_location: Option<ArtifactLocation>,
    pub region: Option<Region>,
}

/// `artifactLocation`, 3.4.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation {
    pub uri: Option<String>,
    pub uri_base_id: Option<String>,
    pub index: Option<i64>,
}

/// `region`, 3.30.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub start_line: Option<u64>,
}

/// `artifact`, 3.24.
#[derive(Deserialize)]
pub(super) struct Artifact {
    pub location: Option<ArtifactLocation>,
}
