//! The server on loopback: HTTP/1.1, and connections that can be made to break. One address for every workspace of the app, as
//! Slack has: a call's token, or the address given out before, says which one is meant.

use std::convert::Infallible;
use std::io::{Error, ErrorKind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Request, Response, header};
use http_body_util::BodyExt as _;
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

/// Where codes and refresh tokens are exchanged.
const OAUTH: &str = "/api/oauth.v2.access";
/// How far apart the counters of workspaces begin.
const COUNTERS_APART: u64 = 1_000_000;

/// What server, hooks and handle share.
pub(super) struct Simulator {
    pub clock: Clock,
    /// `http://127.0.0.1:PORT`.
    pub base_url: String,
    state: Mutex<State>,
    /// The app's, whichever workspace it is asked in.
    targets: Arc<Mutex<Targets>>,
    switchboard: Arc<Mutex<Switchboard>>,
    neighbours: Mutex<Vec<Arc<Simulator>>>,
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
        let (state, targets, switchboard) = (Mutex::new(state), Arc::default(), Arc::default());
        Self { clock, base_url, state, targets, switchboard, neighbours: Mutex::default(), stop, ndjson }
    }

    /// Another workspace at the same address, in which the same app can be installed.
    pub(super) fn neighbour(&self, mut state: State) -> Arc<Self> {
        // Ids and secrets come from counters: no two workspaces give out the same ones.
        let place = self.neighbours().len().saturating_add(1);
        state.counter = u64::try_from(place).unwrap_or_default().saturating_mul(COUNTERS_APART);
        let neighbour = Arc::new(Self {
            clock: self.clock.clone(),
            base_url: self.base_url.clone(),
            state: Mutex::new(state),
            targets: Arc::clone(&self.targets),
            switchboard: Arc::clone(&self.switchboard),
            neighbours: Mutex::default(),
            stop: self.stop.clone(),
            ndjson: self.ndjson.clone(),
        });
        self.neighbours().push(Arc::clone(&neighbour));
        neighbour
    }

    fn neighbours(&self) -> MutexGuard<'_, Vec<Arc<Self>>> {
        self.neighbours.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The neighbour that a request is for; `None`: for this workspace.
    fn meant(&self, request: &Parts, body: &[u8]) -> Option<Arc<Self>> {
        let authorization = request.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = authorization.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        let fields: Vec<String> = match request.uri.path() {
            OAUTH => url::form_urlencoded::parse(body).map(|(_, value)| value.into_owned()).collect(),
            path => path.split('/').map(str::to_owned).collect(),
        };
        self.neighbours().iter().find(|neighbour| neighbour.state().gave_out(token, &fields)).cloned()
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
    let router = routes::router(Arc::clone(&simulator));
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        let connection = serve_connection(stream, Arc::clone(&simulator), router.clone(), stop.clone());
        #[expect(clippy::disallowed_methods, reason = "the simulator serves each connection by itself")]
        tokio::spawn(connection);
    }
}

async fn serve_connection(stream: TcpStream, simulator: Arc<Simulator>, router: Router, stop: CancellationToken) {
    let service = hyper::service::service_fn(move |request| answer(Arc::clone(&simulator), router.clone(), request));
    let connection =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades();
    // A broken connection is the client's to notice.
    tokio::select! {
        () = stop.cancelled() => {}
        _ = connection => {}
    }
}

/// Answers in the workspace that the request is for.
async fn answer(
    simulator: Arc<Simulator>,
    router: Router,
    request: Request<Incoming>,
) -> Result<Response<Body>, Error> {
    let (router, request) = if simulator.neighbours().is_empty() {
        (router, request.map(Body::new))
    } else {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(Error::other)?.to_bytes();
        let meant = simulator.meant(&parts, &body);
        (meant.map_or(router, routes::router), Request::from_parts(parts, Body::from(body)))
    };
    let answered: Result<Response<Body>, Infallible> = router.oneshot(request).await;
    let Ok(response) = answered;
    if response.extensions().get::<CutConnection>().is_some() {
        return Err(Error::new(ErrorKind::ConnectionAborted, "cut on request"));
    }
    Ok(response)
}
