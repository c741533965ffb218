//! Whether somebody's click counts (R13 to R17).

use super::actor::{Access, ChatStanding, Link, Part, Voter};
use super::gate::{FrozenPolicy, Gate, Group};
use super::request::Request;
use super::whisper::Refusal;

/// `Ok` when `voter` may act on `gate` of `request`; otherwise the first reason against it.
pub fn may_vote(request: &Request, policy: &FrozenPolicy, gate: &Gate, voter: &Voter) -> Result<(), Refusal> {
    is_trusted_account(voter)?;
    is_linked(voter)?;
    is_in_group(gate, voter)?;
    is_independent(request, policy, voter)
}

fn is_trusted_account(voter: &Voter) -> Result<(), Refusal> {
    match voter.standing {
        ChatStanding::Member => Ok(()),
        ChatStanding::Guest => Err(Refusal::Guest),
        ChatStanding::Deactivated => Err(Refusal::Deactivated),
        ChatStanding::Bot => Err(Refusal::Bot),
        ChatStanding::Foreign => Err(Refusal::ForeignWorkspace),
        ChatStanding::Unknown => Err(Refusal::UnknownAccount),
    }
}

fn is_linked(voter: &Voter) -> Result<(), Refusal> {
    match &voter.link {
        Link::Linked { forge } if forge.is_bot => Err(Refusal::Bot),
        Link::Linked { .. } => Ok(()),
        Link::None => Err(Refusal::NotLinked),
        Link::LoginMoved { login, .. } => Err(Refusal::LoginMoved { login: login.clone() }),
        Link::LoginGone { login } => Err(Refusal::LoginGone { login: login.clone() }),
    }
}

fn is_in_group(gate: &Gate, voter: &Voter) -> Result<(), Refusal> {
    let member = match gate.group {
        Group::WriteAccess => voter.access >= Access::Write,
    };
    let refusal = || Refusal::NotInGroup { gate: gate.name.clone(), group: gate.group.words().to_owned() };
    if member { Ok(()) } else { Err(refusal()) }
}

/// Nobody with a hand in the change decides about it (R15): by account id, never by name.
fn is_independent(request: &Request, policy: &FrozenPolicy, voter: &Voter) -> Result<(), Refusal> {
    let Some(human) = voter.human() else { return Err(Refusal::NotLinked) };
    let asked = request.run.actors.iter().any(|actor| actor.id == human);
    if asked && policy.exclude.contains(&Part::Requester) {
        return Err(Refusal::Excluded { part: Part::Requester });
    }
    let contributors = request.evidence.iter().flat_map(|evidence| &evidence.contributors);
    let hand = contributors
        .filter(|contributor| policy.exclude.contains(&contributor.part))
        .find(|contributor| contributor.user.as_ref().is_some_and(|user| user.id == human));
    match hand {
        Some(contributor) => Err(Refusal::Excluded { part: contributor.part }),
        None => Ok(()),
    }
}
