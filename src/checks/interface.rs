//! `model.interface_changed`, `template.changed`, `code.remote_code`: what a model takes and gives, and whether loading it runs
//! code of its own.

use std::collections::BTreeMap;

use crate::artifact::interface::{ChangeOf, FactKind, Interface, InterfaceChange, compare};
use crate::domain::{Flag, Severity};

use super::facts::{CardSide, Facts, ModelFacts};
use super::finding::Finding;
use super::words::listed;

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    facts.models.iter().flat_map(|model| of_model(facts, model)).collect()
}

fn of_model(facts: &Facts<'_>, model: &ModelFacts) -> Vec<Flag> {
    let changes = compare(&model.interface_before, &model.interface_after);
    let mut flags: Vec<Flag> = Vec::new();
    let mut groups: BTreeMap<(&'static str, Severity), Vec<&InterfaceChange>> = BTreeMap::new();
    for change in &changes {
        if let Some(group) = group(&change.what, is_there_live(facts, model)) {
            groups.entry(group).or_default().push(change);
        }
    }
    for ((code, severity), changes) in groups {
        if code != REMOTE_CODE || changes.iter().any(|change| change.after.is_some()) {
            flags.extend(flag(facts, model, code, severity, &changes));
        }
    }
    if !flags.iter().any(|flag| flag.code == REMOTE_CODE) {
        flags.extend(changed_code(facts, model));
    }
    flags
}

const REMOTE_CODE: &str = "code.remote_code";

/// Without a live model there is nothing that could have changed; what runs code is told all the same.
fn is_there_live(facts: &Facts<'_>, model: &ModelFacts) -> bool {
    let had_weights = model.weights.iter().any(|weight| weight.before.is_some());
    facts.has_live()
        && (had_weights || model.before != CardSide::Absent || model.interface_before != Interface::default())
}

fn group(what: &ChangeOf, has_live: bool) -> Option<(&'static str, Severity)> {
    let kind = match what {
        ChangeOf::Fact(FactKind::RemoteCode) => return Some((REMOTE_CODE, Severity::High)),
        ChangeOf::Unreadable => return Some(("evidence.incomplete", Severity::High)),
        _ if !has_live => return None,
        ChangeOf::ChatTemplate => return Some(("template.changed", Severity::High)),
        ChangeOf::Fact(kind) => *kind,
    };
    match kind {
        FactKind::Label | FactKind::LabelCount | FactKind::Input | FactKind::Output => {
            Some(("model.interface_changed", Severity::High))
        }
        FactKind::BaseModel => Some(("lineage.base_model_changed", Severity::High)),
        FactKind::Architecture
        | FactKind::ModelType
        | FactKind::Param
        | FactKind::Component
        | FactKind::Adapter
        | FactKind::DataType
        | FactKind::Quantization
        | FactKind::Flavor => Some(("model.interface_changed", Severity::Medium)),
        FactKind::RemoteCode => None,
    }
}

/// Most changes of a kind that its flag tells one by one.
const TOLD: usize = 3;

/// One flag for all changes of a kind; its value tells them all apart.
fn flag(
    facts: &Facts<'_>,
    model: &ModelFacts,
    code: &str,
    severity: Severity,
    changes: &[&InterfaceChange],
) -> Option<Flag> {
    let first = changes.first()?;
    let values = |pick: fn(&InterfaceChange) -> Option<&String>| -> Option<String> {
        let values: Vec<&str> = changes.iter().filter_map(|change| pick(change)).map(String::as_str).collect();
        (!values.is_empty()).then(|| listed(values))
    };
    let told: Vec<&str> = changes.iter().take(TOLD).map(|change| change.message.as_str()).collect();
    let more = match changes.len().saturating_sub(TOLD) {
        0 => String::new(),
        more => format!(" {more} more of the kind."),
    };
    let source = match first.after {
        Some(_) => facts.source(&first.path, Some(first.line)),
        None => facts.live_source(&first.path, Some(first.line)),
    };
    let flag = Finding::new(code, severity, &model.name)
        .values(values(|change| change.before.as_ref()), values(|change| change.after.as_ref()))
        .rule(rule(code))
        .source(source)
        .says(&format!("{}{more}", told.join(" ")));
    Some(flag)
}

fn rule(code: &str) -> &'static str {
    match code {
        REMOTE_CODE => "loading a model runs no code of its own",
        "template.changed" => "the chat template stays the same",
        "lineage.base_model_changed" => "the set of base models stays the same",
        "evidence.incomplete" => "the model's configuration can be read",
        _ => "what the model takes and gives stays the same",
    }
}

