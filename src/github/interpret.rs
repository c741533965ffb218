//! What a stored delivery means. The event's name comes in a header that nothing signs, so the body must prove it too.

mod pulls;

use serde::Deserialize;

use crate::domain::{
    CommitSha, DeploymentId, EnvironmentName, InstallationId, JobMove, JobState, Repository, RepositoryId, RunId,
};
use crate::engine::receive::Delivery;
use crate::ports::forge::{AskSignal, ForgeSignal};

use super::callback::run_of_callback;
use super::path::is_plain_name;
use super::payload::{
    DeploymentPart, DeploymentStatusPayload, ProtectionRulePayload, RepositoryPart, WorkflowRunPayload,
};
use super::permissions::{
    CHECK_RUN, CHECK_SUITE, DEPLOYMENT_PROTECTION_RULE, DEPLOYMENT_STATUS, PULL_REQUEST, WORKFLOW_RUN,
};
use super::run::MAX_TEXT_CHARS;

/// Longest ref and trigger kept, in characters: both come from strangers.
const MAX_REFERENCE_CHARS: usize = 1_000;
const MAX_TRIGGER_CHARS: usize = 100;

/// Reads `delivery`. `api_base` is the configured API address, without a slash at its end, `app_id` the App's id or client
/// id. `Err` says why an authentic delivery is unusable.
pub fn interpret(delivery: &Delivery, api_base: &str, app_id: &str) -> Result<ForgeSignal, String> {
    match delivery.event.as_str() {
        DEPLOYMENT_PROTECTION_RULE => asked(&delivery.body, api_base),
        DEPLOYMENT_STATUS => job_moved(&delivery.body),
        WORKFLOW_RUN => run_ended(&delivery.body),
        PULL_REQUEST => pulls::moved(&delivery.body),
        CHECK_RUN => pulls::sheet_pressed(&delivery.body, app_id),
        CHECK_SUITE => pulls::sheets_pressed(&delivery.body, app_id),
        _ => Ok(ignored("an event that we make nothing of")),
    }
}

fn asked(body: &str, api_base: &str) -> Result<ForgeSignal, String> {
    let payload: ProtectionRulePayload = read(body)?;
    if payload.deployment_status.is_some() {
        return Ok(mismatch());
    }
    if payload.action != "requested" {
        return Ok(ignored("an action that we make nothing of"));
    }
    Ok(ForgeSignal::Asked(Box::new(ask_signal(payload, api_base)?)))
}

fn ask_signal(payload: ProtectionRulePayload, api_base: &str) -> Result<AskSignal, String> {
    let installation = payload.installation.ok_or("`installation` is missing")?.id;
    let repository =
        repository(payload.repository.as_ref(), InstallationId::new(usable_id(installation, "installation.id")?))?;
    let callback = payload.deployment_callback_url.ok_or("`deployment_callback_url` is missing")?;
    let run = run_of_callback(&callback, api_base, &repository.full_name()).ok_or("callback url points elsewhere")?;
    let environment = payload.environment.ok_or("`environment` is missing")?;
    let environment = EnvironmentName::parse(&environment).ok_or("`environment` is not 1 to 255 characters")?;
    let deployment = payload.deployment.as_ref();
    Ok(AskSignal {
        repository,
        environment,
        run,
        commit: commit(payload.sha.as_deref(), deployment)?,
        reference: reference(payload.reference.as_deref(), deployment),
        trigger: bounded(payload.event.as_deref().unwrap_or_default(), MAX_TRIGGER_CHARS),
        deployment: deployment_id(deployment)?,
        created_at: deployment.and_then(|deployment| deployment.created_at.0),
        sender: payload.sender.and_then(|sender| sender.user()),
    })
}

/// The commit: of the payload, else of the deployment. A name that is no commit id is never resolved.
fn commit(sha: Option<&str>, deployment: Option<&DeploymentPart>) -> Result<CommitSha, String> {
    let sha = sha.or_else(|| deployment?.sha.as_deref()).ok_or("no commit is named")?;
    CommitSha::parse(sha).ok_or_else(|| "the commit is not a full commit id".to_owned())
}

fn reference(reference: Option<&str>, deployment: Option<&DeploymentPart>) -> String {
    let reference = reference.or_else(|| deployment?.reference.as_deref());
    bounded(reference.unwrap_or_default(), MAX_REFERENCE_CHARS)
}

fn deployment_id(deployment: Option<&DeploymentPart>) -> Result<Option<DeploymentId>, String> {
    deployment.map(|part| usable_id(part.id, "deployment.id").map(DeploymentId::new)).transpose()
}

