//! Rich text as plain text: nothing in its runs is parsed.

use serde_json::Value;

use super::super::elements::text_of;
use super::super::reader::{Reader, emoji};
use super::list;

/// A `rich_text` block or cell.
pub(super) fn text(reader: &Reader<'_>, block: &Value) -> String {
    let mut counter = 0_u64;
    let parts = list(block, "elements").iter().map(|part| element(reader, part, &mut counter));
    parts.collect::<Vec<_>>().join("\n")
}

fn element(reader: &Reader<'_>, part: &Value, counter: &mut u64) -> String {
    match text_of(part, "type") {
        "rich_text_list" => items(reader, part, counter),
        "rich_text_quote" => format!("> {}", runs(reader, part).replace('\n', "\n> ")),
        "rich_text_preformatted" => format!("    {}", runs(reader, part).replace('\n', "\n    ")),
        _ => runs(reader, part),
    }
}

fn items(reader: &Reader<'_>, part: &Value, counter: &mut u64) -> String {
    let number = |name: &str| part.get(name).and_then(Value::as_u64).unwrap_or_default();
    let inset = "  ".repeat(usize::try_from(number("indent")).unwrap_or_default().min(8));
    let ordered = text_of(part, "style") == "ordered";
    *counter = number("offset");
    let lines = list(part, "elements").iter().map(|item| {
        *counter = counter.saturating_add(1);
        let mark = if ordered { format!("{counter}.") } else { "•".to_owned() };
        format!("{inset}{mark} {}", runs(reader, item))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn runs(reader: &Reader<'_>, part: &Value) -> String {
    list(part, "elements").iter().map(|run| one_run(reader, run)).collect()
}

fn one_run(reader: &Reader<'_>, run: &Value) -> String {
    let own = text_of(run, "text");
    match text_of(run, "type") {
        "text" => own.to_owned(),
        "link" if own.is_empty() => text_of(run, "url").to_owned(),
        "link" => format!("{own} ({})", text_of(run, "url")),
        "user" => reader.user(text_of(run, "user_id")),
        "usergroup" => reader.user_group(text_of(run, "usergroup_id")),
        "channel" => reader.channel(text_of(run, "channel_id")),
        "broadcast" => format!("@{}", text_of(run, "range")),
        "emoji" => emoji(text_of(run, "name")).map_or_else(|| format!(":{}:", text_of(run, "name")), str::to_owned),
        "date" => {
            let at = run.get("timestamp").and_then(Value::as_i64).unwrap_or_default();
            reader.date(at, text_of(run, "format")).unwrap_or_else(|| text_of(run, "fallback").to_owned())
        }
        "color" => text_of(run, "value").to_owned(),
        _ => String::new(),
    }
}
