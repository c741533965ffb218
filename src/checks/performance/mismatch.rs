//! `metric.card_mismatch`: the card claims another value than the evaluation file of the same commit.

use crate::artifact::metrics::mismatches;
use crate::checks::facts::{Facts, ModelFacts};
use crate::checks::finding::Finding;
use crate::checks::words::metric_subject;
use crate::domain::{Flag, Severity};

pub(super) fn check(facts: &Facts<'_>, model: &ModelFacts) -> Vec<Flag> {
    let Some(card) = model.after.card() else { return Vec::new() };
    let mut flags = Vec::new();
    for file in &model.evaluations {
        let Some(read) = &file.after else { continue };
        let live = model.before.card().zip(file.before.as_ref());
        let was = live.map(|(card, file)| mismatches(&card.results, &file.results)).unwrap_or_default();
        for found in mismatches(&card.results, &read.results) {
            let is_old =
                was.iter().any(|old| (&old.key, &old.card, &old.file) == (&found.key, &found.card, &found.file));
            let subject = metric_subject(&found.key);
            let (claimed, measured) = (&found.card.text, &found.file.text);
            let flag = Finding::new("metric.card_mismatch", Severity::High, &subject)
                .before(format!("{measured} ({})", file.path))
                .after(format!("{claimed} ({})", model.card_path))
                .rule("the card says what the evaluation file of the same commit says")
                .source(facts.source(&model.card_path, Some(found.card_line)))
                .new_if(!is_old)
                .says(&format!("{subject}: the card claims {claimed}, and {} says {measured}.", file.path));
            flags.push(flag);
        }
    }
    flags
}
