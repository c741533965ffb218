use super::*;

fn value(text: &str) -> MetricValue {
    MetricValue::from_text(text)
}

fn amount(text: &str) -> Option<Amount> {
    Some(Amount::parse(text).unwrap())
}

fn verdict(limit: &Limit, direction: Direction, before: &str, after: &str) -> Verdict {
    judge(limit, direction, Some(&value(before)), Some(&value(after)))
}

fn why(verdict: Verdict) -> String {
    match verdict {
        Verdict::Pass => panic!("passes"),
        Verdict::Fail { why } | Verdict::Incomparable { why } => why,
    }
}

fn max_worse(text: &str) -> Limit {
    Limit { max_worse: amount(text), ..Limit::default() }
}

#[test]
fn a_failure_says_by_how_much() {
    let limit = Limit { max_drop: amount("0.01"), ..Limit::default() };
    assert_eq!(verdict(&limit, Direction::Higher, "0.90", "0.89"), Verdict::Pass);
    assert_eq!(why(verdict(&limit, Direction::Higher, "0.90", "0.88")), "fell by 0.02 (limit 0.01)");
    assert_eq!(why(verdict(&max_worse("2%"), Direction::Lower, "13.55", "14.90")), "is worse by 10 % (limit 2 %)");
    let limit = Limit { min: amount("0.9"), ..Limit::default() };
    assert_eq!(why(verdict(&limit, Direction::Higher, "0.9", "0.8")), "is below the minimum 0.9");
    let limit = Limit { max_gain: amount("20%"), ..Limit::default() };
    assert_eq!(why(verdict(&limit, Direction::Higher, "0.5", "0.75")), "is better by 50 % (limit 20 %)");
    let limit = Limit { min_gain: amount("0.01"), ..Limit::default() };
    assert_eq!(why(verdict(&limit, Direction::Higher, "0.5", "0.505")), "is better by 0.005 only (0.01 is asked)");
}

#[test]
fn better_and_worse_need_a_direction_and_falls_do_not() {
    assert!(matches!(verdict(&max_worse("2%"), Direction::Unknown, "1", "2"), Verdict::Incomparable { .. }));
    let limit = Limit { max_drop: amount("0.1"), ..Limit::default() };
    assert!(matches!(verdict(&limit, Direction::Unknown, "1", "0.5"), Verdict::Fail { .. }));
    assert_eq!(verdict(&max_worse("1%"), Direction::Target(Decimal::ONE), "0.9", "1.1"), Verdict::Pass);
}

#[test]
fn fewer_standard_errors_than_asked_are_noise() {
    let with_error = |text: &str, error: i64| value(text).with_standard_error(Some(Decimal::new(error, 2)));
    let limit = Limit { min_z: Some(Decimal::TWO), ..max_worse("2%") };
    // Errors of 0.03 and 0.04 make one of 0.05.
    let judged =
        |after: &str| judge(&limit, Direction::Higher, Some(&with_error("0.80", 3)), Some(&with_error(after, 4)));
    assert!(matches!(judged("0.70"), Verdict::Fail { .. }));
    assert_eq!(judged("0.71"), Verdict::Pass);
    assert!(matches!(verdict(&limit, Direction::Higher, "0.80", "0.71"), Verdict::Fail { .. }));
    assert!(matches!(verdict(&limit, Direction::Higher, "0.80 ± 0.3", "0.71 ± 0.4"), Verdict::Fail { .. }), "a spread");
    let bound = Limit { min: amount("0.75"), ..limit.clone() };
    let noisy = judge(&bound, Direction::Higher, Some(&with_error("0.80", 3)), Some(&with_error("0.74", 4)));
    assert!(matches!(noisy, Verdict::Fail { .. }), "bounds of the value itself know no noise");
}

#[test]
fn a_share_of_zero_is_incomparable_unless_nothing_got_worse() {
    let limit = max_worse("2%");
    assert!(matches!(verdict(&limit, Direction::Lower, "0", "0.1"), Verdict::Incomparable { .. }));
    assert_eq!(verdict(&limit, Direction::Lower, "0", "0"), Verdict::Pass);
    assert_eq!(verdict(&limit, Direction::Higher, "0", "0.1"), Verdict::Pass);
    let required = Limit { required: true, ..limit };
    assert!(matches!(verdict(&required, Direction::Lower, "0", "0.1"), Verdict::Fail { .. }));
}

