//! What load balancers and operators ask: alive, ready, and the numbers.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::http::header;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::Ready;
use super::answer::Problem;

/// A check that takes longer has failed.
const READY_WITHIN: Duration = Duration::from_secs(2);

/// The process runs and answers; says nothing about the database.
pub(super) async fn alive() -> Json<Value> {
    Json(json!({"status": "alive"}))
}

/// The server can store deliveries and works on them. What works in part still takes the other vendor's deliveries, so a
/// balancer must go on sending them: that is 200, with the words.
pub(super) async fn ready(ready: Ready) -> Result<Json<Value>, Problem> {
    match tokio::time::timeout(READY_WITHIN, ready()).await {
        Ok(Ok(None)) => Ok(Json(json!({"status": "ready"}))),
        Ok(Ok(Some(what))) => Ok(Json(json!({"status": "degraded", "detail": what}))),
        Ok(Err(what)) => Err(Problem::unavailable(what)),
        Err(_) => Err(Problem::unavailable("the readiness check takes too long")),
    }
}

/// Prometheus' text format, version 0.0.4.
pub(super) async fn metrics(page: Arc<dyn Fn() -> String + Send + Sync>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], page())
}
