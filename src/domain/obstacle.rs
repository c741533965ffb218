//! What keeps an approval from being given although people may have agreed: each with words and, where it passes by itself,
//! a time (R23). Votes can be given meanwhile; when the time comes everything is read again.

mod words;

use serde::{Deserialize, Serialize};

use super::action::Action;
use super::actor::ChatUser;
use super::ci::CiReading;
use super::condition::Condition;
use super::evidence::{EvidenceBrief, FlagBrief};
use super::exception::effect_of;
use super::freeze::Freeze;
use super::fresh::{Around, Fresh, LiveElsewhere, LiveThere};
use super::gate::{FrozenPolicy, PolicyFound, Role};
use super::request::{Choice, Request, Vote};
use super::rules::{Exempt, Requires};
use super::tally::{GateProgress, tally};
use super::time::Timestamp;
use super::words::Words;

/// One thing in the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Obstacle {
    /// A gate needs more people.
    Gate {
        role: Role,
        gate: String,
        group: String,
        missing: u32,
    },
    /// The policy names nobody who could approve this: only its automatic approval could, and it does not.
    Nobody {
        role: Role,
    },
    /// Fewer people could still approve at a gate than it needs (R11), by who they were when they were read last.
    TooFew {
        role: Role,
        gate: String,
        group: String,
        missing: u32,
        left: u32,
    },
    /// Somebody who may act on a gate asks for changes first (R19).
    ChangesRequested {
        by: ChatUser,
        reason: Option<Words>,
    },
    /// A flag that cannot be approved away, except by an exception or by breaking the glass.
    Flag {
        role: Role,
        code: String,
        subject: String,
    },
    /// The branch or tag is not one that may be deployed.
    Ref {
        role: Role,
        reference: String,
        allowed: Vec<String>,
    },
    /// The least wait is not over.
    TooEarly {
        role: Role,
        until: Timestamp,
    },
    /// Outside of the deployment windows; `until` is empty when none opens in sight. `opens` says when, in words.
    Window {
        role: Role,
        until: Option<Timestamp>,
        opens: String,
    },
    Frozen {
        until: Option<Timestamp>,
        reason: Words,
        by: String,
    },
    /// Something else must be live first.
    Order {
        role: Role,
        environment: String,
        why: OrderGap,
        until: Option<Timestamp>,
    },
    /// Required check runs stand worse than in the evidence that was shown.
    Checks {
        now: Vec<String>,
    },
    /// The policies cannot be read as they are now.
    Policy {
        why: String,
    },
    /// Something else is live than the evidence compares with.
    Stale,
    /// Not everybody whose vote counts was looked up again.
    Unverified,
    /// Reading everything again failed.
    Unread {
        why: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderGap {
    NothingLive,
    OtherCommit,
    NotLongEnough,
    Unreadable { why: String },
}

impl Obstacle {
    /// When it is worth looking again; `None` when nothing but people, or the world outside, can remove it.
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::TooEarly { until, .. } => Some(*until),
            Self::Window { until, .. } | Self::Frozen { until, .. } | Self::Order { until, .. } => *until,
            _ => None,
        }
    }

    /// Whether only people can remove it: then there is nothing to look at again until they act.
    pub const fn waits_for_people(&self) -> bool {
        matches!(
            self,
            Self::Gate { .. }
                | Self::Nobody { .. }
                | Self::TooFew { .. }
                | Self::ChangesRequested { .. }
                | Self::Flag { .. }
                | Self::Ref { .. }
        )
    }
}

/// The gates that need more people, over all policies. A policy that approves by itself needs none of its own.
pub fn gates_missing(request: &Request, at: Timestamp) -> Vec<Obstacle> {
    let missing = |gate: &GateProgress| Obstacle::Gate {
        role: gate.role,
        gate: gate.name.clone(),
        group: gate.group.clone(),
        missing: gate.missing(),
    };
    let mut found = Vec::new();
    for policy in request.policies().filter(|policy| !approves_by_itself(request, policy, at)) {
        if policy.gates.is_empty() && !policy.is_floor() {
            found.push(Obstacle::Nobody { role: policy.role });
        }
        found.extend(tally(request, policy).iter().filter(|gate| !gate.is_met()).map(missing));
    }
    found
}