/// The model ran code of its own already, and that code is another now.
fn changed_code(facts: &Facts<'_>, model: &ModelFacts) -> Option<Flag> {
    let code = model.interface_after.remote_code();
    let folder = model.card_path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_its = |path: &str| {
        let rest =
            if folder.is_empty() { Some(path) } else { path.strip_prefix(folder).and_then(|p| p.strip_prefix('/')) };
        rest.is_some_and(|name| !name.contains('/') && name.ends_with(".py"))
    };
    let changed: Vec<&str> =
        facts.files.iter().filter(|file| is_its(&file.path)).map(|file| file.path.as_str()).collect();
    if code.is_empty() || changed.is_empty() || !facts.has_live() {
        return None;
    }
    let first = changed.first().copied().unwrap_or_default();
    let flag = Finding::new(REMOTE_CODE, Severity::High, &model.name)
        .after(listed(changed.iter().copied()))
        .rule("loading a model runs no code of its own")
        .source(facts.source(first, None))
        .says(&format!("Python that runs when the model is loaded changed: {}.", listed(changed.iter().copied())));
    Some(flag)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::interface::read;
    use crate::checks::samples::{Sample, card, model};
    use crate::domain::{ChangeKind, FileChange, Patch};

    fn with(before: &str, after: &str) -> ModelFacts {
        let side = |text: &str| match text {
            "" => Interface::default(),
            text => read("", &[("config.json", text.as_bytes())]),
        };
        let (interface_before, interface_after) = (side(before), side(after));
        ModelFacts { interface_before, interface_after, before: card("# Model\n"), ..model() }
    }

    fn told(before: &str, after: &str) -> Vec<(String, Severity, String)> {
        let flags = check(&Sample::with(with(before, after)).facts());
        flags.into_iter().map(|flag| (flag.code, flag.severity, flag.message)).collect()
    }

    #[test]
    fn labels_that_swapped_are_loud() {
        let labels = |zero: &str, one: &str| format!("{{\"id2label\": {{\"0\": \"{zero}\", \"1\": \"{one}\"}}}}");
        let told = told(&labels("negative", "positive"), &labels("positive", "negative"));
        assert_eq!((told.len(), told[0].0.as_str(), told[0].1), (1, "model.interface_changed", Severity::High));
        assert_eq!(told[0].2, "Label 0 was negative, is now positive. Label 1 was positive, is now negative.");
    }

    #[test]
    fn code_that_runs_on_load_is_told_on_a_first_deployment_too_and_not_when_it_goes() {
        let code = r#"{"auto_map": {"AutoModel": "modeling_acme.AcmeModel"}}"#;
        assert_eq!(told("{}", code)[0].0, "code.remote_code");
        assert!(told(code, "{}").is_empty() && told(code, code).is_empty());
        let first =
            Sample { models: vec![ModelFacts { before: CardSide::Absent, ..with("", code) }], ..Sample::first() };
        assert_eq!(check(&first.facts())[0].code, "code.remote_code");
    }

    #[test]
    fn another_version_of_that_code_is_told() {
        let code = r#"{"auto_map": {"AutoModel": "modeling_acme.AcmeModel"}}"#;
        let file = |path: &str| FileChange {
            path: path.into(),
            previous_path: None,
            kind: ChangeKind::Modified,
            before: Some("1".into()),
            after: Some("2".into()),
            additions: None,
            deletions: None,
            patch: Patch::Missing,
        };
        let files = vec![file("modeling_acme.py"), file("scripts/train.py")];
        let sample = Sample { files, ..Sample::with(with(code, code)) };
        let flags = check(&sample.facts());
        assert_eq!(flags[0].message, "Python that runs when the model is loaded changed: modeling_acme.py.");
    }

    #[test]
    fn a_configuration_that_cannot_be_read_is_a_gap() {
        assert_eq!(told("{}", "{")[0].0, "evidence.incomplete");
    }
}
