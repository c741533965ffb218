use serde_json::json;

use super::*;
use crate::domain::Timestamp;
use crate::sim::slack::sample;
use crate::sim::slack::state::State;

fn shown(state: &State, blocks: Value) -> String {
    let reader = Reader { state, viewer: sample::ANA, now: Timestamp::from_seconds(1_764_000_000) };
    super::blocks(&reader, blocks.as_array().unwrap())
}

fn button(text: &str, label: &str) -> Value {
    json!({ "type": "button", "text": { "type": "plain_text", "text": text }, "accessibility_label": label, "action_id": text })
}

#[test]
fn a_message_reads_from_top_to_bottom_with_names_and_tables_last() {
    let state = sample::workspace();
    let blocks = json!([
        { "type": "header", "text": { "type": "plain_text", "text": "sentiment to production" } },
        { "type": "table", "rows": [
            [{ "type": "raw_text", "text": "metric" }, { "type": "raw_text", "text": "live" }],
            [{ "type": "raw_text", "text": "f1" }, { "type": "raw_text", "text": "0.92" }],
        ] },
        { "type": "section", "fields": [{ "type": "mrkdwn", "text": "*accuracy*\n0.927 → 0.913" }] },
        { "type": "rich_text", "elements": [
            { "type": "rich_text_list", "style": "bullet", "elements": [
                { "type": "rich_text_section", "elements": [
                    { "type": "user", "user_id": "U0OCTO" }, { "type": "text", "text": " may act <b>" },
                ] },
            ] },
            { "type": "rich_text_preformatted", "elements": [{ "type": "text", "text": "-a\n+b" }] },
        ] },
        { "type": "actions", "elements": [button("Approve", ""), button("Deny", "")] },
        { "type": "context", "elements": [
            { "type": "mrkdwn", "text": "Expires <!date^1764007200^{date_pretty} at {time}|later>. &lt;!here&gt;", "verbatim": true },
        ] },
    ]);
    let expected = "\
# sentiment to production
  accuracy: 0.927 → 0.913
• @octocat may act <b>
    -a
    +b
[Approve] [Deny]
Expires today at 18:00. <!here>
metric | live
f1     | 0.92";
    assert_eq!(shown(&state, blocks), expected);
}

#[test]
fn a_modal_shows_what_was_typed_and_what_is_wrong() {
    let state = sample::workspace();
    let view = View {
        view: json!({
            "title": { "text": "Deny deployment" }, "submit": { "text": "Deny" },
            "blocks": [{
                "type": "input", "block_id": "reason", "label": { "type": "plain_text", "text": "Why?" },
                "element": { "type": "plain_text_input", "action_id": "text" },
            }],
        }),
        values: [("reason".to_owned(), [("text".to_owned(), json!({ "value": "no" }))].into())].into(),
        errors: [("reason".to_owned(), "say more".to_owned())].into(),
        ..View::default()
    };
    let reader = Reader { state: &state, viewer: sample::ANA, now: Timestamp::default() };
    assert_eq!(super::view(&reader, &view), "┌ Deny deployment\nWhy?: [no]\n  ! say more\n└ [Cancel] [Deny]");
}

#[test]
fn notification_and_screen_reader_get_text_instead_of_blocks() {
    let state = sample::workspace();
    let reader = Reader { state: &state, viewer: sample::ANA, now: Timestamp::default() };
    let blocks = [
        json!({ "type": "header", "text": { "type": "plain_text", "text": "drawn" } }),
        json!({ "type": "actions", "elements": [button("Approve", "Approve sentiment for production")] }),
    ];
    assert_eq!(
        notification(&reader, "Approve sentiment? Asked by <@U0MONA>", &blocks),
        "Approve sentiment? Asked by @mona"
    );
    assert_eq!(notification(&reader, "", &blocks), "drawn");
    let spoken = screen_reader(&reader, "Approve sentiment?", &blocks);
    assert_eq!(spoken, "Approve sentiment?\nApprove sentiment for production, button");
}
