use super::*;
use crate::slack::sample;

#[test]
fn a_token_is_never_sent_in_the_clear() {
    let plain = SlackSettings { api_url: "http://slack.example/api".into(), ..sample::settings() };
    assert!(SlackChat::new(&plain, Clock::System).is_err());
    assert!(SlackChat::new(&SlackSettings { allow_http: true, ..plain }, Clock::System).is_ok());
    let nonsense = SlackSettings { api_url: "slack".into(), ..sample::settings() };
    assert!(SlackChat::new(&nonsense, Clock::System).is_err());
}

#[test]
fn settings_show_no_token() {
    assert!(!format!("{:?}", sample::settings()).contains("xoxb"));
    let chat = SlackChat::new(&sample::settings(), Clock::System).unwrap();
    assert!(!format!("{chat:?}").contains("xoxb"));
}

#[test]
fn nothing_unfurls_and_nothing_is_linked() {
    let arguments = quiet(&json!({ "channel": "C0DEPLOY" }));
    assert_eq!(arguments["parse"], "none");
    assert_eq!((&arguments["unfurl_links"], &arguments["unfurl_media"]), (&json!(false), &json!(false)));
}

/// A Slack that gives one answer per method and keeps what it was asked.
mod answering {
    use std::collections::HashMap;
    use std::sync::{Arc, Mutex};

    use axum::body::Bytes;
    use axum::extract::Path;
    use axum::http::Uri;
    use axum::routing::any;
    use axum::{Json, Router};
    use serde_json::Value;

    use super::super::*;
    use crate::slack::sample;

    pub(super) type Asked = Arc<Mutex<Vec<(String, String)>>>;

    /// Runs `story` against a Slack with these answers. Nothing listens on any other port.
    pub(super) async fn slack<T>(answers: &[(&str, Value)], story: impl AsyncFnOnce(SlackChat, Asked) -> T) -> T {
        let answers: HashMap<String, Value> =
            answers.iter().map(|(name, answer)| ((*name).into(), answer.clone())).collect();
        let asked = Asked::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let kept = asked.clone();
        let answer = move |Path(method): Path<String>, uri: Uri, body: Bytes| async move {
            let sent = format!("{}{}", uri.query().unwrap_or_default(), String::from_utf8_lossy(&body));
            kept.lock().unwrap().push((method.clone(), sent));
            Json(answers.get(&method).cloned().unwrap_or(json!({ "ok": false, "error": "unknown_method" })))
        };
        let server = axum::serve(listener, Router::new().route("/api/{method}", any(answer))).into_future();
        let settings =
            SlackSettings { api_url: format!("http://{address}/api"), allow_http: true, ..sample::settings() };
        let chat = SlackChat::new(&settings, Clock::System).unwrap();
        tokio::select! {
            outcome = story(chat, asked) => outcome,
            _ = server => unreachable!("the server never ends"),
        }
    }
}

fn us() -> (&'static str, Value) {
    ("auth.test", json!({ "ok": true, "team_id": "T0ACME", "user_id": "U0BOT", "bot_id": "B0BOT" }))
}

fn methods(asked: &answering::Asked) -> Vec<String> {
    asked.lock().unwrap().iter().map(|(method, _)| method.clone()).collect()
}

