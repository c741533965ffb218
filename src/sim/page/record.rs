//! `/record`: the audit trail of a request in plain words, and whether it is what was written.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use maud::{Markup, html};
use serde::Deserialize;

use crate::domain::Request;
use crate::sim::script::trail::{self, Trail};

use super::Show;
use super::run::time;
use super::shell::frame;

/// Which request: of a run's attempt, or by its id; else the newest.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Which {
    run: Option<u64>,
    attempt: Option<u32>,
    request: Option<String>,
}

pub(super) async fn page(
    State(show): State<Arc<Show>>,
    Query(which): Query<Which>,
) -> Result<Markup, (StatusCode, String)> {
    let failed =
        |error: anyhow::Error| (StatusCode::INTERNAL_SERVER_ERROR, format!("the record cannot be read: {error:#}"));
    let requests = show.world.requests().await.map_err(failed)?;
    let Some(request) = requests.iter().find(|request| which.is_meant(request)) else {
        return Ok(frame(
            "Audit trail",
            "",
            html! { main.record { h1 { "Audit trail" } p { "There is no such request yet." } (back()) } },
        ));
    };
    let trail = trail::read(&show.world, Some(&request.id)).await.map_err(failed)?;
    Ok(frame(
        "Audit trail",
        "",
        html! {
            main.record {
                (back())
                h1 { "Audit trail" }
                p { (request.repository.full_name()) " to " strong { (request.environment.as_str()) } ", run " (request.run.number)
                    ", attempt " (request.key.attempt) ", commit " code { (request.commit.short()) } }
                p.marks { "Request " code { (request.id) }
                    @if let Some(evidence) = &request.evidence { ", evidence " code { (evidence.digest) } } }
                (verification(&trail))
                (table(&trail))
                (others(&requests, request))
            }
        },
    ))
}

impl Which {
    fn is_meant(&self, request: &Request) -> bool {
        self.run.is_none_or(|run| request.key.run.get() == run)
            && self.attempt.is_none_or(|attempt| request.key.attempt == attempt)
            && self.request.as_deref().is_none_or(|id| request.id.as_str() == id)
    }
}

fn back() -> Markup {
    html! { p { a href="/" { "← Back to the demo" } } }
}

fn verification(trail: &Trail) -> Markup {
    match &trail.verified {
        Ok((rows, head)) => html! {
            p.verified { (super::run::icon("success")) strong { "Verified" } span { (rows) " rows of the whole record, unbroken. Head " code { (head) } } }
        },
        Err(broken) => html! {
            p.verified.broken { (super::run::icon("failure")) strong { "Not verified" } span { (broken) } }
        },
    }
}

fn table(trail: &Trail) -> Markup {
    html! {
        div.table tabindex="0" role="region" aria-label="Records" {
            table {
                thead { tr { th scope="col" { "No." } th scope="col" { "Time" } th scope="col" { "Who" } th scope="col" { "What" } } }
                tbody { @for line in &trail.lines {
                    tr { td { (line.seq) } td { (time(line.at)) } td { (line.who) } td { (line.what) } }
                } }
            }
        }
    }
}

fn others(requests: &[Request], shown: &Request) -> Markup {
    let others: Vec<&Request> = requests.iter().filter(|request| request.id != shown.id).collect();
    html! {
        @if !others.is_empty() {
            h2 { "Other requests" }
            ul { @for other in others { li {
                a href=(format!("/record?request={}", other.id)) { "run " (other.run.number) ", attempt " (other.key.attempt) }
                ": " (other.run.title)
            } } }
        }
    }
}
