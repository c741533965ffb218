//! What changes by itself: the parts of the page, drawn anew whenever something is different.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use maud::Markup;
use serde::Deserialize;
use serde_json::json;

use crate::domain::Digest;
use crate::sim::slack::reader::Reader;
use crate::sim::slack::render_html;

use super::people::Look;
use super::{Show, channel, rooms, run, runs};

/// How often the state is looked at while somebody waits for a change.
const LOOK_EVERY: Duration = Duration::from_millis(120);
/// How long somebody waits at most: then they ask again.
const WAIT_AT_MOST: Duration = Duration::from_secs(8);

/// The parts of the page that change by themselves, by the id of the element they fill.
pub(super) struct Parts(pub [(&'static str, String); 6]);

impl Parts {
    pub(super) fn draw(show: &Show, look: &Look) -> Self {
        let shown = look.run(show);
        let on_slack = |draw: &dyn Fn(&Reader<'_>) -> Markup| {
            let now = show.world.clock.now();
            show.world.slack.read(|state| draw(&Reader { state, viewer: look.viewer().slack_id(), now }))
        };
        let words = |markup: Markup| markup.into_string();
        let web = show.world.github.web_url();
        let linked = |markup: Markup| markup.into_string().replace(&format!("href=\"{web}/"), "href=\"/github/");
        Self([
            ("channel", linked(on_slack(&|reader| rooms::shown(reader, look.room())))),
            ("screen", linked(on_slack(&|reader| render_html::open_view(reader).unwrap_or_default()))),
            ("run", words(run::card(show, shown.as_ref()))),
            ("runs", words(runs::list(show, shown.as_ref()))),
            ("standing", words(run::standing(shown.as_ref()))),
            ("news", words(on_slack(&channel::news))),
        ])
    }

    /// The same for the same content.
    pub(super) fn digest(&self) -> String {
        Digest::of(json!(self.0).to_string().as_bytes()).to_string()
    }

    pub(super) fn html(&self, id: &str) -> &str {
        self.0.iter().find(|(name, _)| *name == id).map_or("", |(_, html)| html)
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Seen {
    #[serde(default)]
    seen: String,
}

/// `GET /live`: answers as soon as something differs from what was seen, or with 204 after a while.
pub(super) async fn changes(
    State(show): State<Arc<Show>>,
    Query(look): Query<Look>,
    Query(seen): Query<Seen>,
) -> Response {
    tokio::select! {
        answer = tokio::time::timeout(WAIT_AT_MOST, next_change(&show, &look, &seen.seen)) => match answer {
            Ok(answer) => answer,
            Err(_) => StatusCode::NO_CONTENT.into_response(),
        },
        () = show.stop.cancelled() => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn next_change(show: &Show, look: &Look, seen: &str) -> Response {
    loop {
        let parts = Parts::draw(show, look);
        let digest = parts.digest();
        if digest != seen {
            let html: serde_json::Map<String, serde_json::Value> =
                parts.0.into_iter().map(|(id, html)| (id.to_owned(), json!(html))).collect();
            return Json(json!({ "seen": digest, "parts": html })).into_response();
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