#[tokio::test]
async fn a_message_is_posted_where_only_we_read() {
    let own = ("conversations.info", json!({ "ok": true, "channel": { "id": "C0DEPLOY", "is_ext_shared": false } }));
    let posted = ("chat.postMessage", json!({ "ok": true, "channel": "C0DEPLOY", "ts": "1.2", "message": {} }));
    answering::slack(&[own, posted], async |chat, asked| {
        let (request, evidence) = (sample::open_request(), sample::evidence());
        let shown = chat.draw(&sample::board(&request, &evidence));
        let posted = chat.post("C0DEPLOY", &shown).await.unwrap();
        let Posting::Posted(message) = posted else { panic!("{posted:?}") };
        assert_eq!((message.channel.as_str(), message.id.as_str()), ("C0DEPLOY", "1.2"));
        chat.post("C0DEPLOY", &shown).await.unwrap();
        assert_eq!(methods(&asked), ["conversations.info", "chat.postMessage", "chat.postMessage"]);
        let sent: Value = serde_json::from_str(&asked.lock().unwrap()[1].1).unwrap();
        assert_eq!((&sent["channel"], &sent["parse"]), (&json!("C0DEPLOY"), &json!("none")));
        assert!(sent["blocks"].is_array() && sent["text"].is_string());
    })
    .await;
}

#[tokio::test]
async fn evidence_never_reaches_a_channel_shared_with_another_company() {
    let shared = ("conversations.info", json!({ "ok": true, "channel": { "id": "C0DEPLOY", "is_ext_shared": true } }));
    let edited = ("chat.update", json!({ "ok": true, "channel": "C0DEPLOY", "ts": "1.2" }));
    answering::slack(&[shared, edited], async |chat, asked| {
        let (request, evidence) = (sample::open_request(), sample::evidence());
        let board = sample::board(&request, &evidence);
        let shown = chat.draw(&board);
        assert_eq!(chat.post("C0DEPLOY", &shown).await.unwrap(), Posting::Closed(ChannelTrouble::Shared));
        let message = request.message.as_ref().unwrap();
        assert!(chat.say(message, &board, &ThreadLine::Queued).await.is_err());
        assert!(chat.edit(message, &shown).await.is_err());
        let asked = asked.lock().unwrap();
        let (method, sent) = asked.last().unwrap();
        assert_eq!(method, "chat.update", "what stands there is taken back");
        assert!(sent.contains("no longer shown here") && !sent.contains("sentiment"), "{sent}");
        assert!(asked.iter().all(|(method, _)| method != "chat.postMessage"));
    })
    .await;
}

#[tokio::test]
async fn standing_is_read_live_and_fails_closed() {
    let member = json!({ "ok": true, "user": { "id": "U0ANA", "team_id": "T0ACME", "deleted": false } });
    let ana = sample::chat_user("U0ANA");
    answering::slack(&[us(), ("users.info", member)], async |chat, asked| {
        assert_eq!(chat.standing(&ana).await, Ok(ChatStanding::Member));
        assert_eq!(chat.standing(&ana).await, Ok(ChatStanding::Member));
        assert_eq!(methods(&asked), ["auth.test", "users.info", "users.info"]);
        assert!(asked.lock().unwrap()[1].1.contains("user=U0ANA"));
    })
    .await;
    let hidden = json!({ "ok": false, "error": "user_not_visible" });
    answering::slack(&[us(), ("users.info", hidden)], async |chat, _| {
        assert_eq!(chat.standing(&ana).await, Ok(ChatStanding::Unknown));
    })
    .await;
    for trouble in [json!({ "ok": false, "error": "internal_error" }), json!({}), json!({ "ok": true })] {
        answering::slack(&[us(), ("users.info", trouble)], async |chat, _| {
            assert!(chat.standing(&ana).await.is_err());
        })
        .await;
    }
}

