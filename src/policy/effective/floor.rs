//! The owner's floor. It is a policy of its own that has to be met besides; and where two values can be told apart as more and less
//! strict, the stricter one is what a repository's rules say, so that messages show what really counts.

use std::collections::BTreeSet;

use super::merge::merge;
use super::stack::Stack;
use crate::checks::rules::{Action, ExternalRules};
use crate::policy::document::{EnvironmentDocument, Need, SeverityDocument};
use crate::policy::finding::Finding;
use crate::policy::place::Placed;
use crate::policy::rules::{EnvironmentRules, Sourced};

/// The floor as rules of its own; `None` where it says nothing about the environment. Without gates of its own it asks for none.
pub(in crate::policy) fn rules_of_floor(
    stack: &Stack<'_>,
    expires_after_ms: i64,
) -> Option<(EnvironmentRules, Vec<Finding>)> {
    if stack.layers.is_empty() {
        return None;
    }
    let (mut rules, findings) = merge(stack, expires_after_ms);
    if !rules.gates.is_written() {
        rules.gates.value.clear();
    }
    let severity = &mut rules.severity;
    for action in
        [&mut severity.critical, &mut severity.high, &mut severity.medium, &mut severity.low, &mut severity.info]
    {
        unless_written(action, Action::Show);
    }
    unless_written(&mut rules.deny_reason, Need::Optional);
    Some((rules, findings))
}

/// What a floor does not say it does not ask for, whatever the built-in rules would.
fn unless_written<T>(value: &mut Sourced<T>, nothing: T) {
    if !value.is_written() {
        value.value = nothing;
    }
}

/// Raises rules to what a floor says, key by key.
pub(in crate::policy) fn clamp(rules: &mut EnvironmentRules, floor: &Stack<'_>) {
    if floor.layers.is_empty() {
        return;
    }
    severity(rules, floor);
    stricter(&mut rules.approve_comment, floor, |document| document.approve.as_ref()?.comment.as_ref(), Need::max);
    stricter(&mut rules.approve_tick, floor, |document| document.approve.as_ref()?.tick.as_ref(), |a, b| a || b);
    stricter(&mut rules.deny_reason, floor, |document| document.deny.as_ref()?.reason.as_ref(), Need::max);
    stricter(&mut rules.one_gate_per_person, floor, |document| document.one_gate_per_person.as_ref(), |a, b| a || b);
    stricter(&mut rules.carry_over, floor, |document| document.carry_over.as_ref(), |a, b| a && b);
    people(rules, floor);
    times(rules, floor);
    if let Some((placed, written)) = floor.pick(|document| document.checks.as_ref()) {
        let both = both_checks(&rules.checks.value, &placed.value);
        if both != rules.checks.value {
            rules.checks = Sourced::new(both, written.origin(placed));
        }
    }
}

/// Takes the floor's value where it is the stricter one.
fn stricter<'a, T: Copy + PartialEq + 'a>(
    value: &mut Sourced<T>,
    floor: &Stack<'a>,
    key: impl Fn(&'a EnvironmentDocument) -> Option<&'a Placed<T>>,
    of_both: fn(T, T) -> T,
) {
    let Some((placed, written)) = floor.pick(key) else { return };
    let strict = of_both(value.value, placed.value);
    if strict != value.value {
        *value = Sourced::new(strict, written.origin(placed));
    }
}

fn severity(rules: &mut EnvironmentRules, floor: &Stack<'_>) {
    let severity = &mut rules.severity;
    type Key = fn(&SeverityDocument) -> Option<&Placed<Action>>;
    let keys: [(&mut Sourced<Action>, Key); 5] = [
        (&mut severity.critical, |severity| severity.critical.as_ref()),
        (&mut severity.high, |severity| severity.high.as_ref()),
        (&mut severity.medium, |severity| severity.medium.as_ref()),
        (&mut severity.low, |severity| severity.low.as_ref()),
        (&mut severity.info, |severity| severity.info.as_ref()),
    ];
    for (value, key) in keys {
        stricter(value, floor, |document| key(document.severity.as_ref()?), stricter_action);
    }
}

pub(in crate::policy) fn stricter_action(one: Action, other: Action) -> Action {
    let weight = |action: Action| match action {
        Action::Show => 0,
        Action::Approve => 1,
        Action::Block => 2,
    };
    if weight(one) >= weight(other) { one } else { other }
}

/// Whoever the floor excludes is excluded, and may not approve their own change unless the floor lets them.
fn people(rules: &mut EnvironmentRules, floor: &Stack<'_>) {
    let Some((placed, written)) = floor.pick(|document| document.exclude.as_ref()) else { return };
    let parts: BTreeSet<_> = placed.iter().map(|part| part.value).collect();
    if !parts.is_subset(&rules.exclude.value) {
        let both = rules.exclude.value.union(&parts).copied().collect();
        rules.exclude = Sourced::new(both, written.origin(placed));
    }
    if !parts.is_empty() && floor.optional(|document| document.allow_self.as_ref()).is_none() {
        rules.allow_self = None;
    }
}

fn times(rules: &mut EnvironmentRules, floor: &Stack<'_>) {
    if let Some((wait, from, _)) = floor.optional(|document| document.min_wait.as_ref()) {
        let longest = rules.min_wait_ms.as_ref().map_or(0, |wait| wait.value);
        if wait.as_millis() > longest {
            rules.min_wait_ms = Some(Sourced::new(wait.as_millis(), from));
        }
    }
    if let Some((placed, written)) = floor.pick(|document| document.expires_after.as_ref())
        && placed.as_millis() < rules.expires_after_ms.value
    {
        rules.expires_after_ms = Sourced::new(placed.as_millis(), written.origin(placed));
    }
}

/// Every check that either asks for; of two by one name the floor's.
fn both_checks(own: &ExternalRules, floor: &ExternalRules) -> ExternalRules {
    let mut both = floor.clone();
    let require = own.check_runs.require.iter().filter(|run| !floor.check_runs.require.contains(run));
    both.check_runs.require.extend(require.cloned());
    let same = |one: &str, other: &str| one.to_lowercase() == other.to_lowercase();
    let is_new = |name: &str| {
        let mut names = floor.sarif.iter().map(|check| &check.name).chain(floor.http.iter().map(|check| &check.name));
        !names.any(|known| same(known.as_str(), name))
    };
    both.sarif.extend(own.sarif.iter().filter(|check| is_new(check.name.as_str())).cloned());
    both.http.extend(own.http.iter().filter(|check| is_new(check.name.as_str())).cloned());
    both.fields = own.fields.clone().or(both.fields);
    both
}
