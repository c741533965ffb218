use super::*;

fn parts(text: &str) -> (String, Option<String>, Option<String>) {
    let value = MetricValue::from_text(text);
    let number = value.number().unwrap_or_else(|| panic!("{text}: {:?}", value.reading));
    (number.to_string(), value.spread().map(|spread| spread.to_string()), value.unit().map(str::to_owned))
}

fn reason(text: &str) -> NotANumber {
    match MetricValue::from_text(text).reading {
        Reading::NotANumber(reason) => reason,
        number @ Reading::Number { .. } => panic!("{text} is {number:?}"),
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn number_spread_and_unit_are_read_from_text() {
    assert_eq!(parts("92.1%"), ("92.1".into(), None, some("%")));
    assert_eq!(parts("20.0 ± 1.2"), ("20".into(), some("1.2"), None));
    assert_eq!(parts("433.00 +/- 168.93"), ("433".into(), some("168.93"), None));
    assert_eq!(parts("92.1 ± 0.3%"), ("92.1".into(), some("0.3"), some("%")));
    assert_eq!(parts("0.5 (± 0.1)"), ("0.5".into(), some("0.1"), None));
    assert_eq!(parts("12.5 ms"), ("12.5".into(), None, some("ms")));
}

#[test]
fn scientific_notation_is_exact() {
    assert_eq!(parts("1e-3").0, "0.001");
    assert_eq!(parts("-2.50E+2").0, "-250");
    assert_eq!(parts(".5").0, "0.5");
    assert_eq!(parts("0e400").0, "0");
    assert_eq!(parts("0.89").0, "0.89");
}

#[test]
fn everything_else_is_not_a_number_and_never_zero() {
    for text in
        ["N/A", "true", "1,5", "1_000", "1:30", "0x10", "~0.9", ">90%", "0.9 or so", "1 ± x", "5% ± 1 ms", "--1"]
    {
        assert_eq!(reason(text), NotANumber::Text, "{text}");
    }
    for text in [".nan", "NaN", "-.inf", "Infinity"] {
        assert_eq!(reason(text), NotANumber::NotFinite, "{text}");
    }
    for text in ["1e999", "1e-40", "1e99999999999999999999", "123456789012345678901234567890123"] {
        assert_eq!(reason(text), NotANumber::OutOfRange, "{text}");
    }
    assert_eq!(reason(" "), NotANumber::Missing);
}

#[test]
fn rounding_is_half_of_the_last_digit_written() {
    for (text, half) in
        [("0.91", "0.005"), ("91", "0.5"), ("0.910 ± 0.1", "0.0005"), ("92.1%", "0.05"), ("1e-3", "0.0005")]
    {
        let rounding = MetricValue::from_text(text).rounding().map(|half| half.normalize().to_string());
        assert_eq!(rounding.as_deref(), Some(half), "{text}");
    }
    assert_eq!(MetricValue::from_text("1.50E+2").rounding(), Some(Decimal::new(5, 1)));
    assert_eq!(MetricValue::from_text("great").rounding(), None);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in "[-+.0-9eE%± /()a-z]{0,24}") {
        MetricValue::from_text(&text).rounding();
    }

    #[test]
    fn long_numbers_are_read_or_refused_without_panic(text in "-?[0-9]{0,60}\\.?[0-9]{0,60}(e-?[0-9]{1,4})?") {
        MetricValue::from_text(&text);
    }

    #[test]
    fn written_decimals_are_read_back(mantissa in -1_000_000_000_i64..1_000_000_000, scale in 0_u32..12) {
        let number = Decimal::new(mantissa, scale);
        proptest::prop_assert_eq!(MetricValue::from_text(&number.to_string()).number(), Some(number));
    }
}
