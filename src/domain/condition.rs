//! Conditions of a policy, with what came of them: they are evaluated outside, when the evidence is gathered and again
//! before a decision.

use serde::{Deserialize, Serialize};

/// A condition as the policy writes it, and its outcome for one request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub text: String,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    True,
    False,
    /// It could not be evaluated: a gate applies, an automatic approval does not (fail closed).
    Failed {
        why: String,
    },
}

impl Condition {
    /// Whether what needs this condition to be asked for is asked for: unless it is known to be false.
    pub const fn asks(&self) -> bool {
        !matches!(self.outcome, Outcome::False)
    }

    /// Whether what needs this condition to be allowed is allowed: only when it is known to be true.
    pub const fn allows(&self) -> bool {
        matches!(self.outcome, Outcome::True)
    }

    /// Takes in a later outcome of the same condition. Labels and the like may come and go: what was asked for once stays
    /// asked for, and what was not allowed once is never allowed.
    pub(crate) fn ask_also(&mut self, later: &Outcome) {
        if !self.asks() {
            self.outcome = later.clone();
        }
    }

    pub(crate) fn allow_only(&mut self, later: &Outcome) {
        if self.allows() {
            self.outcome = later.clone();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn condition(outcome: Outcome) -> Condition {
        Condition { text: "risk >= HIGH".into(), outcome }
    }

    #[test]
    fn a_condition_that_failed_asks_and_does_not_allow() {
        let failed = condition(Outcome::Failed { why: "took too long".into() });
        assert!(failed.asks() && !failed.allows());
        assert!(condition(Outcome::True).asks() && condition(Outcome::True).allows());
        assert!(!condition(Outcome::False).asks() && !condition(Outcome::False).allows());
    }

    #[test]
    fn what_was_asked_once_stays_and_what_was_forbidden_once_stays() {
        let mut gate = condition(Outcome::True);
        gate.ask_also(&Outcome::False);
        assert!(gate.asks());
        let mut gate = condition(Outcome::False);
        gate.ask_also(&Outcome::True);
        assert!(gate.asks());
        let mut auto = condition(Outcome::True);
        auto.allow_only(&Outcome::False);
        auto.allow_only(&Outcome::True);
        assert!(!auto.allows());
    }
}
