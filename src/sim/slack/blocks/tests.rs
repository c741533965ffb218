use serde_json::{Value, json};

use super::*;

fn message(blocks: Value) -> Map<String, Value> {
    let body = json!({ "channel": "C1", "text": "text", "blocks": blocks });
    body.as_object().cloned().unwrap()
}

fn post(blocks: Value) -> Result<(), Refused> {
    check_message(&message(blocks), Surface::Post)
}

fn section(text: &str) -> Value {
    json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } })
}

fn button(text: &str, value: &str) -> Value {
    json!({ "type": "button", "action_id": "a", "value": value, "text": { "type": "plain_text", "text": text } })
}

fn modal() -> Value {
    json!({
        "type": "modal", "title": { "type": "plain_text", "text": "Why?" }, "blocks": [{ "type": "divider" }],
    })
}

fn error_of(outcome: Result<(), Refused>) -> &'static str {
    outcome.map_or_else(|refused| refused.error, |()| "taken")
}

#[test]
fn fifty_blocks_are_taken_and_fifty_one_refused_in_slacks_words() {
    let dividers = |count| Value::from_iter(std::iter::repeat_n(json!({ "type": "divider" }), count));
    assert_eq!(post(dividers(50)), Ok(()));
    let refused = post(dividers(51)).unwrap_err();
    assert_eq!(refused.error, "invalid_blocks");
    assert_eq!(refused.findings, [found("/blocks", "no more than 50 items allowed")]);
}

#[test]
fn lengths_are_taken_up_to_the_limit() {
    type Sized = fn(usize) -> Value;
    let cases: [(Sized, usize); 6] = [
        (|length| section(&"x".repeat(length)), 3000),
        (|length| json!({ "type": "header", "text": { "type": "plain_text", "text": "x".repeat(length) } }), 150),
        (|length| json!({ "type": "actions", "elements": [button(&"x".repeat(length), "v")] }), 75),
        (|length| json!({ "type": "actions", "elements": [button("x", &"v".repeat(length))] }), 2000),
        (|length| json!({ "type": "divider", "block_id": "x".repeat(length) }), 255),
        (|length| json!({ "type": "context", "elements": vec![json!({ "type": "mrkdwn", "text": "x" }); length] }), 10),
    ];
    for (block, limit) in cases {
        assert_eq!(error_of(post(json!([block(limit)]))), "taken", "{}", block(1));
        assert_eq!(error_of(post(json!([block(limit + 1)]))), "invalid_blocks", "{}", block(1));
    }
}

#[test]
fn lengths_count_characters_not_bytes() {
    assert_eq!(post(json!([section(&"ü".repeat(3000))])), Ok(()));
}

#[test]
fn a_long_section_is_refused_with_its_pointer() {
    let refused = post(json!([section(&"x".repeat(3001))])).unwrap_err();
    assert_eq!(refused.findings, [found("/blocks/0/text/text", "must be less than 3001 characters")]);
}

#[test]
fn all_text_of_a_message_has_a_budget() {
    let sections = |last: usize| {
        json!([
            section(&"x".repeat(3000)),
            section(&"x".repeat(3000)),
            section(&"x".repeat(3000)),
            section(&"x".repeat(last))
        ])
    };
    assert_eq!(error_of(post(sections(2000))), "taken");
    assert_eq!(error_of(post(sections(2001))), "msg_blocks_too_long");
    let body = message(sections(2001));
    assert_eq!(check_message(&body, Surface::ResponseUrl), Ok(()), "a response_url has no such budget");
}

#[test]
fn an_update_takes_four_thousand_characters_of_text() {
    let update = |length: usize| {
        let body = json!({ "channel": "C1", "ts": "1.2", "text": "x".repeat(length) });
        error_of(check_message(body.as_object().unwrap(), Surface::Update))
    };
    assert_eq!((update(4000), update(4001)), ("taken", "msg_too_long"));
}

