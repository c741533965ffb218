use super::*;

fn arrived(text: &str) -> Arrived {
    match read(text).unwrap() {
        Frame::Envelope(arrived) => arrived,
        other => panic!("{other:?}"),
    }
}

fn unreadable(text: &str) -> Unreadable {
    read(text).expect_err(text)
}

#[test]
fn a_greeting_says_how_many_connections_the_app_has_and_which_app_it_is() {
    let greeted = r#"{"type":"hello","num_connections":2,"debug_info":{"host":"applink-1","build_number":10,
        "approximate_connection_time":18060},"connection_info":{"app_id":"A111"}}"#;
    let hello = Hello { connections: Some(2), app: Some("A111".into()) };
    assert_eq!(read(greeted), Ok(Frame::Hello(hello)));
    assert_eq!(read(r#"{"type":"hello"}"#), Ok(Frame::Hello(Hello::default())));
}

#[test]
fn every_reason_to_disconnect_is_told_apart() {
    let told = |word: &str| read(&json!({ "type": "disconnect", "reason": word, "debug_info": {} }).to_string());
    assert_eq!(told("warning"), Ok(Frame::Disconnect(Reason::Warning)));
    assert_eq!(told("refresh_requested"), Ok(Frame::Disconnect(Reason::RefreshRequested)));
    assert_eq!(told("link_disabled"), Ok(Frame::Disconnect(Reason::LinkDisabled)));
    assert_eq!(told("too_many_websockets"), Ok(Frame::Disconnect(Reason::TooManyWebsockets)));
    assert_eq!(told("new\u{1b}[2J"), Ok(Frame::Disconnect(Reason::Other("new[2J".into()))));
}

/// The same body as over HTTP, so that there is one parser, and one identity of a click that comes both ways.
#[test]
fn a_payload_takes_the_form_of_its_http_door() {
    let payload = r#"{"type":"block_actions","user":{"id":"U1"},"text":"a+b & \u0000"}"#;
    let click = arrived(&format!(
        r#"{{"envelope_id":"e-1","type":"interactive","payload":{payload},"accepts_response_payload":false}}"#
    ));
    assert_eq!(
        (click.id.as_str(), click.source, click.takes_reply, click.retry),
        ("e-1", Source::ChatInteraction, false, 0)
    );
    assert_eq!(form::the_only(&click.body, "payload").unwrap(), payload, "to the byte");

    let event = arrived(
        r#"{"envelope_id":"e-2","type":"events_api","payload":{"type": "event_callback"},"retry_attempt":2,"retry_reason":"timeout"}"#,
    );
    assert_eq!(
        (event.source, event.body.as_str(), event.retry),
        (Source::ChatEvent, r#"{"type": "event_callback"}"#, 2)
    );

    let command = arrived(
        r#"{"envelope_id":"e-3","type":"slash_commands","accepts_response_payload":true,
        "payload":{"command":"/countersign","text":"a=b&c","is_enterprise_install":false,"enterprise_id":null}}"#,
    );
    assert_eq!((command.source, command.takes_reply), (Source::ChatCommand, true));
    assert_eq!(command.body, "command=%2Fcountersign&text=a%3Db%26c&is_enterprise_install=false");
}

#[test]
fn what_cannot_be_read_keeps_the_id_that_acknowledges_it() {
    for (text, id) in [
        ("", None),
        ("hello", None),
        ("[]", None),
        (r#"{"type":7}"#, None),
        (r#"{"type":"something_new"}"#, None),
        (r#"{"type":"interactive","envelope_id":"e","envelope_id":"f","payload":{}}"#, None),
        (r#"{"type":"interactive","envelope_id":"e"}"#, Some("e")),
        (r#"{"type":"something_new","envelope_id":"e","payload":{}}"#, Some("e")),
        (r#"{"type":"interactive","envelope_id":"e","payload":{},"retry_attempt":"often"}"#, Some("e")),
        (r#"{"type":"slash_commands","envelope_id":"e","payload":[]}"#, Some("e")),
        (r#"{"type":"slash_commands","envelope_id":"e","payload":{"text":{"a":1}}}"#, Some("e")),
        (r#"{"type":"interactive","envelope_id":"","payload":{}}"#, None),
        ("{\"type\":\"interactive\",\"envelope_id\":\"a\\nb\",\"payload\":{}}", None),
    ] {
        assert_eq!(unreadable(text).envelope.as_deref(), id, "{text}");
    }
    let long = "e".repeat(MAX_ID_BYTES + 1);
    assert_eq!(
        unreadable(&format!(r#"{{"type":"interactive","envelope_id":"{long}","payload":{{}}}}"#)).envelope,
        None
    );
}

/// People's words and capabilities stay out of the log.
#[test]
fn the_reason_never_repeats_the_frame() {
    let why =
        unreadable(r#"{"type":"interactive","envelope_id":"e","payload":{"reason":"a secret"},"retry_attempt":"x"}"#)
            .why;
    assert!(!why.contains("secret") && why.contains("column"), "{why}");
}

#[test]
fn deep_nesting_is_refused_or_skipped_and_breaks_nothing() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let text = format!(r#"{{"type":"interactive","envelope_id":"e","payload":{deep}}}"#);
    let _ = read(&text);
    let _ = read(&deep);
}

#[test]
fn an_acknowledgement_names_its_envelope_and_carries_an_answer() {
    assert_eq!(acknowledgement("e-1", None), r#"{"envelope_id":"e-1"}"#);
    let answer = acknowledgement("e-1", Some(&json!({ "response_action": "errors" })));
    assert_eq!(answer, r#"{"envelope_id":"e-1","payload":{"response_action":"errors"}}"#);
}
