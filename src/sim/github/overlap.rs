//! Decisions that arrive at the same moment for the same gate of a matrix get into each other's way.

use super::book::Host;
use super::reply::Ask;
use super::state::State;

/// A run and an environment, in lower case.
pub(super) type GateKey = (u64, String);

/// Decisions being answered for one gate.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct InFlight {
    count: usize,
    collided: bool,
}

impl State {
    /// Notes that a decision for a matrix has begun. `None` for everything else.
    pub(super) fn enter_gate(&mut self, ask: &Ask) -> Option<GateKey> {
        let key = gate_of(ask)?;
        if self.waiting_jobs(key.0, &key.1).len() < 2 {
            return None;
        }
        let flight = self.in_flight.entry(key.clone()).or_default();
        flight.count += 1;
        flight.collided |= flight.count > 1;
        Some(key)
    }

    /// True when another decision for the gate was being answered at the same time.
    pub(super) fn leave_gate(&mut self, key: &GateKey) -> bool {
        let Some(flight) = self.in_flight.get_mut(key) else { return false };
        flight.count = flight.count.saturating_sub(1);
        let collided = flight.collided;
        if flight.count == 0 {
            self.in_flight.remove(key);
        }
        collided
    }
}

fn gate_of(ask: &Ask) -> Option<GateKey> {
    let segments = ask.segments();
    let [.., runs, run, last] = segments.as_slice() else { return None };
    if ask.host != Host::Api || ask.method != "POST" || runs != "runs" || last != "deployment_protection_rule" {
        return None;
    }
    let body = ask.json_object().ok()?;
    body.get("state")?;
    let environment = body.get("environment_name")?.as_str()?.to_lowercase();
    Some((run.parse().ok()?, environment))
}
