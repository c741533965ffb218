//! Serves connections with limits that `axum::serve` does not have: header time, header size, number of connections,
//! and an end that waits for what is under way, but not for ever.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Read buffer and longest head of a request, in bytes: more is answered 431.
const MAX_HEAD_BYTES: usize = 64 * 1024;
const MAX_HEADERS: usize = 100;
/// After a failed accept (out of file handles, usually) some connections must end first.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Limits on connections.
#[derive(Debug, Clone, Copy)]
pub struct ConnectionLimits {
    /// Served at the same time; more wait to be accepted.
    pub max_connections: usize,
    /// For a whole head, from the moment a request may begin.
    pub header_timeout: Duration,
    /// For what is under way when the server stops.
    pub drain_within: Duration,
}

impl ConnectionLimits {
    pub const fn new(max_connections: usize) -> Self {
        Self { max_connections, header_timeout: Duration::from_secs(5), drain_within: Duration::from_secs(10) }
    }
}

/// Serves until `stop`; then accepts no more, lets requests under way finish, and returns within the limit.
pub async fn serve(listener: TcpListener, router: Router, limits: ConnectionLimits, stop: CancellationToken) {
    let slots = Arc::new(Semaphore::new(limits.max_connections));
    let mut connections = JoinSet::new();
    while let Some((stream, slot)) = next_connection(&listener, &slots, &mut connections, &stop).await {
        // Owned by this loop: no connection outlives it.
        connections.spawn(connection(stream, router.clone(), limits, stop.clone(), slot));
    }
    drop(listener);
    if tokio::time::timeout(limits.drain_within, async { while connections.join_next().await.is_some() {} })
        .await
        .is_err()
    {
        tracing::warn!(connections = connections.len(), "connections were cut off: they did not end in time");
    }
}

/// The next connection with its slot; `None` once the server stops. Collects ended connections meanwhile.
async fn next_connection(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
    connections: &mut JoinSet<()>,
    stop: &CancellationToken,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let mut next = pin!(accept(listener, slots));
    loop {
        tokio::select! {
            biased;
            () = stop.cancelled() => return None,
            Some(_) = connections.join_next() => {}
            next = &mut next => return next,
        }
    }
}

async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return Some((stream, slot)),
            Err(error) => {
                tracing::warn!(error = %error, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    router: Router,
    limits: ConnectionLimits,
    stop: CancellationToken,
    slot: OwnedSemaphorePermit,
) {
    let peer = stream.peer_addr().ok();
    let _ = stream.set_nodelay(true);
    let service = TowerToHyperService::new(router);
    let mut served = pin!(http(limits).serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = &mut served => ended,
        () = stop.cancelled() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        log_broken(peer, &error);
    }
    drop(slot);
}

fn http(limits: ConnectionLimits) -> http1::Builder {
    let mut http = http1::Builder::new();
    // A sender that closes its side after the request still gets its answer.
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(MAX_HEAD_BYTES)
        .max_headers(MAX_HEADERS)
        .half_close(true);
    http
}

fn log_broken(peer: Option<SocketAddr>, error: &hyper::Error) {
    let peer = peer.map(|peer| peer.to_string()).unwrap_or_default();
    tracing::debug!(peer, error = %error, "a connection from {peer} ended badly");
}
