use hyper::body::Bytes;
use hyper::{HeaderMap, StatusCode};

use super::*;

fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.insert(*name, value.parse().unwrap());
    }
    let body = Bytes::copy_from_slice(body.as_bytes());
    Answer { status: StatusCode::from_u16(status).unwrap(), headers: map, body }
}

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
const BUCKET: Bucket = Bucket::Installation(InstallationId::new(1));

#[test]
fn retry_after_counts_before_the_reset_time() {
    let limits = [("retry-after", "30"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1000600")];
    for status in [403, 429] {
        let told = Limit::of(&answer(status, &limits, "{}"), NOW);
        assert_eq!(told, Limit::Told { until: NOW.plus_millis(30_000) });
        let told = Limit::of(&answer(status, &limits[1..], "{}"), NOW);
        assert_eq!(told, Limit::Told { until: Timestamp::from_seconds(1_000_600) });
    }
}

#[test]
fn a_refusal_without_headers_is_a_limit_only_if_it_says_so() {
    let secondary = r#"{"message":"You have exceeded a secondary rate limit."}"#;
    assert_eq!(Limit::of(&answer(403, &[], secondary), NOW), Limit::Untold);
    assert_eq!(Limit::of(&answer(429, &[], ""), NOW), Limit::Untold);
    let forbidden = r#"{"message":"Resource not accessible by integration"}"#;
    assert_eq!(Limit::of(&answer(403, &[("x-ratelimit-remaining", "4999")], forbidden), NOW), Limit::None);
}

#[test]
fn the_last_allowed_answer_pauses_what_follows_it() {
    let last = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1000600")];
    let pauses = Pauses::default();
    assert_eq!(pauses.note(BUCKET, Limit::of(&answer(200, &last, "{}"), NOW), NOW), None);
    assert_eq!(pauses.left_ms(BUCKET, NOW), Some(600_000));
    assert_eq!(pauses.left_ms(Bucket::App, NOW), None);
    assert_eq!(pauses.left_ms(BUCKET, NOW.plus_millis(600_000)), None);
}

#[test]
fn refusals_without_a_time_double_the_pause() {
    let pauses = Pauses::default();
    assert_eq!(pauses.note(BUCKET, Limit::Untold, NOW), Some(60_000));
    assert_eq!(pauses.note(BUCKET, Limit::Untold, NOW), Some(120_000));
    assert_eq!(pauses.note(BUCKET, Limit::None, NOW), None);
    assert_eq!(pauses.note(BUCKET, Limit::Untold, NOW), Some(60_000));
}

#[test]
fn no_clock_can_silence_us_for_good() {
    let pauses = Pauses::default();
    let far = Limit::Told { until: NOW.plus_millis(i64::MAX) };
    assert_eq!(pauses.note(BUCKET, far, NOW), Some(MAX_PAUSE_MS));
    let past = Limit::Told { until: Timestamp::default() };
    assert_eq!(pauses.note(BUCKET, past, NOW), Some(SECOND_MS));
}
