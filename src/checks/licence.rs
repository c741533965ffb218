//! `licence.*`: the licence changed, vanished, or restricts what may be done with the model.

mod base;
mod class;

use crate::artifact::card::{Card, Licence};
use crate::domain::{Flag, Severity};

use super::facts::{Facts, ModelFacts};
use super::finding::Finding;
use super::rules::models::LicenceRules;
use super::words::listed;

pub use class::{Class, class_of};

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    let of_model = |model: &ModelFacts| {
        let rules = facts.rules.of(&model.name, &model.card_path).licence;
        [
            changed(facts, model),
            missing(facts, model).or_else(|| never_named(facts, model, &rules)),
            restricted(facts, model, &rules),
            base::conflict(facts, model),
        ]
    };
    facts.by_model(|model| of_model(model).into_iter().flatten())
}

/// A licence as it is compared: ids without case and order; name and link only where the ids leave it open.
#[derive(Debug, PartialEq, Eq)]
struct Terms {
    ids: Vec<String>,
    named: Option<String>,
}

fn terms(licence: Option<&Licence>) -> Option<Terms> {
    let licence = licence?;
    let mut ids: Vec<String> =
        licence.ids.iter().map(|id| id.trim().to_lowercase()).filter(|id| !id.is_empty()).collect();
    ids.sort();
    ids.dedup();
    let is_open = ids.is_empty() || ids.iter().any(|id| id == "other");
    let named: Vec<&str> = [&licence.name, &licence.link].into_iter().flatten().map(String::as_str).collect();
    let named = (is_open && !named.is_empty()).then(|| named.join(" "));
    (!ids.is_empty() || named.is_some()).then_some(Terms { ids, named })
}

impl Terms {
    /// `other (Acme Model Licence LICENSE)`
    fn words(&self) -> String {
        let ids = listed(self.ids.iter().map(String::as_str));
        match (&self.named, ids.is_empty()) {
            (Some(named), true) => named.clone(),
            (Some(named), false) => format!("{ids} ({named})"),
            (None, _) => ids,
        }
    }

    /// The class that restricts most.
    fn class(&self) -> Class {
        self.ids.iter().map(|id| class_of(id)).max().unwrap_or(Class::Unknown)
    }
}

fn changed(facts: &Facts<'_>, model: &ModelFacts) -> Option<Flag> {
    let (before, after) = model.cards()?;
    let (before, after) = (terms(before.licence.as_ref())?, terms(after.licence.as_ref())?);
    if before == after {
        return None;
    }
    let flag = Finding::new("licence.changed", Severity::High, &model.name)
        .before(before.words())
        .after(after.words())
        .rule("the licence stays the same")
        .source(facts.source(&model.card_path, None))
        .says(&format!("Licence: {} → {}{}.", before.words(), after.words(), after.class().in_brackets()));
    Some(flag)
}

fn missing(facts: &Facts<'_>, model: &ModelFacts) -> Option<Flag> {
    let (before, after) = model.cards()?;
    let before = terms(before.licence.as_ref())?;
    if terms(after.licence.as_ref()).is_some() || !model.after.is_conclusive() {
        return None;
    }
    let flag = Finding::new("licence.missing", Severity::High, &model.name)
        .before(before.words())
        .rule("a card that named a licence still names one")
        .source(facts.source(&model.card_path, None))
        .says(&format!("The card names no licence any more; it was {}.", before.words()));
    Some(flag)
}

/// A card that never named one: a finding only where the policy asks for it.
fn never_named(facts: &Facts<'_>, model: &ModelFacts, rules: &LicenceRules) -> Option<Flag> {
    let is_missing = |card: Option<&Card>| card.is_some_and(|card| terms(card.licence.as_ref()).is_none());
    if !rules.required || !is_missing(model.after.card()) || !model.after.is_conclusive() {
        return None;
    }
    let flag = Finding::new("licence.missing", Severity::High, &model.name)
        .rule("licence: { required: true }")
        .source(facts.source(&model.card_path, None))
        .new_if(!is_missing(model.before.card()))
        .says("The card names no licence, and the policy asks for one.");
    Some(flag)
}

fn restricted(facts: &Facts<'_>, model: &ModelFacts, rules: &LicenceRules) -> Option<Flag> {
    let after = terms(model.after.card()?.licence.as_ref())?;
    if !rules.allow.is_empty() {
        return not_allowed(facts, model, &after, rules);
    }
    let severity = after.class().severity()?;
    let before = model.before.card().and_then(|card| terms(card.licence.as_ref()));
    let flag = Finding::new("licence.restricted", severity, &model.name)
        .new_if(before.as_ref() != Some(&after))
        .after(after.words())
        .rule("the licence lets anybody use the model for anything")
        .source(facts.source(&model.card_path, None))
        .says(&format!("The licence {} restricts use: {}.", after.words(), after.class().words()));
    Some(flag)
}

