//! `countersign audit`: the record, listed, told for one request, and verified.

mod story;

use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::json;

use crate::app::record;
use crate::audit::Head;
use crate::domain::Digest;
use crate::store::{AuditRow, Store, StoreError};

use super::arguments::{AuditCommand, Format};
use super::failure::{Failure, NO};
use super::requests::request_id;
use super::table::{self, Table};
use super::{database, runtime, settings};

pub(super) fn run(command: &AuditCommand) -> Result<ExitCode, Failure> {
    let settings = settings::load(command.settings())?;
    runtime::block_on(async {
        let store = database::open(&settings.database.url).await?;
        let done = match command {
            AuditCommand::List { after, limit, format, .. } => list(&store, *after, *limit, *format).await,
            AuditCommand::Show { request, format, .. } => show(&store, request, *format).await,
            AuditCommand::Verify { head, format, .. } => verify(&store, head, *format).await,
        };
        database::closing(store, done).await
    })
}

async fn list(store: &Store, after: u64, limit: usize, format: Format) -> Result<ExitCode, Failure> {
    let rows = store.audit_rows(after, limit).await.context("cannot read the record")?;
    let table = Table { columns: &["seq", "time", "what", "request"], rows: rows.iter().map(listed).collect() };
    let bodies = record::shown(store, &rows).await?;
    table::print(format, &table, &json!(bodies)).context("cannot print")?;
    Ok(ExitCode::SUCCESS)
}

fn listed(row: &AuditRow) -> Vec<String> {
    vec![row.seq.to_string(), row.at.to_rfc3339(), row.name.clone(), row.request.clone().unwrap_or_default()]
}

async fn show(store: &Store, request: &str, format: Format) -> Result<ExitCode, Failure> {
    let id = request_id(request)?;
    let rows = store.audit_of_request(&id).await.context("cannot read the record")?;
    if rows.is_empty() {
        return Err(Failure::BadInput(format!("the record has no request `{id}`")));
    }
    let mut told = Vec::new();
    for row in &rows {
        let texts = store.audit_texts(row.seq).await.context("cannot read the record")?;
        told.push(story::told(row, |hash| texts.get(hash).cloned()));
    }
    let table = Table { columns: &["seq", "time", "what", "then", "who and why"], rows: told };
    table::print(format, &table, &json!(record::shown(store, &rows).await?)).context("cannot print")?;
    Ok(ExitCode::SUCCESS)
}

/// Checks the whole chain. The answer "no" is exit code 1, and tells the first row that does not hold.
async fn verify(store: &Store, heads: &[String], format: Format) -> Result<ExitCode, Failure> {
    let known = heads.iter().map(|text| head(text)).collect::<Result<Vec<_>, _>>()?;
    let checked = store.verify_audit(&known).await.or_else(unreadable_is_broken).context("cannot read the record")?;
    let (answer, text, code) = match checked {
        Ok(summary) => (
            json!({"holds": true, "rows": summary.rows, "head": written(&summary.head)}),
            format!("the record holds: {} rows, head {}", summary.rows, written(&summary.head)),
            ExitCode::SUCCESS,
        ),
        Err(found) => {
            (json!({"holds": false, "row": found.seq, "why": found.why}), found.to_string(), ExitCode::from(NO))
        }
    };
    table::print_text(format, &text, &answer).context("cannot print")?;
    Ok(code)
}

/// A head that does not read back is a record that does not hold, not a fault of the outside.
fn unreadable_is_broken(error: StoreError) -> Result<Result<crate::audit::Summary, crate::audit::Break>, StoreError> {
    match error {
        StoreError::Corrupt { what } => Ok(Err(crate::audit::Break { seq: 0, why: what })),
        error => Err(error),
    }
}

/// A head as people write it down: `1042:9f86d081…`.
fn written(head: &Head) -> String {
    format!("{}:{}", head.seq, head.hash)
}

fn head(text: &str) -> Result<Head, Failure> {
    let parsed =
        text.split_once(':').and_then(|(seq, hash)| Some(Head { seq: seq.parse().ok()?, hash: Digest::parse(hash)? }));
    parsed
        .ok_or_else(|| Failure::BadInput(format!("`{text}` is not a head: `audit verify` prints one as NUMBER:SHA256")))
}

#[cfg(test)]
mod tests;
