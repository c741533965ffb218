//! `signature.invalid`: the signature that the policy asks for is missing, by somebody else, or over other files.

use crate::artifact::signing::{FileDifferences, SIGNATURE_FILE, SignatureReport, SignatureVerdict};
use crate::domain::{Flag, Severity};

use super::facts::{Facts, ModelFacts, SignatureSide};
use super::finding::Finding;
use super::words::listed;

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    facts.models.iter().filter_map(|model| of_model(facts, model)).collect()
}

fn of_model(facts: &Facts<'_>, model: &ModelFacts) -> Option<Flag> {
    let required = facts.rules.requires_signature(&model.name, &model.card_path);
    let SignatureSide::Judged(report) = &model.signature_after else { return None };
    let why = fault(model, report, required)?;
    let was = match &model.signature_before {
        SignatureSide::Judged(report) => fault(model, report, required).is_some(),
        SignatureSide::NotAsked | SignatureSide::Unread { .. } => false,
    };
    let files = differences(&report.files);
    let message = match files.is_empty() {
        true => format!("The signature of {} does not hold: {why}.", model.name),
        false => format!("The signature of {} does not hold: {why} ({files}).", model.name),
    };
    let flag = Finding::new("signature.invalid", Severity::Critical, &model.name)
        .after(if files.is_empty() { &why } else { &files })
        .rule("the model is signed by the pinned signer")
        .source(facts.source(&model.beside_card(SIGNATURE_FILE), None))
        .new_if(!was)
        .says(&message);
    Some(flag)
}

/// What is wrong with a signature, in words.
fn fault(model: &ModelFacts, report: &SignatureReport, required: bool) -> Option<String> {
    match &report.verdict {
        SignatureVerdict::Valid { .. } => uncovered(model, report),
        SignatureVerdict::Missing if !required => None,
        SignatureVerdict::Missing => Some(format!("there is no {SIGNATURE_FILE}")),
        SignatureVerdict::Unverified { why, .. } => Some(format!("it cannot be verified: {why}")),
        SignatureVerdict::Invalid { why } => Some(why.clone()),
    }
}

/// A signer may leave files out. Weights that are left out are not signed.
fn uncovered(model: &ModelFacts, report: &SignatureReport) -> Option<String> {
    let left_out: Vec<String> = report.files.left_out.iter().map(|path| model.beside_card(path)).collect();
    let weights = model.weights.iter().map(|weight| weight.path.as_str());
    let uncovered: Vec<&str> = weights.filter(|path| left_out.iter().any(|out| out == path)).collect();
    (!uncovered.is_empty()).then(|| format!("it leaves out {}", listed(uncovered)))
}

fn differences(files: &FileDifferences) -> String {
    let parts = [
        ("changed", &files.changed),
        ("missing", &files.missing),
        ("not signed", &files.extra),
        ("not compared", &files.unknown),
    ];
    let parts = parts.into_iter().filter(|(_, paths)| !paths.is_empty());
    let parts: Vec<String> =
        parts.map(|(word, paths)| format!("{word}: {}", listed(paths.iter().map(String::as_str)))).collect();
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{Sample, model, model_rules, weight};

    const REQUIRED: &str = "{ name: sentiment, signature: { key: k.pub, required: true } }";
    const OPTIONAL: &str = "{ name: sentiment, signature: { key: k.pub } }";

    fn flags_of(rules: &str, model: ModelFacts) -> Vec<Flag> {
        check(&Sample { models: vec![model], rules: model_rules(rules), ..Sample::ahead() }.facts())
    }

    fn flags(rules: &str, after: SignatureSide) -> Vec<Flag> {
        flags_of(rules, ModelFacts { signature_after: after, ..model() })
    }

    fn judged(verdict: SignatureVerdict, files: FileDifferences) -> SignatureSide {
        SignatureSide::Judged(SignatureReport { verdict, signer: None, files })
    }

    fn missing() -> SignatureSide {
        SignatureSide::Judged(SignatureReport::missing())
    }

    fn valid() -> SignatureVerdict {
        SignatureVerdict::Valid { matched: 1, total: 1 }
    }

    #[test]
    fn a_missing_signature_counts_only_where_one_is_required() {
        assert!(flags(OPTIONAL, missing()).is_empty());
        let found = flags(REQUIRED, missing());
        assert_eq!((found[0].code.as_str(), found[0].severity), ("signature.invalid", Severity::Critical));
        assert!(found[0].is_new);
        assert!(flags("{ name: sentiment }", SignatureSide::NotAsked).is_empty());
    }

    #[test]
    fn what_differs_from_the_signed_files_is_named() {
        let files = FileDifferences { changed: vec!["model.safetensors".into()], ..FileDifferences::default() };
        let found = flags(OPTIONAL, judged(SignatureVerdict::Invalid { why: "1 file differs".into() }, files));
        assert!(found[0].message.ends_with("1 file differs (changed: model.safetensors)."), "{found:?}");
        assert!(found[0].source.as_deref().unwrap().starts_with("model.sig@"), "{found:?}");
    }

    #[test]
    fn what_was_missing_before_is_no_news_and_what_held_before_is() {
        let side = |before| ModelFacts { signature_before: before, signature_after: missing(), ..model() };
        assert!(!flags_of(REQUIRED, side(missing()))[0].is_new);
        assert!(flags_of(REQUIRED, side(judged(valid(), FileDifferences::default())))[0].is_new);
        assert!(flags_of(REQUIRED, side(SignatureSide::Unread { why: "late".into() }))[0].is_new);
    }

    #[test]
    fn a_signature_that_leaves_the_weights_out_does_not_cover_the_model() {
        let files =
            FileDifferences { left_out: vec!["notes.txt".into(), "a.bin".into()], ..FileDifferences::default() };
        let of = |weights: &[&str]| ModelFacts {
            card_path: "models/a/README.md".into(),
            weights: weights.iter().map(|path| weight(path, None, Some((1, 10)))).collect(),
            signature_after: judged(valid(), files.clone()),
            ..model()
        };
        assert!(flags_of(OPTIONAL, of(&["models/a/b.bin", "a.bin"])).is_empty());
        let found = flags_of(OPTIONAL, of(&["models/a/a.bin"]));
        assert!(found[0].message.contains("it leaves out models/a/a.bin"), "{found:?}");
        assert!(found[0].source.as_deref().unwrap().starts_with("models/a/model.sig@"), "{found:?}");
    }

    #[test]
    fn what_could_not_be_read_is_a_gap_and_no_finding_of_this_check() {
        assert!(flags(REQUIRED, SignatureSide::Unread { why: "late".into() }).is_empty());
    }
}
