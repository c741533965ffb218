//! The address that connections are opened at, and each connection's own task.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Query, Request, State as Shared};
use axum::http::{HeaderValue, Response, StatusCode, header};
use futures::{SinkExt as _, StreamExt as _};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::super::server::Simulator;
use super::switchboard::Order;
use super::{SOCKETS_MAX, disconnect};

/// How long an address can be used after it was given.
const TICKET_MS: i64 = 30_000;
/// How often Slack asks whether the app is there (real time).
const PING_EVERY: Duration = Duration::from_secs(10);
const GOODBYE_WITHIN: Duration = Duration::from_secs(1);

#[derive(Deserialize)]
pub(in crate::sim::slack) struct Ticket {
    #[serde(default)]
    ticket: String,
}

/// Answers the handshake: each ticket opens one connection, once.
pub(in crate::sim::slack) async fn link(
    Shared(simulator): Shared<Arc<Simulator>>,
    Query(Ticket { ticket }): Query<Ticket>,
    mut request: Request,
) -> Response<Body> {
    let is_good = {
        let mut state = simulator.state();
        let given = state.socket_mode.tickets.remove(&ticket);
        let is_fresh = given.is_some_and(|at| simulator.clock.now().millis_since(at) < TICKET_MS);
        state.socket_mode.is_on && is_fresh
    };
    let key = request.headers().get(header::SEC_WEBSOCKET_KEY).map(|key| derive_accept_key(key.as_bytes()));
    let Some(accept) = key.and_then(|key| HeaderValue::from_str(&key).ok()).filter(|_| is_good) else {
        return answer(StatusCode::FORBIDDEN);
    };
    let upgrade = hyper::upgrade::on(&mut request);
    #[expect(clippy::disallowed_methods, reason = "each connection of the simulator lives by itself")]
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            let stream = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
            live(&simulator, stream).await;
        }
    });
    let mut response = answer(StatusCode::SWITCHING_PROTOCOLS);
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    response
}

fn answer(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

type Stream = WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>;

async fn live(simulator: &Simulator, mut stream: Stream) {
    if simulator.switchboard().lines().len() >= SOCKETS_MAX {
        let _ = stream.send(Message::text(disconnect("too_many_websockets"))).await;
        return goodbye(stream).await;
    }
    let (id, orders) = simulator.switchboard().open();
    tokio::select! {
        () = simulator.stop.cancelled() => {}
        () = talk(simulator, id, stream, orders) => {}
    }
    simulator.switchboard().ended(id);
}

async fn talk(simulator: &Simulator, id: u64, mut stream: Stream, mut orders: mpsc::UnboundedReceiver<Order>) {
    if stream.send(Message::text(hello(simulator).to_string())).await.is_err() {
        return;
    }
    let mut pings = tokio::time::interval(PING_EVERY);
    pings.tick().await;
    let mut is_mute = false;
    loop {
        let said = tokio::select! {
            order = orders.recv() => match order {
                Some(Order::Say(text)) if !is_mute => stream.send(Message::text(text)).await,
                Some(Order::Say(_)) => Ok(()),
                Some(Order::Mute) => {
                    is_mute = true;
                    Ok(())
                }
                Some(Order::Close) => return goodbye(stream).await,
                Some(Order::Cut) | None => return,
            },
            _ = pings.tick(), if !is_mute => stream.send(Message::Ping(b"simulated".to_vec().into())).await,
            heard = stream.next(), if !is_mute => match heard {
                Some(Ok(Message::Text(text))) => {
                    if std::mem::take(&mut simulator.switchboard().loses_next) {
                        return;
                    }
                    let done = simulator.switchboard().acknowledged(id, &text);
                    if let Err(why) = done {
                        simulator.complain(&mut simulator.state(), "socket acknowledgement", json!(text.as_str()), &why);
                    }
                    Ok(())
                }
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => Ok(()),
            },
        };
        if said.is_err() {
            return;
        }
    }
}

fn hello(simulator: &Simulator) -> Value {
    let (app, connections) = (simulator.state().install.app_id.clone(), simulator.switchboard().lines().len());
    json!({
        "type": "hello", "num_connections": connections, "connection_info": { "app_id": app },
        "debug_info": { "host": "applink-simulated", "build_number": 10, "approximate_connection_time": 18060 },
    })
}

async fn goodbye(mut stream: Stream) {
    let goodbye = async {
        if stream.close(None).await.is_ok() {
            while let Some(Ok(_)) = stream.next().await {}
        }
    };
    let _ = tokio::time::timeout(GOODBYE_WITHIN, goodbye).await;
}
