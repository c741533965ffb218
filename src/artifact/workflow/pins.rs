//! Whose actions and workflows a job uses, and whether they can change under it.

use super::WorkflowRiskKind::{UnpinnedAction, UnpinnedFirstPartyAction, UnpinnedImage, UnpinnedWorkflow};
use super::{JobView, Passage, WorkflowRisk, WorkflowRiskKind};

pub(super) fn find(view: &JobView<'_>, risks: &mut Vec<WorkflowRisk>) {
    let steps = view.job.steps.iter().filter_map(|step| step.uses.as_ref());
    for uses in steps.chain(&view.job.calls) {
        if let Some((kind, why)) = unpinned(uses, view.job.calls.is_some()) {
            risks.push(view.risk(kind, uses.line, uses.text.trim(), why));
        }
    }
}

/// A full commit SHA-1, or SHA-256 as Git may use one day.
pub(super) fn is_full_sha(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Owners whose actions come with the platform.
const FIRST_PARTY: [&str; 2] = ["actions", "github"];

fn unpinned(uses: &Passage, is_workflow: bool) -> Option<(WorkflowRiskKind, &'static str)> {
    let text = uses.text.trim();
    // Local ones are part of the commit that runs.
    if text.starts_with("./") || text.starts_with("../") {
        return None;
    }
    if let Some(image) = text.strip_prefix("docker://") {
        let is_pinned =
            image.rsplit_once("@sha256:").is_some_and(|(_, digest)| digest.len() == 64 && is_full_sha(digest));
        return (!is_pinned).then_some((UnpinnedImage, "an image without digest can be replaced"));
    }
    let (action, reference) = text.split_once('@').unwrap_or((text, ""));
    if is_full_sha(reference) {
        return None;
    }
    let owner = action.split('/').next().unwrap_or_default().to_lowercase();
    Some(if is_workflow {
        (UnpinnedWorkflow, "a workflow by branch or tag can change without a change here")
    } else if FIRST_PARTY.contains(&owner.as_str()) {
        (UnpinnedFirstPartyAction, "an action by branch or tag can change without a change here")
    } else {
        (UnpinnedAction, "somebody else's action by branch or tag can change without a change here")
    })
}
