//! `evidence.incomplete`: evidence that could not be had is a finding, never silence (R7).

use crate::domain::{Flag, Severity};

use super::facts::Facts;
use super::finding::Finding;

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    let flag = |gap: &super::Gap| {
        Finding::new("evidence.incomplete", Severity::High, &gap.subject)
            .values(None, gap.value.clone())
            .says(&gap.message)
    };
    facts.gaps.iter().map(flag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::Gap;
    use crate::checks::samples::Sample;

    #[test]
    fn every_gap_is_a_new_high_finding() {
        let mut sample = Sample::ahead();
        assert!(check(&sample.facts()).is_empty());
        sample.gaps = vec![Gap { subject: "file list".into(), value: Some("300".into()), message: "cut".into() }];
        let flags = check(&sample.facts());
        assert_eq!(flags.len(), 1);
        assert!(flags[0].is_gap() && flags[0].is_new && flags[0].severity == Severity::High);
        assert_eq!(flags[0].after.as_deref(), Some("300"));
    }
}
