//! SARIF reports: where each comes from, and which of its findings count.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::name::CheckName;

/// A report of another tool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Written", into = "Written")]
pub struct SarifCheck {
    pub name: CheckName,
    pub source: SarifSource,
    pub alerts_threshold: AlertsThreshold,
    pub security_alerts_threshold: SecurityThreshold,
    /// Shown to people, and raises and lowers nothing.
    pub advisory: bool,
}

/// Where a report is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SarifSource {
    /// In an artifact of the run that asks: every file of it whose name ends in `.sarif` or `.sarif.json`.
    Artifact(CheckName),
    /// In the forge's code scanning, by the tool's name.
    CodeScanning(CheckName),
}

/// Which findings without a security severity count as high, by their level. The words and their meaning are GitHub's.
///
/// GitHub: "Available rules for rulesets", "Require code scanning results".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlertsThreshold {
    None,
    #[default]
    Errors,
    ErrorsAndWarnings,
    All,
}

/// Which findings with a security severity count as high: at least 9.0 is critical, 7.0 high, 4.0 medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecurityThreshold {
    None,
    Critical,
    #[default]
    HighOrHigher,
    MediumOrHigher,
    All,
}

/// A report as it is written.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SarifCheck", extend("oneOf" = [{"required": ["artifact"]}, {"required": ["code_scanning"]}]))]
struct Written {
    /// What answers and flags of this check go by.
    name: CheckName,
    /// The artifact of the run that asks which holds the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    artifact: Option<CheckName>,
    /// The name of a tool whose analysis of the commit is in code scanning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code_scanning: Option<CheckName>,
    /// Which findings without a security severity count as high; milder ones are at most medium.
    #[serde(default)]
    alerts_threshold: AlertsThreshold,
    /// Which findings with a security severity count as high; milder ones are at most medium.
    #[serde(default)]
    security_alerts_threshold: SecurityThreshold,
    /// Shown to people, and raises and lowers nothing.
    #[serde(default)]
    advisory: bool,
}

impl TryFrom<Written> for SarifCheck {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let source = match (written.artifact, written.code_scanning) {
            (Some(artifact), None) => SarifSource::Artifact(artifact),
            (None, Some(tool)) => SarifSource::CodeScanning(tool),
            (None, None) | (Some(_), Some(_)) => {
                return Err(format!("check `{}` needs one of `artifact` and `code_scanning`", written.name));
            }
        };
        Ok(Self {
            name: written.name,
            source,
            alerts_threshold: written.alerts_threshold,
            security_alerts_threshold: written.security_alerts_threshold,
            advisory: written.advisory,
        })
    }
}

impl From<SarifCheck> for Written {
    fn from(check: SarifCheck) -> Self {
        let (artifact, code_scanning) = match check.source {
            SarifSource::Artifact(name) => (Some(name), None),
            SarifSource::CodeScanning(tool) => (None, Some(tool)),
        };
        Self {
            name: check.name,
            artifact,
            code_scanning,
            alerts_threshold: check.alerts_threshold,
            security_alerts_threshold: check.security_alerts_threshold,
            advisory: check.advisory,
        }
    }
}
