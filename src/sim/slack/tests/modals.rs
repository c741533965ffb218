//! Triggers, views and submissions.

use super::app::App;
use super::*;
use crate::domain::time::SECOND_MS;

fn reason_modal() -> Value {
    json!({
        "type": "modal", "callback_id": "deny", "private_metadata": "req_1", "notify_on_close": true,
        "title": { "type": "plain_text", "text": "Deny deployment" },
        "submit": { "type": "plain_text", "text": "Deny" },
        "blocks": [
            {
                "type": "input", "block_id": "reason", "label": { "type": "plain_text", "text": "Why?" },
                "element": { "type": "plain_text_input", "action_id": "text", "min_length": 5, "max_length": 20 },
            },
            {
                "type": "actions", "block_id": "more",
                "elements": [{ "type": "button", "action_id": "next", "text": { "type": "plain_text", "text": "Next" } }],
            },
        ],
    })
}

async fn trigger(slack: &SlackSim) -> String {
    let ts = post_approval(slack).await;
    slack.click(sample::ANA, sample::RELEASES, &ts, "deny").await.trigger_id.unwrap()
}

async fn open(slack: &SlackSim) -> Value {
    let trigger_id = trigger(slack).await;
    call(slack, "views.open", json!({ "trigger_id": trigger_id, "view": reason_modal() })).await
}

async fn opened(slack: &SlackSim) -> String {
    let answer = open(slack).await;
    answer["view"]["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

#[tokio::test]
async fn a_trigger_opens_one_view_within_three_seconds() {
    let (slack, clock) = workspace().await;
    App::start(&slack).await;
    let view = |trigger_id: &str| json!({ "trigger_id": trigger_id, "view": reason_modal() });
    let first = trigger(&slack).await;
    clock.advance(3 * SECOND_MS);
    assert_eq!(call(&slack, "views.open", view(&first)).await["ok"], true);
    assert_eq!(call(&slack, "views.open", view(&first)).await["error"], "exchanged_trigger_id");
    let second = trigger(&slack).await;
    clock.advance(3 * SECOND_MS + 1);
    assert_eq!(call(&slack, "views.open", view(&second)).await["error"], "expired_trigger_id");
    assert_eq!(call(&slack, "views.open", view("1.2.3")).await["error"], "invalid_trigger_id");
    assert_eq!(call(&slack, "views.open", json!({ "view": reason_modal() })).await["error"], "invalid_arguments");
}

#[tokio::test]
async fn a_refused_view_does_not_use_up_the_trigger() {
    let (slack, _) = workspace().await;
    App::start(&slack).await;
    let trigger_id = trigger(&slack).await;
    let mut wrong = reason_modal();
    wrong["title"]["text"] = json!("x".repeat(25));
    let answer = call(&slack, "views.open", json!({ "trigger_id": trigger_id, "view": wrong })).await;
    assert_eq!(answer["error"], "invalid_arguments");
    let words = json!([
        "[ERROR] failed to match all allowed schemas [json-pointer:/view]",
        "[ERROR] must be less than 25 characters [json-pointer:/view/title/text]"
    ]);
    assert_eq!(answer["response_metadata"]["messages"], words);
    assert_eq!(
        call(&slack, "views.open", json!({ "trigger_id": trigger_id, "view": reason_modal() })).await["ok"],
        true
    );
}

#[tokio::test]
async fn an_update_with_an_old_hash_is_refused() {
    let (slack, _) = workspace().await;
    App::start(&slack).await;
    let view = open(&slack).await["view"].clone();
    let update = |hash: &Value| json!({ "view_id": view["id"], "hash": hash, "view": reason_modal() });
    let updated = call(&slack, "views.update", update(&view["hash"])).await;
    assert_eq!(updated["ok"], true);
    assert_eq!(call(&slack, "views.update", update(&view["hash"])).await["error"], "hash_conflict");
    assert_eq!(call(&slack, "views.update", update(&updated["view"]["hash"])).await["ok"], true);
    slack.close_view(sample::ANA, view["id"].as_str().unwrap()).await;
    assert_eq!(
        call(&slack, "views.update", json!({ "view_id": view["id"], "view": reason_modal() })).await["error"],
        "not_found"
    );
}

#[tokio::test]
async fn three_views_stack_and_a_fourth_is_refused() {
    let (slack, _) = workspace().await;
    App::start(&slack).await;
    let mut top = opened(&slack).await;
    let root = top.clone();
    for expected in [json!(true), json!(true), json!(false)] {
        let trigger_id = slack.click_in_view(sample::ANA, &top, "next").await.trigger_id.unwrap();
        let answer = call(&slack, "views.push", json!({ "trigger_id": trigger_id, "view": reason_modal() })).await;
        assert_eq!(answer["ok"], expected, "{answer}");
        match answer["view"]["id"].as_str() {
            Some(id) => {
                assert_eq!(answer["view"]["root_view_id"], json!(root));
                assert_eq!(answer["view"]["previous_view_id"], json!(top));
                id.clone_into(&mut top);
            }
            None => assert_eq!(answer["error"], "push_limit_reached"),
        }
    }
    assert_eq!(slack.views(sample::ANA).len(), 3);
    let below = slack.click_in_view(sample::ANA, &root, "next").await;
    assert!(matches!(below.delivery, Delivery::Impossible(_)), "only the top view can be used");
    let from_message = trigger(&slack).await;
    let answer = call(&slack, "views.push", json!({ "trigger_id": from_message, "view": reason_modal() })).await;
    assert_eq!(answer["error"], "not_found", "a push needs a trigger from inside the modal");
}

#[tokio::test]
async fn a_submission_carries_what_was_typed_and_closes_on_an_empty_answer() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    let view = opened(&slack).await;
    let submitted = slack.submit(sample::ANA, &view, &[("reason", "accuracy fell")]).await;
    assert_eq!(submitted.result, SubmitResult::Closed);
    let payload = app.last_payload();
    assert_eq!(payload["type"], "view_submission");
    assert_eq!(
        payload["view"]["state"]["values"]["reason"]["text"],
        json!({ "type": "plain_text_input", "value": "accuracy fell" })
    );
    assert_eq!(payload["view"]["private_metadata"], "req_1");
    assert!(slack.views(sample::ANA).is_empty());
}

#[tokio::test]
async fn slack_itself_refuses_inputs_that_are_empty_too_short_or_too_long() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    let view = opened(&slack).await;
    let heard = app.requests().len();
    for text in ["", "no", "far more than twenty characters"] {
        let submitted = slack.submit(sample::ANA, &view, &[("text", text)]).await;
        assert_eq!(submitted.result, SubmitResult::NotSent, "{text}");
        assert!(submitted.errors.contains_key("reason"));
    }
    assert_eq!(app.requests().len(), heard);
}