#[test]
fn missing_and_incomparable_fail_only_where_required() {
    let limit = Limit { min: amount("0.9"), ..Limit::default() };
    let required = Limit { required: true, ..limit.clone() };
    for after in [None, Some(value("NaN")), Some(value("great"))] {
        assert!(matches!(judge(&limit, Direction::Higher, None, after.as_ref()), Verdict::Incomparable { .. }));
        assert!(matches!(judge(&required, Direction::Higher, None, after.as_ref()), Verdict::Fail { .. }));
    }
}

#[test]
fn a_first_value_has_no_change_to_judge() {
    let limit = Limit { min: amount("0.9"), required: true, ..max_worse("1%") };
    assert_eq!(judge(&limit, Direction::Higher, None, Some(&value("0.95"))), Verdict::Pass);
    assert!(matches!(judge(&limit, Direction::Higher, None, Some(&value("0.85"))), Verdict::Fail { .. }));
}

#[test]
fn percent_is_only_held_against_percent() {
    let bound = |min: &str| Limit { min: amount(min), ..Limit::default() };
    assert!(matches!(verdict(&bound("0.9"), Direction::Higher, "92%", "80%"), Verdict::Incomparable { .. }));
    assert!(matches!(verdict(&bound("90%"), Direction::Higher, "0.92", "0.95"), Verdict::Incomparable { .. }));
    assert_eq!(verdict(&bound("90%"), Direction::Higher, "92%", "90%"), Verdict::Pass);
    assert!(matches!(verdict(&bound("90%"), Direction::Higher, "92%", "89.9%"), Verdict::Fail { .. }));
    assert!(matches!(verdict(&max_worse("1%"), Direction::Higher, "0.92", "92%"), Verdict::Incomparable { .. }));
}

#[test]
fn a_change_that_was_measured_differently_still_has_a_value() {
    let change = |outcome: Outcome| MetricChange {
        key: Default::default(),
        direction: Direction::Higher,
        before: Some(value("0.9")),
        after: Some(value("0.5")),
        delta: None,
        relative: None,
        outcome,
    };
    let differently = change(Outcome::Incomparable(Incomparable::MeasuredDifferently(vec!["revision"])));
    assert_eq!(why(differently.judge(&max_worse("1%"))), "was measured differently (revision)");
    assert!(matches!(differently.judge(&Limit { min: amount("0.6"), ..Limit::default() }), Verdict::Fail { .. }));
    assert_eq!(differently.judge(&Limit { min: amount("0.5"), ..Limit::default() }), Verdict::Pass);
    let ambiguous = change(Outcome::Incomparable(Incomparable::Ambiguous));
    assert!(matches!(ambiguous.judge(&Limit { min: amount("0.5"), ..Limit::default() }), Verdict::Incomparable { .. }));
    assert!(matches!(change(Outcome::Worse).judge(&max_worse("1%")), Verdict::Fail { .. }));
}

proptest::proptest! {
    #[test]
    fn a_limit_that_passes_passes_when_widened(
        old in -1_000_i64..1_000, new in -1_000_i64..1_000, bound in 0_i64..500, wider in 0_i64..500, share in proptest::bool::ANY
    ) {
        let number = |mantissa: i64| value(&Decimal::new(mantissa, 2).to_string());
        let limit = |bound: i64| {
            let bound = Decimal::new(bound, 2);
            let bound = Some(if share { Amount::Share(bound) } else { Amount::Number(bound) });
            Limit { max_drop: bound, max_rise: bound, max_worse: bound, max_gain: bound, ..Limit::default() }
        };
        let judged = |bound: i64| judge(&limit(bound), Direction::Higher, Some(&number(old)), Some(&number(new)));
        if judged(bound) == Verdict::Pass {
            proptest::prop_assert_eq!(judged(bound + wider), Verdict::Pass);
        }
    }
}
