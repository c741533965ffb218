use super::*;

fn result(metric_type: &str, value: &str) -> EvalResult {
    let key = MetricKey {
        entry: "m".into(),
        task_type: "text-classification".into(),
        dataset_type: "acme/reviews".into(),
        metric_type: metric_type.into(),
        ..MetricKey::default()
    };
    EvalResult::new(key, MetricValue::from_text(value), 1)
}

fn only(before: &[EvalResult], after: &[EvalResult]) -> MetricChange {
    let changes = compare(before, after);
    assert_eq!(changes.len(), 1, "{changes:?}");
    changes.into_iter().next().unwrap()
}

fn outcome_of(metric_type: &str, before: &str, after: &str) -> Outcome {
    only(&[result(metric_type, before)], &[result(metric_type, after)]).outcome
}

#[test]
fn a_fall_of_one_hundredth_is_exact() {
    let change = only(&[result("accuracy", "0.90")], &[result("accuracy", "0.89")]);
    assert_eq!(change.outcome, Outcome::Worse);
    assert_eq!(change.delta, Some(Decimal::new(-1, 2)));
    assert_eq!(change.worsening(), Some(Decimal::new(1, 2)));
    assert_eq!(change.relative_worsening().map(|share| share.round_dp(4)), Some(Decimal::new(111, 4)));
}

#[test]
fn direction_decides_what_is_worse() {
    assert_eq!(outcome_of("wer", "13.55", "14.90"), Outcome::Worse);
    assert_eq!(outcome_of("accuracy", "0.8", "0.9"), Outcome::Better);
    assert_eq!(outcome_of("disparate_impact", "0.9", "1.3"), Outcome::Worse);
    assert_eq!(outcome_of("disparate_impact", "0.9", "1.1"), Outcome::Same);
    assert_eq!(outcome_of("acme_special", "1", "2"), Outcome::Incomparable(Incomparable::NoDirection));
    assert_eq!(outcome_of("acme_special", "1", "1.0"), Outcome::Same);
}

#[test]
fn negative_baselines_keep_their_sign() {
    let change = only(&[result("mean_reward", "-10")], &[result("mean_reward", "-12")]);
    assert_eq!(change.outcome, Outcome::Worse);
    assert_eq!(change.relative, Some(Decimal::new(-2, 1)));
}

#[test]
fn relative_change_from_zero_cannot_be_said() {
    let change = only(&[result("wer", "0")], &[result("wer", "0.5")]);
    assert_eq!((change.outcome.clone(), change.relative, change.relative_worsening()), (Outcome::Worse, None, None));
}

#[test]
fn nan_and_words_are_incomparable_even_when_unchanged() {
    for (before, after) in [("0.9", ".nan"), (".nan", "0.9"), ("N/A", "N/A"), ("0.9", "great")] {
        assert_eq!(outcome_of("accuracy", before, after), Outcome::Incomparable(Incomparable::NotANumber));
    }
}

#[test]
fn percent_and_share_are_not_compared() {
    let change = only(&[result("accuracy", "0.921")], &[result("accuracy", "92.1%")]);
    assert_eq!((change.outcome, change.delta), (Outcome::Incomparable(Incomparable::UnitsDiffer), None));
}

#[test]
fn a_vanished_metric_is_told_and_so_is_a_new_one() {
    let changes = compare(&[result("f1", "0.9")], &[result("recall", "0.9")]);
    let outcomes: Vec<_> = changes.iter().map(|change| (change.key.metric_type.as_str(), &change.outcome)).collect();
    assert_eq!(outcomes, [("f1", &Outcome::Removed), ("recall", &Outcome::Added)]);
}

#[test]
fn another_data_set_revision_is_neither_better_nor_removed() {
    let (mut before, mut after) = (result("f1", "0.66"), result("f1", "0.71"));
    before.key.dataset_revision = Some("5503434".into());
    after.key.dataset_revision = Some("0d2f1c7".into());
    let change = only(&[before], &[after]);
    assert_eq!(change.outcome, Outcome::Incomparable(Incomparable::MeasuredDifferently(vec!["revision"])));
    assert_eq!(change.relative_worsening(), None);
}

#[test]
fn results_that_differ_only_by_name_are_kept_apart() {
    let named = |name: &str, value: &str| {
        let mut named = result("wer", value);
        named.key.metric_name = Some(name.into());
        named
    };
    let changes = compare(&[named("greedy", "10"), named("beam", "9")], &[named("greedy", "10"), named("beam", "9.5")]);
    let outcomes: Vec<_> = changes.iter().map(|change| change.outcome.clone()).collect();
    assert_eq!(outcomes, [Outcome::Worse, Outcome::Same]);
}

