//! `text.hidden`: characters that change what people read without being seen, or by looking like others.

use crate::domain::{Flag, Severity};

use super::facts::{Facts, Sighting};
use super::finding::Finding;

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    facts.hidden.iter().map(|sighting| flag(facts, sighting)).collect()
}

fn flag(facts: &Facts<'_>, sighting: &Sighting) -> Flag {
    let severity = if sighting.is_code { Severity::High } else { Severity::Medium };
    Finding::new("text.hidden", severity, &sighting.place)
        .rule("no invisible, direction-changing or look-alike characters")
        .source(facts.source(&sighting.place, sighting.line))
        .new_if(sighting.is_new)
        .says(&format!(
            "Hidden or look-alike characters in {}: they are written out where it is shown.",
            sighting.place
        ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::Sample;

    #[test]
    fn hidden_characters_weigh_more_in_code() {
        let place = |is_code| Sighting { place: "a.py".into(), line: Some(3), is_code, is_new: is_code };
        let sample = Sample { hidden: vec![place(true), place(false)], ..Sample::ahead() };
        let found: Vec<_> = check(&sample.facts()).into_iter().map(|flag| (flag.severity, flag.is_new)).collect();
        assert_eq!(found, [(Severity::High, true), (Severity::Medium, false)]);
    }
}
