//! Scripted trouble: what Slack answers, or fails to answer, the next time a method is called.

use std::time::Duration;

/// Trouble for the next calls of a method. Faults of one method are used up in the order they were added.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// `chat.postMessage`, `response_url`, or `*` for every method.
    pub method: String,
    pub kind: FaultKind,
    /// How many calls it still hits.
    pub times: u32,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum FaultKind {
    /// HTTP 429 with `Retry-After`; nothing is done.
    RateLimited { retry_after_seconds: u64 },
    /// That HTTP status with an HTML page, as from a broken proxy; nothing is done.
    Status(u16),
    /// HTTP 200 with that JSON; nothing is done.
    Answered(serde_json::Value),
    /// `ok: false` with that error; nothing is done.
    Error(String),
    /// The call is done, but the answer takes that long (real time).
    Slow(Duration),
    /// The connection closes before anything is done.
    Cut,
    /// The call is done, then the connection closes without an answer.
    AnswerLost,
}

impl Fault {
    /// The next call of `method` hits this fault.
    pub fn once(method: &str, kind: FaultKind) -> Self {
        Self::times(method, kind, 1)
    }

    pub fn times(method: &str, kind: FaultKind, times: u32) -> Self {
        Self { method: method.to_owned(), kind, times }
    }
}

/// Takes the fault the next call of `method` hits out of the list, if there is one.
pub(super) fn take(faults: &mut Vec<Fault>, method: &str) -> Option<FaultKind> {
    let hit = faults.iter_mut().find(|fault| fault.times > 0 && (fault.method == method || fault.method == "*"))?;
    hit.times = hit.times.saturating_sub(1);
    let kind = hit.kind.clone();
    faults.retain(|fault| fault.times > 0);
    Some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_hits_its_method_as_often_as_asked() {
        let mut faults = vec![Fault::times("chat.update", FaultKind::Cut, 2)];
        assert_eq!(take(&mut faults, "chat.postMessage"), None);
        assert_eq!(take(&mut faults, "chat.update"), Some(FaultKind::Cut));
        assert_eq!(take(&mut faults, "chat.update"), Some(FaultKind::Cut));
        assert_eq!(take(&mut faults, "chat.update"), None);
        assert!(faults.is_empty());
    }
}
