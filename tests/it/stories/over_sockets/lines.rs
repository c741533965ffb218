//! Connections that end, break, go silent, and say what nobody understands.

use std::time::Duration;

use countersign::app::sockets::Sockets;
use countersign::app::{self, App};
use countersign::domain::Verdict;
use countersign::engine::receive::Source;
use countersign::ports::IdSource;
use countersign::sim::http;
use countersign::sim::slack::sample::{ANA, OCTO, RELEASES};
use countersign::sim::slack::{Fault, FaultKind, SocketLine, SubmitResult};
use countersign::sim::world::Transport;
use countersign::slack::socket::Timing;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::stage::{Stage, stage, stage_with};

fn lines(stage: &Stage) -> Vec<SocketLine> {
    stage.world.slack.socket_lines()
}

/// The first of them.
fn line(stage: &Stage) -> u64 {
    lines(stage)[0].id
}

async fn get(stage: &Stage, path: &str) -> (u16, Value) {
    let url = format!("http://{}{path}", stage.world.address().unwrap());
    let answer = http::request("GET", &url, &[], b"", Duration::from_secs(5)).await.unwrap();
    (answer.status, serde_json::from_slice(&answer.body).unwrap_or_default())
}

async fn parked(stage: &Stage) -> Vec<countersign::store::ParkedDelivery> {
    stage.settle().await;
    stage.world.engine().unwrap().store.parked_deliveries(1_000).await.unwrap()
}

/// Asked to refresh, the next connection stands before the old one is closed, and no click in between is lost.
#[tokio::test]
async fn a_refresh_loses_nothing() {
    let stage = stage_with(|options| options.transport = Transport::Socket(1)).await;
    stage.deploy_good().await;
    let (slack, ts, value) = (&stage.world.slack, stage.message().ts, stage.request().await.button_value());
    let old = line(&stage);
    let counts: std::sync::Mutex<Vec<usize>> = std::sync::Mutex::default();
    let clicking = async {
        for _ in 0..60 {
            let clicked = slack.click_as_seen(OCTO, RELEASES, &ts, "changes", &value).await;
            assert!(clicked.acknowledged(), "{clicked:?}");
            counts.lock().unwrap().push(slack.socket_lines().len());
        }
    };
    let refreshing = async {
        slack.warn_line(old);
        assert!(slack.until(|lines| lines.len() == 2).await, "the next one is there before the old one goes");
        let clicked = slack.click_as_seen(ANA, RELEASES, &ts, "changes", &value).await;
        assert!(clicked.acknowledged());
        slack.refresh_line(old);
        slack.close_line(old);
        assert!(slack.until(|lines| lines.len() == 1 && lines[0].id != old).await);
    };
    tokio::join!(clicking, refreshing);
    assert!(counts.lock().unwrap().iter().all(|count| *count > 0), "there always was one");
    let counts = stage.world.engine().unwrap().store.counts().await.unwrap();
    assert_eq!(counts.deliveries_pending, 61, "every click is there once");
    stage.settle().await;
    stage.finish().await;
}

/// The row *ack lost after commit*: what is stored is sent again over the other connection, and counts once.
#[tokio::test]
async fn an_acknowledgement_that_is_lost_makes_no_second_vote() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.world.slack.lose_next_acknowledgement();
    stage.press(OCTO, "approve").await;
    stage.advance(10_000).await;
    assert_eq!(stage.request().await.votes.len(), 1);
    assert_eq!(stage.taken(run).len(), 1);
    assert_eq!(stage.told(OCTO), "", "they clicked once and are not told that they had clicked already");
    assert!(stage.world.slack.until_socket_lines(2).await, "the torn one is replaced");
    stage.finish().await;
}

