//! Environments that wait for others: in a circle, nothing is ever deployed.

use super::merged::stacks;
use crate::artifact::text::quoted;
use crate::policy::document::{Predecessor, Unmatched};
use crate::policy::effective::{Files, Stack, Written};
use crate::policy::finding::{Finding, Rule};
use crate::policy::rules::Layer;

/// Longest chain of environments that is followed.
const MAX_CHAIN: usize = 20;

pub(super) fn check(files: Files<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for stack in stacks(files) {
        let Some((before, written)) = predecessor(&stack) else { continue };
        findings.extend(circle(files, &stack, before, written));
        findings.extend(unmatched(files, before, written));
    }
    findings
}

fn predecessor<'s, 'a>(stack: &'s Stack<'a>) -> Option<(&'a Predecessor, &'s Written<'a>)> {
    let (before, _, written) = stack.optional(|document| document.requires.as_ref())?;
    Some((before, written))
}

/// The name of the entry that a stack is for, where it is one environment's.
fn own_name(stack: &Stack<'_>) -> Option<String> {
    stack.layers.iter().rev().find_map(|written| match &written.layer {
        Layer::OwnerEntry(name) | Layer::RepositoryEntry(name) => Some(name.to_lowercase()),
        _ => None,
    })
}

fn circle(files: Files<'_>, stack: &Stack<'_>, first: &Predecessor, written: &Written<'_>) -> Option<Finding> {
    let mut names: Vec<String> = own_name(stack).into_iter().collect();
    let mut next = first.environment.0.clone();
    while names.len() <= MAX_CHAIN {
        let folded = next.to_lowercase();
        if let Some(at) = names.iter().position(|name| *name == folded) {
            let around = names.get(at..).unwrap_or_default().iter().chain([&folded]);
            let around: Vec<String> = around.map(|name| format!("`{}`", quoted(name))).collect();
            let what = format!("environments require each other in a cycle: {}", around.join(" waits for "));
            let path = format!("{}.requires.environment", written.path);
            return Some(Finding::error(Rule::RequiresItself, first.environment.place, path, what));
        }
        names.push(folded);
        let (following, _) = files.stack(&next).ok()?;
        next = predecessor(&following)?.0.environment.0.clone();
    }
    None
}

fn unmatched(files: Files<'_>, before: &Predecessor, written: &Written<'_>) -> Option<Finding> {
    let name = &before.environment.0;
    let (_, is_matched) = files.stack(name).ok()?;
    if is_matched || !files.has_entries() || files.unmatched() == Unmatched::Starter {
        return None;
    }
    let what =
        format!("no entry of `environments` is for `{}`: where it is guarded too, its requests are held", quoted(name));
    let path = format!("{}.requires.environment", written.path);
    Some(Finding::warning(Rule::UnmatchedEnvironment, before.environment.place, path, what))
}
