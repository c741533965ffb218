//! HTML inside Markdown: which lines it takes, and what of it a reader sees.

use std::borrow::Cow;

use super::lines::Inside;

/// The kind of HTML block that `lower` opens (CommonMark 4.6), and whether it also ends it.
pub(super) fn html_block(lower: &str, interrupts_paragraph: bool) -> Option<(Inside, bool)> {
    for (open, close) in
        [("<script", "</script>"), ("<pre", "</pre>"), ("<style", "</style>"), ("<textarea", "</textarea>")]
    {
        if lower.strip_prefix(open).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '>', '\t'])) {
            return Some((Inside::HtmlUntil(close), lower.contains(close)));
        }
    }
    let name = lower.trim_start_matches(['<', '/']);
    let length = name.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let (name, rest) = name.split_at_checked(length)?;
    let ends_name = rest.is_empty() || rest.starts_with([' ', '\t', '>']) || rest.starts_with("/>");
    let is_block = BLOCK_TAGS.contains(&name) && ends_name;
    let is_alone =
        !interrupts_paragraph && length > 0 && ends_name && rest.find('>').is_some_and(|end| end + 1 == rest.len());
    (is_block || is_alone).then_some((Inside::HtmlUntilBlank, false))
}

#[rustfmt::skip]
const BLOCK_TAGS: [&str; 62] = [
    "address", "article", "aside", "base", "basefont", "blockquote", "body", "caption", "center", "col", "colgroup", "dd", "details",
    "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "frame", "frameset", "h1", "h2", "h3",
    "h4", "h5", "h6", "head", "header", "hr", "html", "iframe", "legend", "li", "link", "main", "menu", "menuitem", "nav", "noframes",
    "ol", "optgroup", "option", "p", "param", "search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "title",
    "tr", "track", "ul",
];

/// What is left of a line outside `<!-- -->`; `inside` says whether a comment is open before and after it.
pub(super) fn without_comments<'a>(line: &'a str, inside: &mut Inside) -> Cow<'a, str> {
    if *inside != Inside::Comment && !line.contains("<!--") {
        return Cow::Borrowed(line);
    }
    let mut seen = String::new();
    let mut rest = line;
    loop {
        if *inside == Inside::Comment {
            let Some((_, after)) = rest.split_once("-->") else {
                return Cow::Owned(seen);
            };
            (rest, *inside) = (after, Inside::Text);
        }
        let Some((before, after)) = rest.split_once("<!--") else {
            seen.push_str(rest);
            return Cow::Owned(seen);
        };
        seen.push_str(before);
        (rest, *inside) = (after, Inside::Comment);
    }
}

/// A line of tags alone shows nothing, unless one of them is a picture or other media.
pub(super) fn without_tags(line: Cow<'_, str>) -> Cow<'_, str> {
    if !line.contains('<') {
        return line;
    }
    let mut seen = String::new();
    let mut rest = line.as_ref();
    while let Some((before, after)) = rest.split_once('<') {
        seen.push_str(before);
        if !after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/') {
            seen.push('<');
            rest = after;
            continue;
        }
        // Without any `>` ahead there is no tag ahead either; looking once keeps this linear.
        let Some((tag, after)) = after.split_once('>') else {
            break;
        };
        if MEDIA_TAGS.iter().any(|name| tag.starts_with(name)) {
            seen.push('▪');
        }
        rest = after;
    }
    seen.push_str(rest);
    Cow::Owned(seen)
}

const MEDIA_TAGS: [&str; 5] = ["img", "video", "audio", "iframe", "svg"];
