//! Slack's own markup, read as Slack reads it: control sequences, styles, and (unless `verbatim`) whatever it would
//! turn into links and mentions by itself.
//!
//! Slack: [Formatting message text](https://docs.slack.dev/messaging/formatting-message-text)

/// A piece of text as it would be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    Text(String),
    Bold(Vec<Span>),
    Italic(Vec<Span>),
    Strike(Vec<Span>),
    Code(String),
    Preformatted(String),
    Quote(Vec<Span>),
    Link {
        url: String,
        label: String,
    },
    User(String),
    UserGroup(String),
    Channel(String),
    /// `#name` without brackets: a link if there is such a channel.
    ChannelNamed(String),
    /// `here`, `channel` or `everyone`.
    Broadcast(String),
    Date {
        unix_seconds: i64,
        pattern: String,
        url: Option<String>,
        fallback: String,
    },
    Emoji(String),
}

/// Reads a text. With `auto`, bare addresses, `@here` and `#channel` count as well.
pub fn parse(text: &str, auto: bool) -> Vec<Span> {
    let mut spans = Vec::new();
    for (index, part) in text.split("```").enumerate() {
        if index % 2 == 1 && text.matches("```").count() > index {
            spans.push(Span::Preformatted(unescape(part.trim_matches('\n'))));
        } else {
            let part = if index % 2 == 1 { format!("```{part}") } else { part.to_owned() };
            spans.extend(lines(&part, auto));
        }
    }
    joined(spans)
}

/// Plain text with emoji names, as in `plain_text` objects with `emoji` on.
pub fn parse_plain(text: &str, emoji: bool) -> Vec<Span> {
    if !emoji {
        return vec![Span::Text(text.to_owned())];
    }
    let mut spans = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match emoji_at(rest) {
            Some((span, length)) => {
                spans.push(span);
                rest = rest.get(length..).unwrap_or_default();
            }
            None => rest = push_char(&mut spans, rest, first),
        }
    }
    joined(spans)
}

/// Undoes `&amp;`, `&lt;` and `&gt;`, once.
pub fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

fn lines(text: &str, auto: bool) -> Vec<Span> {
    let mut spans = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        let quoted = line.strip_prefix("&gt;").or_else(|| line.strip_prefix('>'));
        match quoted {
            Some(quoted) => spans.push(Span::Quote(joined(inline(quoted.trim_start(), auto, ' ')))),
            None => {
                if index > 0 && !matches!(spans.last(), Some(Span::Quote(_))) {
                    spans.push(Span::Text("\n".to_owned()));
                }
                spans.extend(inline(line, auto, ' '));
            }
        }
    }
    spans
}

/// Reads one line; `before` is the character in front of it.
fn inline(line: &str, auto: bool, mut before: char) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let found = control_at(rest)
            .or_else(|| code_at(rest))
            .or_else(|| styled_at(rest, before, auto))
            .or_else(|| emoji_at(rest))
            .or_else(|| entity_at(rest))
            .or_else(|| if auto { automatic_at(rest, before) } else { None });
        match found {
            Some((span, length)) => {
                spans.push(span);
                before = rest.get(..length).and_then(|seen| seen.chars().last()).unwrap_or(' ');
                rest = rest.get(length..).unwrap_or_default();
            }
            None => {
                before = first;
                rest = push_char(&mut spans, rest, first);
            }
        }
    }
    spans
}

fn push_char<'a>(spans: &mut Vec<Span>, rest: &'a str, first: char) -> &'a str {
    spans.push(Span::Text(first.to_string()));
    rest.get(first.len_utf8()..).unwrap_or_default()
}

type Found = Option<(Span, usize)>;

