//! A database with many open requests: one real one, written down again under other ids. Their timers are due an hour
//! later, so that the memory and the look-ups of waiting requests are measured and not a wave of timers.

use std::path::Path;

use anyhow::Context as _;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

/// Copies the only request of a stopped server's database, its timers, job and message, until there are `number`.
pub async fn multiply(database: &Path, number: usize) -> anyhow::Result<()> {
    let options = SqliteConnectOptions::new().filename(database).create_if_missing(false);
    let mut connection = options.disable_statement_logging().connect().await?;
    let only = "SELECT id, CAST(run AS TEXT), (SELECT CAST(deployment AS TEXT) FROM deployment WHERE request = id) FROM request";
    let (id, run, deployment): (String, String, String) =
        sqlx::query_as(only).fetch_one(&mut connection).await.context("the database holds one request")?;
    // Effects are looked up by request only here: without an index that would take minutes.
    sqlx::query("CREATE INDEX effect_request ON effect (request)").execute(&mut connection).await?;
    let mut copying = connection.begin().await?;
    for place in 1..number {
        let copy = uuid::Uuid::new_v4().to_string();
        let (other_run, other_deployment) = ((60_000_000 + place).to_string(), (80_000_000 + place).to_string());
        for statement in COPIES {
            let query = sqlx::query(statement).bind(&id).bind(&copy).bind(&run).bind(&other_run);
            query.bind(&deployment).bind(&other_deployment).execute(&mut *copying).await?;
        }
    }
    copying.commit().await?;
    sqlx::query("DROP INDEX effect_request").execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// $1, $2: the request's id and the copy's; $3, $4: the run's; $5, $6: the deployment's.
const COPIES: [&str; 4] = [
    "INSERT INTO request (id, host, repository, run, attempt, environment, phase, is_open, opened_ms, expires_ms, revision, body)
     SELECT $2, host, repository, CAST($4 AS INTEGER), attempt, environment, phase, is_open, opened_ms, expires_ms, revision,
     replace(replace(replace(body, $1, $2), $3, $4), $5, $6) FROM request WHERE id = $1",
    "INSERT INTO deployment (host, repository, deployment, request)
     SELECT host, repository, CAST($6 AS INTEGER), $2 FROM deployment WHERE request = $1 AND $3 <> $4 AND $5 <> $6",
    "INSERT INTO effect (id, request, lane, kind, payload, seq, due_ms, first_due_ms, attempts)
     SELECT replace(id, $1, $2), $2, replace(lane, $1, $2), kind, payload, seq, due_ms + 3600000, first_due_ms, attempts
     FROM effect WHERE request = $1 AND done_ms IS NULL AND $3 <> $4 AND $5 <> $6",
    "INSERT INTO message (request, channel, id, digest, body)
     SELECT $2, channel, id, digest, replace(body, $1, $2) FROM message WHERE request = $1 AND $3 <> $4 AND $5 <> $6",
];
