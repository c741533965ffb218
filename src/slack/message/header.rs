//! The first line: which model, where to, and how it stands.

use crate::domain::{Decision, Ending, Phase, Rollout, Telling, Verdict};
use crate::ports::chat::Board;
use crate::slack::text::{self, listed};

/// `sentiment to production: approval needed`
pub(in crate::slack) fn title(board: &Board<'_>) -> String {
    let environment = text::line(board.request.environment.as_str(), 60);
    let model = model(board);
    match board.request.decision() {
        Some(Decision { telling: Telling::Delivered { .. }, rollout: Rollout::Live { .. }, .. }) => {
            format!("{model} is live in {environment}")
        }
        _ => format!("{model} to {environment}: {}", state(&board.request.phase)),
    }
}

/// The models by name; the repository's name until they are known.
pub(in crate::slack) fn model(board: &Board<'_>) -> String {
    let models = board.evidence.map(|evidence| evidence.models.as_slice()).unwrap_or_default();
    let names: Vec<String> = models.iter().map(|model| text::line(&model.name, 30)).collect();
    if names.is_empty() { text::line(&board.request.repository.name, 50) } else { listed(&names, 1) }
}

fn state(phase: &Phase) -> &'static str {
    match phase {
        Phase::Gathering => "gathering evidence",
        Phase::Held { .. } => "held",
        Phase::Open => "approval needed",
        Phase::Decided(decision) => decided(decision),
        Phase::Ended { how, .. } => ended(how),
    }
}

fn decided(decision: &Decision) -> &'static str {
    match (decision.verdict, &decision.telling) {
        (Verdict::Approved, Telling::Delivering) if decision.held.is_some() => "approved, held back",
        (Verdict::Approved, Telling::Delivering) => "approved, telling GitHub",
        (Verdict::Approved, Telling::Delivered { .. }) => rollout(&decision.rollout),
        (Verdict::Approved, Telling::Failed { .. }) => "approved, but GitHub was not told",
        (Verdict::Approved, Telling::NotApplied { .. }) => "approved, not applied",
        (Verdict::Denied, Telling::Failed { .. }) => "denied, but GitHub was not told",
        (Verdict::Denied, _) => "denied",
        (Verdict::Withdrawn, _) => "taken back",
        (Verdict::Superseded, _) => "replaced",
        (Verdict::Expired, Telling::Failed { .. }) => "expired, but GitHub was not told",
        (Verdict::Expired, _) => "expired",
    }
}

const fn rollout(rollout: &Rollout) -> &'static str {
    match rollout {
        Rollout::NotStarted => "approved",
        Rollout::WaitingForOthers => "approved, waiting for other rules",
        Rollout::Queued => "approved, queued",
        Rollout::Running => "approved, deploying",
        Rollout::Live { .. } => "live",
        Rollout::Failed { .. } => "approved, rollout failed",
    }
}

const fn ended(how: &Ending) -> &'static str {
    match how {
        Ending::Cancelled { .. } => "cancelled",
        Ending::Bypassed { .. } => "deployed without this approval",
        Ending::NewAttempt { .. } => "replaced by a new attempt",
        Ending::DecidedElsewhere { .. } => "decided elsewhere",
        Ending::RunEnded { .. } => "the run ended",
        Ending::Gone => "gone",
    }
}