/// `<...>`: mentions, dates, links.
fn control_at(rest: &str) -> Found {
    let inner = rest.strip_prefix('<')?;
    let end = inner.find(['>', '<', '\n'])?;
    let inner = inner.get(..end).filter(|_| inner.as_bytes().get(end) == Some(&b'>'))?;
    let (target, label) =
        inner.split_once('|').map_or((inner, None), |(target, label)| (target, Some(unescape(label))));
    let span = if let Some(user) = target.strip_prefix('@') {
        Span::User(user.to_owned())
    } else if let Some(channel) = target.strip_prefix('#') {
        Span::Channel(channel.to_owned())
    } else if let Some(group) = target.strip_prefix("!subteam^") {
        Span::UserGroup(group.to_owned())
    } else if let Some(date) = target.strip_prefix("!date^") {
        date_of(date, label.unwrap_or_default())?
    } else if let Some(word) = target.strip_prefix('!') {
        Span::Broadcast(word.to_owned())
    } else {
        let url = unescape(target);
        Span::Link { label: label.unwrap_or_else(|| url.clone()), url }
    };
    Some((span, end.saturating_add(2)))
}

fn date_of(date: &str, fallback: String) -> Option<Span> {
    let mut parts = date.split('^');
    let unix_seconds = parts.next()?.parse().ok()?;
    let pattern = parts.next()?.to_owned();
    Some(Span::Date { unix_seconds, pattern, url: parts.next().map(unescape), fallback })
}

fn code_at(rest: &str) -> Found {
    let inner = rest.strip_prefix('`')?;
    let end = inner.find('`').filter(|end| *end > 0)?;
    Some((Span::Code(unescape(inner.get(..end)?)), end.saturating_add(2)))
}

fn styled_at(rest: &str, before: char, auto: bool) -> Found {
    let mark = rest.chars().next().filter(|mark| matches!(mark, '*' | '_' | '~'))?;
    let inner = rest.get(1..)?;
    if before.is_alphanumeric() || inner.starts_with(char::is_whitespace) {
        return None;
    }
    let closes = |at: &usize| {
        let ends_well = inner.get(..*at).is_some_and(|seen| !seen.is_empty() && !seen.ends_with(char::is_whitespace));
        let after = inner.get(at.saturating_add(1)..).and_then(|after| after.chars().next());
        ends_well && !after.is_some_and(char::is_alphanumeric)
    };
    let end = inner.match_indices(mark).map(|(at, _)| at).find(closes)?;
    let content = inline(inner.get(..end)?, auto, mark);
    let span = match mark {
        '*' => Span::Bold(joined(content)),
        '_' => Span::Italic(joined(content)),
        _ => Span::Strike(joined(content)),
    };
    Some((span, end.saturating_add(2)))
}

fn emoji_at(rest: &str) -> Found {
    let inner = rest.strip_prefix(':')?;
    let end = inner.find(':').filter(|end| *end > 0)?;
    let name = inner.get(..end)?;
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'+');
    let named = name.bytes().all(allowed) && !name.bytes().all(|byte| byte.is_ascii_digit());
    named.then(|| (Span::Emoji(name.to_owned()), end.saturating_add(2)))
}

