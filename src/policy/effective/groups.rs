//! Groups, spelled out. A reference counts in the file it is written in, so that a repository cannot change who its owner's
//! rules mean.

use std::collections::BTreeSet;

use super::stack::{Stack, Written};
use crate::domain::nearest::nearest;
use crate::policy::document::{GroupDocument, GroupName, GroupReference};
use crate::policy::file::File;
use crate::policy::finding::{Finding, Rule};
use crate::policy::place::{FileRole, Place, Placed};
use crate::policy::rules::{GroupRule, Member};
use crate::policy::structure::joined;

impl Stack<'_> {
    /// The group that a reference means; a finding where there is none.
    pub(super) fn group(
        &self,
        reference: &Placed<GroupReference>,
        written: &Written<'_>,
        path: &str,
        findings: &mut Vec<Finding>,
    ) -> GroupRule {
        let (name, file) = match &reference.value {
            GroupReference::Here(name) => (name, Some(written.file)),
            GroupReference::Owner(name) if written.file.role == FileRole::Owner => (name, Some(written.file)),
            GroupReference::Owner(name) => (name, self.files.owner),
        };
        match file.and_then(|file| described(file, name)) {
            Some((key, group)) => spelled_out(reference.text(), group, key.place),
            None => {
                findings.extend(self.unknown(reference, name, file, path));
                nobody(reference.text())
            }
        }
    }

    fn unknown(
        &self,
        reference: &Placed<GroupReference>,
        GroupName(name): &GroupName,
        file: Option<&File>,
        path: &str,
    ) -> Option<Finding> {
        let text = reference.text();
        let Some(file) = file else {
            let what = format!("the group `{text}` is the owner's");
            return Some(match self.files.owner_is_known {
                true => {
                    Finding::error(Rule::UnknownGroup, reference.place, path, format!("{what}, who has no policy file"))
                }
                false => Finding::warning(
                    Rule::UnknownGroup,
                    reference.place,
                    path,
                    format!("{what}, and was not looked for"),
                )
                .help("give the owner's file as well"),
            });
        };
        // A group that was left out for a mistake of its own is not missing.
        let left_out = [joined("groups", name), "groups".to_owned()];
        if file.document.is_none() || left_out.iter().any(|path| file.dropped.contains(path)) {
            return None;
        }
        let names = names(file);
        let near = nearest(name, names.iter().copied());
        let what = match near {
            Some(near) => format!("there is no group `{text}`: did you mean `{near}`?"),
            None => format!("there is no group `{text}`"),
        };
        let owners = self.files.owner.filter(|owner| owner.role != file.role).map(self::names).unwrap_or_default();
        let help = match names.as_slice() {
            _ if owners.contains(&name.as_str()) => format!("the owner has one: write `owner/{name}`"),
            [] => "describe it under `groups`".to_owned(),
            names => format!("groups here: {}", names.join(", ")),
        };
        Some(Finding::error(Rule::UnknownGroup, reference.place, path, what).help(help))
    }
}

/// The names of a file's groups.
fn names(file: &File) -> Vec<&str> {
    let groups = file.document.iter().flat_map(|document| document.groups.iter());
    groups.map(|(name, _)| name.0.as_str()).collect()
}

fn described<'f>(file: &'f File, name: &GroupName) -> Option<(&'f Placed<GroupName>, &'f GroupDocument)> {
    file.document.as_ref()?.groups.iter().find(|(known, _)| known.value == *name)
}

fn nobody(name: String) -> GroupRule {
    GroupRule { name, members: BTreeSet::new(), slack_only: false, place: None }
}

fn spelled_out(name: String, group: &GroupDocument, place: Place) -> GroupRule {
    GroupRule {
        name,
        members: members(group),
        slack_only: group.slack_only.as_ref().is_some_and(|slack_only| slack_only.value),
        place: Some(place),
    }
}

/// Everybody a group names. Logins are the same in upper and lower case.
pub(in crate::policy) fn members(group: &GroupDocument) -> BTreeSet<Member> {
    let teams = group
        .github_teams
        .iter()
        .map(|team| Member::Team { organisation: team.organisation.clone(), slug: team.slug.clone() });
    let accounts = group.github_users.iter().map(|user| Member::Account { login: user.0.to_lowercase() });
    let chat_groups = group.slack_usergroups.iter().map(|group| Member::ChatGroup { handle: group.0.clone() });
    let chat_users = group.slack_users.iter().map(|user| Member::ChatUser { id: user.0.clone() });
    let role = group.permission.iter().map(|permission| Member::Role(permission.value));
    teams.chain(accounts).chain(chat_groups).chain(chat_users).chain(role).collect()
}
