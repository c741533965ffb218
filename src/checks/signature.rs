//! `signature.invalid`: the signature that the policy asks for is missing, by somebody else, or over other files.

use crate::artifact::signing::{FileDifferences, SIGNATURE_FILE, SignatureVerdict};
use crate::domain::{Flag, Severity};

use super::facts::{Facts, ModelFacts};
use super::finding::Finding;
use super::words::listed;

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    facts.models.iter().filter_map(|model| of_model(facts, model)).collect()
}

fn of_model(facts: &Facts<'_>, model: &ModelFacts) -> Option<Flag> {
    let report = model.signature.as_ref()?;
    let required = facts.rules.of(&model.name, &model.card_path).signature.is_some_and(|rules| rules.required);
    let why = match &report.verdict {
        SignatureVerdict::Valid { .. } => return None,
        SignatureVerdict::Missing if !required => return None,
        SignatureVerdict::Missing => format!("there is no {SIGNATURE_FILE}"),
        SignatureVerdict::Unverified { why, .. } => format!("it cannot be verified: {why}"),
        SignatureVerdict::Invalid { why } => why.clone(),
    };
    let files = differences(&report.files);
    let message = match files.is_empty() {
        true => format!("The signature of {} does not hold: {why}.", model.name),
        false => format!("The signature of {} does not hold: {why} ({files}).", model.name),
    };
    let flag = Finding::new("signature.invalid", Severity::Critical, &model.name)
        .after(if files.is_empty() { &why } else { &files })
        .rule("the model is signed by the pinned signer")
        .source(facts.source(&model.card_path, None))
        .says(&message);
    Some(flag)
}

fn differences(files: &FileDifferences) -> String {
    let parts = [("changed", &files.changed), ("missing", &files.missing), ("not signed", &files.extra)];
    let parts = parts.into_iter().filter(|(_, paths)| !paths.is_empty());
    let parts: Vec<String> =
        parts.map(|(word, paths)| format!("{word}: {}", listed(paths.iter().map(String::as_str)))).collect();
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::signing::SignatureReport;
    use crate::checks::samples::{Sample, model, model_rules};

    fn flags(rules: &str, report: Option<SignatureReport>) -> Vec<Flag> {
        let models = vec![ModelFacts { signature: report, ..model() }];
        check(&Sample { models, rules: model_rules(rules), ..Sample::ahead() }.facts())
    }

    #[test]
    fn a_missing_signature_counts_only_where_one_is_required() {
        let missing = || Some(SignatureReport::missing());
        assert!(flags("{ name: sentiment, signature: { key: k.pub } }", missing()).is_empty());
        let found = flags("{ name: sentiment, signature: { key: k.pub, required: true } }", missing());
        assert_eq!((found[0].code.as_str(), found[0].severity), ("signature.invalid", Severity::Critical));
        assert!(flags("{ name: sentiment }", None).is_empty());
    }

    #[test]
    fn what_differs_from_the_signed_files_is_named() {
        let files = FileDifferences { changed: vec!["model.safetensors".into()], ..FileDifferences::default() };
        let verdict = SignatureVerdict::Invalid { why: "1 file differs".into() };
        let found = flags(
            "{ name: sentiment, signature: { key: k.pub } }",
            Some(SignatureReport { verdict, signer: None, files }),
        );
        assert!(found[0].message.ends_with("1 file differs (changed: model.safetensors)."), "{found:?}");
    }
}