/// With a list of its own, a team has read the terms: what is on it is fine, whatever its class.
fn not_allowed(facts: &Facts<'_>, model: &ModelFacts, after: &Terms, rules: &LicenceRules) -> Option<Flag> {
    let is_allowed = |id: &String| rules.allow.iter().any(|allowed| allowed.trim().eq_ignore_ascii_case(id));
    if !after.ids.is_empty() && after.ids.iter().all(is_allowed) {
        return None;
    }
    let before = model.before.card().and_then(|card| terms(card.licence.as_ref()));
    let allowed = listed(rules.allow.iter().map(String::as_str));
    let flag = Finding::new("licence.restricted", Severity::High, &model.name)
        .new_if(before.as_ref() != Some(after))
        .after(after.words())
        .rule(&format!("licence: {{ allow: [{allowed}] }}"))
        .source(facts.source(&model.card_path, None))
        .says(&format!("The licence {} is not one that the policy allows ({allowed}).", after.words()));
    Some(flag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::{Sample, model_rules, model_with};

    #[test]
    fn a_list_of_its_own_replaces_the_classes() {
        let codes = |licence: &str, rules: &str| -> Vec<String> {
            let models = vec![model_with(licence, licence)];
            let sample = Sample { models, rules: model_rules(rules), ..Sample::ahead() };
            check(&sample.facts()).into_iter().map(|flag| flag.code).collect()
        };
        let allow = "{ name: sentiment, licence: { allow: [MIT, llama3.2], required: true } }";
        assert!(codes("license: llama3.2", allow).is_empty() && codes("license: mit", allow).is_empty());
        assert_eq!(codes("license: apache-2.0", allow), ["licence.restricted"]);
        assert_eq!(codes("license: [mit, apache-2.0]", allow), ["licence.restricted"]);
        assert_eq!(codes("tags: [a]", allow), ["licence.missing"]);
    }

    fn found(before: &str, after: &str) -> Vec<(String, Severity, bool)> {
        let flags = check(&Sample::with(model_with(before, after)).facts());
        flags.into_iter().map(|flag| (flag.code, flag.severity, flag.is_new)).collect()
    }

    fn one(code: &str, severity: Severity, is_new: bool) -> (String, Severity, bool) {
        (code.to_owned(), severity, is_new)
    }

    #[test]
    fn another_id_is_a_change_and_another_spelling_is_not() {
        assert_eq!(found("license: apache-2.0", "license: mit"), [one("licence.changed", Severity::High, true)]);
        assert!(found("license: mit", "license: [MIT]").is_empty());
        assert!(found("license: mit", "license: mit\nlicense_name: stale").is_empty());
    }

    #[test]
    fn under_other_the_name_and_link_are_compared() {
        let other = |name: &str| format!("license: other\nlicense_name: {name}");
        let restricted = |is_new| one("licence.restricted", Severity::Medium, is_new);
        assert_eq!(found(&other("a"), &other("a")), [restricted(false)]);
        assert_eq!(found(&other("a"), &other("b")), [one("licence.changed", Severity::High, true), restricted(true)]);
    }

    #[test]
    fn a_licence_that_vanishes_is_missing_and_one_never_named_is_not() {
        assert_eq!(found("license: mit", "tags: [a]"), [one("licence.missing", Severity::High, true)]);
        assert!(found("tags: [b]", "tags: [a]").is_empty());
        assert!(found("tags: [b]", "license: mit").is_empty());
    }

    #[test]
    fn nothing_is_concluded_from_an_unreadable_card() {
        assert!(found("license: mit", "tags: [a]\ntags: [b]").is_empty());
    }

    #[test]
    fn restrictions_weigh_by_class_and_live_ones_are_not_new() {
        let restricted = |id: &str| found(&format!("license: {id}"), &format!("license: {id}"));
        for (id, severity) in [
            ("cc-by-nc-4.0", Severity::High),
            ("cc-by-nd-4.0", Severity::High),
            ("intel-research", Severity::High),
            ("openrail", Severity::Medium),
            ("gemma", Severity::Medium),
            ("acme-special", Severity::Medium),
        ] {
            assert_eq!(restricted(id), [one("licence.restricted", severity, false)], "{id}");
        }
        for id in ["apache-2.0", "gpl-3.0", "mpl-2.0", "MIT"] {
            assert!(restricted(id).is_empty(), "{id}");
        }
    }
}
