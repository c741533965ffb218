use serde_json::{Value, json};

use super::*;
use crate::ports::chat::Tab;
use crate::slack::sample::{self, click_payload, delivery, denial_payload, form};

const VALUE: &str = "01890a5d-ac96-774b-bcce-b302099a8057.0123456789ab";

fn reader() -> Reader {
    let settings = sample::settings();
    Reader {
        replies: ReplyAddresses::new(&settings),
        app: settings.app_id,
        workspaces: settings.team_id.into_iter().collect(),
    }
}

fn read(payload: &Value) -> Result<ChatSignal, String> {
    reader().read(&delivery(Source::ChatInteraction, &form(payload)))
}

fn voter(payload: &Value) -> ChatUser {
    match read(payload) {
        Ok(ChatSignal::Vote { reply, .. }) => reply.user,
        other => panic!("{other:?}"),
    }
}

fn with(mut payload: Value, pointer: &str, value: Value) -> Value {
    *payload.pointer_mut(pointer).unwrap() = value;
    payload
}

#[test]
fn a_click_on_approve_is_a_vote_with_its_way_back() {
    let signal = read(&click_payload("approve", "id.seen")).unwrap();
    let ChatSignal::Vote { value, choice: Choice::Approve, reason: None, reply, .. } = signal else {
        panic!("{signal:?}")
    };
    assert_eq!(value, "id.seen");
    assert_eq!(reply.user, sample::chat_user("U0ANA"));
    assert_eq!(reply.channel.as_deref(), Some("C0DEPLOY"));
    assert_eq!(reply.response_url.as_deref(), Some("https://hooks.slack.com/actions/T0ACME/1/zzz"));
}

#[test]
fn deny_and_see_changes_open_a_view_with_the_clicks_trigger() {
    for (action, wanted) in [
        ("deny", Wanted::Ask(Question::Deny)),
        ("ask_approve", Wanted::Ask(Question::Approve)),
        ("changes", Wanted::Changes(Place::default())),
    ] {
        let signal = read(&click_payload(action, "id.seen")).unwrap();
        let ChatSignal::Show { value, what, opening, .. } = signal else { panic!("{signal:?}") };
        assert_eq!((value.as_str(), what), ("id.seen", wanted));
        assert!(opening == Opening::Open { trigger: "1.2.abc".into() });
    }
}

#[test]
fn a_page_button_replaces_the_view_it_stands_in() {
    let mut payload = click_payload("go_next", "id.seen|files|0|3");
    let view = json!({ "id": "V0CHANGES", "hash": "9.x", "callback_id": "changes", "private_metadata": "" });
    payload.as_object_mut().unwrap().insert("view".into(), view);
    let signal = read(&payload).unwrap();
    let ChatSignal::Show { value, what, opening, .. } = signal else { panic!("{signal:?}") };
    assert_eq!((value.as_str(), what), ("id.seen", Wanted::Changes(Place { tab: Tab::Files, model: 0, page: 3 })));
    assert!(opening == Opening::Replace { view: "V0CHANGES".into(), hash: Some("9.x".into()) });
    for bad in ["id.seen", "id.seen|files|0|", "id.seen|files|0|-1", "id.seen|files|0|99999999999999999999999"] {
        assert!(read(&with(payload.clone(), "/actions/0/value", json!(bad))).is_err(), "{bad}");
    }
}

/// A choice in a menu or a select.
fn chosen(kind: &str, action: &str, value: &str) -> Value {
    let payload = click_payload(action, "unused");
    let action = json!({
        "type": kind, "action_id": action, "block_id": "decide", "action_ts": "1795348900.5",
        "selected_option": { "text": { "type": "plain_text", "text": "x" }, "value": value },
    });
    with(payload, "/actions/0", action)
}