#[tokio::test]
async fn a_token_of_another_workspace_judges_nobody() {
    let other = ("auth.test", json!({ "ok": true, "team_id": "T0OTHER", "user_id": "U0BOT" }));
    answering::slack(&[other], async |chat, _| {
        let error = chat.standing(&sample::chat_user("U0ANA")).await.unwrap_err();
        assert!(error.why.contains("slack.team_id"), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_private_answer_falls_back_from_address_to_channel_to_direct_message() {
    let answers = [
        ("chat.postEphemeral", json!({ "ok": true, "message_ts": "1.2" })),
        ("chat.postMessage", json!({ "ok": true, "channel": "D0ANA", "ts": "1.2" })),
    ];
    answering::slack(&answers, async |chat, asked| {
        let mut to = ReplyTo {
            user: sample::chat_user("U0ANA"),
            workspace: "T0ACME".into(),
            channel: Some("C0DEPLOY".into()),
            response_url: None,
        };
        chat.whisper(&to, None, &Whisper::AlreadyCounted).await.unwrap();
        to.channel = None;
        chat.whisper(&to, None, &Whisper::AlreadyCounted).await.unwrap();
        let asked = asked.lock().unwrap();
        let sent = |at: usize| -> Value { serde_json::from_str(&asked[at].1).unwrap() };
        assert_eq!((asked[0].0.as_str(), &sent(0)["user"]), ("chat.postEphemeral", &json!("U0ANA")));
        assert_eq!((asked[1].0.as_str(), &sent(1)["channel"]), ("chat.postMessage", &json!("U0ANA")));
    })
    .await;
}

#[tokio::test]
async fn a_view_opens_with_its_trigger_or_replaces_the_one_clicked_in() {
    let ok = json!({ "ok": true, "view": { "id": "V0" } });
    answering::slack(&[("views.open", ok.clone()), ("views.update", ok)], async |chat, asked| {
        let view = View::Notice { title: "Sorry", text: "Nothing to see" };
        chat.open(&Opening::Open { trigger: "1.2.abc".into() }, &view).await.unwrap();
        chat.open(&Opening::Replace { view: "V0".into(), hash: Some("9.x".into()) }, &view).await.unwrap();
        let asked = asked.lock().unwrap();
        assert!(asked[0].0 == "views.open" && asked[0].1.contains("\"trigger_id\":\"1.2.abc\""));
        assert!(asked[1].0 == "views.update" && asked[1].1.contains("\"hash\":\"9.x\""));
    })
    .await;
}

#[tokio::test]
async fn no_connection_is_tried_again_and_names_no_secret() {
    let unused = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = unused.local_addr().unwrap();
    drop(unused);
    let settings = SlackSettings { api_url: format!("http://{address}/api"), allow_http: true, ..sample::settings() };
    let chat = SlackChat::new(&settings, Clock::System).unwrap();
    let error = chat.auth_test().await.unwrap_err();
    assert_eq!(error.class, Class::Retry { after_ms: None });
    assert!(!error.to_string().contains("xoxb"));
}

#[tokio::test]
async fn user_groups_are_listed_with_the_disabled_ones_and_read_by_id() {
    let list = json!({ "ok": true, "usergroups": [
        { "id": "S0ML", "handle": "ml", "date_delete": 0, "user_count": "2", "users": [] },
        { "id": "S0OLD", "handle": "ml", "date_delete": 1_710_000_000, "user_count": 1 },
        { "id": "S0THEIRS", "handle": "them", "date_delete": 0, "is_external": true },
    ] });
    let users = json!({ "ok": true, "users": ["U0ANA", "U0BO"] });
    answering::slack(&[us(), ("usergroups.list", list), ("usergroups.users.list", users)], async |chat, asked| {
        let group = |id: &str, is_disabled| UserGroup { id: id.into(), handle: "ml".into(), is_disabled };
        assert_eq!(chat.user_groups().await, Ok(vec![group("S0ML", false), group("S0OLD", true)]));
        let members = chat.user_group_members("S0ML").await;
        assert_eq!(members, Ok(Presence::Found(vec!["U0ANA".to_owned(), "U0BO".to_owned()])));
        let asked = asked.lock().unwrap();
        assert_eq!(asked[1].1, "include_disabled=true");
        assert_eq!(asked[2].1, "usergroup=S0ML", "a workspace's own token names no workspace");
    })
    .await;
}

#[tokio::test]
async fn a_group_that_is_not_there_is_missing_and_no_trouble_is_an_empty_group() {
    let refuse = |error: &str| json!({ "ok": false, "error": error });
    answering::slack(&[us(), ("usergroups.users.list", refuse("no_such_subteam"))], async |chat, _| {
        assert_eq!(chat.user_group_members("S0GONE").await, Ok(Presence::Missing));
    })
    .await;
    for (answer, class, words) in [
        (refuse("missing_scope"), Class::Permanent, "needs the scope `usergroups:read`"),
        (refuse("plan_upgrade_required"), Class::Permanent, "this workspace's plan has no user groups"),
        (refuse("internal_error"), Class::Retry { after_ms: None }, "internal_error"),
        (json!({ "ok": true }), Class::Retry { after_ms: None }, "the answer lists no"),
        (
            json!({ "ok": true, "users": [7], "usergroups": [7] }),
            Class::Retry { after_ms: None },
            "the answer lists no",
        ),
        (json!({}), Class::Retry { after_ms: None }, "the answer cannot be read"),
    ] {
        let answers = [us(), ("usergroups.list", answer.clone()), ("usergroups.users.list", answer)];
        answering::slack(&answers, async |chat, _| {
            let errors = [chat.user_groups().await.unwrap_err(), chat.user_group_members("S0ML").await.unwrap_err()];
            for error in errors {
                assert_eq!(error.class, class);
                assert!(error.why.contains(words), "{error}");
            }
        })
        .await;
    }
    let crowd: Vec<String> = (0..1_001).map(|n| format!("U{n}")).collect();
    answering::slack(&[us(), ("usergroups.users.list", json!({ "ok": true, "users": crowd }))], async |chat, _| {
        let error = chat.user_group_members("S0ALL").await.unwrap_err();
        assert!(error.class == Class::Permanent && error.why.contains("more than 1000 people"), "{error}");
    })
    .await;
}

#[test]
fn an_organisations_installation_names_one_of_its_workspaces() {
    let us = |team: &str, is_enterprise_install| AuthTest {
        team_id: team.into(),
        team: "Acme".into(),
        url: None,
        enterprise_id: Some("E0ACME".into()),
        user_id: "U0BOT".into(),
        bot_id: None,
        app_id: None,
        is_enterprise_install,
    };
    let chat = |team: &str, home: Option<&str>| {
        let (team_id, home) = (Some(team.to_owned()), home.map(str::to_owned));
        SlackChat::new(&SlackSettings { team_id, home, ..sample::settings() }, Clock::System).unwrap()
    };
    assert_eq!(chat("T0ACME", None).home(&us("T0ACME", false)), Ok(None));
    assert_eq!(chat("T0ACME", None).home(&us("E0ACME", true)), Ok(Some("T0ACME")));
    assert_eq!(chat("E0ACME", None).home(&us("T0ACME", true)), Ok(Some("T0ACME")));
    assert_eq!(chat("E0ACME", Some("T0MAIN")).home(&us("T0ACME", true)), Ok(Some("T0MAIN")));
    assert!(chat("E0ACME", None).home(&us("E0ACME", true)).is_err());
}

#[tokio::test]
async fn an_organisations_token_says_which_workspaces_groups_it_means() {
    let us = json!({
        "ok": true, "team_id": "T0ACME", "enterprise_id": "E0ACME", "user_id": "U0BOT", "is_enterprise_install": true,
    });
    let empty = json!({ "ok": true, "usergroups": [], "users": [] });
    let answers = [("auth.test", us), ("usergroups.list", empty.clone()), ("usergroups.users.list", empty)];
    answering::slack(&answers, async |chat, asked| {
        chat.user_groups().await.unwrap();
        chat.user_group_members("S0ML").await.unwrap();
        let asked = asked.lock().unwrap();
        assert_eq!(asked[1].1, "include_disabled=true&team_id=T0ACME");
        assert_eq!(asked[2].1, "usergroup=S0ML&team_id=T0ACME");
    })
    .await;
}
