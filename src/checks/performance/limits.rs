//! Which limits apply to a metric.

use crate::artifact::metrics::{Amount, Direction, Limit, MetricChange, MetricKey, Verdict, judge};
use crate::checks::rules::models::{MetricMatch, MetricRules, PerformanceRules, RuleDirection};

use super::sides::Sides;

#[derive(Clone, Copy)]
pub(super) struct Limits<'a> {
    pub(super) rules: &'a PerformanceRules,
}

/// What a difference is held to.
pub(super) struct ChangeLimits {
    pub(super) worse: Limit,
    /// Too good to be believed.
    pub(super) gain: Option<Limit>,
    pub(super) direction: Option<RuleDirection>,
}

impl Limits<'_> {
    /// Bounds of the value itself, where the policy has any.
    pub(super) fn of_value(&self, key: &MetricKey) -> Option<Limit> {
        let rules = self.rule(key).filter(|rules| rules.min.is_some() || rules.max.is_some() || rules.required)?;
        Some(Limit { min: rules.min, max: rules.max, required: rules.required, ..Limit::default() })
    }

    /// An entry that names no bound of a change keeps the default one.
    pub(super) fn of_change(&self, key: &MetricKey) -> ChangeLimits {
        let default = &self.rules.default;
        let mut worse = Limit { min_z: Some(default.min_z), ..Limit::default() };
        let Some(rules) = self.rule(key) else {
            worse.max_worse = Some(default.max_worse);
            return ChangeLimits { worse, gain: None, direction: None };
        };
        (worse.max_drop, worse.max_rise, worse.min_gain) = (rules.max_drop, rules.max_rise, rules.min_gain);
        worse.required = rules.required;
        if rules.max_drop.is_none() && rules.max_rise.is_none() && rules.min_gain.is_none() {
            worse.max_worse = Some(default.max_worse);
        }
        let gain = rules.max_gain.map(|max_gain| Limit { max_gain: Some(max_gain), ..Limit::default() });
        ChangeLimits { worse, gain, direction: rules.direction }
    }

    /// The verdict, with the direction that the policy gives where it gives one.
    pub(super) fn judge(&self, change: &MetricChange, limit: &Limit) -> Verdict {
        match self.direction(&change.key) {
            Some(direction) => judge(limit, direction, change.before.as_ref(), change.after.as_ref()),
            None => change.judge(limit),
        }
    }

    /// Which way is better, where the policy says so.
    pub(super) fn direction(&self, key: &MetricKey) -> Option<Direction> {
        self.rule(key)?.direction.map(|direction| match direction {
            RuleDirection::Higher => Direction::Higher,
            RuleDirection::Lower => Direction::Lower,
        })
    }

    /// Everything that applies to this change, as one limit: what needs a value before only where there is one, what needs
    /// a direction only where it is known, standard errors only where both sides state theirs.
    pub(super) fn of(&self, change: &MetricChange) -> Limit {
        let value = self.of_value(&change.key).unwrap_or_default();
        let (Some(before), Some(after)) = (&change.before, &change.after) else { return value };
        let ChangeLimits { worse, gain, .. } = self.of_change(&change.key);
        let is_ranked = !matches!(change.direction, Direction::NotRanked | Direction::Unknown);
        let has_errors = before.standard_error.is_some() && after.standard_error.is_some();
        Limit {
            min: value.min,
            max: value.max,
            required: value.required,
            max_worse: worse.max_worse.filter(|_| is_ranked),
            min_gain: worse.min_gain.filter(|_| is_ranked),
            max_gain: gain.and_then(|gain| gain.max_gain).filter(|_| is_ranked),
            min_z: worse.min_z.filter(|_| has_errors),
            ..worse
        }
    }

    /// Required metrics that no side has, as the policy names them.
    pub(super) fn unmet<'a>(&'a self, sides: &'a [Sides<'a>]) -> impl Iterator<Item = String> + 'a {
        let reported = |matches: &MetricMatch| {
            sides.iter().flat_map(|side| &side.changes).any(|change| is_match(matches, &change.key))
        };
        self.rules.metrics.iter().filter(move |rules| rules.required && !reported(&rules.matches)).map(|rules| {
            let MetricMatch { metric, name, task, dataset, config, split } = &rules.matches;
            let parts: Vec<&str> =
                [metric, name, task, dataset, config, split].into_iter().flatten().map(String::as_str).collect();
            parts.join(", ")
        })
    }

    fn rule(&self, key: &MetricKey) -> Option<&MetricRules> {
        self.rules.metrics.iter().find(|rules| is_match(&rules.matches, key))
    }
}

/// What a change of a metric is held to, in words: by the policy, or by the rule for all. Nothing where no rule applies.
pub fn held_to(rules: &PerformanceRules, change: &MetricChange) -> Option<String> {
    let words = words(&Limits { rules }.of(&directed(rules, change.clone())));
    (!words.is_empty()).then_some(words)
}

