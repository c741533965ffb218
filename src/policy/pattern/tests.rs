use proptest::prelude::*;

use super::*;

fn pattern(text: &str) -> Pattern {
    Pattern::parse(text, true).unwrap()
}

#[test]
fn wildcards_stop_at_a_slash_unless_there_are_two() {
    for (text, matching, other) in [
        ("production", "Production", "productions"),
        ("prod*", "prod-eu", "prod/eu"),
        ("prod**", "prod/eu/west", "staging"),
        ("*-eu", "-eu", "a/b-eu"),
        ("??-eu", "us-eu", "u-eu"),
        ("**/live", "a/b/live", "live"),
        ("a*b*c", "abbc", "abcd"),
    ] {
        let pattern = pattern(text);
        assert!(pattern.is_match(matching) && !pattern.is_match(other), "{text}");
    }
}

#[test]
fn case_counts_for_branches_and_not_for_environments() {
    assert!(Pattern::parse("Main", true).unwrap().is_match("mAIN"));
    assert!(!Pattern::parse("Main", false).unwrap().is_match("main"));
}

#[test]
fn signs_of_other_tools_are_refused() {
    for text in ["prod[12]", "{a,b}", "a\\*"] {
        assert!(Pattern::parse(text, true).unwrap_err().contains("know `*`"), "{text}");
    }
}

#[test]
fn a_name_in_common_is_shown_unless_something_better_matches_it() {
    let common = |one: &str, other: &str, better: &[&str]| {
        let better: Vec<Pattern> = better.iter().map(|text| pattern(text)).collect();
        matched_by_both(&pattern(one), &pattern(other), &better.iter().collect::<Vec<_>>())
    };
    assert_eq!(common("a*", "*b", &[]).as_deref(), Some("ab"));
    assert_eq!(common("a*", "b*", &[]), None);
    assert_eq!(common("a*", "*b", &["a*b"]), None);
    assert_eq!(common("a*", "*b", &["ab"]).map(|name| name.len()), Some(3));
    assert_eq!(common("eu-*", "us-*", &[]), None);
    assert!(common("prod-*", "*-live", &[]).is_some_and(|name| name == "prod-live"));
}

proptest! {
    #[test]
    fn a_name_in_common_is_matched_by_both_and_by_nothing_better(
        one in "[ab*?]{1,8}", other in "[ab*?]{1,8}", better in "[ab*?]{1,8}"
    ) {
        let (one, other, better) = (pattern(&one), pattern(&other), pattern(&better));
        if let Some(name) = matched_by_both(&one, &other, &[&better]) {
            prop_assert!(one.is_match(&name) && other.is_match(&name) && !better.is_match(&name), "{}", name);
        }
    }

    #[test]
    fn no_pattern_and_no_name_take_long(text in "[a*?/]{0,255}", name in "[a/]{0,300}") {
        let pattern = pattern(&text);
        prop_assert!(pattern.is_match(&name) || !pattern.is_match(&name));
    }
}