fn entity_at(rest: &str) -> Found {
    let entities = [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")];
    let (entity, meaning) = entities.into_iter().find(|(entity, _)| rest.starts_with(entity))?;
    Some((Span::Text(meaning.to_owned()), entity.len()))
}

fn automatic_at(rest: &str, before: char) -> Found {
    if before.is_alphanumeric() || matches!(before, '_' | '/' | '@' | '#' | '&') {
        return None;
    }
    for word in ["here", "channel", "everyone"] {
        let after = rest.strip_prefix('@').and_then(|rest| rest.strip_prefix(word));
        if after.is_some_and(|after| !after.starts_with(|next: char| next.is_alphanumeric() || next == '_')) {
            return Some((Span::Broadcast(word.to_owned()), word.len().saturating_add(1)));
        }
    }
    if rest.starts_with("http://") || rest.starts_with("https://") {
        let end = rest.find(|next: char| next.is_whitespace() || matches!(next, '<' | '>' | '|')).unwrap_or(rest.len());
        let url = unescape(rest.get(..end)?);
        return Some((Span::Link { label: url.clone(), url }, end));
    }
    let name = rest.strip_prefix('#')?;
    let allowed = |next: char| next.is_ascii_lowercase() || next.is_ascii_digit() || matches!(next, '-' | '_');
    let end = name.find(|next| !allowed(next)).unwrap_or(name.len());
    (end > 0).then(|| (Span::ChannelNamed(name.get(..end).unwrap_or_default().to_owned()), end.saturating_add(1)))
}

/// Neighbouring pieces of plain text become one.
fn joined(spans: Vec<Span>) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::new();
    for span in spans {
        match (joined.last_mut(), span) {
            (Some(Span::Text(text)), Span::Text(more)) => text.push_str(&more),
            (_, span) => joined.push(span),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Span {
        Span::Text(text.to_owned())
    }

    #[test]
    fn escaped_text_shows_itself_and_mentions_nobody() {
        let spans = parse("&lt;!channel&gt; &lt;@U0ANA&gt; a &amp;amp; b", false);
        assert_eq!(spans, [text("<!channel> <@U0ANA> a &amp; b")]);
    }

    #[test]
    fn control_sequences_become_mentions_links_and_dates() {
        let spans = parse("<@U0ANA> <!subteam^S1> <#C1|x> <!here> <https://a.example/?a=1&amp;b=2|run 7>", false);
        let spans: Vec<Span> = spans.into_iter().filter(|span| *span != text(" ")).collect();
        let link = Span::Link { url: "https://a.example/?a=1&b=2".into(), label: "run 7".into() };
        assert_eq!(
            spans,
            [
                Span::User("U0ANA".into()),
                Span::UserGroup("S1".into()),
                Span::Channel("C1".into()),
                Span::Broadcast("here".into()),
                link,
            ]
        );
        let date = parse("<!date^1764000000^{date} at {time}|noon>", false);
        let expected = Span::Date {
            unix_seconds: 1_764_000_000,
            pattern: "{date} at {time}".into(),
            url: None,
            fallback: "noon".into(),
        };
        assert_eq!(date, [expected]);
    }

    #[test]
    fn bare_mentions_count_only_when_parsing_is_automatic() {
        let words = "@channel see #general https://a.example x@here";
        assert_eq!(parse(words, false), [text(words)]);
        let spans = parse(words, true);
        assert_eq!(spans.first(), Some(&Span::Broadcast("channel".into())));
        assert!(spans.contains(&Span::ChannelNamed("general".into())));
        assert!(spans.contains(&Span::Link { url: "https://a.example".into(), label: "https://a.example".into() }));
        assert_eq!(spans.last(), Some(&text(" x@here")));
    }

    #[test]
    fn styles_need_word_boundaries() {
        assert_eq!(parse("*bold* a*b*c", false), [Span::Bold(vec![text("bold")]), text(" a*b*c")]);
        assert_eq!(parse("snake_case_name", false), [text("snake_case_name")]);
        assert_eq!(parse("`a*b*`", false), [Span::Code("a*b*".into())]);
        assert_eq!(parse("_a *b*_", false), [Span::Italic(vec![text("a "), Span::Bold(vec![text("b")])])]);
    }

    #[test]
    fn fences_and_quotes_stand_apart() {
        assert_eq!(parse("a\n```x\n*y*```", false), [text("a\n"), Span::Preformatted("x\n*y*".into())]);
        assert_eq!(parse("&gt; said\nthen", false), [Span::Quote(vec![text("said")]), text("then")]);
        assert_eq!(parse("``` open", false), [text("``` open")]);
    }

    #[test]
    fn emoji_names_are_pictures_unless_switched_off() {
        assert_eq!(
            parse_plain("ok :tada: 12:30:45", true),
            [text("ok "), Span::Emoji("tada".into()), text(" 12:30:45")]
        );
        assert_eq!(parse_plain(":tada:", false), [text(":tada:")]);
    }

    #[test]
    fn hostile_text_never_breaks_the_reader() {
        for hostile in
            ["<", "<<>>", "<!date^x^y>", "*", "**", "`", "``", "```", ":", "::", "&", "<@", "~ü~é", "_\u{202e}_"]
        {
            parse(hostile, true);
            parse_plain(hostile, true);
        }
    }
}
