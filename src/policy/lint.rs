//! Looks for what a file of the right shape can still get wrong: rules that can never be met, that never apply, or that do not
//! mean what they seem to.

mod accept;
pub(super) mod conditions;
mod entries;
mod environment;
mod groups;
mod merged;
mod models;
mod order;
mod quorum;
mod weakened;

use super::document::{Date, EnvironmentDocument, GateDocument, GateEntry, PolicyDocument};
use super::effective::Files;
use super::file::{File, Tree};
use super::finding::{Finding, Rule};
use super::place::{FileRole, Place};
use super::structure::joined;

pub(super) use weakened::weakened;

/// What shows in one file alone, on any day.
pub(super) fn file(file: &File, tree: &Tree<'_>) -> Vec<Finding> {
    let Some(document) = &file.document else { return Vec::new() };
    let mut findings = wrong_file(document, tree);
    findings.extend(entries::check(document));
    findings.extend(groups::check(file, document));
    findings.extend(accept::codes(document));
    findings.extend(models::check(document, tree));
    findings.extend(parts(document).iter().flat_map(environment::check));
    findings
}

/// What shows when the files are laid over each other, for every environment that has an entry.
pub(super) fn merged(files: Files<'_>) -> Vec<Finding> {
    let mut findings = merged::check(files);
    findings.extend(order::check(files));
    findings
}

/// What shows on a day. Warnings only: whether a file can be followed does not depend on when it is read.
pub(super) fn dates(file: &File, today: Date) -> Vec<Finding> {
    let Some(document) = &file.document else { return Vec::new() };
    let mut findings = accept::expired(document, today);
    findings.extend(parts(document).iter().flat_map(|part| environment::past(part, today)));
    findings
}

/// The rules for some environments, as one place of a file has them.
struct Part<'a> {
    document: &'a EnvironmentDocument,
    path: String,
    is_floor: bool,
}

fn parts(document: &PolicyDocument) -> Vec<Part<'_>> {
    let floor = document.floor.as_ref();
    let defaults = [
        ("defaults", document.defaults.as_ref(), false),
        ("floor.defaults", floor.and_then(|floor| floor.defaults.as_ref()), true),
    ];
    let entries = [
        ("environments", Some(&document.environments), false),
        ("floor.environments", floor.map(|floor| &floor.environments), true),
    ];
    let mut parts = Vec::new();
    for (path, document, is_floor) in defaults {
        parts.extend(document.map(|document| Part { document, path: path.to_owned(), is_floor }));
    }
    for (path, entries, is_floor) in entries {
        for (name, document) in entries.into_iter().flat_map(|entries| entries.iter()) {
            parts.push(Part { document, path: joined(path, name.0.as_str()), is_floor });
        }
    }
    parts
}

/// The gates of a place, each with its path.
fn gates<'d>(part: &Part<'d>) -> Vec<(&'d GateDocument, String)> {
    let mut found = Vec::new();
    for (stage, step) in part.document.gates.iter().flat_map(|gates| gates.iter()).enumerate() {
        let path = format!("{}.gates[{stage}]", part.path);
        match step {
            GateEntry::One(gate) => found.push((gate, path)),
            GateEntry::SideBySide(gates) => {
                let paths = (0..).map(|index| format!("{path}.side_by_side[{index}]"));
                found.extend(gates.iter().zip(paths));
            }
        }
    }
    found
}

/// Keys that count in the other kind of file only.
fn wrong_file(document: &PolicyDocument, tree: &Tree<'_>) -> Vec<Finding> {
    let (keys, help): (&[(&str, bool)], &str) = match tree.role {
        FileRole::Repository => (
            &[("floor", document.floor.is_some())],
            "only the owner's file, in the `.github` repository, has a floor; check that one with --owner",
        ),
        FileRole::Owner => (
            &[("models", !document.models.is_empty()), ("accept", !document.accept.is_empty())],
            "it belongs into the file of the repository that it is about",
        ),
    };
    let written = keys.iter().filter(|(_, is_written)| *is_written);
    written
        .map(|(key, _)| {
            let entry = tree.root.entries().iter().find(|entry| entry.key == *key);
            let place =
                entry.map_or(Place::start(tree.role), |entry| Place::new(tree.role, super::decode::key_mark(entry)));
            let what = format!("`{key}` has no effect in this file");
            Finding::error(Rule::WrongFile, place, *key, what).help(help)
        })
        .collect()
}
