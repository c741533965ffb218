//! Exceptions: named, dated and expiring words of a policy that a flag is accepted. They change what a flag does, never
//! whether it is shown.

use serde::{Deserialize, Serialize};

use super::action::{Action, Actions};
use super::evidence::FlagBrief;
use super::time::Timestamp;

/// An entry of `accept`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// The flag's code.
    pub flag: String,
    /// The flag's subject; every subject where the policy names none.
    pub subject: Option<String>,
    /// The model it was found in; all of them, and what is of no model, where the policy names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    pub why: String,
    pub by: String,
    /// The first moment at which it no longer holds.
    pub until: Timestamp,
}

impl Exception {
    /// Whether it is about `flag`, in time or not.
    pub fn is_about(&self, flag: &FlagBrief) -> bool {
        self.flag == flag.code
            && self.subject.as_ref().is_none_or(|subject| *subject == flag.subject)
            && (self.model.is_none() || self.model == flag.model)
    }

    pub fn holds(&self, at: Timestamp) -> bool {
        at < self.until
    }
}

/// What a flag does under the actions and exceptions of a policy, at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagEffect<'a> {
    Does(Action),
    /// An exception holds: the flag is shown and does nothing.
    Accepted(&'a Exception),
    /// An exception was about it and is over: the flag does what its severity does, and that is said.
    Lapsed(&'a Exception, Action),
}

impl FlagEffect<'_> {
    pub const fn action(&self) -> Action {
        match self {
            Self::Does(action) | Self::Lapsed(_, action) => *action,
            Self::Accepted(_) => Action::Show,
        }
    }
}

pub fn effect_of<'a>(flag: &FlagBrief, actions: &Actions, accept: &'a [Exception], at: Timestamp) -> FlagEffect<'a> {
    let action = actions.of(flag.severity);
    let mut about = accept.iter().filter(|exception| exception.is_about(flag));
    match (about.clone().find(|exception| exception.holds(at)), about.next()) {
        (Some(holds), _) => FlagEffect::Accepted(holds),
        (None, Some(lapsed)) => FlagEffect::Lapsed(lapsed, action),
        (None, None) => FlagEffect::Does(action),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Severity;

    fn flag(subject: &str) -> FlagBrief {
        FlagBrief {
            code: "metric.regressed".into(),
            subject: subject.into(),
            severity: Severity::Critical,
            print: "0".into(),
            is_new: true,
            model: Some("sentiment".into()),
        }
    }

    fn exception(subject: Option<&str>, until: i64) -> Exception {
        Exception {
            flag: "metric.regressed".into(),
            subject: subject.map(str::to_owned),
            model: None,
            why: "new test set".into(),
            by: "octocat".into(),
            until: Timestamp::from_seconds(until),
        }
    }

    #[test]
    fn an_exception_holds_for_its_flag_and_subject_until_its_day() {
        let actions = Actions::default();
        let accept = [exception(Some("f1"), 100)];
        let at = |subject: &str, seconds| {
            let flag = flag(subject);
            let effect = effect_of(&flag, &actions, &accept, Timestamp::from_seconds(seconds));
            (effect.action(), matches!(effect, FlagEffect::Lapsed(..)))
        };
        assert_eq!(at("f1", 99), (Action::Show, false));
        assert_eq!(at("f1", 100), (Action::Block, true));
        assert_eq!(at("accuracy", 99), (Action::Block, false));
    }

    #[test]
    fn an_exception_for_a_model_is_none_for_others_or_for_what_is_of_no_model() {
        let actions = Actions::default();
        let accept = [Exception { model: Some("sentiment".into()), ..exception(None, 100) }];
        let of = |model: Option<&str>| {
            let flag = FlagBrief { model: model.map(str::to_owned), ..flag("f1") };
            effect_of(&flag, &actions, &accept, Timestamp::from_seconds(99)).action()
        };
        assert_eq!(
            [of(Some("sentiment")), of(Some("toxicity")), of(None)],
            [Action::Show, Action::Block, Action::Block]
        );
    }

    #[test]
    fn one_that_holds_counts_before_one_that_is_over() {
        let accept = [exception(None, 10), exception(None, 200)];
        let (flag, actions) = (flag("f1"), Actions::default());
        assert!(matches!(effect_of(&flag, &actions, &accept, Timestamp::from_seconds(50)), FlagEffect::Accepted(_)));
    }
}