/// The change as the policy sees it: it may say which way an unknown metric is better.
pub fn directed(rules: &PerformanceRules, change: MetricChange) -> MetricChange {
    let limits = Limits { rules };
    match limits.direction(&change.key) {
        Some(direction) => change.seen_as(direction),
        None => change,
    }
}

/// A limit in words, for people: `at least 0.9, falls by at most 0.01`.
pub(super) fn words(limit: &Limit) -> String {
    let part = |words: &str, amount: Option<Amount>| amount.map(|amount| format!("{words} {amount}"));
    let parts = [
        part("at least", limit.min),
        part("at most", limit.max),
        part("falls by at most", limit.max_drop),
        part("rises by at most", limit.max_rise),
        part("better by at least", limit.min_gain),
        part("better by at most", limit.max_gain),
        part("worse by at most", limit.max_worse),
    ];
    let mut words: Vec<String> = parts.into_iter().flatten().collect();
    let bounds_worse = limit.max_worse.is_some() || limit.max_drop.is_some() || limit.max_rise.is_some();
    if let Some(z) = limit.min_z.filter(|_| bounds_worse) {
        words.push(format!("or by fewer than {} standard errors", z.normalize()));
    }
    if limit.required {
        words.push("required".to_owned());
    }
    words.join(", ")
}

fn is_match(matches: &MetricMatch, key: &MetricKey) -> bool {
    let MetricMatch { metric, name, task, dataset, config, split } = matches;
    let optional =
        |pattern: &Option<String>, value: &Option<String>| like(pattern, value.as_deref().unwrap_or_default());
    like(metric, &key.metric_type)
        && like(task, &key.task_type)
        && like(dataset, &key.dataset_type)
        && optional(name, &key.metric_name)
        && optional(config, &key.dataset_config)
        && optional(split, &key.dataset_split)
}

/// `*` stands for any characters; case does not count. Linear in the text for each star.
pub(in crate::checks) fn like(pattern: &Option<String>, text: &str) -> bool {
    let Some(pattern) = pattern else { return true };
    let (pattern, text) = (pattern.to_lowercase(), text.to_lowercase());
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(head) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let Some(tail) = parts.pop() else { return true };
    for part in parts {
        let Some(at) = text.find(part) else { return false };
        text = text.get(at.saturating_add(part.len())..).unwrap_or_default();
    }
    text.ends_with(tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_applies_to_a_change_is_said_of_it() {
        use crate::artifact::metrics::{EvalResult, MetricValue, compare};
        let result = |name: &str, text: &str| {
            let key = MetricKey { metric_type: name.to_owned(), ..MetricKey::default() };
            let (text, error) = text.split_once(" se ").map_or((text, None), |(text, error)| (text, Some(error)));
            let standard_error = error.and_then(|error| MetricValue::from_text(error).number());
            EvalResult::new(key, MetricValue { standard_error, ..MetricValue::from_text(text) }, 1)
        };
        let words = |yaml: &str, name: &str, before: Option<&str>, after: Option<&str>| {
            let rules: PerformanceRules = serde_saphyr::from_str(yaml).unwrap();
            let side = |text: Option<&str>| text.map(|text| result(name, text)).into_iter().collect::<Vec<_>>();
            let change = compare(&side(before), &side(after)).remove(0);
            held_to(&rules, &change).unwrap_or_default()
        };
        assert_eq!(words("{}", "accuracy", Some("0.9"), Some("0.8")), "worse by at most 2 %");
        let errors = words("{}", "accuracy", Some("0.9 se 0.01"), Some("0.8 se 0.01"));
        assert_eq!(errors, "worse by at most 2 %, or by fewer than 2 standard errors");
        assert_eq!(words("{}", "accuracy", None, Some("0.8")), "");
        assert_eq!(words("{}", "acme_special", Some("1"), Some("2")), "", "nobody knows which way is better");
        let rules =
            "metrics: [{ match: { metric: accuracy }, min: 0.90, max_drop: 1%, max_gain: 20%, required: true }]";
        let all = "at least 0.9, falls by at most 1 %, better by at most 20 %, required";
        assert_eq!(words(rules, "accuracy", Some("0.9"), Some("0.8")), all);
        assert_eq!(words(rules, "accuracy", None, Some("0.8")), "at least 0.9, required");
        let lower = "metrics: [{ match: { metric: acme_special }, direction: lower }]";
        assert_eq!(words(lower, "acme_special", Some("1"), Some("2")), "worse by at most 2 %");
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        let is_like = |pattern: &str, text: &str| like(&Some(pattern.to_owned()), text);
        assert!(is_like("*", "") && is_like("*", "a/b") && is_like("a*c", "ABc") && is_like("a*b*c", "a-b-b-c"));
        assert!(!is_like("a*c", "ab") && !is_like("", "a") && !is_like("ab*b", "ab") && !is_like("a", "ab"));
        assert!(like(&None, "anything"));
    }
}
