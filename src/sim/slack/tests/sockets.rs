//! Socket Mode: addresses, greetings, envelopes and their acknowledgements, goodbyes.

use futures::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as Frame;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::super::SOCKETS_MAX;
use super::app::App;
use super::*;

type Line = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn open(slack: &SlackSim, token: &str, method: &str) -> Value {
    let headers = [("Authorization".to_owned(), format!("Bearer {token}"))];
    let url = format!("{}/apps.connections.open", slack.api_url());
    let answer = http::request(method, &url, &headers, b"", Duration::from_secs(5)).await.unwrap();
    serde_json::from_slice(&answer.body).unwrap()
}

async fn address(slack: &SlackSim) -> String {
    open(slack, sample::APP_TOKEN, "POST").await["url"].as_str().unwrap().to_owned()
}

/// A connection, greeted, and the greeting.
async fn dial(slack: &SlackSim) -> (Line, Value) {
    let (mut line, _) = connect_async(address(slack).await).await.unwrap();
    let hello = next(&mut line).await;
    (line, hello)
}

async fn next(line: &mut Line) -> Value {
    loop {
        match line.next().await.unwrap().unwrap() {
            Frame::Text(text) => return serde_json::from_str(&text).unwrap(),
            Frame::Close(_) => return json!("closed"),
            _ => {}
        }
    }
}

async fn acknowledge(line: &mut Line, envelope: &Value, payload: Option<Value>) {
    let mut answer = json!({ "envelope_id": envelope["envelope_id"] });
    if let Some(payload) = payload {
        answer["payload"] = payload;
    }
    line.send(Frame::text(answer.to_string())).await.unwrap();
}

async fn in_socket_mode() -> (SlackSim, Clock) {
    let (slack, clock) = workspace().await;
    slack.switch_socket_mode(true);
    (slack, clock)
}

#[tokio::test]
async fn only_the_app_level_token_opens_connections_and_it_opens_nothing_else() {
    let (slack, _) = in_socket_mode().await;
    let refused = |answer: Value| answer["error"].as_str().unwrap_or_default().to_owned();
    assert_eq!(refused(open(&slack, sample::BOT_TOKEN, "POST").await), "not_allowed_token_type");
    assert_eq!(refused(open(&slack, "xapp-other", "POST").await), "invalid_auth");
    assert_eq!(refused(open(&slack, "", "POST").await), "missing_args");
    assert_eq!(refused(open(&slack, sample::APP_TOKEN, "GET").await), "insecure_request");
    let headers = [("Authorization".to_owned(), format!("Bearer {}", sample::APP_TOKEN))];
    let answer = http::post(&format!("{}/auth.test", slack.api_url()), &headers, b"", Duration::from_secs(5)).await;
    let answer: Value = serde_json::from_slice(&answer.unwrap().body).unwrap();
    assert_eq!(refused(answer), "not_allowed_token_type");
    slack.switch_socket_mode(false);
    assert!(!refused(open(&slack, sample::APP_TOKEN, "POST").await).is_empty());
}

#[tokio::test]
async fn an_address_opens_one_connection_within_half_a_minute() {
    let (slack, clock) = in_socket_mode().await;
    let once = address(&slack).await;
    let _line = connect_async(&once).await.unwrap();
    assert!(connect_async(&once).await.is_err(), "used");
    let late = address(&slack).await;
    clock.advance(30_000);
    assert!(connect_async(&late).await.is_err(), "too late");
}

#[tokio::test]
async fn a_connection_is_greeted_with_how_many_there_are() {
    let (slack, _) = in_socket_mode().await;
    let (_one, hello) = dial(&slack).await;
    assert_eq!((&hello["type"], &hello["num_connections"]), (&json!("hello"), &json!(1)));
    assert_eq!(hello["connection_info"]["app_id"], sample::APP);
    let (_two, hello) = dial(&slack).await;
    assert_eq!(hello["num_connections"], 2);
}

#[tokio::test]
async fn the_eleventh_connection_is_one_too_many() {
    let (slack, _) = in_socket_mode().await;
    let mut lines = Vec::new();
    for _ in 0..SOCKETS_MAX {
        lines.push(dial(&slack).await.0);
    }
    let (mut line, said) = dial(&slack).await;
    assert_eq!((&said["type"], &said["reason"]), (&json!("disconnect"), &json!("too_many_websockets")));
    assert_eq!(next(&mut line).await, "closed");
}

#[tokio::test]
async fn a_click_comes_in_an_envelope_and_its_acknowledgement_says_nothing_more() {
    let (slack, _) = in_socket_mode().await;
    let ts = post_approval(&slack).await;
    let (mut line, _) = dial(&slack).await;
    let (clicked, envelope) = tokio::join!(slack.click(sample::ANA, sample::RELEASES, &ts, "approve"), async {
        let envelope = next(&mut line).await;
        acknowledge(&mut line, &envelope, None).await;
        envelope
    });
    assert!(clicked.acknowledged(), "{clicked:?}");
    assert_eq!((&envelope["type"], &envelope["accepts_response_payload"]), (&json!("interactive"), &json!(false)));
    assert_eq!(envelope["payload"]["type"], "block_actions");
    assert!(envelope.get("retry_attempt").is_none());
    assert!(slack.unexpected_calls().is_empty());

    let (clicked, ()) = tokio::join!(slack.click(sample::ANA, sample::RELEASES, &ts, "deny"), async {
        let envelope = next(&mut line).await;
        acknowledge(&mut line, &envelope, Some(json!({}))).await;
    });
    assert!(clicked.acknowledged());
    assert!(
        slack.until(|_| !slack.unexpected_calls().is_empty()).await,
        "a click takes no payload in its acknowledgement"
    );
}

