//! The routes, asked directly; and connections, over real sockets.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::domain::Timestamp;
use crate::engine::receive::{Delivery, Source};
use crate::ports::Clock;

use super::*;

const LIMIT: usize = 1_000_000;

/// What the intake was given, and what it answers.
#[derive(Clone, Default)]
struct Disk {
    stored: Arc<Mutex<Vec<Delivery>>>,
    answer: Arc<Mutex<Option<Result<Taken, IntakeError>>>>,
}

impl Disk {
    fn answers(answer: Result<Taken, IntakeError>) -> Self {
        Self { answer: Arc::new(Mutex::new(Some(answer))), ..Self::default() }
    }

    fn intake(&self) -> Intake {
        let disk = self.clone();
        Arc::new(move |delivery| {
            disk.stored.lock().unwrap().push(delivery);
            let answer = disk.answer.lock().unwrap().clone();
            Box::pin(async move { answer.unwrap_or(Ok(Taken { duplicate: false, reply: None })) })
        })
    }

    fn bodies(&self) -> Vec<String> {
        self.stored.lock().unwrap().iter().map(|delivery| delivery.body.clone()).collect()
    }
}

/// Authentic is what carries the header `authentic`.
fn authenticate(headers: &HeaderMap, body: &[u8]) -> Result<Arrival, Refusal> {
    match headers.get("authentic") {
        None => Err(Refusal::Unauthorized),
        Some(_) if body == b"malformed" => Err(Refusal::BadRequest("this is malformed".to_owned())),
        Some(_) if body == b"hello" => Ok(Arrival::Answer(json!({"challenge": "hello"}))),
        Some(id) => {
            let id = id.to_str().ok().filter(|id| !id.is_empty()).map(str::to_owned);
            Ok(Arrival::Store { id, event: "deployment".to_owned() })
        }
    }
}

fn door(path: &'static str, source: Source) -> Door {
    Door {
        path,
        source,
        max_body_bytes: LIMIT,
        answer_within: Duration::from_secs(2),
        authenticate: Box::new(authenticate),
    }
}

fn web(disk: &Disk) -> Web {
    Web {
        doors: vec![door("/forge", Source::Forge), door("/chat", Source::ChatInteraction)],
        intake: disk.intake(),
        clock: Clock::manual(Timestamp::from_seconds(1_767_225_600)),
        body_timeout: Duration::from_secs(10),
        ready: Arc::new(|| Box::pin(async { Err("migrations are not applied".to_owned()) })),
        metrics: Arc::new(|| "countersign_waiting 0\n".to_owned()),
        observe: |_, _| {},
        audit: None,
        checks: None,
        linking: None,
        consent: None,
    }
}

async fn ask(router: Router, request: Request<Body>) -> Response<Body> {
    router.oneshot(request).await.unwrap()
}

