//! `metric.*`: results that got worse, left their bounds, vanished, or can no longer be compared.
//!
//! Without a word from the policy, worse means by more than 2 % of the old value and, where both values state their standard
//! error, by at least two of them: on neighbouring checkpoints without a real change, that rule fires in fewer than one
//! comparison of a hundred.

mod limits;
mod mismatch;
mod sides;

use std::collections::BTreeSet;

use crate::artifact::metrics::{
    Direction, Incomparable, Limit, MetricChange, MetricKey, MetricValue, Outcome, Verdict, scale_changes,
};
use crate::domain::{Digest, Flag, Severity};

use super::facts::{Facts, ModelFacts};
use super::finding::Finding;
use super::words::metric_subject;
use limits::Limits;
pub(super) use limits::like;
pub use limits::{directed, held_to};
use sides::{Sides, sides};

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    facts.by_model(|model| of_model(facts, model))
}

fn of_model(facts: &Facts<'_>, model: &ModelFacts) -> Vec<Flag> {
    let rules = facts.rules.of(&model.name, &model.card_path).performance;
    let limits = Limits { rules: &rules };
    let all = sides(facts, model);
    let mut flags: Vec<Flag> = all.iter().flat_map(|sides| Judge { facts, model, limits, sides }.flags()).collect();
    flags.extend(limits.unmet(&all).map(|words| not_reported(facts, model, &words)));
    flags.extend(mismatch::check(facts, model));
    // The card and a file often repeat each other.
    let mut seen: BTreeSet<Digest> = BTreeSet::new();
    flags.retain(|flag| seen.insert(flag.fingerprint()));
    flags
}

/// A metric that the policy requires and that is nowhere.
fn not_reported(facts: &Facts<'_>, model: &ModelFacts, wanted: &str) -> Flag {
    Finding::new("metric.below_threshold", Severity::Critical, &model.name)
        .after(wanted)
        .rule("required: true")
        .source(facts.source(&model.card_path, None))
        .says(&format!("The policy requires the metric {wanted}, and no result for it is reported."))
}

struct Judge<'a> {
    facts: &'a Facts<'a>,
    model: &'a ModelFacts,
    limits: Limits<'a>,
    sides: &'a Sides<'a>,
}

