//! Faults: what goes wrong on purpose, for which requests, how often.

use super::state::State;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// Answers with that status and body without acting.
    Status(u16, String),
    /// Answers with that status, these headers and that body, without acting.
    Answered(u16, Vec<(String, String)>, String),
    /// The primary limit is used up: 403, `x-ratelimit-remaining: 0`, reset in that many seconds.
    RateLimited { retry_after: u64 },
    /// A secondary limit, 403 with `retry-after: 60`.
    SecondaryLimit,
    /// A secondary limit, 429 with that `retry-after`.
    TooManyRequests { retry_after: u64 },
    /// Answers 302 to that address, without acting.
    Redirected(String),
    /// Waits that many milliseconds of real time, then acts and answers.
    Slow(u64),
    /// Waits until [`super::GithubSim::release`], then acts and answers.
    Held,
    /// Acts, then closes the connection without an answer.
    CutAfterActing,
    /// Closes the connection without acting.
    CutBeforeActing,
    /// A decision sooner than that after its gate opened is answered as if nothing were pending; later ones pass.
    TooEarlyFor(i64),
    /// Settles half of the waiting jobs and answers `There was a problem approving one of the gates`.
    PartlyApplied,
}

/// Hits the next `times` requests of that method whose path contains that text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `GET`, `POST`; empty: any.
    pub method: String,
    pub path_contains: String,
    pub kind: FaultKind,
    pub times: usize,
}

impl Fault {
    /// A fault that happens once.
    pub fn once(method: &str, path_contains: &str, kind: FaultKind) -> Self {
        Self { method: method.to_owned(), path_contains: path_contains.to_owned(), kind, times: 1 }
    }

    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    fn hits(&self, method: &str, path: &str) -> bool {
        self.times > 0 && (self.method.is_empty() || self.method == method) && path.contains(&self.path_contains)
    }
}

impl State {
    /// Takes the first fault for that request, once.
    pub(super) fn take_fault(&mut self, method: &str, path: &str) -> Option<FaultKind> {
        let of_gates = |kind: &FaultKind| matches!(kind, FaultKind::TooEarlyFor(_) | FaultKind::PartlyApplied);
        let hit = self.faults.iter_mut().find(|fault| fault.hits(method, path) && !of_gates(&fault.kind))?;
        hit.times -= 1;
        Some(hit.kind.clone())
    }

    /// Uses up one `PartlyApplied` for that request.
    pub(super) fn take_partly_applied(&mut self, path: &str) -> bool {
        let matches = |fault: &Fault| fault.kind == FaultKind::PartlyApplied && fault.hits("POST", path);
        let hit = self.faults.iter_mut().find(|fault| matches(fault));
        hit.is_some_and(|fault| {
            fault.times -= 1;
            true
        })
    }

    /// How long a gate of that request is too young to be decided, in milliseconds.
    pub(super) fn too_early_ms(&self, path: &str) -> i64 {
        let declared = self.faults.iter().filter(|fault| fault.hits("POST", path));
        let declared = declared.filter_map(|fault| match fault.kind {
            FaultKind::TooEarlyFor(ms) => Some(ms),
            _ => None,
        });
        declared.max().unwrap_or(self.options.timing.too_early_ms)
    }

    /// One refusal for being too early happened.
    pub(super) fn count_too_early(&mut self, path: &str) {
        let matches = |fault: &Fault| matches!(fault.kind, FaultKind::TooEarlyFor(_)) && fault.hits("POST", path);
        if let Some(fault) = self.faults.iter_mut().find(|fault| matches(fault)) {
            fault.times -= 1;
        }
    }
}
