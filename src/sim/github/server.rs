//! The HTTP side: listeners, faults, limits and headers around the routes.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;

use super::Shared;
use super::book::{Host, RecordedCall};
use super::caller::{Caller, authorization_kind};
use super::faults::FaultKind;
use super::options::Flavour;
use super::reply::{Ask, Reply};
use super::routes::{self, Ctx};
use super::state::State;
use super::versions;

/// The connection is closed without an answer.
#[derive(Debug)]
struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the connection is cut on purpose")
    }
}

impl std::error::Error for Cut {}

const BODY_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Accepts connections for one host until the task is aborted.
#[expect(clippy::disallowed_methods, reason = "the simulator serves each connection in a task of its own")]
pub(super) fn serve(listener: TcpListener, host: Host, shared: Arc<Shared>) -> tokio::task::AbortHandle {
    let accepting = tokio::spawn(async move {
        loop {
            let Ok((stream, _)) = listener.accept().await else { continue };
            let shared = Arc::clone(&shared);
            tokio::spawn(async move {
                let service = service_fn(|request| one_request(Arc::clone(&shared), host, request));
                let connection = hyper::server::conn::http1::Builder::new();
                // A cut connection ends with the error that cut it.
                let _ = connection.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    accepting.abort_handle()
}

async fn one_request(
    shared: Arc<Shared>,
    host: Host,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Cut> {
    let ask = read(&shared, host, request).await.ok_or(Cut)?;
    let reply = respond(&shared, ask).await.ok_or(Cut)?;
    let Ok(response) = wire(reply);
    Ok(response)
}

/// Reads a request whole. On GHES the API lives below `/api/v3` of the web host.
async fn read(shared: &Shared, host: Host, request: Request<Incoming>) -> Option<Ask> {
    let (parts, body) = request.into_parts();
    let body = http_body_util::Limited::new(body, BODY_BYTES_MAX).collect().await.ok()?.to_bytes();
    let enterprise = shared.enter(|state| state.options.flavour == Flavour::Ghes);
    let path = parts.uri.path();
    let (host, path) = match path.strip_prefix("/api/v3") {
        Some(rest) if enterprise && host == Host::Web && (rest.is_empty() || rest.starts_with('/')) => {
            (Host::Api, rest)
        }
        _ => (host, path),
    };
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Some(Ask {
        host,
        method: parts.method.as_str().to_owned(),
        path: path.to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect(),
        body: body.to_vec(),
    })
}

fn wire(reply: Reply) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::new(Bytes::from(reply.body)));
    *response.status_mut() = hyper::StatusCode::from_u16(reply.status).unwrap_or_default();
    for (name, value) in reply.headers {
        let pair = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value.as_str()));
        if let (Ok(name), Ok(value)) = pair {
            response.headers_mut().append(name, value);
        }
    }
    Ok(response)
}

/// Answers one request, with whatever goes wrong on purpose. `None`: the connection is cut.
async fn respond(shared: &Shared, ask: Ask) -> Option<Reply> {
    let fault = shared.enter(|state| state.take_fault(&ask.method, &ask.path));
    let instead = match fault {
        Some(FaultKind::CutBeforeActing) => {
            shared.enter(|state| record(state, &ask, 0, false, true));
            return None;
        }
        Some(FaultKind::Status(status, body)) => Some(vendor_fault(status, body)),
        Some(FaultKind::Answered(status, headers, body)) => {
            let named = |reply: Reply, (name, value): &(String, String)| reply.with_header(name, value);
            Some(headers.iter().fold(vendor_fault(status, body), named))
        }
        Some(FaultKind::Redirected(to)) => Some(Reply::empty(302).with_header("location", &to)),
        Some(FaultKind::SecondaryLimit) => Some(Reply::secondary_limit(403, 60)),
        Some(FaultKind::TooManyRequests { retry_after }) => Some(Reply::secondary_limit(429, retry_after)),
        Some(FaultKind::RateLimited { retry_after }) => Some(shared.enter(|state| used_up(state, retry_after))),
        Some(FaultKind::Slow(ms)) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            None
        }
        Some(FaultKind::Held) => {
            shared.hold().await;
            None
        }
        Some(FaultKind::CutAfterActing) => {
            act(shared, &ask, true).await;
            return None;
        }
        Some(FaultKind::TooEarlyFor(_) | FaultKind::PartlyApplied) | None => None,
    };
    match instead {
        Some(reply) => {
            shared.enter(|state| record(state, &ask, reply.status, false, false));
            Some(reply)
        }
        None => Some(act(shared, &ask, false).await),
    }
}

fn vendor_fault(status: u16, body: String) -> Reply {
    let kind = if body.starts_with('<') { "text/html; charset=utf-8" } else { "application/json; charset=utf-8" };
    Reply { status, ..Reply::raw(kind, body.into_bytes()) }
}

fn used_up(state: &State, retry_after: u64) -> Reply {
    let limit = state.options.limits.requests_per_hour.unwrap_or(5_000).to_string();
    let reset = state.now.as_seconds().saturating_add_unsigned(retry_after).to_string();
    let reply = Reply::error(403, "API rate limit exceeded for installation.");
    let reply = reply.with_header("x-ratelimit-limit", &limit).with_header("x-ratelimit-remaining", "0");
    let reply = reply.with_header("x-ratelimit-used", &limit).with_header("x-ratelimit-reset", &reset);
    reply.with_header("x-ratelimit-resource", "core")
}

async fn act(shared: &Shared, ask: &Ask, cut: bool) -> Reply {
    let (gate, takes) = shared.enter(|state| (state.enter_gate(ask), state.options.timing.matrix_decision_takes));
    if gate.is_some() {
        tokio::time::sleep(takes).await;
    }
    shared.enter(|state| {
        let overlapped = gate.is_some_and(|gate| state.leave_gate(&gate));
        let reply = judge(state, shared, ask, overlapped);
        record(state, ask, reply.status, reply.unexpected, cut);
        reply
    })
}

/// Identifies the caller, counts the request, lets the routes answer, adds the usual headers.
fn judge(state: &mut State, shared: &Shared, ask: &Ask, overlapped: bool) -> Reply {
    if ask.host != Host::Api {
        let caller = if ask.host == Host::Web { state.identify(ask, &shared.key) } else { Ok(Caller::Nobody) };
        return match caller {
            Ok(caller) => routes::answer(&mut Ctx { state, ask, caller, overlapped }),
            Err(refused) => refused,
        };
    }
    if ask.header("user-agent").is_none() {
        return Reply::error(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
        );
    }
    let version = match versions::asked(ask) {
        Ok(version) => version,
        Err(refused) => return refused,
    };
    let caller = match state.identify(ask, &shared.key) {
        Ok(caller) => caller,
        Err(refused) => return refused,
    };
    let bucket = caller.bucket();
    if ask.path != "/rate_limit"
        && let Err(refused) = state.count(bucket, &ask.method)
    {
        return with_allowance(state, bucket, refused);
    }
    let reply = routes::answer(&mut Ctx { state, ask, caller, overlapped });
    let reply = conditional(state, ask, bucket, versions::shaped(version, reply));
    with_allowance(state, bucket, reply)
}

fn with_allowance(state: &mut State, bucket: u64, mut reply: Reply) -> Reply {
    if let Some(allowance) = state.allowance(bucket) {
        reply.headers.extend(allowance.headers());
    }
    let id = state.fresh_id();
    reply.with_header("x-github-request-id", &format!("C0DE:{id:X}"))
}

/// Adds an `ETag`; the same one sent back gets a 304, which costs nothing of the hourly limit.
fn conditional(state: &mut State, ask: &Ask, bucket: u64, reply: Reply) -> Reply {
    if ask.method != "GET" || reply.status != 200 {
        return reply;
    }
    let tag = format!("W/\"{}\"", hex::encode(Sha256::digest(&reply.body)));
    if ask.header("if-none-match").is_some_and(|known| known.split(',').any(|one| one.trim() == tag)) {
        state.uncount(bucket);
        return Reply::empty(304).with_header("etag", &tag);
    }
    reply.with_header("etag", &tag).with_header("cache-control", "private, max-age=60, s-maxage=60")
}

fn record(state: &mut State, ask: &Ask, status: u16, unexpected: bool, cut: bool) {
    let call = RecordedCall {
        at: state.now,
        host: ask.host,
        method: ask.method.clone(),
        path: ask.path.clone(),
        query: ask.query.clone(),
        body: String::from_utf8_lossy(&ask.body).into_owned(),
        status,
        authorization: authorization_kind(ask),
        unexpected,
        cut,
    };
    state.calls.push(call);
}
