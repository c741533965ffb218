//! `countersign requests`: what waits and what was decided, from a terminal. Looking only: shell access is no right to vote.

use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::json;

use crate::domain::{Phase, Request, RequestId};
use crate::store::{RequestFilter, Store};

use super::arguments::{Format, RequestsCommand};
use super::failure::Failure;
use super::table::{self, Table};
use super::{database, runtime, settings};

pub(super) fn run(command: &RequestsCommand) -> Result<ExitCode, Failure> {
    let settings = settings::load(command.settings())?;
    runtime::block_on(async {
        let store = database::open(&settings.database.url).await?;
        let done = match command {
            RequestsCommand::List { all, limit, format, .. } => list(&store, *all, *limit, *format).await,
            RequestsCommand::Show { request, format, .. } => show(&store, request, *format).await,
        };
        database::closing(store, done).await
    })
}

/// Reads a request's id as typed.
pub(super) fn request_id(text: &str) -> Result<RequestId, Failure> {
    RequestId::parse(text)
        .ok_or_else(|| Failure::BadInput(format!("`{}` is not the id of a request", text.escape_debug())))
}

async fn list(store: &Store, all: bool, limit: usize, format: Format) -> Result<ExitCode, Failure> {
    let filter = RequestFilter { undecided: !all, ..RequestFilter::default() };
    let requests = store.list_requests(&filter, limit).await.context("cannot read the requests")?;
    let table = Table {
        columns: &["id", "opened", "repository", "environment", "commit", "phase", "approvals"],
        rows: requests.iter().map(listed).collect(),
    };
    table::print(format, &table, &json!(requests)).context("cannot print")?;
    Ok(ExitCode::SUCCESS)
}

fn listed(request: &Request) -> Vec<String> {
    vec![
        request.id.to_string(),
        request.opened_at.to_rfc3339(),
        request.repository.full_name(),
        request.environment.to_string(),
        request.commit.short().to_owned(),
        phase(request),
        approvals(request),
    ]
}

async fn show(store: &Store, request: &str, format: Format) -> Result<ExitCode, Failure> {
    let id = request_id(request)?;
    let request = store.request(&id).await.context("cannot read the request")?;
    let request = request.ok_or_else(|| Failure::BadInput(format!("there is no request `{id}`")))?;
    let table = Table { columns: &["what", "value"], rows: shown(&request) };
    table::print(format, &table, &json!(request)).context("cannot print")?;
    Ok(ExitCode::SUCCESS)
}

fn shown(request: &Request) -> Vec<Vec<String>> {
    let run = &request.run;
    let asked_by: Vec<&str> = run.actors.iter().map(|actor| actor.login.as_str()).collect();
    let lines = [
        ("id", request.id.to_string()),
        ("repository", request.repository.full_name()),
        ("environment", request.environment.to_string()),
        ("commit", request.commit.to_string()),
        ("run", format!("{} {} attempt {}: {}", run.workflow, run.number, run.attempt, run.url)),
        ("asked by", asked_by.join(", ")),
        ("opened", request.opened_at.to_rfc3339()),
        ("expires", request.expires_at.to_rfc3339()),
        ("evidence", request.evidence.as_ref().map(|evidence| evidence.digest.to_string()).unwrap_or_default()),
        ("phase", phase(request)),
        ("approvals", approvals(request)),
        ("jobs", request.jobs.len().to_string()),
    ];
    lines.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect()
}

fn phase(request: &Request) -> String {
    match &request.phase {
        Phase::Gathering => "gathering".to_owned(),
        Phase::Held { why } => format!("held: {why}"),
        Phase::Open => "open".to_owned(),
        Phase::Decided(decision) => decision.verdict.word().to_owned(),
        Phase::Ended { at, .. } => format!("ended {}", at.to_rfc3339()),
    }
}

fn approvals(request: &Request) -> String {
    let gates = request.progress();
    let gates: Vec<String> =
        gates.iter().map(|gate| format!("{} {}/{}", gate.name, gate.approvals.len(), gate.needed)).collect();
    gates.join(", ")
}
