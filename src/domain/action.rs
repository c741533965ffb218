//! What a risk flag does, by its severity.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::flag::Severity;

/// What a flag does to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Cannot be approved away.
    Block,
    /// Somebody has to approve, knowing of it.
    Approve,
    /// Is shown, and decides nothing.
    Show,
}

/// What flags do, by severity. Without a word from the policy, critical ones block, high ones need approval, the rest are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Actions {
    pub critical: Action,
    pub high: Action,
    pub medium: Action,
    pub low: Action,
    pub info: Action,
}

impl Default for Actions {
    fn default() -> Self {
        Self {
            critical: Action::Block,
            high: Action::Approve,
            medium: Action::Show,
            low: Action::Show,
            info: Action::Show,
        }
    }
}

impl Actions {
    pub const fn of(&self, severity: Severity) -> Action {
        match severity {
            Severity::Critical => self.critical,
            Severity::High => self.high,
            Severity::Medium => self.medium,
            Severity::Low => self.low,
            Severity::Info => self.info,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_written_keeps_its_default() {
        let actions: Actions = serde_json::from_str(r#"{"high": "block", "low": "approve"}"#).unwrap();
        let severities = [Severity::Critical, Severity::High, Severity::Medium, Severity::Low, Severity::Info];
        let expected = [Action::Block, Action::Block, Action::Show, Action::Approve, Action::Show];
        assert_eq!(severities.map(|severity| actions.of(severity)), expected);
        assert_eq!(serde_json::from_str::<Actions>("{}").unwrap(), Actions::default());
    }

    #[test]
    fn unknown_severities_and_actions_are_refused() {
        for wrong in [r#"{"severe": "block"}"#, r#"{"high": "Block"}"#, r#"{"high": "ignore"}"#] {
            assert!(serde_json::from_str::<Actions>(wrong).is_err(), "{wrong}");
        }
    }
}
