//! The small print: until when, who is left out, by which rule, on which evidence.

use std::collections::BTreeMap;

use slack_morphism::prelude::SlackBlock;

use crate::domain::{EvidenceBrief, FrozenPolicy, Part, PolicySource, Request, Role};
use crate::ports::chat::Board;
use crate::slack::blocks;
use crate::slack::text::{self, listed, local_date};

use super::Room;

pub(super) fn block(board: &Board<'_>, room: &Room) -> Option<SlackBlock> {
    let request = board.request;
    let expiry = request.is_undecided().then(|| format!("Expires {}.", local_date(request.expires_at)));
    let elsewhere = request
        .passed_over
        .first()
        .map(|passed| format!("Meant for another channel: {}.", text::line(&passed.words(), 200)));
    let rest = [elsewhere, left_out(request, room), rules(request, room), Some(marks(request))];
    blocks::small_print(&expiry.into_iter().collect::<Vec<_>>(), &rest.into_iter().flatten().collect::<Vec<_>>())
}

/// Whose approval does not count; or why everybody's does.
fn left_out(request: &Request, room: &Room) -> Option<String> {
    if !request.is_undecided() {
        return None;
    }
    let allowed = request.policies().find_map(|policy| policy.allow_self.as_ref());
    let excluded = excluded_people(request, room.people);
    let nobody = allowed.map(|why| format!("Who made the change may approve it: “{}”.", text::line(why, room.text)));
    let some = (!excluded.is_empty()).then(|| format!("Cannot approve: {excluded}."));
    match (nobody, some) {
        (Some(nobody), Some(some)) => Some(format!("{nobody} {some}")),
        (nobody, some) => nobody.or(some),
    }
}

/// `Evidence 7f3c91d0aa12, request 4d1e2f3a`: what support and auditors ask for.
fn marks(request: &Request) -> String {
    let evidence = request.evidence.as_ref().map(|evidence| format!("Evidence {}, r", evidence.digest.short()));
    format!("{}equest {}.", evidence.unwrap_or_else(|| "R".to_owned()), request.id.short())
}

/// Which rules it is held to.
fn rules(request: &Request, room: &Room) -> Option<String> {
    let policies = request.policy.as_ref()?;
    let own = format!("Policy: {}", source(&policies.own));
    let besides: Vec<String> = policies.besides.iter().map(besides).collect();
    if besides.is_empty() {
        return Some(format!("{own}."));
    }
    Some(format!("{own}; besides {}. All of them have to be met.", listed(&besides, room.gates)))
}

fn source(policy: &FrozenPolicy) -> String {
    match &policy.source {
        PolicySource::Starter => "the built-in one, as the repository has none".to_owned(),
        PolicySource::Repository { commit } => format!(".github/countersign.yml at {}", commit.short()),
        PolicySource::Owner { commit } => format!("the owner's, at {}", commit.short()),
    }
}

/// `the owner's floor at 1a2b3c4`, `the policy as it is now (changed meanwhile), at 1a2b3c4`
fn besides(policy: &FrozenPolicy) -> String {
    let changed = matches!(policy.role, Role::OwnNow | Role::FloorNow);
    let changed = if changed { " (changed since this opened)" } else { "" };
    let at = match &policy.source {
        PolicySource::Starter => String::new(),
        PolicySource::Repository { commit } | PolicySource::Owner { commit } => format!(" at {}", commit.short()),
    };
    format!("{}{changed}{at}", policy.role.words())
}

/// `mona (started it, author), li (author)`: whose approval does not count, and why.
pub(in crate::slack) fn excluded_people(request: &Request, most: usize) -> String {
    let mut parts: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for (name, part) in people(request).filter(|(_, part)| request.policies().any(|policy| excludes(policy, *part))) {
        let words = parts.entry(text::line(&name, 40)).or_default();
        if !words.contains(&part_words(part)) {
            words.push(part_words(part));
        }
    }
    let names: Vec<String> = parts.into_iter().map(|(name, parts)| format!("{name} ({})", parts.join(", "))).collect();
    listed(&names, most)
}

fn excludes(policy: &FrozenPolicy, part: Part) -> bool {
    policy.allow_self.is_none() && policy.exclude.contains(&part)
}

fn people(request: &Request) -> impl Iterator<Item = (String, Part)> {
    let actors = request.run.actors.iter().map(|actor| (actor.login.clone(), Part::Requester));
    let evidence: Option<&EvidenceBrief> = request.evidence.as_ref();
    let contributors = evidence.into_iter().flat_map(|evidence| &evidence.contributors).map(|contributor| {
        let login = contributor.user.as_ref().map(|user| user.login.clone());
        (login.unwrap_or_else(|| format!("{}, no account", contributor.name.as_str())), contributor.part)
    });
    actors.chain(contributors)
}

const fn part_words(part: Part) -> &'static str {
    match part {
        Part::Requester => "started it",
        Part::PrAuthor => "pull request",
        Part::Author => "author",
        Part::Committer => "committer",
        Part::CoAuthor => "co-author",
    }
}
