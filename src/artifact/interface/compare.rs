//! Two interfaces, thing by thing. Facts only: what a difference means is the business of policy and checks.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{ChatTemplate, Fact, FactKind, Interface};

/// Something that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InterfaceChange {
    pub what: ChangeOf,
    /// Which one, where a model has several: `0` of its labels. Empty where there is one.
    pub name: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// One sentence for a reviewer: `Label 0 was negative, is now positive.`
    pub message: String,
    /// Where to look: in the new version, or in the old one where the thing is gone.
    pub path: String,
    /// Line in the file, from 1.
    pub line: usize,
}

/// What changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeOf {
    Fact(FactKind),
    ChatTemplate,
    /// A file that could be read before cannot be read any more.
    Unreadable,
}

/// Compares two interfaces of one model, in a fixed order. Nothing is taken for gone, or for new, where a file of its part could
/// not be read.
pub fn compare(before: &Interface, after: &Interface) -> Vec<InterfaceChange> {
    let mut changes: Vec<InterfaceChange> = unreadable(before, after).collect();
    let (old, new) = (facts(before), facts(after));
    let keys: BTreeSet<Key<'_>> = old.keys().chain(new.keys()).copied().collect();
    for key in keys {
        changes.extend(of_fact(Sides { before, after }, old.get(&key).copied(), new.get(&key).copied()));
    }
    let (old, new) = (templates(before), templates(after));
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
    for key in keys {
        changes.extend(of_template(Sides { before, after }, old.get(&key).copied(), new.get(&key).copied()));
    }
    changes
}

/// The position keeps labels in the order of their numbers.
type Key<'a> = (FactKind, &'a str, u64, &'a str);

fn facts(interface: &Interface) -> BTreeMap<Key<'_>, &Fact> {
    let key = |fact: &Fact| if fact.kind == FactKind::Label { fact.name.parse().unwrap_or(u64::MAX) } else { 0 };
    interface.facts.iter().map(|fact| ((fact.kind, fact.part.as_str(), key(fact), fact.name.as_str()), fact)).collect()
}

fn templates(interface: &Interface) -> BTreeMap<(&str, &str), &ChatTemplate> {
    interface
        .chat_templates
        .iter()
        .map(|template| ((template.part.as_str(), template.name.as_str()), template))
        .collect()
}

fn unreadable<'a>(before: &'a Interface, after: &'a Interface) -> impl Iterator<Item = InterfaceChange> + 'a {
    let was =
        |path: &str| before.unreadable.iter().find(|(other, _)| other == path).map(|(_, fault)| fault.reason.clone());
    after.unreadable.iter().filter(move |(path, fault)| was(path).as_ref() != Some(&fault.reason)).map(
        move |(path, fault)| InterfaceChange {
            what: ChangeOf::Unreadable,
            name: path.clone(),
            before: was(path),
            after: Some(fault.reason.clone()),
            message: format!("{path} cannot be read: {}.", fault.reason),
            path: path.clone(),
            line: fault.line,
        },
    )
}

#[derive(Clone, Copy)]
struct Sides<'a> {
    before: &'a Interface,
    after: &'a Interface,
}

impl Sides<'_> {
    /// Whether a thing of that file and part, which one side does not show, can be said to be missing there.
    fn is_missing(side: &Interface, path: &str) -> bool {
        let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        !side.unreadable.iter().any(|(other, _)| folder(other) == folder(path))
    }

    fn is_known(self, before: Option<&str>, after: Option<&str>) -> bool {
        match (before, after) {
            (Some(path), None) => Self::is_missing(self.after, path),
            (None, Some(path)) => Self::is_missing(self.before, path),
            _ => true,
        }
    }
}

fn of_fact(sides: Sides<'_>, before: Option<&Fact>, after: Option<&Fact>) -> Option<InterfaceChange> {
    let (old, new) = (before.map(|fact| fact.value.as_str()), after.map(|fact| fact.value.as_str()));
    let shown = after.or(before)?;
    let is_known = sides.is_known(before.map(|fact| fact.path.as_str()), after.map(|fact| fact.path.as_str()));
    if old == new || !is_known {
        return None;
    }
    Some(InterfaceChange {
        what: ChangeOf::Fact(shown.kind),
        name: shown.name.clone(),
        before: old.map(str::to_owned),
        after: new.map(str::to_owned),
        message: sentence(shown, old, new),
        path: shown.path.clone(),
        line: shown.line,
    })
}

fn sentence(fact: &Fact, before: Option<&str>, after: Option<&str>) -> String {
    let of_part = if fact.part.is_empty() { String::new() } else { format!(" of {}", fact.part) };
    let subject = match (fact.kind, fact.name.as_str()) {
        (FactKind::RemoteCode, name) => return code_sentence(name, &of_part, before, after),
        (kind, "") => format!("The {}{of_part}", noun(kind)),
        (kind, name) => {
            let noun = noun(kind);
            let (first, rest) = noun.split_at_checked(1).unwrap_or((noun, ""));
            format!("{}{rest} {name}{of_part}", first.to_uppercase())
        }
    };
    match (before, after) {
        (Some(before), Some(after)) => format!("{subject} was {before}, is now {after}."),
        (None, Some(after)) => format!("{subject} is new: {after}."),
        (Some(before), None) => format!("{subject} is gone; it was {before}."),
        (None, None) => subject,
    }
}

fn code_sentence(name: &str, of_part: &str, before: Option<&str>, after: Option<&str>) -> String {
    match (before, after) {
        (Some(before), Some(after)) => {
            format!("Loading{of_part} runs other code for {name}: {after} instead of {before}.")
        }
        (_, Some(after)) => format!("Loading{of_part} runs code that comes with the model, for {name}: {after}."),
        (before, None) => format!("Loading{of_part} no longer runs {} for {name}.", before.unwrap_or_default()),
    }
}

fn noun(kind: FactKind) -> &'static str {
    match kind {
        FactKind::RemoteCode => "code",
        FactKind::Architecture => "architecture",
        FactKind::ModelType => "model type",
        FactKind::LabelCount => "number of labels",
        FactKind::Label => "label",
        FactKind::Input => "input",
        FactKind::Output => "output",
        FactKind::Param => "parameter",
        FactKind::Component => "component",
        FactKind::BaseModel => "base model",
        FactKind::Adapter => "kind of adapter",
        FactKind::DataType => "data type",
        FactKind::Quantization => "quantization",
        FactKind::Flavor => "flavor",
    }
}

fn of_template(
    sides: Sides<'_>,
    before: Option<&ChatTemplate>,
    after: Option<&ChatTemplate>,
) -> Option<InterfaceChange> {
    let (old, new) = (before.map(|template| template.digest), after.map(|template| template.digest));
    let shown = after.or(before)?;
    let is_known = sides.is_known(before.map(|old| old.path.as_str()), after.map(|new| new.path.as_str()));
    if old == new || !is_known {
        return None;
    }
    let name = if shown.name == "default" { String::new() } else { format!(" {}", shown.name) };
    let what = match (before, after) {
        (Some(_), Some(_)) => "changed: the model sees its conversations differently",
        (None, _) => "is new",
        (_, None) => "is gone",
    };
    let words = |template: &ChatTemplate| format!("sha256 {}", template.digest.short());
    Some(InterfaceChange {
        what: ChangeOf::ChatTemplate,
        name: name.trim_start().to_owned(),
        before: before.map(words),
        after: after.map(words),
        message: format!("The chat template{name} {what}."),
        path: shown.path.clone(),
        line: shown.line,
    })
}
