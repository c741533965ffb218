//! Would Slack take this message or view? Per-field limits come from the schema; here are the rules over the whole.
//!
//! Slack: [Block Kit](https://docs.slack.dev/reference/block-kit)

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::schema::{self, Finding};

/// Characters of text in all blocks of a message; Slack's own number is unpublished and lies a little above.
pub const MESSAGE_TEXT_MAX: usize = 11_000;
/// Characters of all `markdown` blocks of one message.
pub const MARKDOWN_MAX: usize = 12_000;
/// Characters in all cells of a message's table.
pub const TABLE_TEXT_MAX: usize = 10_000;
/// Characters of `text` that `chat.update` takes.
pub const UPDATE_TEXT_MAX: usize = 4_000;
/// Bytes of a view.
pub const VIEW_BYTES_MAX: usize = 250_000;

/// A refusal: Slack's error code, and what is wrong where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    pub error: &'static str,
    pub findings: Vec<Finding>,
}

/// What a message is checked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    Post,
    /// `chat.update`: a shorter `text`.
    Update,
    /// A `response_url`: Slack does not sum up the text there.
    ResponseUrl,
}

/// Checks the arguments of a `chat.*` method or the body of a `response_url` post.
///
/// # Errors
/// Slack's error and its words, as soon as one thing is wrong.
pub fn check_message(arguments: &Map<String, Value>, surface: Surface) -> Result<(), Refused> {
    if arguments.get("blocks").is_some_and(|blocks| !blocks.is_array()) {
        return Err(refused("invalid_blocks_format", Vec::new()));
    }
    let findings = schema::check("message", &Value::Object(arguments.clone()));
    by_argument(findings)?;
    let blocks = blocks_of(arguments);
    let uniqueness = repeated_ids(blocks, "/blocks");
    if !uniqueness.is_empty() {
        return Err(refused("invalid_blocks", uniqueness));
    }
    check_totals(arguments, blocks, surface)
}

/// Checks a view of `views.*` or of an answer to a submission. Pointers start at `/view`.
///
/// # Errors
/// `invalid_arguments` or `view_too_large`.
pub fn check_view(view: &Value) -> Result<(), Refused> {
    let mut findings = schema::check("view", view);
    let blocks = view.get("blocks").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    findings.extend(repeated_ids(blocks, "/blocks"));
    findings.extend(view_rules(view, blocks));
    if !findings.is_empty() {
        for finding in &mut findings {
            finding.pointer.insert_str(0, "/view");
        }
        findings.insert(0, found("/view", "failed to match all allowed schemas"));
        return Err(refused("invalid_arguments", findings));
    }
    if view.to_string().len() > VIEW_BYTES_MAX {
        return Err(refused("view_too_large", Vec::new()));
    }
    Ok(())
}

/// Characters of text in blocks, counted as for `msg_blocks_too_long`.
pub fn text_in_blocks(blocks: &[Value]) -> usize {
    nodes(blocks).iter().filter_map(|node| node.get("text")?.as_str()).map(|text| text.chars().count()).sum()
}

