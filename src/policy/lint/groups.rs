//! Groups by themselves: nobody in them, somebody twice, referred to by nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::{gates, parts};
use crate::policy::document::{GroupDocument, GroupName, GroupReference, PolicyDocument};
use crate::policy::effective::members;
use crate::policy::file::File;
use crate::policy::finding::{Finding, Rule};
use crate::policy::place::{FileRole, Place, Placed};
use crate::policy::structure::joined;

pub(super) fn check(file: &File, document: &PolicyDocument) -> Vec<Finding> {
    let used = used(document);
    let mut findings = twice(document);
    for (name, group) in document.groups.iter() {
        let path = joined("groups", &name.0);
        findings.extend(empty(file, name, group, &path));
        findings.extend(members_twice(group, &path));
        findings.extend(slack_only(group, &path));
        // An owner's groups are there for the repositories.
        if file.role == FileRole::Repository && !used.contains(name.0.as_str()) && file.dropped.is_empty() {
            let what = format!("nothing refers to the group `{}`", name.0);
            findings.push(Finding::warning(Rule::UnusedGroup, name.place, path, what));
        }
    }
    findings
}

fn twice(document: &PolicyDocument) -> Vec<Finding> {
    let mut seen: BTreeMap<String, &Placed<GroupName>> = BTreeMap::new();
    let mut findings = Vec::new();
    for (name, _) in document.groups.iter() {
        if let Some(first) = seen.insert(name.0.to_lowercase(), name) {
            let what = format!(
                "`{}` and `{}` (line {}) differ in upper and lower case only",
                name.0, first.0, first.place.line
            );
            findings.push(Finding::error(Rule::DuplicateName, name.place, joined("groups", &name.0), what));
        }
    }
    findings
}

fn empty(file: &File, name: &Placed<GroupName>, group: &GroupDocument, path: &str) -> Option<Finding> {
    // Members that could not be read are not missing.
    if !members(group).is_empty() || !file.is_whole(path) {
        return None;
    }
    let what = format!("the group `{}` is empty: nobody can be in it", name.0);
    let help =
        "name people (`github_users`, `slack_users`), teams (`github_teams`, `slack_usergroups`) or a `permission`";
    Some(Finding::error(Rule::EmptyGroup, name.place, path, what).help(help))
}

/// Somebody who stands in a list twice makes a group look larger than it is.
fn members_twice(group: &GroupDocument, path: &str) -> Vec<Finding> {
    let teams =
        group.github_teams.iter().map(|team| Named::new(format!("{}/{}", team.organisation, team.slug), team.place));
    let lists = [
        ("github_teams", teams.collect()),
        ("github_users", named(&group.github_users, |user| &user.0)),
        ("slack_usergroups", named(&group.slack_usergroups, |group| &group.0)),
        ("slack_users", named(&group.slack_users, |user| &user.0)),
    ];
    let mut findings = Vec::new();
    for (key, members) in lists {
        let mut seen = BTreeMap::new();
        for Named { folded, name, place } in members {
            if let Some(first) = seen.insert(folded, name.clone()) {
                let what = format!("`{name}` is in the group already, as `{first}`: it counts once");
                findings.push(Finding::error(Rule::DuplicateMember, place, format!("{path}.{key}"), what));
            }
        }
    }
    findings
}

/// A name as it is compared, as it is written, and where.
struct Named {
    folded: String,
    name: String,
    place: Place,
}

impl Named {
    fn new(name: String, place: Place) -> Self {
        Self { folded: name.to_lowercase(), name, place }
    }
}

fn named<T>(members: &[Placed<T>], name: impl Fn(&T) -> &String) -> Vec<Named> {
    members.iter().map(|member| Named::new(name(member).clone(), member.place)).collect()
}

fn slack_only(group: &GroupDocument, path: &str) -> Option<Finding> {
    let slack_only = group.slack_only.as_ref().filter(|slack_only| slack_only.value)?;
    if !group.slack_users.is_empty() || !group.slack_usergroups.is_empty() {
        return None;
    }
    let what = "`slack_only` has no effect: the group names nobody in Slack";
    Some(Finding::warning(Rule::UselessKey, slack_only.place, format!("{path}.slack_only"), what))
}

/// The names of the groups of this file that something refers to.
fn used(document: &PolicyDocument) -> BTreeSet<&str> {
    let mut references: Vec<&GroupReference> = Vec::new();
    for part in parts(document) {
        let rules = part.document;
        references.extend(gates(&part).into_iter().map(|(gate, _)| &gate.group.value));
        let escalation = rules.escalate.as_ref().and_then(|rule| rule.as_option());
        references.extend(escalation.map(|rule| &rule.to.value));
        let break_glass = rules.break_glass.as_ref().and_then(|rule| rule.as_option());
        references.extend(break_glass.map(|rule| &rule.group.value));
        references.extend(break_glass.and_then(|rule| rule.review.as_ref()).map(|review| &review.by.value));
    }
    references.into_iter().filter_map(name_here).collect()
}

fn name_here(reference: &GroupReference) -> Option<&str> {
    match reference {
        GroupReference::Here(GroupName(name)) => Some(name),
        GroupReference::Owner(_) => None,
    }
}
