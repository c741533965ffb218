//! The parts that lines are put together from.

use super::Lines;
use crate::checks::rules::Action;
use crate::policy::document::Permission;
use crate::policy::rules::{BreakGlassRule, GroupRule, Member, Origin, Sourced};

/// `2 people of ml-reviewers`
pub(super) fn people(quorum: u32, group: &str) -> String {
    match (quorum, group.strip_prefix("people ")) {
        (1, Some(with)) => format!("1 person {with}"),
        (many, Some(with)) => format!("{many} people {with}"),
        (1, None) => format!("1 person of {group}"),
        (many, None) => format!("{many} people of {group}"),
    }
}

/// One way to belong to a group.
pub(super) fn member(member: &Member) -> String {
    match member {
        Member::Role(Permission::Write) => "people with write access".to_owned(),
        Member::Role(Permission::Maintain) => "people with maintain access".to_owned(),
        Member::Role(Permission::Admin) => "people with admin access".to_owned(),
        Member::Team { organisation, slug } => format!("the team {organisation}/{slug}"),
        Member::Account { login } => login.clone(),
        Member::ChatGroup { handle } => format!("the user group {handle}"),
        Member::ChatUser { id } => format!("the Slack user {id}"),
    }
}

pub(super) fn unless_none(members: &[String]) -> String {
    if members.is_empty() { "nobody".to_owned() } else { members.join(", ") }
}

/// `a, b or c`
pub(super) fn list(words: &[&str], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [before @ .., end] => format!("{} {last} {end}", before.join(", ")),
    }
}

pub(super) const fn action(action: Action) -> &'static str {
    match action {
        Action::Show => "shown",
        Action::Approve => "needs an approval",
        Action::Block => "blocks; only an exception or breaking the glass lets it pass",
    }
}

/// Who is in the groups of those who may break the glass.
pub(super) fn groups_of(rule: Option<&Sourced<BreakGlassRule>>, lines: &mut Lines) {
    let Some(rule) = rule else { return };
    let groups = std::iter::once(&rule.value.group).chain(&rule.value.review_by);
    for group in groups {
        described(lines, group, &rule.from);
    }
}

fn described(lines: &mut Lines, group: &GroupRule, from: &Origin) {
    super::group_lines(lines, 1, group, from, &mut Vec::new());
}
