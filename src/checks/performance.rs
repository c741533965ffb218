//! `metric.*`: results that got worse, vanished, or can no longer be compared.
//!
//! Worse means by more than 2 % of the old value and, where both values state their spread, by at least two standard errors:
//! on neighbouring checkpoints without a real change, that rule fires in fewer than one comparison of a hundred.

use rust_decimal::Decimal;

use crate::artifact::card::Card;
use crate::artifact::metrics::{Direction, EvalResult, Incomparable, MetricChange, MetricValue, Outcome, compare};
use crate::domain::{Flag, Severity};

use super::facts::{Facts, ModelFacts};
use super::finding::Finding;
use super::words::{metric_subject, percent};

/// Largest share of the old value by which a metric may get worse: 2 %, inclusive.
const MAX_WORSE: Decimal = Decimal::from_parts(2, 0, 0, false, 2);
/// Square of the smallest z that counts: 2 standard errors, inclusive.
const MIN_Z_SQUARED: Decimal = Decimal::from_parts(4, 0, 0, false, 0);
const WORSE_RULE: &str = "worse by more than 2 %";
const WORSE_AND_Z_RULE: &str = "worse by more than 2 % and by at least 2 standard errors";

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    facts.models.iter().flat_map(|model| of_model(facts, model)).collect()
}

fn of_model(facts: &Facts<'_>, model: &ModelFacts) -> Vec<Flag> {
    let Some((before, after)) = model.cards() else { return Vec::new() };
    let context = Context { facts, model, before, after };
    let changes = compare(&before.results, &after.results);
    changes.iter().filter_map(|change| context.judge(change)).collect()
}

struct Context<'a> {
    facts: &'a Facts<'a>,
    model: &'a ModelFacts,
    before: &'a Card,
    after: &'a Card,
}

impl Context<'_> {
    fn judge(&self, change: &MetricChange) -> Option<Flag> {
        match &change.outcome {
            Outcome::Worse => self.worse(change),
            Outcome::Removed => self.removed(change),
            Outcome::Incomparable(why) => self.incomparable(change, why),
            Outcome::Better | Outcome::Same | Outcome::Added => None,
        }
    }

    fn worse(&self, change: &MetricChange) -> Option<Flag> {
        let Some(share) = change.relative_worsening() else {
            // Relative to 0 nothing can be said, and that is never "not worse".
            return Some(self.not_compared(change, "the old value is 0, so a share of it means nothing"));
        };
        let z = z_squared(change);
        if share <= MAX_WORSE || z.is_some_and(|z| z < MIN_Z_SQUARED) {
            return None;
        }
        let message = format!("{}, worse by {} (limit 2 %).", from_to(change), percent(share));
        let rule = if z.is_some() { WORSE_AND_Z_RULE } else { WORSE_RULE };
        Some(self.finding("metric.regressed", Severity::High, change).rule(rule).says(&message))
    }

    fn removed(&self, change: &MetricChange) -> Option<Flag> {
        if !self.model.after.is_conclusive() {
            return None;
        }
        let line = line_of(&self.before.results, change);
        let value = change.before.as_ref().map(|value| value.text.as_str()).unwrap_or_default();
        let message = format!("{} was {value} and is not reported any more.", metric_subject(&change.key));
        let flag = self
            .finding("metric.removed", Severity::High, change)
            .rule("every result of the live version has a counterpart")
            .source(self.facts.live_source(&self.model.card_path, line))
            .says(&message);
        Some(flag)
    }

    fn incomparable(&self, change: &MetricChange, why: &Incomparable) -> Option<Flag> {
        let why = match why {
            Incomparable::NoDirection if change.direction == Direction::NotRanked => return None,
            Incomparable::NoDirection => "it is not known which way is better".to_owned(),
            Incomparable::NotANumber => "not both values are numbers".to_owned(),
            Incomparable::UnitsDiffer => "the units differ".to_owned(),
            Incomparable::Ambiguous => "the card gives several values".to_owned(),
            Incomparable::MeasuredDifferently(fields) => format!("measured differently ({})", fields.join(", ")),
        };
        Some(self.not_compared(change, &why))
    }

    fn not_compared(&self, change: &MetricChange, why: &str) -> Flag {
        self.finding("metric.incomparable", Severity::Medium, change)
            .rule("a result can be compared with the live one")
            .new_if(change.before != change.after)
            .says(&format!("{} cannot be compared: {why}.", from_to(change)))
    }

    fn finding(&self, code: &str, severity: Severity, change: &MetricChange) -> Finding {
        let text = |value: &Option<MetricValue>| value.as_ref().map(|value| value.text.clone());
        let line = line_of(&self.after.results, change);
        Finding::new(code, severity, &metric_subject(&change.key))
            .values(text(&change.before), text(&change.after))
            .source(self.facts.source(&self.model.card_path, line))
    }
}

