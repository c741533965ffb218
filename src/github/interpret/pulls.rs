//! Pull requests that moved, and buttons pressed on our check runs.
//!
//! GitHub: "Webhook events and payloads: `pull_request`, `check_run`, `check_suite`". The last two come for the check runs
//! of every App; only ours are read.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::domain::{CommitSha, InstallationId, PreviewKey, Repository};
use crate::github::payload::{InstallationPart, RepositoryPart};
use crate::ports::forge::ForgeSignal;

use super::{ignored, mismatch, read, usable_id};

/// Longest name of a button read, in characters: GitHub's own limit.
const MAX_BUTTON_CHARS: usize = 20;

/// Actions of a pull request after which it may have to be looked at again. Drafts are shown too.
const MOVES: [&str; 5] = ["opened", "reopened", "synchronize", "ready_for_review", "closed"];

#[derive(Deserialize)]
struct PullRequestPayload {
    action: String,
    number: Option<u64>,
    pull_request: Option<PullPart>,
    changes: Option<ChangesPart>,
    repository: Option<RepositoryPart>,
    installation: Option<InstallationPart>,
    /// Other events' bodies.
    review: Option<IgnoredAny>,
    comment: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct PullPart {
    state: String,
    head: HeadPart,
}

#[derive(Deserialize)]
struct HeadPart {
    sha: String,
}

/// What an edit changed; the base is the only part that matters here.
#[derive(Deserialize)]
struct ChangesPart {
    base: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct CheckPayload {
    action: String,
    check_run: Option<CheckRunPart>,
    check_suite: Option<CheckSuitePart>,
    requested_action: Option<RequestedActionPart>,
    repository: Option<RepositoryPart>,
    installation: Option<InstallationPart>,
    /// Another event's body.
    deployment_status: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct CheckRunPart {
    head_sha: String,
    external_id: Option<String>,
    app: Option<AppPart>,
}

#[derive(Deserialize)]
struct CheckSuitePart {
    head_sha: String,
    app: Option<AppPart>,
}

#[derive(Deserialize)]
struct RequestedActionPart {
    identifier: String,
}

#[derive(Deserialize)]
struct AppPart {
    id: Option<u64>,
    client_id: Option<String>,
}

impl AppPart {
    /// GitHub sends buttons to their own App only. Where the configured id is a client id and the payload has none, that
    /// has to do.
    fn is(&self, app_id: &str) -> bool {
        match app_id.trim().parse::<u64>() {
            Ok(own) => self.id == Some(own),
            Err(_) => self.client_id.as_deref().is_none_or(|client| client == app_id.trim()),
        }
    }
}

pub(super) fn moved(body: &str) -> Result<ForgeSignal, String> {
    let payload: PullRequestPayload = read(body)?;
    let foreign = payload.review.is_some() || payload.comment.is_some();
    let (false, Some(pull), Some(number)) = (foreign, payload.pull_request, payload.number) else {
        return Ok(mismatch());
    };
    let has_new_base = payload.action == "edited" && payload.changes.is_some_and(|changes| changes.base.is_some());
    if !has_new_base && !MOVES.contains(&payload.action.as_str()) {
        return Ok(ignored("an action that changes nothing we look at"));
    }
    // Webhooks of a repository or an organisation carry none: those are somebody else's.
    if payload.installation.is_none() {
        return Ok(ignored("it was not sent to an installation of the App"));
    }
    Ok(ForgeSignal::PullRequestMoved {
        repository: repository(payload.repository.as_ref(), payload.installation)?,
        number: usable_id(number, "number")?,
        head: commit(&pull.head.sha)?,
        is_open: pull.state == "open",
    })
}

pub(super) fn sheet_pressed(body: &str, app_id: &str) -> Result<ForgeSignal, String> {
    let payload: CheckPayload = read(body)?;
    let (None, Some(run)) = (payload.deployment_status, payload.check_run) else { return Ok(mismatch()) };
    let button = match (payload.action.as_str(), payload.requested_action) {
        ("rerequested", _) => None,
        ("requested_action", Some(action)) => Some(action.identifier.chars().take(MAX_BUTTON_CHARS).collect()),
        ("requested_action", None) => return Err("`requested_action` is missing".to_owned()),
        _ => return Ok(ignored("a check run that nobody asks us about")),
    };
    let mark = run.external_id.filter(|mark| PreviewKey::number_in(mark).is_some());
    let (Some(mark), true) = (mark, run.app.is_some_and(|app| app.is(app_id))) else {
        return Ok(ignored("a check run that is not ours"));
    };
    let repository = repository(payload.repository.as_ref(), payload.installation)?;
    Ok(ForgeSignal::SheetPressed { repository, commit: commit(&run.head_sha)?, mark, button })
}

pub(super) fn sheets_pressed(body: &str, app_id: &str) -> Result<ForgeSignal, String> {
    let payload: CheckPayload = read(body)?;
    let (None, Some(suite)) = (payload.check_run, payload.check_suite) else { return Ok(mismatch()) };
    if payload.action != "rerequested" {
        return Ok(ignored("a check suite that nobody asks us about"));
    }
    if !suite.app.is_some_and(|app| app.is(app_id)) {
        return Ok(ignored("a check suite that is not ours"));
    }
    let repository = repository(payload.repository.as_ref(), payload.installation)?;
    Ok(ForgeSignal::SheetsPressed { repository, commit: commit(&suite.head_sha)? })
}

fn repository(part: Option<&RepositoryPart>, installation: Option<InstallationPart>) -> Result<Repository, String> {
    let installation = installation.ok_or("`installation` is missing")?.id;
    super::repository(part, InstallationId::new(usable_id(installation, "installation.id")?))
}

fn commit(sha: &str) -> Result<CommitSha, String> {
    CommitSha::parse(sha).ok_or_else(|| "the commit is not a full commit id".to_owned())
}