/// Whether the policy's automatic approval stands in for its gates (R26): never over a gap, never over a flag that blocks
/// or has to be approved.
pub fn approves_by_itself(request: &Request, policy: &FrozenPolicy, at: Timestamp) -> bool {
    let allows = policy.auto_approve.as_ref().is_some_and(Condition::allows);
    let Some(evidence) = request.evidence.as_ref().filter(|_| allows) else { return false };
    let is_shown = |flag: &FlagBrief| effect_of(flag, &policy.actions, &policy.accept, at).action() == Action::Show;
    !evidence.has_gap && evidence.flags.iter().all(is_shown)
}

/// Everything in the way of an approval at `at`, by what is known of the request and by what was read again just now.
/// Empty: it may be decided.
pub fn obstacles(request: &Request, fresh: &Fresh, at: Timestamp) -> Vec<Obstacle> {
    let mut found = gates_missing(request, at);
    found.extend(standing(request, at));
    found.extend(around(request, &fresh.around, at));
    found.extend(checks(request, fresh));
    if let PolicyFound::Hold { why } = &fresh.policies.now {
        found.push(Obstacle::Policy { why: why.clone() });
    }
    if request.evidence.as_ref().is_some_and(|evidence| evidence.base != fresh.base) {
        found.push(Obstacle::Stale);
    }
    let known = |vote: &Vote| fresh.voters.iter().any(|voter| voter.chat == vote.voter.chat);
    if request.votes.iter().any(|vote| vote.choice == Choice::Approve && !vote.struck && !known(vote)) {
        found.push(Obstacle::Unverified);
    }
    found
}

/// What stands in the way for as long as nobody does anything: requested changes, flags that block, refs, groups that are too
/// small.
pub fn standing(request: &Request, at: Timestamp) -> Vec<Obstacle> {
    let asked = request.votes.iter().filter(|vote| vote.choice == Choice::RequestChanges && !vote.struck);
    let changes =
        asked.map(|vote| Obstacle::ChangesRequested { by: vote.voter.chat.clone(), reason: vote.reason.clone() });
    let flags = request.policies().flat_map(|policy| blocking(policy, request.evidence.as_ref(), at));
    let refs = request.policies().filter_map(|policy| {
        let rule = policy.refs.as_ref().filter(|rule| !rule.is_met)?;
        let reference = request.run.reference.clone();
        Some(Obstacle::Ref { role: policy.role, reference, allowed: rule.allowed.clone() })
    });
    changes.chain(flags).chain(refs).chain(too_few(request, at)).collect()
}

/// Gates that cannot be met by anybody who is left. It decides nothing: whoever joins the group counts at their click.
fn too_few(request: &Request, at: Timestamp) -> Vec<Obstacle> {
    let Some(roster) = &request.roster else { return Vec::new() };
    let policies = request.policies().filter(|policy| !approves_by_itself(request, policy, at));
    let short = |gate: GateProgress| {
        let (missing, left) = (gate.missing(), roster.of(gate.role, &gate.name)?.left(request)?);
        let GateProgress { role, name, group, .. } = gate;
        (left < missing).then_some(Obstacle::TooFew { role, gate: name, group, missing, left })
    };
    policies.flat_map(|policy| tally(request, policy)).filter_map(short).collect()
}

/// What the clock, freezes and other environments keep closed.
pub fn around(request: &Request, around: &Around, at: Timestamp) -> Vec<Obstacle> {
    let mut found = closed(request, &around.freezes, at);
    found.extend(request.policies().filter_map(|policy| order(request, policy, &around.elsewhere, at)));
    found
}

fn blocking(policy: &FrozenPolicy, evidence: Option<&EvidenceBrief>, at: Timestamp) -> Vec<Obstacle> {
    let flags = evidence.into_iter().flat_map(|evidence| &evidence.flags);
    let blocks = |flag: &&FlagBrief| effect_of(flag, &policy.actions, &policy.accept, at).action() == Action::Block;
    let obstacle =
        |flag: &FlagBrief| Obstacle::Flag { role: policy.role, code: flag.code.clone(), subject: flag.subject.clone() };
    flags.filter(blocks).map(obstacle).collect()
}

