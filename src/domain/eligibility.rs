//! Whether somebody's click counts (R13 to R17).

use std::collections::BTreeMap;

use super::actor::{ChatStanding, Human, Link, Part, Voter};
use super::gate::{FrozenPolicy, Gate};
use super::group::Group;
use super::id::ForgeUserId;
use super::request::Request;
use super::whisper::Refusal;

/// Who may act on the gates of one policy of one request.
#[derive(Debug)]
pub struct Electorate {
    /// Accounts with a hand in the change that the policy leaves out, with the first such part.
    barred: BTreeMap<ForgeUserId, Part>,
    /// The group that was asked when nobody answered, where the policy lets it act in the place of others.
    stand_ins: Option<Group>,
}

impl Electorate {
    pub fn of(request: &Request, policy: &FrozenPolicy) -> Self {
        let (mut barred, stand_ins) = (BTreeMap::new(), stand_ins(request, policy).cloned());
        if policy.allow_self.is_some() {
            return Self { barred, stand_ins };
        }
        for (account, part) in hands(request).filter(|(_, part)| policy.exclude.contains(part)) {
            barred.entry(account).or_insert(part);
        }
        Self { barred, stand_ins }
    }

    /// `Ok` when `voter` may act on `gate`; otherwise the first reason against it.
    pub fn may_act(&self, gate: &Gate, voter: &Voter) -> Result<(), Refusal> {
        is_trusted_account(voter)?;
        match belongs(&gate.name, &gate.group, voter) {
            Err(_) if self.stands_in(gate, voter) => {}
            belongs => belongs?,
        }
        self.is_independent(&voter.human())
    }

    /// Whether `voter` may act on `gate` only because its own people did not answer in time.
    pub fn stands_in(&self, gate: &Gate, voter: &Voter) -> bool {
        let is_one = |group: &Group| belongs(&gate.name, group, voter).is_ok();
        self.stand_ins.as_ref().is_some_and(is_one) && !is_one(&gate.group)
    }

    /// Nobody with a hand in the change decides about it (R15): by account id, never by name. Where nobody is linked, the
    /// policy takes people by the chat's word alone.
    pub fn is_independent(&self, human: &Human) -> Result<(), Refusal> {
        match human {
            Human::Forge(account) => match self.barred.get(account) {
                Some(part) => Err(Refusal::Excluded { part: *part }),
                None => Ok(()),
            },
            Human::Chat(_) => Ok(()),
        }
    }
}

/// Who may act in the place of a policy's people: the group that the request has been escalated to. Timers run by the request's
/// own policy, so that another one lets them act only where it says the very same; a floor never does.
fn stand_ins<'p>(request: &Request, policy: &'p FrozenPolicy) -> Option<&'p Group> {
    let own = request.policy.as_ref().filter(|_| request.is_escalated)?.own.timing.escalate.as_ref();
    let escalate = policy
        .timing
        .escalate
        .as_ref()
        .filter(|escalate| escalate.may_act && own == Some(*escalate) && !policy.is_floor())?;
    Some(&escalate.to)
}

/// The accounts with a hand in the change: those who asked, and those who wrote it.
fn hands(request: &Request) -> impl Iterator<Item = (ForgeUserId, Part)> {
    let actors = request.run.actors.iter().map(|actor| (actor.id, Part::Requester));
    let contributors = request.evidence.iter().flat_map(|evidence| &evidence.contributors);
    let named = contributors.filter_map(|contributor| Some((contributor.user.as_ref()?.id, contributor.part)));
    actors.chain(named)
}

/// `Ok` when `voter` may act on `gate` of `policy`.
pub fn may_vote(request: &Request, policy: &FrozenPolicy, gate: &Gate, voter: &Voter) -> Result<(), Refusal> {
    Electorate::of(request, policy).may_act(gate, voter)
}

/// `Ok` when `voter` may break the glass under `policy` (R25): whoever is named for it, with a hand in the change or not.
pub fn may_break_glass(policy: &FrozenPolicy, voter: &Voter) -> Result<(), Refusal> {
    let rules = policy.break_glass.as_ref().ok_or(Refusal::NoBreakGlass { role: policy.role })?;
    is_member(voter, "break glass", &rules.group)
}

/// `Ok` when `voter` is somebody we know and belongs to `group`, whatever part they had in the change.
pub fn is_member(voter: &Voter, what: &str, group: &Group) -> Result<(), Refusal> {
    is_trusted_account(voter)?;
    belongs(what, group, voter)
}

fn belongs(what: &str, group: &Group, voter: &Voter) -> Result<(), Refusal> {
    is_identified(group, voter)?;
    is_in_group(what, group, voter)
}

/// Full members of our workspace only (R14).
pub const fn is_trusted_account(voter: &Voter) -> Result<(), Refusal> {
    is_member_of_ours(voter.standing)
}

/// The same, where nothing more is known of somebody.
pub const fn is_member_of_ours(standing: ChatStanding) -> Result<(), Refusal> {
    match standing {
        ChatStanding::Member => Ok(()),
        ChatStanding::Guest => Err(Refusal::Guest),
        ChatStanding::Deactivated => Err(Refusal::Deactivated),
        ChatStanding::Bot => Err(Refusal::Bot),
        ChatStanding::Foreign => Err(Refusal::ForeignWorkspace),
        ChatStanding::Unknown => Err(Refusal::UnknownAccount),
    }
}

/// A link that says something uncertain is worse than none: nobody can tell then what part the person had in the change.
fn is_identified(group: &Group, voter: &Voter) -> Result<(), Refusal> {
    match &voter.link {
        Link::Linked { forge } if forge.is_bot => Err(Refusal::Bot),
        Link::Linked { .. } => Ok(()),
        Link::None if group.takes_by_chat(voter) => Ok(()),
        Link::None => Err(Refusal::NotLinked),
        Link::LoginMoved { login, .. } => Err(Refusal::LoginMoved { login: login.clone() }),
        Link::LoginGone { login } => Err(Refusal::LoginGone { login: login.clone() }),
        Link::Conflict(conflict) => Err(Refusal::LinkConflict { conflict: conflict.clone() }),
    }
}

fn is_in_group(gate: &str, group: &Group, voter: &Voter) -> Result<(), Refusal> {
    // Without an account of the forge, only the chat's word counts.
    let belongs = if voter.account().is_some() { group.has(voter) } else { group.takes_by_chat(voter) };
    let refusal = || Refusal::NotInGroup { gate: gate.to_owned(), group: group.words().to_owned() };
    if belongs { Ok(()) } else { Err(refusal()) }
}