fn post_to(path: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(path).header("authentic", "d-1").body(body.into()).unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

async fn problem(response: Response<Body>) -> Value {
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    serde_json::from_str(&text(response).await).unwrap()
}

/// A body of `chunks` times `size` bytes, without a declared length.
fn streamed(chunks: usize, size: usize) -> Body {
    let chunk = Bytes::from(vec![b'x'; size]);
    Body::from_stream(futures::stream::iter((0..chunks).map(move |_| Ok::<_, std::io::Error>(chunk.clone()))))
}

#[tokio::test]
async fn stored_deliveries_are_accepted_with_the_bytes_as_sent() {
    let disk = Disk::default();
    let response = ask(router(web(&disk)), post_to("/forge", "{\"a\": 1}")).await;
    assert_eq!(response.status(), StatusCode::ACCEPTED);
    let stored = disk.stored.lock().unwrap().clone();
    assert_eq!(stored.len(), 1);
    assert_eq!(
        (stored[0].id.as_str(), stored[0].event.as_str(), stored[0].body.as_str()),
        ("d-1", "deployment", "{\"a\": 1}")
    );
    assert_eq!(stored[0].body_digest, crate::domain::Digest::of(b"{\"a\": 1}"));
    assert_eq!(stored[0].received_at, Timestamp::from_seconds(1_767_225_600));
}

#[tokio::test]
async fn chats_are_answered_200_with_nothing_or_with_the_reply() {
    let silent = ask(router(web(&Disk::default())), post_to("/chat", "{}")).await;
    assert_eq!(silent.status(), StatusCode::OK);
    assert_eq!(text(silent).await, "");
    let reply = json!({"response_action": "clear"});
    let disk = Disk::answers(Ok(Taken { duplicate: true, reply: Some(reply.clone()) }));
    let told = ask(router(web(&disk)), post_to("/chat", "{}")).await;
    assert_eq!(told.headers()[header::CONTENT_TYPE], "application/json");
    assert_eq!(serde_json::from_str::<Value>(&text(told).await).unwrap(), reply);
}

#[tokio::test]
async fn a_handshake_is_answered_and_not_stored() {
    let disk = Disk::default();
    let response = ask(router(web(&disk)), post_to("/chat", "hello")).await;
    assert_eq!(text(response).await, "{\"challenge\":\"hello\"}");
    assert!(disk.bodies().is_empty());
}

#[tokio::test]
async fn deliveries_without_an_id_go_by_the_digest_of_their_body() {
    let disk = Disk::default();
    let request = Request::post("/chat").header("authentic", "").body(Body::from("{}")).unwrap();
    ask(router(web(&disk)), request).await;
    assert_eq!(disk.stored.lock().unwrap()[0].id, crate::domain::Digest::of(b"{}").to_string());
}

#[tokio::test]
async fn refused_deliveries_are_not_stored_and_learn_nothing() {
    let disk = Disk::default();
    let unsigned = ask(router(web(&disk)), Request::post("/forge").body(Body::from("{}")).unwrap()).await;
    assert_eq!(unsigned.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(problem(unsigned).await["detail"], "not authenticated");
    let malformed = ask(router(web(&disk)), post_to("/forge", "malformed")).await;
    assert_eq!(malformed.status(), StatusCode::BAD_REQUEST);
    assert_eq!(problem(malformed).await["type"], "urn:countersign:problem:bad-request");
    assert!(disk.bodies().is_empty());
}

#[tokio::test]
async fn bodies_that_are_not_text_are_refused() {
    let disk = Disk::default();
    for body in [&b"{\"a\": \"\xff\"}"[..], b"{\"a\": \"\0\"}", b"\xc0\xaf"] {
        let response = ask(router(web(&disk)), post_to("/forge", body)).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    }
    assert!(disk.bodies().is_empty());
}

#[tokio::test]
async fn bodies_over_the_limit_are_refused_whether_they_say_so_or_not() {
    let disk = Disk::default();
    let exact = ask(router(web(&disk)), post_to("/forge", streamed(10, LIMIT / 10))).await;
    assert_eq!(exact.status(), StatusCode::ACCEPTED);
    let undeclared = ask(router(web(&disk)), post_to("/forge", streamed(11, LIMIT / 10))).await;
    assert_eq!(undeclared.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let mut declared = post_to("/forge", streamed(11, LIMIT / 10));
    declared.headers_mut().insert(header::CONTENT_LENGTH, (LIMIT + 1).into());
    let declared = ask(router(web(&disk)), declared).await;
    assert_eq!(problem(declared).await["type"], "urn:countersign:problem:too-large");
    assert_eq!(disk.bodies().len(), 1);
}

#[tokio::test]
async fn what_could_not_be_stored_is_the_senders_to_keep() {
    let disk = Disk::answers(Err(IntakeError::Unavailable("disk full at /var/lib".to_owned())));
    let response = ask(router(web(&disk)), post_to("/forge", "{}")).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()[header::RETRY_AFTER], "10");
    assert!(!problem(response).await.to_string().contains("/var/lib"));
}

#[tokio::test]
async fn slow_storage_is_answered_before_the_sender_gives_up() {
    let mut web = web(&Disk::default());
    web.intake = Arc::new(|_| Box::pin(std::future::pending()));
    web.doors[1].answer_within = Duration::from_millis(100);
    let response = ask(router(web), post_to("/chat", "{}")).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn a_body_that_never_comes_ends_with_408() {
    let body = Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
    let web = Web { body_timeout: Duration::from_millis(100), ..web(&Disk::default()) };
    let response = ask(router(web), post_to("/forge", body)).await;
    assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn a_dripping_body_ends_with_408_however_alive_it_looks() {
    let drip = futures::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Ok::<_, std::io::Error>(Bytes::from_static(b"x")), ()))
    });
    let web = Web { body_timeout: Duration::from_millis(200), ..web(&Disk::default()) };
    let response = ask(router(web), post_to("/forge", Body::from_stream(drip))).await;
    assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn large_bodies_share_one_budget_and_small_ones_do_not_wait_for_it() {
    const MB: usize = 1024 * 1024;
    let (release, inside) =
        (Arc::new(tokio::sync::Semaphore::new(0)), Arc::new(std::sync::atomic::AtomicUsize::new(0)));
    let (gate, large_inside) = (Arc::clone(&release), Arc::clone(&inside));
    let mut web = web(&Disk::default());
    web.doors[0].max_body_bytes = 40 * MB;
    web.doors[0].answer_within = Duration::from_secs(60);
    web.body_timeout = Duration::from_secs(60);
    web.intake = Arc::new(move |delivery| {
        let (gate, large_inside) = (Arc::clone(&gate), Arc::clone(&large_inside));
        Box::pin(async move {
            if delivery.body.len() > MB {
                large_inside.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                gate.acquire().await.unwrap().forget();
            }
            Ok(Taken { duplicate: false, reply: None })
        })
    });
    let router = router(web);
    let large = || ask(router.clone(), post_to("/forge", streamed(4, MB)));
    let (first, second, ()) = tokio::join!(large(), large(), async {
        let small = ask(router.clone(), post_to("/forge", "{}")).await;
        assert_eq!(small.status(), StatusCode::ACCEPTED);
        tokio::time::sleep(Duration::from_millis(300)).await;
        // Without a declared length each may grow to 40 MB: both together do not fit.
        assert_eq!(inside.load(std::sync::atomic::Ordering::SeqCst), 1);
        release.add_permits(2);
    });
    assert_eq!((first.status(), second.status()), (StatusCode::ACCEPTED, StatusCode::ACCEPTED));
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let requests = [
        Request::get("/healthz").body(Body::empty()).unwrap(),
        Request::get("/readyz").body(Body::empty()).unwrap(),
        Request::get("/metrics").body(Body::empty()).unwrap(),
        Request::get("/nowhere").body(Body::empty()).unwrap(),
        Request::get("/forge").body(Body::empty()).unwrap(),
        Request::post("/forge").body(Body::empty()).unwrap(),
        post_to("/chat", "{}"),
    ];
    for request in requests {
        let uri = request.uri().clone();
        let headers = ask(router(web(&Disk::default())), request).await.headers().clone();
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{uri}");
        assert!(headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("frame-ancestors 'none'"), "{uri}");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store", "{uri}");
    }
}

#[tokio::test]
async fn health_tells_alive_from_ready() {
    let get = |path: &str| ask(router(web(&Disk::default())), Request::get(path).body(Body::empty()).unwrap());
    assert_eq!(get("/healthz").await.status(), StatusCode::OK);
    let ready = get("/readyz").await;
    assert_eq!(ready.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(problem(ready).await["detail"], "migrations are not applied");
    assert_eq!(text(get("/metrics").await).await, "countersign_waiting 0\n");
}

/// What works in part still takes deliveries: a balancer that turns away from it would lose the others too.
#[tokio::test]
async fn a_part_that_does_not_work_is_said_and_stops_nothing() {
    let ready: Ready = Arc::new(|| Box::pin(async { Ok(Some("no connection to the chat for 42 s".to_owned())) }));
    let degraded = Web { ready, ..web(&Disk::default()) };
    let answer = ask(router(degraded), Request::get("/readyz").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status(), StatusCode::OK);
    let said: Value = serde_json::from_str(&text(answer).await).unwrap();
    assert_eq!(said, json!({ "status": "degraded", "detail": "no connection to the chat for 42 s" }));
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_too() {
    let ask_with = |method: &str, path: &str| {
        ask(router(web(&Disk::default())), Request::builder().method(method).uri(path).body(Body::empty()).unwrap())
    };
    assert_eq!(problem(ask_with("GET", "/api/v1/audit").await).await["status"], 404);
    for method in ["GET", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
        assert_eq!(problem(ask_with(method, "/forge").await).await["status"], 405, "{method}");
    }
}

#[tokio::test]
async fn a_panic_is_answered_without_its_text() {
    let mut web = web(&Disk::default());
    web.metrics = Arc::new(|| panic!("the secret is 42"));
    let response = ask(router(web), Request::get("/metrics").body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!problem(response).await.to_string().contains("42"));
}

#[tokio::test]
async fn the_audit_list_opens_to_the_token_only() {
    let audit = || AuditList {
        token: "a-token-of-some-length".into(),
        page: Arc::new(|query| {
            Box::pin(async move {
                Ok(AuditPage { records: vec![json!({"seq": query.after + 1})], next: Some(query.after + 1) })
            })
        }),
    };
    let list = |token: &str, query: &str| {
        let request = Request::get(format!("/api/v1/audit?{query}"))
            .header("authorization", format!("Bearer {token}"))
            .body(Body::empty())
            .unwrap();
        ask(router(Web { audit: Some(audit()), ..web(&Disk::default()) }), request)
    };
    assert_eq!(problem(list("a-token-of-some-lengtH", "").await).await["status"], 401);
    assert_eq!(problem(list("a-token-of-some-length", "limit=-1").await).await["status"], 400);
    let page = list("a-token-of-some-length", "cursor=41").await;
    assert_eq!(text(page).await, r#"{"next":"42","records":[{"seq":42}]}"#);
}

async fn listening(limits: ConnectionLimits, web: Web) -> (SocketAddr, CancellationToken, impl Future<Output = ()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn(serve(listener, router(web), limits, stop.clone()));
    (address, stop, async move {
        tasks.join_all().await;
    })
}

async fn send(address: SocketAddr, bytes: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    stream
}

async fn answer(mut stream: TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset after the answer is as good as an end.
    let _ = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut bytes)).await.unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test]
async fn half_a_head_is_cut_off_while_others_are_served() {
    let limits = ConnectionLimits { header_timeout: Duration::from_millis(300), ..ConnectionLimits::new(16) };
    let (address, _stop, _ended) = listening(limits, web(&Disk::default())).await;
    let slow = send(address, b"POST /forge HTTP/1.1\r\nHost: x\r\nAuth").await;
    let quick = answer(send(address, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await).await;
    assert!(quick.starts_with("HTTP/1.1 200 "), "{quick}");
    assert!(!answer(slow).await.contains(" 200 "));
}

#[tokio::test]
async fn heads_without_end_are_refused() {
    let (address, _stop, _ended) = listening(ConnectionLimits::new(16), web(&Disk::default())).await;
    let head = format!("POST /forge HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "y".repeat(200_000));
    let mut stream = TcpStream::connect(address).await.unwrap();
    let _ = stream.write_all(head.as_bytes()).await;
    let told = answer(stream).await;
    assert!(told.is_empty() || told.starts_with("HTTP/1.1 431 "), "{told}");
}

#[tokio::test]
async fn more_connections_than_the_limit_wait_for_their_turn() {
    let limits = ConnectionLimits { header_timeout: Duration::from_millis(300), ..ConnectionLimits::new(1) };
    let (address, _stop, _ended) = listening(limits, web(&Disk::default())).await;
    let _first = send(address, b"GET /healthz").await;
    let second = answer(send(address, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await).await;
    assert!(second.starts_with("HTTP/1.1 200 "), "{second}");
}

#[tokio::test]
async fn stopping_lets_requests_under_way_finish_and_takes_no_new_ones() {
    let mut web = web(&Disk::default());
    let (entered, begun) = tokio::sync::mpsc::channel(1);
    web.intake = Arc::new(move |_| {
        let entered = entered.clone();
        Box::pin(async move {
            entered.send(()).await.unwrap();
            tokio::time::sleep(Duration::from_millis(300)).await;
            Ok(Taken { duplicate: false, reply: None })
        })
    });
    let mut begun = begun;
    let (address, stop, ended) = listening(ConnectionLimits::new(16), web).await;
    let under_way =
        send(address, b"POST /forge HTTP/1.1\r\nHost: x\r\nauthentic: 1\r\nContent-Length: 2\r\n\r\n{}").await;
    begun.recv().await.unwrap();
    stop.cancel();
    assert!(answer(under_way).await.starts_with("HTTP/1.1 202 "));
    ended.await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn stopping_does_not_wait_for_ever() {
    let mut web = web(&Disk::default());
    web.doors[0].answer_within = Duration::from_secs(600);
    web.intake = Arc::new(|_| Box::pin(std::future::pending()));
    let limits = ConnectionLimits { drain_within: Duration::from_millis(200), ..ConnectionLimits::new(16) };
    let (address, stop, ended) = listening(limits, web).await;
    let _stuck = send(address, b"POST /forge HTTP/1.1\r\nHost: x\r\nauthentic: 1\r\nContent-Length: 2\r\n\r\n{}").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(5), ended).await.unwrap();
}
