//! Comments as GitHub shows them: enough of Markdown for what Countersign writes, everything else as it stands.

use maud::{Markup, html};

/// Paragraphs, `code` between backticks, and indented blocks.
pub(super) fn comment(text: &str) -> Markup {
    html! {
        @for paragraph in text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty()) {
            @if is_indented(paragraph) { pre { (unindented(paragraph)) } } @else { p { (inline(paragraph)) } }
        }
    }
}

fn is_indented(paragraph: &str) -> bool {
    paragraph.lines().all(|line| line.starts_with("    "))
}

fn unindented(paragraph: &str) -> String {
    let lines: Vec<&str> = paragraph.lines().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect();
    lines.join("\n")
}

fn inline(text: &str) -> Markup {
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_block_and_nothing_in_it_is_markup() {
        let drawn = comment("Denied by `ana`.\n\nReason:\n\n    <b>`no`</b>\n    @channel").into_string();
        assert_eq!(
            drawn,
            "<p>Denied by <code>ana</code>.</p><p>Reason:</p><pre>&lt;b&gt;`no`&lt;/b&gt;\n@channel</pre>"
        );
    }
}
