//! The small print: until when, who is left out, by which rule, on which evidence.

use std::collections::BTreeMap;

use slack_morphism::prelude::SlackBlock;

use crate::domain::{EvidenceBrief, FrozenPolicy, Part, PolicySource, Request};
use crate::ports::chat::Board;
use crate::slack::blocks;
use crate::slack::text::{self, listed, local_date};

use super::Room;

pub(super) fn block(board: &Board<'_>, room: &Room) -> Option<SlackBlock> {
    let request = board.request;
    let expiry = request.is_undecided().then(|| format!("Expires {}.", local_date(request.expires_at)));
    let excluded = excluded_people(request, room.people);
    let left_out = (request.is_undecided() && !excluded.is_empty()).then(|| format!("Not counted: {excluded}."));
    let elsewhere = request
        .passed_over
        .first()
        .map(|passed| format!("Meant for another channel: {}.", text::line(&passed.words(), 200)));
    let rest =
        [elsewhere, left_out, request.policy.as_ref().map(|policies| policy(&policies.own)), Some(marks(request))];
    blocks::small_print(&expiry.into_iter().collect::<Vec<_>>(), &rest.into_iter().flatten().collect::<Vec<_>>())
}

/// `Evidence 7f3c91d0aa12, request 4d1e2f3a`: what support and auditors ask for.
fn marks(request: &Request) -> String {
    let evidence = request.evidence.as_ref().map(|evidence| format!("Evidence {}, r", evidence.digest.short()));
    format!("{}equest {}.", evidence.unwrap_or_else(|| "R".to_owned()), request.id.short())
}

fn policy(policy: &FrozenPolicy) -> String {
    match &policy.source {
        PolicySource::Starter => "Rule: the built-in starter policy, as the repository has none of its own.".to_owned(),
        PolicySource::Repository { commit } => format!("Rule: .github/countersign.yml at {}.", commit.short()),
        PolicySource::Owner { commit } => format!("Rule: the owner's policy at {}.", commit.short()),
    }
}

/// `mona (started it, author), li (author)`: whose approval does not count, and why.
pub(in crate::slack) fn excluded_people(request: &Request, most: usize) -> String {
    let mut parts: BTreeMap<String, Vec<&'static str>> = BTreeMap::new();
    for (name, part) in
        people(request).filter(|(_, part)| request.policies().any(|policy| policy.exclude.contains(part)))
    {
        let words = parts.entry(text::line(&name, 40)).or_default();
        if !words.contains(&part_words(part)) {
            words.push(part_words(part));
        }
    }
    let names: Vec<String> = parts.into_iter().map(|(name, parts)| format!("{name} ({})", parts.join(", "))).collect();
    listed(&names, most)
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