#[test]
fn exact_duplicates_count_once_and_contradictions_are_ambiguous() {
    let twice = [result("f1", "0.9"), result("f1", "0.9")];
    assert_eq!(only(&twice, &[result("f1", "0.9")]).outcome, Outcome::Same);
    let contradiction = [result("f1", "0.9"), result("f1", "0.5")];
    assert_eq!(only(&contradiction, &[result("f1", "0.9")]).outcome, Outcome::Incomparable(Incomparable::Ambiguous));
}

#[test]
fn a_renamed_model_keeps_its_metrics_but_two_entries_are_kept_apart() {
    let entry = |name: &str, value: &str| {
        let mut named = result("f1", value);
        named.key.entry = name.into();
        named
    };
    assert_eq!(only(&[entry("v1", "0.9")], &[entry("v2", "0.8")]).outcome, Outcome::Worse);
    let changes = compare(&[entry("a", "0.9"), entry("b", "0.8")], &[entry("a", "0.8"), entry("b", "0.9")]);
    let outcomes: Vec<_> = changes.iter().map(|change| change.outcome.clone()).collect();
    assert_eq!(outcomes, [Outcome::Worse, Outcome::Better]);
}

#[test]
fn comparing_a_list_with_itself_finds_nothing() {
    let list = [result("f1", "0.9"), result("wer", "10 ± 1"), result("count", "7")];
    assert!(compare(&list, &list).iter().all(|change| change.outcome == Outcome::Same));
}

#[test]
fn the_file_says_the_direction_only_where_it_is_not_known() {
    let claimed = |metric_type: &str, value: &str, higher: bool| EvalResult {
        claimed_higher_is_better: Some(higher),
        ..result(metric_type, value)
    };
    let outcome = |before: EvalResult, after: EvalResult| only(&[before], &[after]).outcome;
    assert_eq!(outcome(claimed("ter", "58", true), claimed("ter", "61", true)), Outcome::Worse);
    assert_eq!(outcome(claimed("acme_special", "1", true), claimed("acme_special", "2", true)), Outcome::Better);
    assert_eq!(outcome(result("acme_special", "1"), claimed("acme_special", "2", false)), Outcome::Worse);
    let contradiction = outcome(claimed("acme_special", "1", true), claimed("acme_special", "2", false));
    assert_eq!(contradiction, Outcome::Incomparable(Incomparable::NoDirection));
}

/// Results with few keys, so that they meet.
fn few_results() -> impl proptest::strategy::Strategy<Value = Vec<EvalResult>> {
    use proptest::prelude::*;
    let key = ("[mn]", "(accuracy|wer|acme)", "(|greedy)", proptest::option::of("(1|2)"));
    let value = ("(0\\.9|0\\.90|0\\.5|50%|N/A|0)", proptest::option::of(0_i64..3));
    let one = (key, value).prop_map(|((entry, metric_type, name, revision), (value, error))| {
        let mut result = result(&metric_type, &value);
        result.key.entry = entry;
        result.key.metric_name = (!name.is_empty()).then_some(name);
        result.key.dataset_revision = revision;
        result.value = result.value.with_standard_error(error.map(Decimal::from));
        result
    });
    proptest::collection::vec(one, 0..8)
}

proptest::proptest! {
    #[test]
    fn the_order_of_the_files_does_not_matter(before in few_results(), after in few_results()) {
        let reversed = |results: &[EvalResult]| results.iter().rev().cloned().collect::<Vec<_>>();
        proptest::prop_assert_eq!(compare(&before, &after), compare(&reversed(&before), &reversed(&after)));
    }

    #[test]
    fn the_way_back_is_the_mirror(before in few_results(), after in few_results()) {
        let mirrored = |outcome: &Outcome| match outcome {
            Outcome::Better => Outcome::Worse,
            Outcome::Worse => Outcome::Better,
            Outcome::Added => Outcome::Removed,
            Outcome::Removed => Outcome::Added,
            Outcome::Incomparable(why) => Outcome::Incomparable(why.clone()),
            Outcome::Same => Outcome::Same,
        };
        // Without the key: it is that of the new side.
        let facts = |changes: &[MetricChange], mirror: bool| {
            let mut facts: Vec<_> = changes
                .iter()
                .map(|change| match mirror {
                    false => (change.before.clone(), change.after.clone(), change.delta, change.worsening(), change.outcome.clone()),
                    true => (
                        change.after.clone(),
                        change.before.clone(),
                        change.delta.map(|delta| Decimal::ZERO - delta),
                        change.worsening().map(|worse| Decimal::ZERO - worse),
                        mirrored(&change.outcome),
                    ),
                })
                .map(|fact| format!("{fact:?}"))
                .collect();
            facts.sort();
            facts
        };
        proptest::prop_assert_eq!(
            facts(&compare(&before, &after), false),
            facts(&compare(&after, &before), true)
        );
    }
}