/// What the clock keeps closed: windows, freezes, the least wait. Looked at once more just before the forge is told.
pub fn closed(request: &Request, freezes: &[Freeze], at: Timestamp) -> Vec<Obstacle> {
    let mut found = Vec::new();
    for policy in request.policies() {
        let opens = request.opened_at.plus_millis(policy.timing.min_wait_ms);
        if at < opens && !is_exempt(request, policy, Exempt::MinWait) {
            found.push(Obstacle::TooEarly { role: policy.role, until: opens });
        }
        let shut = policy.timing.openings.as_ref().filter(|openings| !openings.open_at(at));
        if let Some(openings) = shut.filter(|_| !is_exempt(request, policy, Exempt::Windows)) {
            let (until, opens) = (openings.next_opening(at), openings.words(at));
            found.push(Obstacle::Window { role: policy.role, until, opens });
        }
    }
    let exempt = request.policies().all(|policy| is_exempt(request, policy, Exempt::Freezes));
    let holds =
        |freeze: &&Freeze| freeze.holds(&request.workspace, request.repository.id, request.environment.as_str(), at);
    let frozen = freezes.iter().filter(holds).filter(|_| !exempt).map(|freeze| Obstacle::Frozen {
        until: freeze.until,
        reason: freeze.reason.clone(),
        by: freeze.by.clone(),
    });
    found.extend(frozen);
    found
}

/// Whether a decision that these hold back may not be sent in a later window without a word (R23, H35).
pub fn needs_a_word(request: &Request, closed: &[Obstacle]) -> bool {
    let shut = |policy: &FrozenPolicy| {
        let is_its = |one: &&Obstacle| matches!(one, Obstacle::Window { role, .. } if *role == policy.role);
        closed.iter().any(|one| is_its(&one)) && !policy.timing.carry_over
    };
    request.policies().any(shut)
}

/// A rollback to what was approved before may be let off (R23), by each policy for itself.
fn is_exempt(request: &Request, policy: &FrozenPolicy, what: Exempt) -> bool {
    let approved_before = request.evidence.as_ref().is_some_and(EvidenceBrief::is_approved_rollback);
    approved_before && policy.rollback.exempt.contains(&what)
}

fn order(request: &Request, policy: &FrozenPolicy, elsewhere: &[LiveElsewhere], at: Timestamp) -> Option<Obstacle> {
    let requires = policy.requires.as_ref().filter(|_| !is_exempt(request, policy, Exempt::Order))?;
    let environment = requires.environment.to_lowercase();
    let there = elsewhere.iter().find(|one| one.environment.to_lowercase() == environment).map(|one| &one.live);
    let (why, until) = gap(request, requires, there, at)?;
    Some(Obstacle::Order { role: policy.role, environment: requires.environment.clone(), why, until })
}

fn gap(
    request: &Request,
    requires: &Requires,
    there: Option<&LiveThere>,
    at: Timestamp,
) -> Option<(OrderGap, Option<Timestamp>)> {
    let (commit, since) = match there {
        None => return Some((OrderGap::Unreadable { why: "nobody looked".to_owned() }, None)),
        Some(LiveThere::Unreadable { why }) => return Some((OrderGap::Unreadable { why: why.clone() }, None)),
        Some(LiveThere::Nothing) => return Some((OrderGap::NothingLive, None)),
        Some(LiveThere::Commit { commit, since }) => (commit, since),
    };
    if requires.same_commit && *commit != request.commit {
        return Some((OrderGap::OtherCommit, None));
    }
    if requires.live_for_ms == 0 {
        return None;
    }
    // Live for an unknown time is not live for long enough.
    let Some(since) = since else { return Some((OrderGap::NotLongEnough, None)) };
    let until = since.plus_millis(requires.live_for_ms);
    (at < until).then_some((OrderGap::NotLongEnough, Some(until)))
}

fn checks(request: &Request, fresh: &Fresh) -> Option<Obstacle> {
    let shown = request.evidence.as_ref()?.ci.as_ref()?;
    let unread = || CiReading::unreadable(&shown.required, "nobody looked");
    let now = fresh.ci.clone().unwrap_or_else(unread).worse_than(shown);
    (!now.is_empty()).then_some(Obstacle::Checks { now })
}
