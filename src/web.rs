//! The HTTP side: doors for the vendors' deliveries, health, metrics and the audit list.
//!
//! Nothing here knows a vendor. `app` hands in doors (how to recognise a delivery) and one intake (how to store it);
//! a delivery is answered only after the intake has it on disk (P1).

mod answer;
mod audit;
mod body;
mod checks;
mod consent;
mod door;
mod headers;
mod health;
mod linking;
mod receive;
mod serve;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use futures::future::BoxFuture;
use tower_http::catch_panic::CatchPanicLayer;

use crate::ports::Clock;

pub use audit::{AuditList, AuditPage, AuditQuery};
pub use checks::{CheckCall, CheckDoor, CheckRefusal, CheckTaken};
pub use consent::{Begun, ConsentDoor, ConsentRefusal, Returned};
pub use door::{Arrival, Authenticate, Door, Intake, IntakeError, Outcome, Refusal, Taken};
pub use linking::LinkPages;
pub use serve::{ConnectionLimits, serve};

/// Whether the server can do its work; `Err` says in a few words what is missing, `Ok` what does not work although the rest
/// does (shown to anybody: no secrets).
pub type Ready = Arc<dyn Fn() -> BoxFuture<'static, Result<Option<String>, String>> + Send + Sync>;

/// Everything the routes need.
pub struct Web {
    pub doors: Vec<Door>,
    pub intake: Intake,
    pub clock: Clock,
    /// How long a sender may take for its whole body.
    pub body_timeout: Duration,
    pub ready: Ready,
    /// The page of metrics.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Told what became of every delivery, for counting.
    pub observe: fn(crate::engine::receive::Source, Outcome),
    /// Without it `/api/v1/audit` does not exist.
    pub audit: Option<AuditList>,
    /// Without it no later answer of a check is taken.
    pub checks: Option<CheckDoor>,
    /// Without it people cannot link their accounts themselves.
    pub linking: Option<LinkPages>,
    /// Without it the app is not installed here.
    pub consent: Option<ConsentDoor>,
}

/// All routes. Every answer carries the security headers; every error is problem+json.
pub fn router(web: Web) -> Router {
    let budget = body::Budget::default();
    let hall = Arc::new(receive::Hall {
        intake: web.intake,
        clock: web.clock,
        body_timeout: web.body_timeout,
        budget: budget.clone(),
        observe: web.observe,
    });
    let mut router = Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(move || health::ready(Arc::clone(&web.ready))))
        .route("/metrics", get(move || health::metrics(Arc::clone(&web.metrics))));
    for door in web.doors {
        let (path, entrance) = (door.path, Arc::new(receive::Entrance::new(door, Arc::clone(&hall))));
        router = router.route(path, post(move |request| receive::receive(entrance, request)));
    }
    if let Some(list) = web.audit {
        let list = Arc::new(list);
        router = router.route("/api/v1/audit", get(move |headers, query| audit::list(list, headers, query)));
    }
    if let Some(pages) = web.linking {
        router = router.merge(linking::routes(pages, (web.body_timeout, budget.clone())));
    }
    if let Some(door) = web.checks {
        let limits = (web.body_timeout, budget);
        let take = move |path, request| checks::receive(door.clone(), limits.clone(), path, request);
        router = router.route("/api/v1/checks/{id}", post(take));
    }
    if let Some(door) = web.consent {
        let (begins, ends) = (Arc::new(door.clone()), Arc::new(door));
        let (begin_path, end_path) = (ends.begin_path, ends.end_path);
        router = router
            .route(begin_path, get(move || consent::begin(begins)))
            .route(end_path, get(move |headers, query| consent::end(ends, headers, query)));
    }
    router
        .fallback(answer::not_found)
        .method_not_allowed_fallback(answer::method_not_allowed)
        .layer(CatchPanicLayer::custom(answer::panicked))
        .layer(axum::middleware::map_response(headers::secure))
}

#[cfg(test)]
mod tests;