impl Judge<'_> {
    fn flags(&self) -> Vec<Flag> {
        let scaled = scale_changes(&self.sides.changes);
        let mut flags: Vec<Flag> = scaled.iter().filter_map(|scale| self.scale_changed(&scale.keys)).collect();
        let is_scaled = |key: &MetricKey| scaled.iter().any(|scale| scale.keys.contains(key));
        for change in &self.sides.changes {
            flags.extend(self.bounds(change));
            if !is_scaled(&change.key) {
                flags.extend(self.difference(change));
            }
        }
        flags
    }

    /// The new value by itself.
    fn bounds(&self, change: &MetricChange) -> Option<Flag> {
        let limit = self.limits.of_value(&change.key)?;
        change.after.as_ref()?;
        let Verdict::Fail { why } = change.judge(&limit) else { return None };
        let severity = if limit.required { Severity::Critical } else { Severity::High };
        let was = change.before.is_some() && change.before == change.after;
        let flag = self
            .finding("metric.below_threshold", severity, change)
            .rule(&limits::words(&limit))
            .new_if(!was)
            .says(&format!("{} {why}.", self.subject_and_value(change)));
        Some(flag)
    }

    fn difference(&self, change: &MetricChange) -> Vec<Flag> {
        match &change.outcome {
            Outcome::Removed => self.removed(change).into_iter().collect(),
            Outcome::Added => Vec::new(),
            Outcome::Incomparable(why) => self.incomparable(change, why).into_iter().collect(),
            Outcome::Same | Outcome::Better | Outcome::Worse => {
                let limits = self.limits.of_change(&change.key);
                let worse = self.judged(change, &limits.worse, "metric.regressed", Severity::High);
                let gain = limits
                    .gain
                    .and_then(|limit| self.judged(change, &limit, "metric.suspicious_gain", Severity::Medium));
                worse.into_iter().chain(gain).collect()
            }
        }
    }

    fn judged(&self, change: &MetricChange, limit: &Limit, code: &str, severity: Severity) -> Option<Flag> {
        match self.limits.judge(change, limit) {
            Verdict::Pass => None,
            Verdict::Fail { why } => {
                let severity = if limit.required { Severity::Critical } else { severity };
                let flag = self.finding(code, severity, change).rule(&limits::words(limit));
                let what = why.strip_prefix("is ").unwrap_or(&why);
                Some(flag.says(&format!("{}, {what}.", from_to(change))))
            }
            Verdict::Incomparable { why } if change.outcome != Outcome::Same => Some(self.not_compared(change, &why)),
            Verdict::Incomparable { .. } => None,
        }
    }

    fn removed(&self, change: &MetricChange) -> Option<Flag> {
        if !self.sides.after_is_conclusive {
            return None;
        }
        let value = change.before.as_ref().map(|value| value.text.as_str()).unwrap_or_default();
        let message = format!("{} was {value} and is not reported any more.", metric_subject(&change.key));
        let required = self.limits.of_value(&change.key).is_some_and(|limit| limit.required);
        let severity = if required { Severity::Critical } else { Severity::High };
        let flag = self
            .finding("metric.removed", severity, change)
            .rule("every result of the live version has a counterpart")
            .source(self.sides.live_source(self.facts, &change.key))
            .says(&message);
        Some(flag)
    }

    fn incomparable(&self, change: &MetricChange, why: &Incomparable) -> Option<Flag> {
        let why = match why {
            Incomparable::NoDirection if change.direction == Direction::NotRanked => return None,
            Incomparable::NoDirection => "it is not known which way is better".to_owned(),
            Incomparable::NotANumber => "not both values are numbers".to_owned(),
            Incomparable::UnitsDiffer => "the units differ".to_owned(),
            Incomparable::Ambiguous => "several values are given".to_owned(),
            Incomparable::MeasuredDifferently(fields) => format!("measured differently ({})", fields.join(", ")),
        };
        let limits = self.limits.of_change(&change.key);
        // A direction that the policy gives may settle it.
        if limits.direction.is_some()
            && !matches!(self.limits.judge(change, &limits.worse), Verdict::Incomparable { .. })
        {
            return self.judged(change, &limits.worse, "metric.regressed", Severity::High);
        }
        let mut flag = self.not_compared(change, &why);
        if limits.worse.required {
            flag.severity = Severity::Critical;
        }
        Some(flag)
    }

    fn not_compared(&self, change: &MetricChange, why: &str) -> Flag {
        self.finding("metric.incomparable", Severity::Medium, change)
            .rule("a result can be compared with the live one")
            .new_if(change.before != change.after)
            .says(&format!("{} cannot be compared: {why}.", from_to(change)))
    }

    fn scale_changed(&self, keys: &[MetricKey]) -> Option<Flag> {
        let first = keys.first()?;
        let change = self.sides.changes.iter().find(|change| change.key == *first)?;
        let flag = self
            .finding("metric.scale_changed", Severity::Medium, change)
            .rule("values keep their scale")
            .says(&format!("{}: all values moved between shares and percent.", from_to(change)));
        Some(flag)
    }

    fn finding(&self, code: &str, severity: Severity, change: &MetricChange) -> Finding {
        let text = |value: &Option<MetricValue>| value.as_ref().map(|value| value.text.clone());
        Finding::new(code, severity, &metric_subject(&change.key))
            .values(text(&change.before), text(&change.after))
            .source(self.sides.source(self.facts, self.model, &change.key))
    }

    fn subject_and_value(&self, change: &MetricChange) -> String {
        let value = change.after.as_ref().map(|value| value.text.as_str()).unwrap_or_default();
        format!("{}: {value}", metric_subject(&change.key))
    }
}

/// `wer (common_voice): 13.55 -> 14.90`
fn from_to(change: &MetricChange) -> String {
    let text = |value: &Option<MetricValue>| value.as_ref().map(|value| value.text.clone()).unwrap_or_default();
    format!("{}: {} → {}", metric_subject(&change.key), text(&change.before), text(&change.after))
}

#[cfg(test)]
mod tests;
