use serde_json::json;

use super::*;
use crate::domain::Timestamp;
use crate::sim::slack::sample;
use crate::sim::slack::state::{State, Version};

fn reader(state: &State) -> Reader<'_> {
    Reader { state, viewer: sample::ANA, now: Timestamp::from_seconds(1_764_000_000) }
}

fn posted(blocks: Value) -> Message {
    let blocks = blocks.as_array().cloned().unwrap();
    let versions = vec![Version { at: Timestamp::default(), text: "x".into(), blocks: blocks.clone() }];
    Message {
        channel: sample::RELEASES.into(),
        ts: "1764000000.000100".into(),
        user: sample::BOT_USER.into(),
        text: "x".into(),
        blocks,
        versions,
        ..Message::default()
    }
}

fn drawn(blocks: Value) -> String {
    message(&reader(&sample::workspace()), &posted(blocks)).into_string()
}

#[test]
fn hostile_text_is_escaped_everywhere() {
    let evil = "<script>alert(1)</script>\"'";
    let drawn = drawn(json!([
        { "type": "header", "text": { "type": "plain_text", "text": evil } },
        { "type": "section", "text": { "type": "mrkdwn", "text": format!("{evil} `{evil}` <javascript:alert(1)|{}>", "run") } },
        { "type": "rich_text", "elements": [
            { "type": "rich_text_preformatted", "elements": [{ "type": "text", "text": evil }] },
            { "type": "rich_text_section", "elements": [{ "type": "link", "url": "javascript:alert(1)", "text": evil }] },
        ] },
        { "type": "actions", "block_id": evil, "elements": [
            { "type": "button", "action_id": evil, "value": evil, "text": { "type": "plain_text", "text": evil } },
        ] },
        { "type": "image", "image_url": "data:text/html,x", "alt_text": evil },
        { "type": "table", "rows": [[{ "type": "raw_text", "text": evil }]] },
    ]));
    assert!(!drawn.contains("<script"), "{drawn}");
    assert!(!drawn.contains("javascript:"), "{drawn}");
    assert!(!drawn.contains("data:text"), "{drawn}");
    assert!(!drawn.contains("\"'\""), "a quotation mark must not end an attribute: {drawn}");
}

#[test]
fn a_button_says_where_its_click_belongs() {
    let drawn = drawn(json!([{ "type": "actions", "block_id": "decide", "elements": [{
        "type": "button", "action_id": "approve", "value": "req_1", "style": "primary",
        "accessibility_label": "Approve sentiment", "text": { "type": "plain_text", "text": "Approve" },
    }] }]));
    let expected = "<button class=\"sk-button sk-primary\" type=\"button\" aria-label=\"Approve sentiment\" \
        data-action-id=\"approve\" data-block-id=\"decide\" data-value=\"req_1\" data-channel=\"C0RELEASES\" \
        data-ts=\"1764000000.000100\">Approve</button>";
    assert!(drawn.contains(expected), "{drawn}");
}

#[test]
fn a_button_with_a_confirm_dialog_acts_from_the_dialog() {
    let plain = |text: &str| json!({ "type": "plain_text", "text": text });
    let drawn = drawn(json!([{ "type": "actions", "block_id": "b", "elements": [{
        "type": "button", "action_id": "deny", "text": plain("Deny"),
        "confirm": { "title": plain("Sure?"), "text": plain("It ends."), "confirm": plain("Yes"), "deny": plain("No") },
    }] }]));
    assert_eq!(drawn.matches("data-action-id=\"deny\"").count(), 1);
    let (before, dialog) = drawn.split_once("popover role=\"alertdialog\"").unwrap();
    assert!(before.contains(">Deny<") && !before.contains("data-action-id"), "{before}");
    assert!(dialog.contains(">Yes<") && dialog.contains(">No<"), "{dialog}");
}

#[test]
fn a_mention_of_the_viewer_stands_out() {
    let drawn = drawn(json!([{ "type": "section", "text": { "type": "mrkdwn", "text": "<@U0ANA> and <@U0OCTO>" } }]));
    assert!(drawn.contains("<span class=\"sk-mention sk-me\" data-user=\"U0ANA\">@ana</span>"), "{drawn}");
    assert!(drawn.contains("<span class=\"sk-mention\" data-user=\"U0OCTO\">@octocat</span>"), "{drawn}");
}

#[test]
fn a_modal_is_a_form_with_named_inputs_and_errors() {
    let state = sample::workspace();
    let view = View {
        id: "V1".into(),
        view: json!({
            "title": { "text": "Deny" }, "submit": { "text": "Deny it" },
            "blocks": [{
                "type": "input", "block_id": "reason", "label": { "type": "plain_text", "text": "Why?" },
                "element": { "type": "plain_text_input", "action_id": "text", "multiline": true },
            }],
        }),
        errors: [("reason".to_owned(), "say more".to_owned())].into(),
        ..View::default()
    };
    let drawn = modal(&reader(&state), &view).into_string();
    assert!(drawn.contains("<form class=\"sk-modal\"") && drawn.contains("data-view=\"V1\""), "{drawn}");
    assert!(drawn.contains("<label for=\"sk-V1-reason-text\">Why?</label>"), "{drawn}");
    assert!(drawn.contains("<textarea class=\"sk-text\" id=\"sk-V1-reason-text\" name=\"reason\""), "{drawn}");
    assert!(drawn.contains("role=\"alert\">say more<"), "{drawn}");
    assert!(drawn.contains("type=\"submit\">Deny it<"), "{drawn}");
}

#[test]
fn ephemerals_of_others_are_not_drawn() {
    let mut state = sample::workspace();
    for user in [sample::ANA, sample::BO] {
        let ts = state.next_ts(Timestamp::from_seconds(1_764_000_000));
        let (channel, text) = (sample::RELEASES.to_owned(), format!("for {user}"));
        state.ephemerals.push(Ephemeral { channel, user: user.into(), ts, text, ..Ephemeral::default() });
    }
    let drawn = channel(&reader(&state), sample::RELEASES).into_string();
    assert!(drawn.contains("for U0ANA") && drawn.contains("Only visible to you"));
    assert!(!drawn.contains("for U0BO"));
}

#[test]
fn a_message_tells_how_many_replies_it_has() {
    let mut state = sample::workspace();
    let root = posted(json!([]));
    let reply = |ts: &str, deleted: bool| Message {
        ts: ts.into(),
        thread_ts: Some(root.ts.clone()),
        deleted,
        ..posted(json!([]))
    };
    state.messages = vec![root.clone(), reply("1764000001.000100", false), reply("1764000002.000100", true)];
    let drawn = channel(&reader(&state), sample::RELEASES).into_string();
    assert_eq!(drawn.matches("<article").count(), 1, "replies stand in the thread");
    assert!(drawn.contains(">1 reply<"), "{drawn}");
    assert_eq!(thread(&reader(&state), sample::RELEASES, &root.ts).into_string().matches("<article").count(), 2);
}
