use hyper::HeaderMap;
use hyper::body::Bytes;

use super::*;

fn answer(status: u16, body: &str) -> Answer {
    let body = Bytes::copy_from_slice(body.as_bytes());
    Answer { status: StatusCode::from_u16(status).unwrap(), headers: HeaderMap::new(), body }
}

fn class(status: u16, method: Method) -> Class {
    refusal(&answer(status, "{}"), &method, "test").class
}

#[test]
fn a_failed_read_is_repeated_and_a_failed_write_is_looked_up() {
    let again = Class::Retry { after_ms: None };
    for status in [500, 502, 503, 504, 408] {
        assert_eq!(class(status, Method::GET), again, "{status}");
        assert_eq!(class(status, Method::POST), Class::Unknown, "{status}");
    }
    let lost = |method| no_answer(Trouble::Lost("cut".to_owned()), &method, "test").class;
    assert_eq!((lost(Method::GET), lost(Method::POST)), (again, Class::Unknown));
    let unsent = no_answer(Trouble::NotSent("refused".to_owned()), &Method::POST, "test");
    assert_eq!(unsent.class, again);
}

#[test]
fn what_is_gone_or_forbidden_is_not_repeated() {
    assert_eq!(class(404, Method::GET), Class::Gone);
    assert_eq!(class(410, Method::POST), Class::Gone);
    for status in [400, 401, 403, 415, 422, 451] {
        assert_eq!(class(status, Method::POST), Class::Permanent, "{status}");
    }
}

#[test]
fn errors_may_be_text_a_list_or_objects() {
    let text = r#"{"message":"Validation Failed","errors":"No pending deployment requests to approve or reject"}"#;
    assert_eq!(
        told(&answer(422, text)),
        "HTTP 422: Validation Failed: No pending deployment requests to approve or reject"
    );
    let list =
        r#"{"message":"Validation Failed","errors":["one",{"message":"two"},{"field":"state","code":"invalid"},7]}"#;
    assert_eq!(told(&answer(422, list)), "HTTP 422: Validation Failed: one: two: state invalid");
    assert_eq!(told(&answer(422, r#"{"message":"just this","errors":{"a":1}}"#)), "HTTP 422: just this");
}

#[test]
fn pages_and_tokens_are_never_passed_on() {
    assert_eq!(told(&answer(502, "<html><body>unicorn</body></html>")), "HTTP 502");
    let echo = r#"{"message":"bad token ghs_4711_eyJ0.eyJp-_x.sig, sorry"}"#;
    assert_eq!(told(&answer(400, echo)), "HTTP 400: bad token ghs_***, sorry");
}
