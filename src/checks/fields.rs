//! `fields.unreadable`, and secrets or hidden characters in what the workflow says about itself.

use crate::artifact::text::{has_hidden, mask_secrets};
use crate::domain::{Flag, Severity};

use super::finding::Finding;
use super::words::plain;

/// The fields, or some of them, cannot be shown.
pub fn unreadable(artifact: &str, why: &str) -> Flag {
    Finding::new("fields.unreadable", Severity::Low, artifact)
        .rule("the workflow's fields are as documented")
        .says(&format!("The workflow's fields in artifact {artifact} cannot all be shown: {why}."))
}

/// What is wrong with one field.
pub fn check(name: &str, value: &str) -> Vec<Flag> {
    let text = format!("{name} {value}");
    let place = format!("workflow field {}", plain(name, 40));
    let secret = (mask_secrets(&text).1 > 0).then(|| {
        Finding::new("secret.exposed", Severity::Critical, &place)
            .rule("no token-like text in what is shown")
            .says(&format!("Something that looks like a secret stands in {place}; it is masked here. Revoke it."))
    });
    let hidden = has_hidden(&text).then(|| {
        Finding::new("text.hidden", Severity::Medium, &place)
            .rule("no invisible or direction-changing characters")
            .says(&format!("Hidden or look-alike characters in {place}: they are written out where it is shown."))
    });
    secret.into_iter().chain(hidden).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(name: &str, value: &str) -> Vec<String> {
        check(name, value).into_iter().map(|flag| flag.code).collect()
    }

    #[test]
    fn secrets_and_hidden_characters_in_fields_are_flagged() {
        assert!(codes("experiment", "wide → deep").is_empty());
        let token = format!("hf_{}", "a1B2".repeat(9));
        assert_eq!(codes("key", &token), ["secret.exposed"]);
        assert_eq!(codes(&token, "x"), ["secret.exposed"]);
        assert_eq!(codes("a", "b\u{202e}c"), ["text.hidden"]);
        assert!(!check(&token, "x")[0].subject.contains(&token));
    }

    #[test]
    fn unreadable_fields_weigh_little_and_are_told() {
        let flag = unreadable("countersign", "it holds no countersign.json");
        assert_eq!((flag.severity, flag.is_gap()), (Severity::Low, false));
    }
}