#[tokio::test]
async fn the_answer_to_a_submission_can_name_errors_replace_push_and_clear() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    let view = opened(&slack).await;
    let values = [("reason", "accuracy fell")];
    app.will_answer(200, r#"{"response_action":"errors","errors":{"reason":"say more"}}"#);
    let refused = slack.submit(sample::ANA, &view, &values).await;
    assert_eq!((refused.result, refused.errors["reason"].as_str()), (SubmitResult::Errors, "say more"));
    app.will_answer(200, &json!({ "response_action": "update", "view": reason_modal() }).to_string());
    assert_eq!(slack.submit(sample::ANA, &view, &values).await.result, SubmitResult::Updated);
    assert!(slack.views(sample::ANA)[0].errors.is_empty());
    app.will_answer(200, &json!({ "response_action": "push", "view": reason_modal() }).to_string());
    assert_eq!(slack.submit(sample::ANA, &view, &[]).await.result, SubmitResult::Pushed, "typed text stays");
    assert_eq!(slack.views(sample::ANA).len(), 2);
    let top = slack.views(sample::ANA)[1].id.clone();
    app.will_answer(200, r#"{"response_action":"clear"}"#);
    assert_eq!(slack.submit(sample::ANA, &top, &values).await.result, SubmitResult::Cleared);
    assert!(slack.views(sample::ANA).is_empty());
    assert!(slack.unexpected_calls().is_empty());
}

#[tokio::test]
async fn unusable_answers_to_a_submission_leave_the_view_open() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    let view = opened(&slack).await;
    for (status, body) in [
        (500, ""),
        (200, "thanks"),
        (200, r#"{"response_action":"errors","errors":{"elsewhere":"?"}}"#),
        (200, r#"{"response_action":"errors","errors":{}}"#),
        (200, r#"{"response_action":"update","view":{"type":"modal"}}"#),
    ] {
        app.will_answer(status, body);
        let submitted = slack.submit(sample::ANA, &view, &[("reason", "accuracy fell")]).await;
        assert_eq!(submitted.result, SubmitResult::Failed, "{body}");
        assert_eq!(slack.views(sample::ANA).len(), 1);
    }
    assert_eq!(slack.unexpected_calls().len(), 4);
}

#[tokio::test]
async fn cancel_names_its_view_and_the_x_the_first_one() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    let view = opened(&slack).await;
    assert!(slack.close_view(sample::ANA, &view).await.unwrap().acknowledged());
    let payload = app.last_payload();
    assert_eq!((&payload["type"], &payload["is_cleared"]), (&json!("view_closed"), &json!(false)));
    let view = opened(&slack).await;
    slack.dismiss_views(sample::ANA).await.unwrap();
    assert_eq!((&app.last_payload()["is_cleared"], &app.last_payload()["view"]["id"]), (&json!(true), &json!(view)));
    assert!(slack.views(sample::ANA).is_empty());
}