#[test]
fn unknown_members_and_types_are_refused() {
    for (block, words) in [
        (
            json!({ "type": "section", "text": { "type": "mrkdwn", "text": "x", "emoji": true } }),
            "invalid additional property: emoji",
        ),
        (json!({ "type": "banner" }), "unsupported type: banner"),
        (json!({ "type": "section" }), "failed to match all allowed schemas"),
        (json!({ "type": "section", "text": { "type": "mrkdwn", "text": "" } }), "must be more than 0 characters"),
        (json!({ "type": "header" }), "missing required field: text"),
        (
            json!({ "type": "actions", "elements": [button("x", "v"), button("y", "w")] }),
            "`action_id` \"a\" already exists",
        ),
    ] {
        let refused = post(json!([block])).unwrap_err();
        assert!(refused.findings.iter().any(|finding| finding.message == words), "{words}: {refused:?}");
    }
}

#[test]
fn a_block_id_stands_once_in_a_message() {
    let twice = json!([{ "type": "divider", "block_id": "a" }, { "type": "divider", "block_id": "a" }]);
    assert_eq!(post(twice).unwrap_err().findings, [found("/blocks/1/block_id", "`block_id` \"a\" already exists")]);
}

#[test]
fn a_message_shows_something() {
    let empty = json!({ "channel": "C1", "text": "  " });
    assert_eq!(error_of(check_message(empty.as_object().unwrap(), Surface::Post)), "no_text");
}

#[test]
fn blocks_must_be_a_list() {
    assert_eq!(error_of(post(json!({ "type": "divider" }))), "invalid_blocks_format");
}

#[test]
fn one_table_is_taken_and_two_are_refused() {
    let table = json!({ "type": "table", "rows": [[{ "type": "raw_text", "text": "f1" }]] });
    assert_eq!(error_of(post(json!([table]))), "taken");
    assert_eq!(error_of(post(json!([table, table]))), "invalid_attachments");
}

#[test]
fn a_modal_with_an_input_needs_a_submit_button() {
    let mut view = modal();
    view["blocks"] = json!([{
        "type": "input", "block_id": "reason", "label": { "type": "plain_text", "text": "Why?" },
        "element": { "type": "plain_text_input", "action_id": "text" },
    }]);
    let refused = check_view(&view).unwrap_err();
    assert!(refused.findings.contains(&found("/view/submit", "missing required field: submit")), "{refused:?}");
    view["submit"] = json!({ "type": "plain_text", "text": "Deny" });
    assert_eq!(check_view(&view), Ok(()));
}

#[test]
fn views_are_refused_in_the_words_of_views() {
    let mut view = modal();
    view["private_metadata"] = json!("x".repeat(3001));
    let refused = check_view(&view).unwrap_err();
    assert_eq!(refused.error, "invalid_arguments");
    let words = [
        found("/view", "failed to match all allowed schemas"),
        found("/view/private_metadata", "must be less than 3001 characters"),
    ];
    assert_eq!(refused.findings, words);
    view["private_metadata"] = json!("x".repeat(3000));
    assert_eq!(check_view(&view), Ok(()));
}

#[test]
fn a_title_of_twenty_five_characters_is_refused() {
    let mut view = modal();
    view["title"]["text"] = json!("x".repeat(24));
    assert_eq!(check_view(&view), Ok(()));
    view["title"]["text"] = json!("x".repeat(25));
    assert_eq!(error_of(check_view(&view)), "invalid_arguments");
}

#[test]
fn a_view_of_more_than_a_quarter_megabyte_is_too_large() {
    let mut view = modal();
    view["blocks"] = Value::from_iter((0..100).map(|_| section(&"x".repeat(2600))));
    assert_eq!(error_of(check_view(&view)), "view_too_large");
    view["blocks"] = Value::from_iter((0..100).map(|_| section(&"x".repeat(2400))));
    assert_eq!(error_of(check_view(&view)), "taken");
}
