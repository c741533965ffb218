//! Which checks outside of this server a change needs: `environments.<name>.checks` of a policy. Nothing is asked of
//! anybody unless a policy says so.

mod http;
mod name;
mod required;
mod sarif;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use http::{CheckUrl, HttpCheck};
pub use name::CheckName;
pub use required::RunRule;
pub use sarif::{AlertsThreshold, SarifCheck, SarifSource, SecurityThreshold};

/// Most check runs that can be required.
pub const MAX_REQUIRED: usize = 20;
/// Most checks of each other kind.
pub const MAX_CHECKS: usize = 10;

/// The checks to ask, by kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct ExternalRules {
    pub check_runs: CheckRunRules,
    pub sarif: Vec<SarifCheck>,
    pub http: Vec<HttpCheck>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fields: Option<FieldsRule>,
}

/// Check runs and commit statuses that must have passed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CheckRunRules {
    /// Names, or names with the app that must report them. Missing or under way: `check.late`; failed, timed out,
    /// cancelled, stale, skipped or neutral: `check.failed`. Read again at every approval and before it takes effect.
    #[schemars(length(max = 20))]
    pub require: Vec<RunRule>,
}

/// Values that the workflow hands over about itself, shown to approvers and verified by nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FieldsRule {
    /// The artifact of the run that asks, holding `countersign.json`: `{"fields": {"name": "value"}}`, at most 10 fields.
    pub artifact: CheckName,
}

impl Default for FieldsRule {
    fn default() -> Self {
        Self { artifact: CheckName::from_static("countersign") }
    }
}

impl ExternalRules {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The rules as they are written, before they are checked against each other.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "ExternalRules")]
struct Written {
    /// Check runs and commit statuses that must have passed.
    check_runs: CheckRunRules,
    /// Reports of other tools, from an artifact of the run or from the forge's code scanning.
    #[schemars(length(max = 10))]
    sarif: Vec<SarifCheck>,
    /// Services that are asked over HTTP.
    #[schemars(length(max = 10))]
    http: Vec<HttpCheck>,
    /// Values that the workflow hands over about itself.
    fields: Option<FieldsRule>,
}

impl TryFrom<Written> for ExternalRules {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { check_runs, sarif, http, fields } = written;
        let too_many = |what: &str, max: usize| Err(format!("`{what}` holds more than {max} entries"));
        if check_runs.require.len() > MAX_REQUIRED {
            return too_many("check_runs.require", MAX_REQUIRED);
        }
        if sarif.len() > MAX_CHECKS {
            return too_many("sarif", MAX_CHECKS);
        }
        if http.len() > MAX_CHECKS {
            return too_many("http", MAX_CHECKS);
        }
        let mut seen = BTreeSet::new();
        let names = sarif.iter().map(|check| &check.name).chain(http.iter().map(|check| &check.name));
        if let Some(twice) = names.into_iter().find(|name| !seen.insert(name.as_str().to_lowercase())) {
            return Err(format!("two checks are named `{twice}`: answers and flags go by the name"));
        }
        Ok(Self { check_runs, sarif, http, fields })
    }
}

/// The schema of what is written.
impl JsonSchema for ExternalRules {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        Written::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Written::json_schema(generator)
    }
}

#[cfg(test)]
mod tests;
