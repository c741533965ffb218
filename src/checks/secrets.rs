//! `secret.exposed`: something that looks like a secret stands in the repository. It is masked wherever it is shown.

use crate::domain::{Flag, Severity};

use super::facts::{Facts, Sighting};
use super::finding::Finding;

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    facts.secrets.iter().map(|sighting| flag(facts, sighting)).collect()
}

fn flag(facts: &Facts<'_>, sighting: &Sighting) -> Flag {
    Finding::new("secret.exposed", Severity::Critical, &sighting.place)
        .rule("no token-like text in what is shown")
        .source(facts.source(&sighting.place, sighting.line))
        .new_if(sighting.is_new)
        .says(&format!(
            "Something that looks like a secret stands in {}; it is masked here. Revoke it.",
            sighting.place
        ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::Sample;

    #[test]
    fn an_exposed_secret_is_critical_and_names_the_place() {
        let sighting = Sighting { place: "train.py".into(), line: None, is_code: true, is_new: true };
        let sample = Sample { secrets: vec![sighting], ..Sample::ahead() };
        let flags = check(&sample.facts());
        assert_eq!((flags[0].severity, flags[0].subject.as_str()), (Severity::Critical, "train.py"));
        assert!(check(&Sample::ahead().facts()).is_empty());
    }
}
