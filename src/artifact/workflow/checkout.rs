//! What jobs check out: a deployment was asked for one commit, and that one should be deployed.

use super::WorkflowRiskKind::{MovingCheckout, UnknownCheckout, UntrustedCheckout};
use super::expression::{Reference, references, templates};
use super::{Deploys, JobView, Passage, Step, WorkflowRisk, WorkflowRiskKind};

pub(super) fn find(view: &JobView<'_>, risks: &mut Vec<WorkflowRisk>) {
    for step in view.job.steps.iter().filter(|step| is_checkout(step)) {
        let checkout = Checkout { reference: input(step, "ref"), repository: input(step, "repository") };
        let Some(uses) = &step.uses else { continue };
        if is_untrusted(view, step, &checkout) {
            let named = checkout.reference.or(checkout.repository).unwrap_or(uses);
            let why = "code of a pull request runs with the repository's own rights and secrets";
            risks.push(view.risk(UntrustedCheckout, named.line, &named.text, why));
        }
        if view.deploys != Deploys::No
            && let Some((kind, named, why)) = moving(&checkout)
        {
            risks.push(view.risk(kind, named.line, &named.text, why));
        }
    }
}

/// Inputs of a checkout, unless absent or empty.
struct Checkout<'a> {
    reference: Option<&'a Passage>,
    repository: Option<&'a Passage>,
}

fn is_checkout(step: &Step) -> bool {
    let action = step.uses.as_ref().and_then(|uses| uses.text.split('@').next());
    action.is_some_and(|action| action.trim().eq_ignore_ascii_case("actions/checkout"))
}

fn input<'a>(step: &'a Step, name: &str) -> Option<&'a Passage> {
    step.with.get(name).filter(|passage| !passage.text.trim().is_empty())
}

/// Events that run with the repository's rights although anybody can cause them.
const FOREIGN_TRIGGERS: [&str; 3] = ["pull_request_target", "workflow_run", "issue_comment"];

/// Values that name code of a pull request.
const FOREIGN: [&str; 14] = [
    "github.head_ref",
    "github.event.pull_request.head.sha",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.head.label",
    "github.event.pull_request.head.repo.full_name",
    "github.event.pull_request.head.repo.name",
    "github.event.pull_request.merge_commit_sha",
    "github.event.workflow_run.head_sha",
    "github.event.workflow_run.head_branch",
    "github.event.workflow_run.head_commit.id",
    "github.event.workflow_run.head_repository.full_name",
    "github.event.workflow_run.pull_requests.*.head.sha",
    "github.event.workflow_run.pull_requests.*.head.ref",
    "github.event.check_suite.pull_requests.*.head.sha",
];

fn is_untrusted(view: &JobView<'_>, step: &Step, checkout: &Checkout<'_>) -> bool {
    let is_foreign = |passage: &&Passage| {
        let names_pull_request = passage.text.to_lowercase().contains("refs/pull/");
        names_pull_request || named(&passage.text).any(|value| FOREIGN.iter().any(|foreign| value.is(foreign)))
    };
    view.workflow.triggers.iter().any(|trigger| FOREIGN_TRIGGERS.contains(&trigger.as_str()))
        && [checkout.reference, checkout.repository].iter().flatten().any(is_foreign)
        && ![&view.job.condition, &step.condition].into_iter().any(|condition| keeps_out_forks(condition))
}

fn named(text: &str) -> impl Iterator<Item = Reference> {
    templates(text).flat_map(|(_, inside)| references(inside))
}

/// Conditions that let only the repository's own branches through.
const OWN_ONLY: [&str; 6] = [
    "github.event.pull_request.head.repo.full_name==github.repository",
    "github.repository==github.event.pull_request.head.repo.full_name",
    "github.event.workflow_run.head_repository.full_name==github.repository",
    "github.event.workflow_run.event=='push'",
    "github.event.pull_request.head.repo.fork==false",
    "!github.event.pull_request.head.repo.fork",
];

/// With an "or" or a negation around it, such a condition may let others through.
fn keeps_out_forks(condition: &str) -> bool {
    let plain: String = condition.to_lowercase().chars().filter(|character| !character.is_whitespace()).collect();
    !plain.contains("||") && !plain.contains("!(") && OWN_ONLY.iter().any(|own| plain.contains(own))
}

/// Values that stay one commit for the whole run.
const FIXED: [&str; 15] = [
    "github.sha",
    "github.workflow_sha",
    "github.event.after",
    "github.event.before",
    "github.event.deployment.sha",
    "github.event.head_commit.id",
    "github.event.pull_request.head.sha",
    "github.event.pull_request.base.sha",
    "github.event.pull_request.merge_commit_sha",
    "github.event.workflow_run.head_sha",
    "github.event.workflow_run.head_commit.id",
    "github.event.merge_group.head_sha",
    "github.event.merge_group.base_sha",
    "github.event.check_run.head_sha",
    "github.event.check_suite.head_sha",
];

/// Values that are the name of a branch or tag.
const MOVING: [&str; 14] = [
    "github.ref",
    "github.ref_name",
    "github.head_ref",
    "github.base_ref",
    "github.event.ref",
    "github.event.base_ref",
    "github.event.repository.default_branch",
    "github.event.repository.master_branch",
    "github.event.pull_request.head.ref",
    "github.event.pull_request.base.ref",
    "github.event.workflow_run.head_branch",
    "github.event.release.tag_name",
    "github.event.release.target_commitish",
    "github.event.deployment.ref",
];

/// What makes a checkout something else than a commit that is known when the run begins.
fn moving<'a>(checkout: &Checkout<'a>) -> Option<(WorkflowRiskKind, &'a Passage, &'static str)> {
    let Some(reference) = checkout.reference else {
        let other = checkout.repository.filter(|repository| !is_own_repository(&repository.text))?;
        return Some((MovingCheckout, other, "the default branch of another repository can move after the approval"));
    };
    match stability(&reference.text) {
        Stability::Fixed => None,
        Stability::Moving => {
            Some((MovingCheckout, reference, "a branch or tag can move between the request, its approval and the run"))
        }
        Stability::Unknown => Some((UnknownCheckout, reference, "what is checked out is known only when the job runs")),
    }
}

fn is_own_repository(repository: &str) -> bool {
    let repository = repository.trim().strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}"));
    repository.is_some_and(|inside| inside.trim().eq_ignore_ascii_case("github.repository"))
}

enum Stability {
    Fixed,
    Moving,
    Unknown,
}

fn stability(reference: &str) -> Stability {
    let text = reference.trim();
    if super::pins::is_full_sha(text) {
        return Stability::Fixed;
    }
    let is_one_expression = text.starts_with("${{") && text.ends_with("}}") && templates(text).count() == 1;
    if !is_one_expression {
        // A name, or one that is put together: `refs/heads/${{ inputs.branch }}`.
        return Stability::Moving;
    }
    let values: Vec<Reference> = named(text).collect();
    let is_one_of = |value: &Reference, names: &[&str]| names.iter().any(|name| value.is(name));
    if values.iter().any(|value| is_one_of(value, &MOVING)) {
        Stability::Moving
    } else if !values.is_empty() && values.iter().all(|value| is_one_of(value, &FIXED)) && !text.contains('\'') {
        Stability::Fixed
    } else {
        Stability::Unknown
    }
}