/// `wer (common_voice): 13.55 -> 14.90`
fn from_to(change: &MetricChange) -> String {
    let text = |value: &Option<MetricValue>| value.as_ref().map(|value| value.text.clone()).unwrap_or_default();
    format!("{}: {} → {}", metric_subject(&change.key), text(&change.before), text(&change.after))
}

/// Square of the worsening in standard errors; `None` where not both values state their spread, or both state 0.
fn z_squared(change: &MetricChange) -> Option<Decimal> {
    let (before, after) = (change.before.as_ref()?.spread()?, change.after.as_ref()?.spread()?);
    let variance = before.checked_mul(before)?.checked_add(after.checked_mul(after)?)?;
    let worse = change.worsening()?;
    worse.checked_mul(worse)?.checked_div(variance)
}

/// Line of the result in its card. Comparing may have dropped the entry's name from the key.
fn line_of(results: &[EvalResult], change: &MetricChange) -> Option<usize> {
    let is_it = |result: &&EvalResult| {
        let mut key = result.key.clone();
        if change.key.entry.is_empty() {
            key.entry.clear();
        }
        key == change.key
    };
    results.iter().find(is_it).map(|result| result.line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{Sample, model_with, results};

    fn flags(before: &[(&str, &str)], after: &[(&str, &str)]) -> Vec<Flag> {
        check(&Sample::with(model_with(&results(before), &results(after))).facts())
    }

    fn codes(metric: &str, before: &str, after: &str) -> Vec<String> {
        flags(&[(metric, before)], &[(metric, after)]).into_iter().map(|flag| flag.code).collect()
    }

    #[test]
    fn worse_by_exactly_two_percent_passes_and_by_more_does_not() {
        assert!(codes("accuracy", "0.500", "0.490").is_empty());
        assert_eq!(codes("accuracy", "0.500", "0.4899"), ["metric.regressed"]);
        assert!(codes("accuracy", "0.500", "0.900").is_empty());
    }

    #[test]
    fn error_rates_regress_upwards() {
        assert!(codes("wer", "13.55", "13.80").is_empty());
        assert!(codes("wer", "13.55", "10").is_empty());
        let worse = flags(&[("wer", "13.55")], &[("wer", "14.90")]);
        assert_eq!(worse[0].message, "wer (acme/reviews): 13.55 → 14.90, worse by 10 % (limit 2 %).");
        assert_eq!((worse[0].severity, worse[0].is_new), (Severity::High, true));
        assert!(worse[0].source.as_deref().unwrap().starts_with("README.md@0202020#"));
    }

    #[test]
    fn where_both_sides_state_their_spread_two_standard_errors_are_needed() {
        // Spreads of 3 and 4 make a standard error of 5: 10 is two of them.
        assert_eq!(codes("accuracy", "80 ± 3", "70 ± 4"), ["metric.regressed"]);
        assert!(codes("accuracy", "80 ± 3", "70.01 ± 4").is_empty());
        assert_eq!(codes("accuracy", "80 ± 3", "75"), ["metric.regressed"], "one spread is none");
        assert_eq!(codes("accuracy", "80 ± 0", "75 ± 0"), ["metric.regressed"]);
    }

    #[test]
    fn a_removed_metric_is_found_on_the_live_side() {
        let removed = flags(&[("accuracy", "0.9"), ("f1", "0.8")], &[("accuracy", "0.9")]);
        assert_eq!(
            (removed.len(), removed[0].code.as_str(), removed[0].severity),
            (1, "metric.removed", Severity::High)
        );
        assert!(removed[0].source.as_deref().unwrap().contains("@0101010#"), "{:?}", removed[0].source);
        assert!(flags(&[("accuracy", "0.9")], &[("accuracy", "0.9"), ("f1", "0.8")]).is_empty());
    }

    #[test]
    fn what_cannot_be_compared_is_said() {
        assert_eq!(codes("accuracy", "92.1%", "0.921"), ["metric.incomparable"]);
        assert_eq!(codes("accuracy", "0.9", "N/A"), ["metric.incomparable"]);
        assert_eq!(codes("loss", "0", "0.1"), ["metric.incomparable"]);
        assert_eq!(codes("acme_special", "1", "2"), ["metric.incomparable"]);
        assert!(codes("acme_special", "1", "1").is_empty());
        assert!(codes("support", "100", "200").is_empty());
        assert!(!flags(&[("accuracy", "N/A")], &[("accuracy", "N/A")])[0].is_new);
    }

    #[test]
    fn an_unreadable_card_removes_nothing() {
        let after = "tags: a\ntags: b";
        let sample = Sample::with(model_with(&results(&[("accuracy", "0.9")]), after));
        assert!(check(&sample.facts()).is_empty());
    }
}
