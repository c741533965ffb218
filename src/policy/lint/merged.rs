//! The rules of every environment as they come out: groups that are there, gates that can be passed, times that fit together.

use super::quorum;
use crate::domain::Span;
use crate::domain::rules::DEFAULT_EXPIRY_MS;
use crate::policy::document::{EnvironmentDocument, EnvironmentPattern};
use crate::policy::effective::{Files, Stack, Written, merge, rules_of_floor};
use crate::policy::file::File;
use crate::policy::finding::{Finding, Rule};
use crate::policy::place::Place;
use crate::policy::rules::{EnvironmentRules, Layer, Origin};
use crate::policy::structure::joined;

pub(super) fn check(files: Files<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stack in stacks(files) {
        let (rules, found) = merge(&stack, DEFAULT_EXPIRY_MS);
        findings.extend(found);
        findings.extend(of_rules(&stack, &rules));
    }
    for stack in floors(files) {
        if let Some((rules, found)) = rules_of_floor(&stack, DEFAULT_EXPIRY_MS) {
            findings.extend(found);
            findings.extend(quorum::check(&rules));
        }
    }
    findings
}

/// The layers of every entry, and those of no entry where a file has none.
pub(super) fn stacks(files: Files<'_>) -> Vec<Stack<'_>> {
    let mut stacks = Vec::new();
    for file in files.all() {
        let entries = file.document.iter().flat_map(|document| document.environments.iter());
        for (name, rules) in entries {
            stacks.push(stack_of_entry(files, file, name, rules));
        }
    }
    if stacks.is_empty() {
        let mut stack = Stack { layers: Vec::new(), files };
        files.all().for_each(|file| stack.push_defaults(file));
        stacks.push(stack);
    }
    stacks
}

/// What counts for the environments of one entry: for an exact name, both files; for a pattern, the defaults and the entry.
fn stack_of_entry<'a>(
    files: Files<'a>,
    file: &'a File,
    name: &EnvironmentPattern,
    rules: &'a EnvironmentDocument,
) -> Stack<'a> {
    if name.0.is_exact()
        && let Ok((stack, _)) = files.stack(name.0.as_str())
    {
        return stack;
    }
    let mut stack = Stack { layers: Vec::new(), files };
    for one in files.all() {
        stack.push_defaults(one);
        if one.role == file.role {
            stack.push_entry(one, name, rules);
        }
    }
    stack
}

/// The floor for every entry of it, and its defaults alone.
fn floors(files: Files<'_>) -> Vec<Stack<'_>> {
    let floor = files.owner.and_then(|file| Some((file, file.document.as_ref()?.floor.as_ref()?)));
    let Some((file, floor)) = floor else { return Vec::new() };
    let mut base = Stack { layers: Vec::new(), files };
    base.layers.extend(floor.defaults.as_ref().map(|document| Written {
        document,
        file,
        layer: Layer::FloorDefaults,
        path: "floor.defaults".to_owned(),
    }));
    let of_entries = floor.environments.iter().map(|(name, document)| {
        let mut stack = base.clone();
        let path = joined("floor.environments", name.0.as_str());
        let layer = Layer::FloorEntry(name.0.as_str().to_owned());
        stack.layers.push(Written { document, file, layer, path });
        stack
    });
    of_entries.chain([base.clone()]).collect()
}

fn of_rules(stack: &Stack<'_>, rules: &EnvironmentRules) -> Vec<Finding> {
    let mut findings: Vec<Finding> = no_gates(stack, rules).into_iter().collect();
    findings.extend(quorum::check(rules));
    findings.extend(times(rules));
    findings
}

fn no_gates(stack: &Stack<'_>, rules: &EnvironmentRules) -> Option<Finding> {
    let has_rule = stack.optional(|document| document.auto_approve.as_ref()).is_some();
    let (_, written) = stack.pick(|document| document.gates.as_ref())?;
    let path = format!("{}.gates", written.path);
    // Gates that could not be read are not missing.
    if !rules.gates.value.is_empty() || has_rule || !written.file.is_whole(&path) {
        return None;
    }
    let what = "`gates` is empty, so that nobody would have to approve";
    let finding = Finding::error(Rule::NoGates, rules.gates.from.place?, path, what);
    Some(finding.help("write a gate; or, if a rule is to approve, `auto_approve`"))
}

/// What would come after the end. Where the end is not written the server's settings decide, so it is a warning.
fn times(rules: &EnvironmentRules) -> Vec<Finding> {
    let expires_ms = rules.expires_after_ms.value;
    let expires = Span::from_millis(expires_ms);
    let is_written = rules.expires_after_ms.is_written();
    let later = |key: &str, ms: i64, from: &Origin| -> Option<(Place, String)> {
        let place = from.place.filter(|_| ms >= expires_ms)?;
        let default = if is_written { "" } else { ", by default" };
        Some((place, format!("`{key}` is {}, and requests expire after {expires}{default}", Span::from_millis(ms))))
    };
    let mut findings = Vec::new();
    if let Some(wait) = &rules.min_wait_ms
        && let Some((place, what)) = later("min_wait", wait.value, &wait.from)
    {
        let what = format!("{what}: nothing could ever be approved");
        findings.push(match is_written {
            true => Finding::error(Rule::NeverHappens, place, "min_wait", what),
            false => Finding::warning(Rule::NeverHappens, place, "min_wait", what),
        });
    }
    let reminder = rules.remind.as_ref().map(|rule| ("remind.every", rule.value.every_ms, &rule.from));
    let escalation = rules.escalate.as_ref().map(|rule| ("escalate.after", rule.value.after_ms, &rule.from));
    for (key, ms, from) in reminder.into_iter().chain(escalation) {
        if let Some((place, what)) = later(key, ms, from) {
            findings.push(Finding::warning(Rule::NeverHappens, place, key, what));
        }
    }
    findings
}
