//! Which approvals count where: each gate of a policy with the humans who fill its places.
//!
//! A function of the set of votes, not of their order. Where one human fills one place only, the places are filled by a
//! maximum matching, earlier stages first (Kuhn's augmenting paths, 1955): nobody's approval is wasted on a gate that
//! somebody else could have met.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::actor::{ChatUser, Human};
use super::eligibility::Electorate;
use super::gate::{FrozenPolicy, Gate, Role};
use super::request::{Choice, Request, Vote};

/// How far a gate is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateProgress {
    pub role: Role,
    pub name: String,
    pub group: String,
    pub needed: u32,
    pub stage: u32,
    pub state: GateState,
    /// Those who fill its places.
    pub approvals: Vec<ChatUser>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateState {
    /// Its condition is false.
    Skipped,
    Met,
    Open,
    /// A gate of an earlier stage comes first.
    Later,
}

impl GateProgress {
    /// Whether nothing more is needed here.
    pub const fn is_met(&self) -> bool {
        matches!(self.state, GateState::Met | GateState::Skipped)
    }

    /// Humans still needed.
    pub fn missing(&self) -> u32 {
        if self.is_met() {
            0
        } else {
            self.needed.saturating_sub(u32::try_from(self.approvals.len()).unwrap_or(u32::MAX))
        }
    }
}

/// The gates of `policy`, in order, with the approvals that count.
pub fn tally(request: &Request, policy: &FrozenPolicy) -> Vec<GateProgress> {
    let approvals: BTreeMap<Human, &Vote> =
        request.votes.iter().filter(|vote| counts(vote)).map(|vote| (vote.human.clone(), vote)).collect();
    let approvals: Vec<&Vote> = approvals.into_values().collect();
    let seats = seats(request, policy, &approvals);
    let mut progress: Vec<GateProgress> = policy
        .gates
        .iter()
        .zip(seats)
        .map(|(gate, filled)| {
            let approvals =
                filled.into_iter().filter_map(|index| approvals.get(index)).map(|vote| vote.voter.chat.clone());
            of_gate(policy, gate, approvals.collect())
        })
        .collect();
    let open = progress.iter().filter(|gate| !gate.is_met()).map(|gate| gate.stage).min();
    for gate in progress.iter_mut().filter(|gate| !gate.is_met() && Some(gate.stage) != open) {
        gate.state = GateState::Later;
    }
    progress
}

fn of_gate(policy: &FrozenPolicy, gate: &Gate, approvals: Vec<ChatUser>) -> GateProgress {
    let full = approvals.len() >= places(gate);
    let state = match (policy.asks_at(gate), full) {
        (false, _) => GateState::Skipped,
        (true, true) => GateState::Met,
        (true, false) => GateState::Open,
    };
    GateProgress {
        role: policy.role,
        name: gate.name.clone(),
        group: gate.group.words().to_owned(),
        needed: gate.quorum,
        stage: gate.stage,
        state,
        approvals,
    }
}

/// A gate without a place would be met by nobody: one place is the least there is.
fn places(gate: &Gate) -> usize {
    usize::try_from(gate.quorum).unwrap_or(usize::MAX).max(1)
}

fn counts(vote: &Vote) -> bool {
    vote.choice == Choice::Approve && !vote.struck
}

/// For each gate, the places of those in `approvals` who fill it.
fn seats(request: &Request, policy: &FrozenPolicy, approvals: &[&Vote]) -> Vec<Vec<usize>> {
    let electorate = Electorate::of(request, policy);
    let able = policy.gates.iter().map(|gate| able(policy, &electorate, gate, approvals)).collect();
    if !policy.one_gate_per_person {
        return able;
    }
    let mut matching = Matching { able, holds: vec![None; approvals.len()] };
    for (index, gate) in by_stage(&policy.gates) {
        for _ in 0..places(gate).min(approvals.len()) {
            if !matching.fill(index, &mut vec![false; approvals.len()]) {
                break;
            }
        }
    }
    let mut filled = vec![Vec::new(); policy.gates.len()];
    for (human, gate) in matching.holds.iter().enumerate() {
        if let Some(places) = gate.and_then(|gate| filled.get_mut(gate)) {
            places.push(human);
        }
    }
    filled
}

fn by_stage(gates: &[Gate]) -> Vec<(usize, &Gate)> {
    let mut ordered: Vec<(usize, &Gate)> = gates.iter().enumerate().collect();
    ordered.sort_by_key(|(index, gate)| (gate.stage, *index));
    ordered
}

/// The places of those in `approvals` who may act on `gate`; nobody on one that does not apply.
fn able(policy: &FrozenPolicy, electorate: &Electorate, gate: &Gate, approvals: &[&Vote]) -> Vec<usize> {
    if !policy.asks_at(gate) {
        return Vec::new();
    }
    let may = |vote: &Vote| electorate.may_act(gate, &vote.voter).is_ok();
    approvals.iter().enumerate().filter(|(_, vote)| may(vote)).map(|(index, _)| index).collect()
}

struct Matching {
    /// For each gate, the humans who may act on it.
    able: Vec<Vec<usize>>,
    /// For each human, the gate whose place they hold.
    holds: Vec<Option<usize>>,
}

impl Matching {
    /// Fills one more place of `gate`, moving others to other gates where that frees somebody; whoever held a place before
    /// holds one afterwards.
    fn fill(&mut self, gate: usize, tried: &mut Vec<bool>) -> bool {
        let mut next = 0;
        while let Some(&human) = self.able.get(gate).and_then(|able| able.get(next)) {
            next += 1;
            let Some(seen) = tried.get_mut(human) else { continue };
            if std::mem::replace(seen, true) {
                continue;
            }
            let held = self.holds.get(human).copied().flatten();
            if held == Some(gate) {
                continue;
            }
            if held.is_none_or(|other| self.fill(other, tried)) {
                if let Some(place) = self.holds.get_mut(human) {
                    *place = Some(gate);
                }
                return true;
            }
        }
        false
    }
}