/// The row *envelope redelivered*.
#[tokio::test]
async fn an_envelope_that_comes_again_changes_nothing() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.press(OCTO, "approve").await;
    let before = stage.request().await.revision;
    for _ in 0..3 {
        let again = stage.world.slack.send_last_envelope_again().await.unwrap();
        assert!(again.is_acknowledged(), "or it would come for ever: {again:?}");
        stage.settle().await;
    }
    assert_eq!(stage.request().await.revision, before);
    assert_eq!(stage.told(OCTO), "");
    stage.advance(10_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

/// Torn connections are replaced, and clicks go over those that stand.
#[tokio::test]
async fn a_torn_connection_is_replaced() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    let torn = line(&stage);
    stage.world.slack.cut_line(torn);
    stage.approve().await;
    assert!(stage.world.slack.until(|lines| lines.len() == 2 && lines.iter().all(|line| line.id != torn)).await);
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

/// A peer that is gone without a word is noticed, and replaced.
#[tokio::test]
async fn a_silent_connection_is_replaced() {
    let stage = stage().await;
    let ms = Duration::from_millis;
    let timing = Timing { ping_after: ms(40), dead_after: ms(200), ..Timing::default() };
    let sockets = Sockets::new(&stage.world.settings, stage.world.engine().unwrap()).unwrap().unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(sockets.timed(timing).run(stop.clone()));
    let slack = &stage.world.slack;
    assert!(slack.until_socket_lines(4).await);
    let (stands, silent) = (lines(&stage)[2].id, lines(&stage)[3].id);
    slack.mute_line(silent);
    let is_replaced = |lines: &[SocketLine]| lines.iter().any(|line| line.id > silent);
    assert!(slack.until(is_replaced).await, "nobody noticed");
    assert!(lines(&stage).iter().any(|line| line.id == stands), "whoever answers our pings stays");
    stop.cancel();
    running.await.unwrap();
    stage.finish().await;
}

/// Frames that nobody understands are kept whole, reported, and acknowledged where they can be; the next click works.
#[tokio::test]
async fn a_frame_that_cannot_be_read_is_kept() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    let unknown = r#"{"type":"something_new","envelope_id":"e-new","payload":{"a":1}}"#;
    let foreign = r#"{"type":"interactive","envelope_id":"e-bad","payload":{"type":"block_actions","user":7}}"#;
    let sent = ["no frame at all\u{0}", unknown, foreign];
    for text in sent {
        stage.world.slack.say_on_line(line(&stage), text);
    }
    stage.world.slack.say_on_line(line(&stage), unknown);
    stage.press(OCTO, "approve").await;
    let mut bodies: Vec<String> = Vec::new();
    for _ in 0..200 {
        bodies = parked(&stage).await.into_iter().map(|parked| parked.delivery.body).collect();
        if bodies.len() == sent.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bodies.sort();
    let mut expected = sent.map(|text| text.replace('\u{0}', "\u{fffd}"));
    expected.sort();
    assert_eq!(bodies, expected, "each once, whole");
    assert!(parked(&stage).await.iter().all(|parked| parked.delivery.source == Source::ChatFrame));
    stage.advance(10_000).await;
    assert_eq!(stage.taken(run).len(), 1, "nothing else is held up");
    stage.world.check_record().await.unwrap();
    stage.world.stop().await;
}

/// Garbage without end fills no disk.
#[tokio::test]
async fn frames_that_cannot_be_read_are_kept_up_to_a_bound() {
    let stage = stage_with(|options| options.transport = Transport::Socket(1)).await;
    for n in 0..300 {
        stage.world.slack.say_on_line(line(&stage), &format!("garbage {n}"));
    }
    // It is read in order, and what is in hand is bounded: an answered command means that most of it was looked at.
    let clicked = stage.world.slack.command(OCTO, RELEASES, "/countersign", "").await;
    assert!(clicked.acknowledged());
    let kept = stage.world.engine().unwrap().store.kept_frames().await.unwrap();
    assert!((100..=170).contains(&kept), "{kept}: the bound, and what was in hand when it was reached");
    stage.settle().await;
    assert!(!stage.told(OCTO).is_empty());
    stage.world.stop().await;
}

/// A frame of any length ends its connection at most: memory is bounded, and the other connection goes on.
#[tokio::test]
async fn a_frame_that_is_too_long_ends_its_connection() {
    let stage = stage().await;
    let torn = line(&stage);
    let long = stage.world.settings.limits.max_slack_body_bytes + 1;
    stage.world.slack.say_on_line(torn, &"x".repeat(long));
    assert!(stage.world.slack.until(|lines| lines.len() == 2 && lines.iter().all(|line| line.id != torn)).await);
    stage.finish().await;
}

/// Socket Mode was switched off at Slack: the operator is told where they look, and Slack is not asked over and over.
#[tokio::test]
async fn a_disabled_link_is_said_and_not_stormed() {
    let stage = stage().await;
    assert_eq!(get(&stage, "/readyz").await, (200, serde_json::json!({ "status": "ready" })));
    stage.world.slack.switch_socket_mode(false);
    assert!(stage.world.slack.until_socket_lines(0).await);
    let mut told = Value::Null;
    for _ in 0..500 {
        told = get(&stage, "/readyz").await.1;
        if told["status"] == "degraded" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(told["detail"].as_str().unwrap_or_default().contains("Socket Mode is switched off"), "{told}");
    let asked = || stage.world.slack.calls().iter().filter(|call| call.method == "apps.connections.open").count();
    let before = asked();
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(asked(), before);
    stage.finish().await;
}

/// Moving from HTTP to connections: with both open, no click is lost whichever way Slack sends it.
#[tokio::test]
async fn moving_from_http_to_connections_loses_nothing() {
    let mut stage = stage_with(|options| options.transport = Transport::Http).await;
    let token = secrecy::SecretString::from(stage.world.slack.app_token());
    stage.world.settings.slack.socket = Some(countersign::config::SocketAccess { app_token: token, sockets: 2 });
    stage.world.slack.switch_socket_mode(true);
    stage.world.restart().await.unwrap();
    let first = stage.deploy_good().await;
    stage.world.slack.switch_socket_mode(false);
    assert!(stage.world.slack.until_socket_lines(0).await);
    stage.approve().await;
    assert_eq!(stage.taken(first).len(), 1, "over HTTP");
    stage.world.slack.switch_socket_mode(true);
    stage.world.restart().await.unwrap();
    stage.press(OCTO, "changes").await;
    assert!(lines(&stage).iter().any(|line| line.acknowledged > 0), "over a connection");
    stage.finish().await;
}

/// In Socket Mode nothing is served at the addresses of Slack's requests.
#[tokio::test]
async fn the_doors_for_http_are_closed() {
    let stage = stage().await;
    for path in ["/slack/interactions", "/slack/commands", "/slack/events"] {
        let url = format!("http://{}{path}", stage.world.address().unwrap());
        let answer = http::post(&url, &[], b"payload=%7B%7D", Duration::from_secs(5)).await.unwrap();
        assert_eq!(answer.status, 404, "{path}");
    }
    stage.finish().await;
}

/// The errors of a submitted view travel in its acknowledgement, and the view stays open with what was typed.
#[tokio::test]
async fn a_denial_without_its_reason_is_answered_in_the_view() {
    let stage = stage().await;
    let run = stage.deploy_good().await;
    stage.press(ANA, "deny").await;
    let view = stage.world.slack.views(ANA).pop().unwrap();
    let submitted = stage.world.slack.submit(ANA, &view.id, &[("reason", "   ")]).await;
    assert_eq!(submitted.result, SubmitResult::Errors, "{submitted:?}");
    assert!(submitted.errors["reason"].contains("reason"));
    assert!(stage.is_open().await);
    let submitted = stage.world.slack.submit(ANA, &view.id, &[("reason", "drift")]).await;
    assert_eq!(submitted.result, SubmitResult::Closed);
    stage.advance(10_000).await;
    assert_eq!(stage.verdict().await, Some(Verdict::Denied));
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

/// Slack gives no address at first, asks to slow down, then nobody is there: tried again until it works.
#[tokio::test]
async fn connections_that_cannot_be_opened_are_tried_again() {
    let mut stage = stage().await;
    stage.world.stop_server().await;
    let slack = &stage.world.slack;
    let open = "apps.connections.open";
    slack.fault(Fault::once(open, FaultKind::Status(502)));
    slack.fault(Fault::once(open, FaultKind::RateLimited { retry_after_seconds: 1 }));
    slack.fault(Fault::once(open, FaultKind::Cut));
    stage.world.start_server().await.unwrap();
    let run = stage.deploy_good().await;
    stage.approve().await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

/// Stopping while people click: whatever was acknowledged is on disk, and counts.
#[tokio::test]
async fn a_stop_acknowledges_what_it_took_and_nothing_else() {
    let mut stage = stage().await;
    stage.deploy_good().await;
    let (ts, value) = (stage.message().ts, stage.request().await.button_value());
    let slack = stage.world.slack.clone();
    let clicks = (0..200).map(|_| slack.click_as_seen(OCTO, RELEASES, &ts, "changes", &value));
    let (clicked, ()) = tokio::join!(futures::future::join_all(clicks), async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        stage.world.stop_server().await;
    });
    let acknowledged = clicked.iter().filter(|clicked| clicked.acknowledged()).count();
    stage.world.start_server().await.unwrap();
    let counts = stage.world.engine().unwrap().store.counts().await.unwrap();
    let stored = usize::try_from(counts.deliveries_pending).unwrap();
    assert!(stored >= acknowledged, "{stored} of {acknowledged} acknowledged clicks are on disk");
    let again = slack.resend_envelopes().await;
    assert_eq!(again, 200 - acknowledged, "whatever was not acknowledged comes again and is");
    let counts = stage.world.engine().unwrap().store.counts().await.unwrap();
    assert_eq!(counts.deliveries_pending, 200, "each click once");
    stage.settle().await;
    stage.finish().await;
}

/// Several processes share the connections of one app: whichever gets a click, the database decides.
#[tokio::test]
async fn two_replicas_share_the_connections_of_one_app() {
    let url = crate::postgres::database().await;
    let stage = stage_with(|options| options.database_url = Some(url)).await;
    let App { engine, sockets, .. } =
        app::build(&stage.world.settings, stage.world.clock.clone(), IdSource::counted(1_000_000)).await.unwrap();
    let stop = CancellationToken::new();
    let running = tokio::spawn(sockets.unwrap().run(stop.clone()));
    assert!(stage.world.slack.until_socket_lines(4).await);
    let run = stage.deploy_good().await;
    let (ts, value) = (stage.message().ts, stage.request().await.button_value());
    for _ in 0..24 {
        let slack = &stage.world.slack;
        assert!(slack.click_as_seen(OCTO, RELEASES, &ts, "approve", &value).await.acknowledged());
    }
    assert!(lines(&stage).iter().all(|line| line.acknowledged > 0), "{:?}", lines(&stage));
    stage.advance(10_000).await;
    assert_eq!(stage.request().await.votes.len(), 1);
    assert_eq!(stage.taken(run).len(), 1);
    assert!(stage.told(OCTO).contains("already"));
    stop.cancel();
    running.await.unwrap();
    engine.store.close().await;
    stage.finish().await;
}