#[test]
fn menu_entries_are_acts_or_ask_for_views() {
    let shown = |entry: &str| match read(&chosen("overflow", "menu", entry)) {
        Ok(ChatSignal::Show { value, what, .. }) => (value, what),
        other => panic!("{other:?}"),
    };
    assert_eq!(shown("why|id.seen"), ("id.seen".into(), Wanted::Why));
    assert_eq!(shown("more|id.seen"), ("id.seen".into(), Wanted::More));
    assert_eq!(shown("object|id.seen").1, Wanted::Ask(Question::Object));
    let taken_back = read(&chosen("overflow", "menu", "withdraw_vote|id.seen")).unwrap();
    assert!(matches!(taken_back, ChatSignal::Act { act: Act::WithdrawVote, words: None, .. }), "{taken_back:?}");
    let model = read(&chosen("static_select", "go_model", "id.seen|weights|2|0")).unwrap();
    let ChatSignal::Show { what: Wanted::Changes(place), .. } = model else { panic!("{model:?}") };
    assert_eq!(place, Place { tab: Tab::Weights, model: 2, page: 0 });
    for bad in ["", "nothing|id.seen", "why"] {
        assert!(read(&chosen("overflow", "menu", bad)).is_err(), "{bad}");
    }
}

#[test]
fn what_was_ticked_comes_with_the_approval() {
    let ticks = [("flags0", &["0123456789ab", "ba9876543210"][..]), ("flags1", &["aaaaaaaaaaaa"])];
    let payload = sample::submission_payload("approve", VALUE, Some("looked at the drop"), &ticks);
    let ChatSignal::Vote { choice, reason, ticks, means_older, .. } = read(&payload).unwrap() else { panic!() };
    assert_eq!((choice, reason.unwrap().as_str(), means_older), (Choice::Approve, "looked at the drop", false));
    assert_eq!(ticks, ["0123456789ab", "ba9876543210", "aaaaaaaaaaaa"]);
    let older = sample::submission_payload("approve", VALUE, None, &[("older", &["yes"])]);
    assert!(matches!(read(&older), Ok(ChatSignal::Vote { means_older: true, reason: None, .. })));
}

#[test]
fn submitted_questions_are_what_they_asked_about() {
    let act = |question: &str, ticks: &[(&str, &[&str])]| match read(&sample::submission_payload(
        question,
        VALUE,
        Some("because"),
        ticks,
    )) {
        Ok(ChatSignal::Act { act, words, .. }) => (act, words.is_some()),
        other => panic!("{other:?}"),
    };
    assert_eq!(act("object", &[]), (Act::Object, true));
    assert_eq!(act("withdraw_request", &[]), (Act::WithdrawRequest, true));
    assert_eq!(act("look_again", &[]), (Act::LookAgain, false));
    assert_eq!(act("close_review", &[]), (Act::CloseReview, true));
    assert_eq!(act("break_glass", &[("sure", &["yes"])]), (Act::BreakGlass, true));
    assert_eq!(act("break_glass", &[]), (Act::BreakGlass, false), "without the second word there is no reason either");
    let changes = read(&sample::submission_payload("request_changes", VALUE, Some("x"), &[]));
    assert!(matches!(changes, Ok(ChatSignal::Vote { choice: Choice::RequestChanges, .. })));
}

#[test]
fn a_submitted_reason_is_a_denial_and_is_bounded() {
    let long = "x".repeat(10_000);
    for (typed, kept) in [(Some("too\0 risky"), Some(9)), (Some("  "), None), (None, None), (Some(&*long), Some(3_000))]
    {
        let signal = read(&denial_payload(VALUE, typed)).unwrap();
        let ChatSignal::Vote { value, choice: Choice::Deny, reason, .. } = signal else { panic!("{signal:?}") };
        assert_eq!(value, VALUE);
        assert_eq!(reason.map(|reason| reason.as_str().chars().count()), kept);
    }
}

#[test]
fn a_click_from_an_organisation_wide_installation_is_read() {
    let payload = with(click_payload("approve", "id.seen"), "/team", Value::Null);
    let payload = with(payload, "/enterprise", json!({ "id": "E0ACME", "name": "Acme" }));
    assert_eq!(voter(&payload).workspace, "T0ACME");
    let homeless = with(payload, "/user", json!({ "id": "U0ANA" }));
    assert_eq!(voter(&homeless).workspace, "E0ACME");
    assert!(read(&with(homeless, "/enterprise", Value::Null)).is_err());
}

