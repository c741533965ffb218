//! `bias.slice_*`: a model that does worse for some than for others, by the evaluation files that say so by slice.
//!
//! Parity and equal error rates exclude each other where the groups differ, so a team picks what it judges. Without a word from
//! the policy only metrics with a better and a worse are judged, and never a selection rate. Slices with few examples are noise.

use crate::artifact::metrics::{
    Amount, Direction, Limit, MetricKey, SliceGap, SliceResult, Verdict, direction_of, slice_changes, slice_gaps,
};
use crate::domain::{Flag, Severity};

use super::facts::{EvaluationFacts, Facts, ModelFacts};
use super::finding::Finding;
use super::performance::like;
use super::rules::models::SliceRules;
use super::words::metric_label;

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    facts.by_model(|model| of_model(facts, model))
}

fn of_model(facts: &Facts<'_>, model: &ModelFacts) -> Vec<Flag> {
    let rules = facts.rules.of(&model.name, &model.card_path).bias.slices;
    let (rules, is_default) = if rules.is_empty() { (vec![SliceRules::default()], true) } else { (rules, false) };
    let mut flags = Vec::new();
    for file in &model.evaluations {
        for rules in &rules {
            let judge = Judge { facts, file, rules, is_default };
            flags.extend(judge.gaps());
            flags.extend(judge.regressions());
        }
    }
    flags
}

struct Judge<'a> {
    facts: &'a Facts<'a>,
    file: &'a EvaluationFacts,
    rules: &'a SliceRules,
    is_default: bool,
}

impl Judge<'_> {
    fn gaps(&self) -> Vec<Flag> {
        let after = self.slices(self.file.after.as_ref());
        let live = slice_gaps(&self.slices(self.file.before.as_ref()), self.rules.min_count);
        slice_gaps(&after, self.rules.min_count).iter().filter_map(|gap| self.gap(gap, &live)).collect()
    }

    fn gap(&self, gap: &SliceGap, live: &[SliceGap]) -> Option<Flag> {
        let found = gap.extremes.as_ref()?;
        let is_wide = exceeds(found.gap, self.rules.max_gap, found.highest.number);
        let is_low = match (self.rules.min_ratio, found.ratio) {
            (Some(least), Some(ratio)) => ratio < least.number(),
            (Some(_), None) => true,
            (None, _) => false,
        };
        if !is_wide && !is_low {
            return None;
        }
        let was =
            live.iter().any(|old| (&old.key, &old.feature, &old.extremes) == (&gap.key, &gap.feature, &gap.extremes));
        let (low, high) = (&found.lowest, &found.highest);
        let metric = metric_label(&gap.key);
        let limit = match is_wide {
            true => format!("gap {} (limit {})", found.gap.normalize(), self.rules.max_gap),
            false => {
                let ratio = found.ratio.map_or("none".to_owned(), |ratio| ratio.round_dp(2).normalize().to_string());
                format!(
                    "ratio {ratio} (limit {})",
                    self.rules.min_ratio.map(|least| least.to_string()).unwrap_or_default()
                )
            }
        };
        let flag = Finding::new("bias.slice_gap", Severity::High, &subject(&gap.key, &gap.feature))
            .before(format!("{} {}", high.slice, high.number.normalize()))
            .after(format!("{} {}", low.slice, low.number.normalize()))
            .rule("slices of one metric lie close together")
            .source(self.facts.source(&self.file.path, Some(low.line)))
            .new_if(!was)
            .says(&format!(
                "{metric}: {} {}, {} {}: {limit}.",
                low.slice,
                low.number.normalize(),
                high.slice,
                high.number.normalize()
            ));
        Some(flag)
    }

    /// One slice got worse, whatever the average did.
    fn regressions(&self) -> Vec<Flag> {
        let (before, after) = (self.slices(self.file.before.as_ref()), self.slices(self.file.after.as_ref()));
        // Fewer than two standard errors are noise here as they are overall.
        let limit =
            Limit { max_worse: Some(self.rules.max_drop), min_z: Some(rust_decimal::Decimal::TWO), ..Limit::default() };
        let mut flags = Vec::new();
        for slice in slice_changes(&before, &after, self.rules.min_count) {
            let change = &slice.change;
            let (Some(old), Some(new), true) = (&change.before, &change.after, slice.has_enough) else { continue };
            let Verdict::Fail { why } = change.judge(&limit) else { continue };
            let subject = format!("{} ({})", metric_label(&change.key), slice.slice);
            let line = after.iter().find(|result| result.slice == slice.slice).map(|result| result.result.line);
            let flag = Finding::new("bias.slice_regressed", Severity::High, &subject)
                .before(&old.text)
                .after(&new.text)
                .rule("no slice gets worse beyond its limit")
                .source(self.facts.source(&self.file.path, line))
                .says(&format!("{subject}: {} → {}, {}.", old.text, new.text, why.strip_prefix("is ").unwrap_or(&why)));
            flags.push(flag);
        }
        flags
    }

    fn slices(&self, side: Option<&crate::artifact::evaluations::Evaluations>) -> Vec<SliceResult> {
        let all = side.map(|read| read.slices.as_slice()).unwrap_or_default();
        all.iter().filter(|slice| self.is_judged(slice)).cloned().collect()
    }

    fn is_judged(&self, slice: &SliceResult) -> bool {
        let key = &slice.result.key;
        let has_side = matches!(direction_of(key), Direction::Higher | Direction::Lower | Direction::Target(_));
        (has_side || !self.is_default)
            && like(&self.rules.matches.metric, &key.metric_type)
            && like(&self.rules.matches.slice, &slice.slice)
    }
}

