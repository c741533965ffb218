//! The names of environments against each other: two entries for one, patterns that tie, patterns that never count.

use crate::policy::document::{Entries, EnvironmentDocument, EnvironmentPattern, PolicyDocument};
use crate::policy::finding::{Finding, Rule};
use crate::policy::pattern::matched_by_both;
use crate::policy::place::Placed;
use crate::policy::structure::joined;

pub(super) fn check(document: &PolicyDocument) -> Vec<Finding> {
    let mut findings = of(&document.environments, "environments");
    if let Some(floor) = &document.floor {
        findings.extend(of(&floor.environments, "floor.environments"));
    }
    findings
}

fn of(entries: &Entries<EnvironmentPattern, EnvironmentDocument>, path: &str) -> Vec<Finding> {
    let names: Vec<&Placed<EnvironmentPattern>> = entries.iter().map(|(name, _)| name).collect();
    let mut findings = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let path = joined(path, name.0.as_str());
        let earlier = names.get(..at).unwrap_or_default();
        findings.extend(earlier.iter().find_map(|other| twice(name, other, &path)));
        findings.extend(earlier.iter().find_map(|other| tied(name, other, &names, &path)));
        findings.extend(shadowed(name, &names, &path));
    }
    findings
}

fn twice(name: &Placed<EnvironmentPattern>, other: &Placed<EnvironmentPattern>, path: &str) -> Option<Finding> {
    if !name.0.is_same(&other.0) {
        return None;
    }
    let what = format!(
        "`{}` and `{}` (line {}) are one environment: upper and lower case are the same",
        name.0.as_str(),
        other.0.as_str(),
        other.place.line
    );
    Some(Finding::error(Rule::DuplicateName, name.place, path, what))
}

fn tied(
    name: &Placed<EnvironmentPattern>,
    other: &Placed<EnvironmentPattern>,
    all: &[&Placed<EnvironmentPattern>],
    path: &str,
) -> Option<Finding> {
    let (one, two) = (&name.0, &other.0);
    if one.is_exact() || two.is_exact() || one.literals() != two.literals() || one.is_same(two) {
        return None;
    }
    let is_better =
        |pattern: &&&Placed<EnvironmentPattern>| pattern.0.is_exact() || pattern.0.literals() > one.literals();
    let better: Vec<_> = all.iter().filter(is_better).map(|pattern| &pattern.0).collect();
    let witness = matched_by_both(one, two, &better)?;
    let what = format!(
        "`{}` and `{}` (line {}) match equally well, `{witness}` for example",
        one.as_str(),
        two.as_str(),
        other.place.line
    );
    Some(Finding::error(Rule::TiedPatterns, name.place, path, what).help("make one of them more exact"))
}

/// People expect a pattern to be the base of what it matches; it is not.
fn shadowed(name: &Placed<EnvironmentPattern>, all: &[&Placed<EnvironmentPattern>], path: &str) -> Option<Finding> {
    const SHOWN: usize = 3;
    if name.0.is_exact() {
        return None;
    }
    let exact: Vec<String> = all
        .iter()
        .filter(|other| other.0.is_exact() && name.0.is_match(other.0.as_str()))
        .take(SHOWN)
        .map(|other| format!("`{}`", other.0.as_str()))
        .collect();
    if exact.is_empty() {
        return None;
    }
    let what = format!("`{}` does not count for {}, which has an entry of its own", name.0.as_str(), exact.join(", "));
    let finding = Finding::warning(Rule::ShadowedPattern, name.place, path, what);
    Some(finding.help("what is to hold for all environments goes into `defaults`"))
}