#[tokio::test]
async fn a_command_and_an_event_come_in_envelopes_of_their_kind() {
    let (slack, _) = in_socket_mode().await;
    let (mut line, _) = dial(&slack).await;
    let (clicked, command) =
        tokio::join!(slack.command(sample::ANA, sample::RELEASES, "/countersign", "help"), async {
            let envelope = next(&mut line).await;
            acknowledge(&mut line, &envelope, Some(json!({ "text": "hello" }))).await;
            envelope
        });
    assert!(clicked.acknowledged() && clicked.body.contains("hello"));
    assert_eq!((&command["type"], &command["payload"]["text"]), (&json!("slash_commands"), &json!("help")));
    assert_eq!(slack.read_ephemerals(sample::ANA)[0].text, "hello");
    let (sent, event) = tokio::join!(slack.send_event(json!({ "type": "tokens_revoked" })), async {
        let envelope = next(&mut line).await;
        acknowledge(&mut line, &envelope, None).await;
        envelope
    });
    assert!(sent.acknowledged());
    assert_eq!((&event["type"], &event["retry_attempt"]), (&json!("events_api"), &json!(0)));
}

#[tokio::test]
async fn what_was_not_acknowledged_is_seen_by_the_person_and_sent_again() {
    let (slack, _) = in_socket_mode().await;
    let ts = post_approval(&slack).await;
    let (mut line, _) = dial(&slack).await;
    let (clicked, first) = tokio::join!(slack.click(sample::ANA, sample::RELEASES, &ts, "approve"), next(&mut line));
    assert!(clicked.timed_out());
    assert_eq!(slack.read(|state| state.notices.len()), 1);
    let (acknowledged, again) = tokio::join!(slack.resend_envelopes(), async {
        let envelope = next(&mut line).await;
        acknowledge(&mut line, &envelope, None).await;
        envelope
    });
    assert_eq!((acknowledged, &again["retry_attempt"]), (1, &json!(1)));
    assert_eq!((&again["envelope_id"], &again["payload"]), (&first["envelope_id"], &first["payload"]));
}

#[tokio::test]
async fn a_torn_connection_hands_its_envelope_to_another_one() {
    let (slack, _) = in_socket_mode().await;
    let ts = post_approval(&slack).await;
    let (mut one, _) = dial(&slack).await;
    let (mut two, _) = dial(&slack).await;
    // Whichever gets it is torn; the other one has it then.
    let (clicked, retry) = tokio::join!(slack.click(sample::ANA, sample::RELEASES, &ts, "approve"), async {
        let mut torn = None;
        loop {
            let (envelope, line) = tokio::select! {
                envelope = next(&mut one), if torn != Some(1) => (envelope, 1),
                envelope = next(&mut two), if torn != Some(2) => (envelope, 2),
            };
            if torn.is_none() {
                torn = Some(line);
                slack.cut_line(line);
                continue;
            }
            acknowledge(if line == 1 { &mut one } else { &mut two }, &envelope, None).await;
            return envelope["retry_attempt"].clone();
        }
    });
    assert!(clicked.acknowledged());
    assert_eq!(retry, 1);
}

#[tokio::test]
async fn payloads_are_spread_over_the_connections() {
    let (slack, _) = in_socket_mode().await;
    let (mut one, _) = dial(&slack).await;
    let (mut two, _) = dial(&slack).await;
    let answering = async {
        loop {
            tokio::select! {
                envelope = next(&mut one) => acknowledge(&mut one, &envelope, None).await,
                envelope = next(&mut two) => acknowledge(&mut two, &envelope, None).await,
            }
        }
    };
    tokio::select! {
        () = answering => unreachable!("it answers for ever"),
        () = async {
            for _ in 0..30 {
                assert!(slack.command(sample::ANA, sample::RELEASES, "/countersign", "").await.acknowledged());
            }
        } => {}
    }
    assert!(slack.socket_lines().iter().all(|line| line.acknowledged >= 5), "{:?}", slack.socket_lines());
}

/// Slack: turning Socket Mode on stops HTTP delivery at once.
#[tokio::test]
async fn switched_on_nothing_goes_over_http_and_switched_off_every_connection_ends() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    let ts = post_approval(&slack).await;
    slack.switch_socket_mode(true);
    let clicked = slack.click(sample::ANA, sample::RELEASES, &ts, "approve").await;
    assert!(!clicked.acknowledged() && app.requests().is_empty(), "nobody is there");
    let (mut line, _) = dial(&slack).await;
    slack.switch_socket_mode(false);
    assert_eq!(next(&mut line).await["reason"], "link_disabled");
    assert_eq!(next(&mut line).await, "closed");
    assert!(slack.click(sample::ANA, sample::RELEASES, &ts, "approve").await.acknowledged());
    assert_eq!(app.requests().len(), 1);
}

#[tokio::test]
async fn acknowledgements_that_make_no_sense_are_noted() {
    let (slack, _) = in_socket_mode().await;
    let (mut line, _) = dial(&slack).await;
    for wrong in ["ok", "[]", "{}", r#"{"envelope_id":"unknown"}"#, r#"{"envelope_id":"unknown","type":"ack"}"#] {
        let before = slack.unexpected_calls().len();
        line.send(Frame::text(wrong)).await.unwrap();
        assert!(slack.until(|_| slack.unexpected_calls().len() > before).await, "{wrong}");
    }
}
