//! The server on loopback: HTTP/1.1, and connections that can be made to break.

use std::convert::Infallible;
use std::io::{Error, ErrorKind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::ports::Clock;

use super::books::{self, RecordedCall};
use super::hooks::Targets;
use super::routes;
use super::socket::Switchboard;
use super::state::State;

/// What server, hooks and handle share.
pub(super) struct Simulator {
    pub clock: Clock,
    /// `http://127.0.0.1:PORT`.
    pub base_url: String,
    state: Mutex<State>,
    targets: Mutex<Targets>,
    switchboard: Mutex<Switchboard>,
    /// Cancelled at the end.
    pub stop: CancellationToken,
    /// Where messages and views are appended as they come.
    ndjson: Option<PathBuf>,
}

/// In a response: close the connection instead of sending it.
#[derive(Debug, Clone, Copy)]
pub(super) struct CutConnection;

impl Simulator {
    pub(super) fn new(
        clock: Clock,
        base_url: String,
        state: State,
        ndjson: Option<PathBuf>,
        stop: CancellationToken,
    ) -> Self {
        let (state, targets, switchboard) = (Mutex::new(state), Mutex::default(), Mutex::default());
        Self { clock, base_url, state, targets, switchboard, stop, ndjson }
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn targets(&self) -> MutexGuard<'_, Targets> {
        self.targets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn switchboard(&self) -> MutexGuard<'_, Switchboard> {
        self.switchboard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a call into the books and, if it carries a message or view, into the file.
    pub(super) fn record(&self, state: &mut State, call: RecordedCall) {
        if let Some(path) = self.ndjson.as_ref().filter(|_| call.carries_blocks())
            && let Err(fault) = books::append(path, &call.arguments)
        {
            tracing::error!(path = %path.display(), error = %fault, "could not write the simulated Slack's books");
        }
        state.calls.push(call);
    }
}

/// Serves until `stop` is cancelled.
pub(super) async fn serve(listener: TcpListener, simulator: Arc<Simulator>, stop: CancellationToken) {
    let router = routes::router(simulator);
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        let connection = serve_connection(stream, router.clone(), stop.clone());
        #[expect(clippy::disallowed_methods, reason = "the simulator serves each connection by itself")]
        tokio::spawn(connection);
    }
}

async fn serve_connection(stream: TcpStream, router: Router, stop: CancellationToken) {
    let service = hyper::service::service_fn(move |request| answer(router.clone(), request));
    let connection =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades();
    // A broken connection is the client's to notice.
    tokio::select! {
        () = stop.cancelled() => {}
        _ = connection => {}
    }
}

async fn answer(router: Router, request: Request<Incoming>) -> Result<Response<Body>, Error> {
    let answered: Result<Response<Body>, Infallible> = router.oneshot(request.map(Body::new)).await;
    let Ok(response) = answered;
    if response.extensions().get::<CutConnection>().is_some() {
        return Err(Error::new(ErrorKind::ConnectionAborted, "cut on request"));
    }
    Ok(response)
}
