//! The page's addresses.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use super::{Show, acts, assets, elsewhere, guard, laws, live, record, shell};

/// Longest form that is read: a typed reason is a few thousand characters.
const MAX_FORM_BYTES: usize = 64 * 1024;

pub(super) fn router(show: Arc<Show>) -> Router {
    Router::new()
        .route("/", get(shell::page))
        .route("/live", get(live::changes))
        .route("/record", get(record::page))
        .route("/github/{*path}", get(elsewhere::page))
        .route("/page.css", get(assets::style))
        .route("/page.js", get(assets::script))
        .route("/icon.svg", get(assets::icon))
        .route("/slack/press", post(acts::press))
        .route("/slack/submit", post(acts::submit))
        .route("/slack/close", post(acts::close))
        .route("/slack/dismiss", post(acts::dismiss))
        .route("/slack/home", post(acts::open_home))
        .route("/slack/command", post(acts::command))
        .route("/slack/shortcut", post(acts::shortcut))
        .route("/github/start", post(acts::start))
        .route("/github/act", post(acts::act_on_run))
        .route("/github/policy", post(laws::enact))
        .route("/clock", post(laws::push))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .layer(axum::middleware::from_fn(guard::check))
        .with_state(show)
}