/// Where the app is installed, which is neither the clicker's nor the first workspace in some payloads.
#[test]
fn what_is_done_is_done_in_a_workspace_of_ours() {
    let reader = Reader { workspaces: vec!["T0ACME".into(), "T0BETA".into(), "E0ORG".into()], ..reader() };
    let place = |payload: &Value| match reader.read(&delivery(Source::ChatInteraction, &form(payload))) {
        Ok(ChatSignal::Vote { reply, .. } | ChatSignal::Show { reply, .. }) => (reply.workspace, reply.user.workspace),
        other => panic!("{other:?}"),
    };
    let is = |payload: &Value, at: &str, from: &str| assert_eq!(place(payload), (at.to_owned(), from.to_owned()));
    let click = || click_payload("approve", "id.seen");
    is(&click(), "T0ACME", "T0ACME");
    let beta = with(with(click(), "/team/id", json!("T0BETA")), "/user/team_id", json!("T0BETA"));
    is(&beta, "T0BETA", "T0BETA");
    // Of two of ours, the one that somebody is from is theirs.
    is(&with(click(), "/user/team_id", json!("T0BETA")), "T0ACME", "T0BETA");
    let org = with(with(click(), "/team", Value::Null), "/enterprise", json!({ "id": "E0ORG" }));
    is(&with(org, "/user/team_id", json!("T0ONE")), "E0ORG", "E0ORG");
    let outside = with(with(click(), "/team/id", json!("T9OTHER")), "/user/team_id", json!("T9OTHER"));
    is(&outside, "", "T9OTHER");
    let mut view = denial_payload(VALUE, Some("no"));
    view["view"]["app_installed_team_id"] = json!("T0BETA");
    is(&view, "T0BETA", "T0ACME");
    let command = "team_id=T1&enterprise_id=E0ORG&user_id=U0ANA&text=help&api_app_id=A0COUNTER";
    let Ok(ChatSignal::Command { reply, .. }) = reader.read(&delivery(Source::ChatCommand, command)) else { panic!() };
    assert_eq!(reply.workspace, "E0ORG");
    let event = |authorizations: Value| {
        let event = json!({
            "type": "event_callback", "api_app_id": "A0COUNTER", "team_id": "T0ACME", "authorizations": authorizations,
            "event": { "type": "app_home_opened", "user": "U0ANA", "tab": "home" },
        });
        match reader.read(&delivery(Source::ChatEvent, &event.to_string())) {
            Ok(ChatSignal::HomeOpened { workspace, .. }) => workspace,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(event(Value::Null), "T0ACME");
    assert_eq!(event(json!([{ "team_id": "T0BETA", "enterprise_id": null }])), "T0BETA");
    assert_eq!(event(json!([{ "team_id": null, "enterprise_id": "E0ORG" }])), "E0ORG");
}

#[test]
fn an_outsider_stays_one_whichever_member_says_so() {
    let click = || click_payload("approve", "id.seen");
    assert_eq!(voter(&with(click(), "/user/team_id", json!("T0OTHER"))).workspace, "T0OTHER");
    assert_eq!(voter(&with(click(), "/team/id", json!("T0OTHER"))).workspace, "T0OTHER");
}

#[test]
fn what_is_no_single_click_of_a_person_on_our_button_is_no_vote() {
    let click = || click_payload("approve", "id.seen");
    let two = json!([click()["actions"][0], click_payload("deny", "id.seen")["actions"][0]]);
    for (pointer, value) in [
        ("/actions", json!([])),
        ("/actions", two),
        ("/actions", Value::Null),
        ("/actions/0/type", json!("datepicker")),
        ("/actions/0/type", json!("static_select")),
        ("/actions/0/action_id", Value::Null),
        ("/actions/0/value", json!("")),
        ("/actions/0/value", json!("id\u{0}.seen")),
        ("/actions/0/value", json!("x".repeat(10_000))),
        ("/user", Value::Null),
        ("/user", json!({})),
        ("/user/id", json!("<!channel>")),
        ("/api_app_id", json!("A0OTHER")),
        ("/api_app_id", Value::Null),
        ("/type", json!(7)),
    ] {
        assert!(read(&with(click(), pointer, value.clone())).is_err(), "{pointer} = {value}");
    }
}

#[test]
fn doubled_members_are_refused_instead_of_the_last_one_winning() {
    let payload = click_payload("approve", "id.seen").to_string();
    let doubled =
        payload.replacen("\"type\":\"block_actions\"", "\"type\":\"block_actions\",\"type\":\"view_closed\"", 1);
    assert_ne!(payload, doubled);
    let escaped: String = doubled.bytes().map(|byte| format!("%{byte:02X}")).collect();
    assert!(reader().read(&delivery(Source::ChatInteraction, &format!("payload={escaped}"))).is_err());
}

#[test]
fn strangers_addresses_are_dropped_from_the_way_back() {
    let payload = with(click_payload("approve", "id.seen"), "/response_url", json!("http://169.254.169.254/"));
    let Ok(ChatSignal::Vote { reply, .. }) = read(&payload) else { panic!() };
    assert_eq!(reply.response_url, None);
}

#[test]
fn a_view_of_others_or_of_no_request_and_an_unknown_type_are_refused() {
    for payload in [
        with(denial_payload(VALUE, None), "/view/callback_id", json!("somebody_elses")),
        with(denial_payload(VALUE, None), "/view/private_metadata", json!("req_other")),
        with(click_payload("approve", VALUE), "/type", json!("telepathy")),
    ] {
        assert!(read(&payload).is_err(), "{payload}");
    }
}

#[test]
fn other_payloads_buttons_and_events_are_ignored_with_a_reason() {
    let closed = with(denial_payload(VALUE, None), "/type", json!("view_closed"));
    for payload in [closed, click_payload("somebody_elses", "x")] {
        assert!(matches!(read(&payload), Ok(ChatSignal::Ignored { .. })), "{payload}");
    }
    let event = r#"{"type":"event_callback","api_app_id":"A0COUNTER","event":{"type":"team_join"}}"#;
    let Ok(ChatSignal::Ignored { why }) = reader().read(&delivery(Source::ChatEvent, event)) else { panic!() };
    assert!(why.contains("team_join"));
}

#[test]
fn an_uninstalled_app_and_a_revoked_bot_have_lost_access() {
    let read = |event: serde_json::Value| {
        let body = json!({
            "type": "event_callback", "api_app_id": "A0COUNTER", "team_id": "T0ACME", "event_time": 7, "event": event,
        });
        reader().read(&delivery(Source::ChatEvent, &body.to_string())).unwrap()
    };
    let lost = |why: &str| ChatSignal::AccessLost {
        workspace: Some("T0ACME".into()),
        why: why.into(),
        since: Some(crate::domain::Timestamp::from_seconds(7)),
    };
    assert_eq!(read(json!({ "type": "app_uninstalled" })), lost("app_uninstalled"));
    let revoked = |tokens: serde_json::Value| read(json!({ "type": "tokens_revoked", "tokens": tokens }));
    assert_eq!(revoked(json!({ "bot": ["U0BOT"] })), lost("tokens_revoked"));
    assert!(matches!(revoked(json!({ "oauth": ["U0ANA"] })), ChatSignal::Ignored { .. }), "a person's own token");
}

/// Kept as it came, and read again by whoever understands it by then.
#[test]
fn a_kept_frame_is_read_by_what_it_holds() {
    let click = form::the_only(&sample::form(&click_payload("approve", VALUE)), "payload").unwrap();
    let frame = format!(r#"{{"type":"interactive","envelope_id":"e","payload":{click}}}"#);
    let read = |frame: &str| reader().read(&delivery(Source::ChatFrame, frame));
    assert!(matches!(read(&frame), Ok(ChatSignal::Vote { choice: Choice::Approve, .. })));
    assert!(matches!(read(r#"{"type":"hello"}"#), Ok(ChatSignal::Ignored { .. })));
    assert!(read("no frame").is_err());
}

#[test]
fn changes_of_people_and_groups_are_told_by_their_id() {
    let read = |event: &Value| {
        let envelope = json!({ "type": "event_callback", "api_app_id": "A0COUNTER", "event": event });
        reader().read(&delivery(Source::ChatEvent, &envelope.to_string()))
    };
    let person = json!({ "type": "user_change", "user": { "id": "U0ANA", "deleted": true }, "cache_ts": 1 });
    assert_eq!(read(&person), Ok(ChatSignal::PersonChanged { user: "U0ANA".into() }));
    let members = json!({ "type": "subteam_members_changed", "subteam_id": "S0ML", "added_users": ["U0BO"] });
    assert_eq!(read(&members), Ok(ChatSignal::GroupChanged { group: "S0ML".into() }));
    let renamed = json!({ "type": "subteam_updated", "subteam": { "id": "S0ML", "handle": "ml" } });
    assert_eq!(read(&renamed), Ok(ChatSignal::GroupChanged { group: "S0ML".into() }));
    for bad in [
        json!({ "type": "user_change" }),
        json!({ "type": "user_change", "user": { "id": 7 } }),
        json!({ "type": "subteam_members_changed", "subteam_id": "S0 ML" }),
        json!({ "type": "subteam_updated", "subteam": [] }),
    ] {
        assert!(read(&bad).is_err(), "{bad}");
    }
    let other = json!({ "type": "message", "user": "U0BO" });
    assert!(matches!(read(&other), Ok(ChatSignal::Ignored { .. })));
}

#[test]
fn a_command_keeps_its_person() {
    let body = "command=%2Fcountersign&text=unlink&user_id=U0ANA&team_id=T0ACME&channel_id=C0DEPLOY&trigger_id=1.2";
    let signal = reader().read(&delivery(Source::ChatCommand, body)).unwrap();
    let ChatSignal::Command { command, reply, .. } = signal else { panic!("{signal:?}") };
    assert_eq!((command, reply.user), (ChatCommand::Unlink, sample::chat_user("U0ANA")));
    assert!(reader().read(&delivery(Source::ChatCommand, "command=%2Fcountersign&team_id=T0ACME")).is_err());
}

#[test]
fn a_button_of_a_list_is_the_button_whatever_its_place() {
    for name in ["approve", "deny", "changes"] {
        let alone = read(&click_payload(name, VALUE)).unwrap();
        assert_eq!(read(&click_payload(&format!("{name}#3"), VALUE)).unwrap(), alone);
    }
    assert!(matches!(read(&click_payload("#approve", VALUE)), Ok(ChatSignal::Ignored { .. })));
}

#[test]
fn the_link_buttons_are_ours() {
    let signal = read(&click_payload("link", "link")).unwrap();
    assert!(matches!(signal, ChatSignal::Command { command: ChatCommand::Link, .. }), "{signal:?}");
    assert!(matches!(read(&click_payload("open_link", "")), Ok(ChatSignal::Ignored { .. })));
}

#[test]
fn one_click_has_one_id_and_two_clicks_have_two() {
    let id = |payload: &Value| delivery_id(Source::ChatInteraction, &form(payload));
    let click = click_payload("approve", "id.seen");
    // The same click in other bytes: members Slack adds or orders anew.
    assert_eq!(id(&click), id(&with(click.clone(), "/message", json!({ "ts": "changed" }))));
    for (pointer, value) in [
        ("/trigger_id", json!("1.3.def")),
        ("/actions/0/action_ts", json!("1795348901.0")),
        ("/actions/0/action_id", json!("deny")),
        ("/actions/0/value", json!("other.seen")),
        ("/user/id", json!("U0BO")),
    ] {
        assert_ne!(id(&click), id(&with(click.clone(), pointer, value)), "{pointer}");
    }
    assert_ne!(id(&denial_payload(VALUE, None)), id(&denial_payload(VALUE, Some("why"))));
    let event = |id: &str, n: u32| format!(r#"{{"type":"event_callback","event_id":"{id}","n":{n}}}"#);
    assert_eq!(delivery_id(Source::ChatEvent, &event("Ev1", 1)), delivery_id(Source::ChatEvent, &event("Ev1", 2)));
    assert_ne!(delivery_id(Source::ChatEvent, &event("Ev1", 1)), delivery_id(Source::ChatEvent, &event("Ev2", 1)));
    assert_ne!(delivery_id(Source::ChatCommand, "a"), delivery_id(Source::ChatCommand, "b"));
}
