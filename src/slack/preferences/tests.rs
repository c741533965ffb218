use serde_json::{Value, json};

use super::*;
use crate::slack::{hostile, sample};

fn submitted(values: Value) -> Interaction {
    let view = json!({ "id": "V1", "type": "modal", "callback_id": CALLBACK, "state": { "values": values } });
    let payload =
        json!({ "type": "view_submission", "user": { "id": "U0ANA" }, "team": { "id": "T0ACME" }, "view": view });
    let body =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
    Interaction::read(&body).unwrap()
}

fn chosen(asked: &str, outcomes: &[&str], from: Option<&str>, to: Option<&str>, zone: &str) -> Value {
    let option = |value: &str| json!({ "value": value, "text": { "type": "plain_text", "text": value } });
    let outcomes: Vec<Value> = outcomes.iter().map(|value| option(value)).collect();
    json!({
        ASKED: { ASKED: { "type": "radio_buttons", "selected_option": option(asked) } },
        OUTCOMES: { OUTCOMES: { "type": "checkboxes", "selected_options": outcomes } },
        FROM: { FROM: { "type": "timepicker", "selected_time": from } },
        TO: { TO: { "type": "timepicker", "selected_time": to } },
        ZONE: { ZONE: { "type": "plain_text_input", "value": zone } },
    })
}

fn read_of(values: Value) -> Result<Preferences, (&'static str, String)> {
    read(&submitted(values))
}

#[test]
fn what_is_chosen_is_what_is_kept() {
    let kept = read_of(chosen("direct", &["voted"], Some("20:00"), Some("08:00"), "europe/berlin")).unwrap();
    assert_eq!(kept.asked, AskedBy::Direct);
    assert!(kept.voted_outcomes && !kept.own_outcomes);
    assert_eq!(kept.quiet.unwrap().to_string(), "20:00-08:00 Europe/Berlin");
    let plain = read_of(chosen("usual", &["own"], None, None, "Europe/Berlin")).unwrap();
    assert_eq!(plain, Preferences::default(), "a zone alone is no quiet time");
}

#[test]
fn mistakes_are_told_under_their_inputs() {
    let wrong = |values: Value| read_of(values).unwrap_err();
    assert_eq!(wrong(chosen("usual", &[], Some("20:00"), None, "UTC")).0, TO);
    assert_eq!(wrong(chosen("usual", &[], None, Some("08:00"), "UTC")).0, FROM);
    assert_eq!(wrong(chosen("usual", &[], Some("20:00"), Some("08:00"), " ")).0, ZONE);
    let (block, words) = wrong(chosen("usual", &[], Some("20:00"), Some("08:00"), "Europe/Berln"));
    assert!(block == ZONE && words.contains("did you mean Europe/Berlin"), "{words}");
    assert_eq!(wrong(chosen("usual", &[], Some("08:00"), Some("08:00"), "UTC")).0, TO);
    assert_eq!(wrong(chosen("something", &[], None, None, "")).0, ASKED);
    assert_eq!(wrong(json!({})).0, ASKED);
}

#[test]
fn the_form_shows_what_holds_now() {
    let quiet = QuietHours::parse("20:00-08:00 Europe/Berlin").ok();
    let now = Preferences { asked: AskedBy::Mention, own_outcomes: false, voted_outcomes: true, quiet };
    let drawn = |form: &PreferencesForm<'_>| {
        let view = serde_json::to_value(view(form)).unwrap();
        hostile::assert_safe(&view);
        sample::note(&view);
        view.to_string()
    };
    let text = drawn(&PreferencesForm { now: &now, zone: None });
    assert!(text.contains("\"initial_time\":\"20:00\"") && text.contains("\"initial_time\":\"08:00\""), "{text}");
    assert!(text.contains("\"initial_value\":\"Europe/Berlin\""), "{text}");
    let zone = Zone::parse("America/New_York").unwrap();
    let text = drawn(&PreferencesForm { now: &Preferences::default(), zone: Some(&zone) });
    assert!(text.contains("America/New_York") && !text.contains("initial_time"), "their own zone is offered: {text}");
}

#[test]
fn quiet_hours_that_end_at_midnight_can_be_shown_too() {
    let quiet = QuietHours::parse("20:00-24:00 UTC").ok();
    let now = Preferences { quiet, ..Preferences::default() };
    let view = serde_json::to_value(view(&PreferencesForm { now: &now, zone: None })).unwrap();
    hostile::assert_safe(&view);
}