fn repository(part: Option<&RepositoryPart>, installation: InstallationId) -> Result<Repository, String> {
    let part = part.ok_or("`repository` is missing")?;
    let full_name = part.full_name.as_deref().ok_or("`repository.full_name` is missing")?;
    let (owner, name) = full_name.split_once('/').ok_or("`repository.full_name` is not owner/name")?;
    if !is_plain_name(owner) || !is_plain_name(name) {
        return Err("`repository.full_name` is not owner/name".to_owned());
    }
    let told_owner = part.owner.as_ref().and_then(|owner| owner.login.as_deref()).unwrap_or(owner);
    let told_name = part.name.as_deref().unwrap_or(name);
    if !told_owner.eq_ignore_ascii_case(owner) || !told_name.eq_ignore_ascii_case(name) {
        return Err("`repository.full_name` does not fit its owner and name".to_owned());
    }
    let id = RepositoryId::new(usable_id(part.id, "repository.id")?);
    Ok(Repository { id, owner: owner.to_owned(), name: name.to_owned(), installation })
}

fn job_moved(body: &str) -> Result<ForgeSignal, String> {
    let payload: DeploymentStatusPayload = read(body)?;
    let (None, Some(status)) = (payload.deployment_callback_url, payload.deployment_status) else {
        return Ok(mismatch());
    };
    let Some(state) = job_state(&status.state) else { return Ok(ignored("a state that we make nothing of")) };
    let deployment = payload.deployment.ok_or("`deployment` is missing")?;
    let repository = payload.repository.ok_or("`repository` is missing")?.id;
    let job = JobMove {
        deployment: DeploymentId::new(usable_id(deployment.id, "deployment.id")?),
        state,
        detail: status.state,
        commit: deployment.sha.as_deref().and_then(CommitSha::parse),
    };
    Ok(ForgeSignal::JobMoved { repository: RepositoryId::new(usable_id(repository, "repository.id")?), job })
}

/// Where a job stands after a deployment status; `None` for states that say nothing about it, `inactive` above all.
///
/// GitHub: "REST API endpoints for deployment statuses"; webhooks say `waiting` where REST may say `pending`.
pub fn job_state(state: &str) -> Option<JobState> {
    match state {
        "pending" | "waiting" => Some(JobState::Waiting),
        "queued" => Some(JobState::Queued),
        "in_progress" => Some(JobState::Running),
        "success" => Some(JobState::Live),
        "failure" | "error" => Some(JobState::Failed),
        _ => None,
    }
}

fn run_ended(body: &str) -> Result<ForgeSignal, String> {
    let payload: WorkflowRunPayload = read(body)?;
    let foreign = payload.deployment_callback_url.is_some() || payload.deployment_status.is_some();
    let (false, Some(run)) = (foreign, payload.workflow_run) else { return Ok(mismatch()) };
    let repository = payload.repository.ok_or("`repository` is missing")?.id;
    if payload.action == "requested" {
        let (Some(workflow), Some(number)) = (run.name, run.run_number) else { return Ok(mismatch()) };
        let repository = RepositoryId::new(usable_id(repository, "repository.id")?);
        return Ok(ForgeSignal::RunRequested { repository, workflow: bounded(&workflow, MAX_TEXT_CHARS), number });
    }
    if payload.action != "completed" {
        return Ok(ignored("the run has not ended"));
    }
    let Some(conclusion) = run.conclusion else { return Ok(ignored("the run has no conclusion")) };
    let cancelled_by = payload.sender.and_then(|sender| sender.login).filter(|_| conclusion == "cancelled");
    Ok(ForgeSignal::RunEnded {
        repository: RepositoryId::new(usable_id(repository, "repository.id")?),
        run: RunId::new(usable_id(run.id, "workflow_run.id")?),
        attempt: run.run_attempt.unwrap_or(1),
        conclusion: bounded(&conclusion, MAX_TRIGGER_CHARS),
        by: cancelled_by,
    })
}

fn read<'a, T: Deserialize<'a>>(body: &'a str) -> Result<T, String> {
    serde_json::from_str(body).map_err(|error| bounded(&format!("the body is unusable: {error}"), 300))
}

/// Ids are positive and fit the database's 64-bit integers.
fn usable_id(id: u64, name: &str) -> Result<u64, String> {
    let usable = id > 0 && i64::try_from(id).is_ok();
    if usable { Ok(id) } else { Err(format!("`{name}` is out of range")) }
}

fn bounded(text: &str, max_chars: usize) -> String {
    text.chars().filter(|c| *c != '\0').take(max_chars).collect()
}

fn ignored(why: &str) -> ForgeSignal {
    ForgeSignal::Ignored { why: why.to_owned() }
}

fn mismatch() -> ForgeSignal {
    ignored("the body is not that event's")
}

#[cfg(test)]
mod tests;