fn subject(key: &MetricKey, feature: &str) -> String {
    match feature {
        "" => metric_label(key),
        feature => format!("{} by {feature}", metric_label(key)),
    }
}

/// Whether `amount` is more than the limit, a share being one of `whole`.
fn exceeds(amount: rust_decimal::Decimal, limit: Amount, whole: rust_decimal::Decimal) -> bool {
    match limit {
        Amount::Number(limit) => amount > limit,
        Amount::Share(share) => share.checked_mul(whole.abs()).is_none_or(|limit| amount > limit),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::evaluations::{Evaluations, read_file};
    use crate::checks::samples::{Sample, model, model_rules};

    fn report(metric: &str, slices: &[(&str, u64, &str)]) -> Option<Evaluations> {
        let slices: Vec<String> = slices
            .iter()
            .map(|(name, count, value)| {
                format!("{{\"slice\": \"{name}\", \"count\": {count}, \"metrics\": {{\"{metric}\": {value}}}}}")
            })
            .collect();
        let text = format!("{{\"format\": \"countersign.slices/1\", \"slices\": [{}]}}", slices.join(","));
        read_file("eval/a.slices.json", text.as_bytes())
    }

    fn found(rules: &str, before: Option<Evaluations>, after: Option<Evaluations>) -> Vec<Flag> {
        let evaluations = vec![EvaluationFacts { path: "eval/a.slices.json".into(), before, after }];
        let models = vec![ModelFacts { evaluations, ..model() }];
        check(&Sample { models, rules: model_rules(rules), ..Sample::ahead() }.facts())
    }

    const NONE: &str = "{ name: sentiment }";

    #[test]
    fn a_wide_gap_between_large_slices_is_found() {
        let wide = report("recall", &[("sex=female", 700, "0.62"), ("sex=male", 800, "0.86")]);
        let flags = found(NONE, None, wide.clone());
        assert_eq!(flags[0].message, "recall: sex=female 0.62, sex=male 0.86: gap 0.24 (limit 0.1).");
        assert_eq!((flags[0].code.as_str(), flags[0].is_new), ("bias.slice_gap", true));
        assert!(!found(NONE, wide.clone(), wide)[0].is_new);
        assert!(found(NONE, None, report("recall", &[("sex=f", 700, "0.76"), ("sex=m", 800, "0.86")])).is_empty());
        assert!(found(NONE, None, report("recall", &[("sex=f", 6, "0.1"), ("sex=m", 800, "0.86")])).is_empty());
    }

    #[test]
    fn a_selection_rate_is_judged_only_where_the_policy_asks() {
        let rates = || report("selection_rate", &[("sex=f", 700, "0.29"), ("sex=m", 800, "0.42")]);
        assert!(found(NONE, None, rates()).is_empty());
        let rules = "{ name: sentiment, bias: { slices: [{ match: { metric: selection_rate }, max_gap: 1, min_ratio: 0.8 }] } }";
        let flags = found(rules, None, rates());
        assert!(flags[0].message.contains("ratio 0.69 (limit 0.8)"), "{flags:?}");
    }

    #[test]
    fn a_slice_that_got_worse_is_found_although_the_average_did_not() {
        let before = report("recall", &[("overall", 1500, "0.80"), ("age=60+", 300, "0.80")]);
        let after = report("recall", &[("overall", 1500, "0.81"), ("age=60+", 300, "0.77")]);
        let flags = found(NONE, before, after);
        assert_eq!(flags[0].message, "recall (age=60+): 0.80 → 0.77, worse by 0.03 (limit 0.02).");
        assert_eq!(flags[0].code, "bias.slice_regressed");
    }
}