/// Which error Slack gives depends on the argument that is wrong.
fn by_argument(findings: Vec<Finding>) -> Result<(), Refused> {
    let of = |argument: &str| -> Vec<Finding> {
        let prefix = format!("/{argument}");
        findings.iter().filter(|finding| finding.pointer.starts_with(&prefix)).cloned().collect()
    };
    for (argument, error) in
        [("blocks", "invalid_blocks"), ("attachments", "invalid_attachments"), ("metadata", "invalid_metadata_format")]
    {
        let wrong = of(argument);
        if argument == "attachments" && wrong.iter().any(|finding| finding.message == "no more than 100 items allowed")
        {
            return Err(refused("too_many_attachments", Vec::new()));
        }
        if !wrong.is_empty() {
            return Err(refused(error, wrong));
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(refused("invalid_arguments", findings)) }
}

fn check_totals(arguments: &Map<String, Value>, blocks: &[Value], surface: Surface) -> Result<(), Refused> {
    let text = arguments.get("text").and_then(Value::as_str).unwrap_or_default();
    let markdown = arguments.get("markdown_text").is_some();
    if markdown && (!blocks.is_empty() || !text.is_empty()) {
        return Err(refused("markdown_text_conflict", Vec::new()));
    }
    if tables(blocks) > 1 {
        return Err(refused("invalid_attachments", vec![found("/blocks", "only_one_table_allowed")]));
    }
    let markdown_characters = markdown_length(blocks);
    if markdown_characters > MARKDOWN_MAX {
        let wrong = format!("markdown blocks add up to {markdown_characters} characters, {MARKDOWN_MAX} are allowed");
        return Err(refused("invalid_blocks", vec![found("/blocks", &wrong)]));
    }
    let too_long = text_in_blocks(blocks) > MESSAGE_TEXT_MAX || cell_text(blocks) > TABLE_TEXT_MAX;
    if surface != Surface::ResponseUrl && too_long {
        return Err(refused("msg_blocks_too_long", Vec::new()));
    }
    if surface == Surface::Update && text.chars().count() > UPDATE_TEXT_MAX {
        return Err(refused("msg_too_long", Vec::new()));
    }
    check_something_to_show(arguments, blocks, text)
}

fn check_something_to_show(arguments: &Map<String, Value>, blocks: &[Value], text: &str) -> Result<(), Refused> {
    let attachments = arguments.get("attachments").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    let markdown = arguments.contains_key("markdown_text");
    if blocks.is_empty() && text.trim().is_empty() && !attachments && !markdown {
        return Err(refused("no_text", Vec::new()));
    }
    Ok(())
}

fn view_rules(view: &Value, blocks: &[Value]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let modal = view.get("type").and_then(Value::as_str) == Some("modal");
    let has_input = blocks.iter().any(|block| type_of(block) == "input");
    if modal && has_input && view.get("submit").is_none() {
        findings.push(found("/submit", "missing required field: submit"));
    }
    let focused = nodes(blocks).iter().filter(|node| node.get("focus_on_load") == Some(&Value::Bool(true))).count();
    if focused > 1 {
        findings.push(found("/blocks", "focus_on_load may be true once only"));
    }
    findings
}

fn repeated_ids(blocks: &[Value], at: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    for (index, block) in blocks.iter().enumerate() {
        if let Some(id) = block.get("block_id").and_then(Value::as_str).filter(|id| !seen.insert(*id)) {
            findings.push(found(&format!("{at}/{index}/block_id"), &format!("`block_id` \"{id}\" already exists")));
        }
        repeated_action_ids(block, &format!("{at}/{index}"), &mut findings);
    }
    findings
}

fn repeated_action_ids(block: &Value, at: &str, findings: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for (index, element) in list(block, "elements").iter().enumerate() {
        if let Some(id) = element.get("action_id").and_then(Value::as_str).filter(|id| !seen.insert(*id)) {
            let pointer = format!("{at}/elements/{index}/action_id");
            findings.push(found(&pointer, &format!("`action_id` \"{id}\" already exists")));
        }
    }
    for (index, child) in list(block, "child_blocks").iter().enumerate() {
        repeated_action_ids(child, &format!("{at}/child_blocks/{index}"), findings);
    }
}

fn tables(blocks: &[Value]) -> usize {
    blocks.iter().filter(|block| type_of(block) == "table").count()
}

fn markdown_length(blocks: &[Value]) -> usize {
    let markdown = blocks.iter().filter(|block| type_of(block) == "markdown");
    markdown.filter_map(|block| block.get("text")?.as_str()).map(|text| text.chars().count()).sum()
}

fn cell_text(blocks: &[Value]) -> usize {
    let nodes = nodes(blocks);
    let cells = nodes.iter().filter(|node| matches!(type_of(node), "raw_text" | "raw_number"));
    cells.filter_map(|node| node.get("text")?.as_str()).map(|text| text.chars().count()).sum()
}

/// Every object within the blocks, at any depth.
fn nodes(blocks: &[Value]) -> Vec<&Value> {
    let mut open: Vec<&Value> = blocks.iter().collect();
    let mut objects = Vec::new();
    while let Some(node) = open.pop() {
        match node {
            Value::Object(members) => {
                objects.push(node);
                open.extend(members.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    objects
}

fn blocks_of(arguments: &Map<String, Value>) -> &[Value] {
    arguments.get("blocks").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn type_of(value: &Value) -> &str {
    value.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn found(pointer: &str, message: &str) -> Finding {
    Finding { pointer: pointer.to_owned(), message: message.to_owned() }
}

fn refused(error: &'static str, findings: Vec<Finding>) -> Refused {
    Refused { error, findings }
}

#[cfg(test)]
mod tests;
