//! The reference: the least that is honest. Checks the signature, stores one row, answers 202; rows that wait together
//! share one commit.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use aws_lc_rs::hmac;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use countersign::sim::github::GithubOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

const LARGEST_BATCH: usize = 256;

struct Row {
    id: String,
    event: String,
    body: String,
    stored: oneshot::Sender<()>,
}

#[derive(Clone)]
struct Bare {
    key: Arc<hmac::Key>,
    rows: mpsc::Sender<Row>,
}

/// Serves until killed.
pub fn serve(database: &Path, port: u16) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let connection = open(database).await?;
        let (rows, waiting) = mpsc::channel(1_024);
        let key = hmac::Key::new(hmac::HMAC_SHA256, GithubOptions::default().webhook_secret.as_bytes());
        let bare = Bare { key: Arc::new(key), rows };
        #[expect(clippy::disallowed_methods, reason = "the reference is a program of its own")]
        tokio::spawn(write(connection, waiting));
        let router = Router::new().route("/github/webhooks", post(receive)).route("/readyz", get(StatusCode::OK));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
        axum::serve(
            axum::serve::ListenerExt::tap_io(listener, |stream| drop(stream.set_nodelay(true))),
            router.with_state(bare),
        )
        .await?;
        Ok(())
    })
}

async fn open(database: &Path) -> anyhow::Result<SqliteConnection> {
    let options = SqliteConnectOptions::new().filename(database).create_if_missing(true);
    let options = options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full);
    let mut connection = options.disable_statement_logging().connect().await?;
    let table =
        "CREATE TABLE IF NOT EXISTS delivery (id TEXT NOT NULL PRIMARY KEY, event TEXT NOT NULL, body TEXT NOT NULL)";
    sqlx::query(table).execute(&mut connection).await?;
    Ok(connection)
}

async fn receive(State(bare): State<Bare>, headers: HeaderMap, body: Bytes) -> StatusCode {
    match store(&bare, &headers, &body).await {
        Ok(()) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

async fn store(bare: &Bare, headers: &HeaderMap, body: &[u8]) -> anyhow::Result<()> {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).context("a header");
    let signature = header("x-hub-signature-256")?.strip_prefix("sha256=").context("a signature")?;
    hmac::verify(&bare.key, body, &hex::decode(signature)?).map_err(|_| anyhow::anyhow!("forged"))?;
    let (stored, wait) = oneshot::channel();
    let (id, event) = (header("x-github-delivery")?.to_owned(), header("x-github-event")?.to_owned());
    let row = Row { id, event, body: std::str::from_utf8(body)?.to_owned(), stored };
    bare.rows.send(row).await?;
    Ok(wait.await?)
}

async fn write(mut connection: SqliteConnection, mut waiting: mpsc::Receiver<Row>) -> anyhow::Result<()> {
    let mut rows = Vec::new();
    while waiting.recv_many(&mut rows, LARGEST_BATCH).await > 0 {
        sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await?;
        for row in &rows {
            let insert = "INSERT INTO delivery (id, event, body) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
            sqlx::query(insert).bind(&row.id).bind(&row.event).bind(&row.body).execute(&mut connection).await?;
        }
        sqlx::query("COMMIT").execute(&mut connection).await?;
        for row in rows.drain(..) {
            let _ = row.stored.send(());
        }
    }
    Ok(())
}
