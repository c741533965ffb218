//! Block Kit in our own words: a few builders over the client library's types, which put every text where Slack parses nothing.
//!
//! Slack: [Block Kit reference](https://docs.slack.dev/reference/block-kit)

use slack_morphism::prelude::*;

use crate::domain::{ChatUser, Timestamp};

use super::text;

/// Longest text of a header, a button, a modal's title, in characters.
pub(super) const MAX_HEADER: usize = 150;
pub(super) const MAX_BUTTON: usize = 30;
pub(super) const MAX_LABEL: usize = 75;
pub(super) const MAX_TITLE: usize = 24;
/// Longest text object.
pub(super) const MAX_TEXT: usize = 3_000;

/// A line of rich text: runs that Slack shows as they are.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    runs: Vec<SlackRichTextInlineElement>,
}

impl Line {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Our own words.
    pub(super) fn words(self, text: &str) -> Self {
        self.run(text.to_owned(), |run| run)
    }

    /// Our own words, in bold.
    pub(super) fn bold(self, text: &str) -> Self {
        self.run(text.to_owned(), SlackRichTextText::bold)
    }

    /// A stranger's text.
    pub(super) fn theirs(self, text: &str, max: usize) -> Self {
        self.run(text::line(text, max), |run| run)
    }

    /// A stranger's text, in bold.
    pub(super) fn their_bold(self, text: &str, max: usize) -> Self {
        self.run(text::line(text, max), SlackRichTextText::bold)
    }

    /// What somebody said, in quotation marks.
    pub(super) fn quote(self, text: &str, max: usize) -> Self {
        self.run(format!("“{}”", text::line(text, max)), SlackRichTextText::italic)
    }

    /// A name, a path, a digest: in code style.
    pub(super) fn code(self, text: &str, max: usize) -> Self {
        self.run(text::line(text, max), SlackRichTextText::code)
    }

    /// A link under our own words; the words alone where the address is none.
    pub(super) fn link(mut self, address: &str, label: &str) -> Self {
        let Some(address) = web_address(address) else { return self.words(label) };
        let link = SlackRichTextLink::new(SlackRelaxedUrl(address)).with_text(label.to_owned());
        self.runs.push(link.into());
        self
    }

    /// A person of the chat.
    pub(super) fn person(mut self, person: &ChatUser) -> Self {
        if !is_user_id(&person.user) {
            return self.code(&person.user, 64);
        }
        self.runs.push(SlackRichTextUser::new(SlackUserId(person.user.clone())).into());
        self
    }

    /// A moment, in the reader's own zone.
    ///
    /// Slack: [Formatting text, date formatting](https://docs.slack.dev/messaging/formatting-message-text)
    pub(super) fn at(mut self, at: Timestamp) -> Self {
        self.runs.push(SlackRichTextInlineElement::Unknown(serde_json::json!({
            "type": "date", "timestamp": at.as_seconds(), "format": text::MOMENT, "fallback": text::date(at),
        })));
        self
    }

    /// `a, b and c`, as people of the chat.
    pub(super) fn people(mut self, people: &[ChatUser], most: usize) -> Self {
        let more = people.len().saturating_sub(most);
        let last = people.len().min(most).saturating_sub(1);
        for (place, person) in people.iter().take(most).enumerate() {
            let between = if place == 0 {
                ""
            } else if place == last && more == 0 {
                " and "
            } else {
                ", "
            };
            self = self.words(between).person(person);
        }
        if more > 0 { self.words(&format!(" and {more} more")) } else { self }
    }

    pub(super) fn then(mut self, other: Self) -> Self {
        self.runs.extend(other.runs);
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// The line for places that show text only: notifications and screen readers.
    pub(super) fn as_fallback(&self, max: usize) -> String {
        let mut out = String::new();
        for run in &self.runs {
            let left = max.saturating_sub(out.chars().count());
            let piece = match run {
                SlackRichTextInlineElement::Text(run) => text::fallback(&run.text, left),
                SlackRichTextInlineElement::Link(link) => {
                    text::fallback(link.text.as_deref().unwrap_or_default(), left)
                }
                SlackRichTextInlineElement::User(user) => format!("<@{}>", user.user_id.0),
                SlackRichTextInlineElement::Unknown(moment) => {
                    moment.get("fallback").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
                }
                _ => String::new(),
            };
            if piece.chars().count() <= left {
                out.push_str(&piece);
            }
        }
        out
    }

    fn run(mut self, text: String, style: impl Fn(SlackRichTextText) -> SlackRichTextText) -> Self {
        // Slack's own check refuses empty runs.
        if !text.is_empty() {
            self.runs.push(style(SlackRichTextText::new(text)).into());
        }
        self
    }

    fn section(self) -> SlackRichTextSection {
        SlackRichTextSection::new(self.runs)
    }
}

/// One rich text block.
#[derive(Debug, Clone, Default)]
pub(super) struct Rich {
    elements: Vec<SlackRichTextElement>,
}

impl Rich {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn line(mut self, line: Line) -> Self {
        if !line.is_empty() {
            self.elements.push(line.section().into());
        }
        self
    }

    pub(super) fn bullets(mut self, lines: Vec<Line>) -> Self {
        let items: Vec<SlackRichTextListElement> =
            lines.into_iter().filter(|line| !line.is_empty()).map(|line| line.section().into()).collect();
        if !items.is_empty() {
            self.elements.push(SlackRichTextList::new(SlackRichTextListStyle::Bullet, items).into());
        }
        self
    }

    /// Text with its lines, in a fixed-width font; nothing in it is parsed.
    pub(super) fn preformatted(mut self, text: &str) -> Self {
        if !text.is_empty() {
            self.elements.push(SlackRichTextPreformatted::new(vec![text.into()]).into());
        }
        self
    }

    pub(super) fn block(self) -> Option<SlackBlock> {
        (!self.elements.is_empty()).then(|| SlackRichTextBlock::new(self.elements).into())
    }
}

/// Text in which nothing is parsed, not even `:emoji:`.
pub(super) fn plain(text: &str, max: usize) -> SlackBlockPlainText {
    let shown = text::line(text, max);
    let shown = if shown.is_empty() { "-".to_owned() } else { shown };
    SlackBlockPlainText::new(shown).with_emoji(false)
}

pub(super) fn header(text: &str) -> SlackBlock {
    SlackHeaderBlock::new(plain(text, MAX_HEADER).into()).into()
}

/// Small print. `own` is mrkdwn of ours, `theirs` may quote strangers.
pub(super) fn small_print(own: &[String], theirs: &[String]) -> Option<SlackBlock> {
    let own = own.iter().map(|text| SlackBlockMarkDownText::new(text.clone()).with_verbatim(true).into());
    let theirs = theirs.iter().map(|text| plain(text, 1_000).into());
    let elements: Vec<SlackContextBlockElement> = own.chain(theirs).collect();
    (!elements.is_empty()).then(|| SlackContextBlock::new(elements).into())
}

pub(super) fn actions(block: &str, elements: Vec<SlackActionBlockElement>) -> Option<SlackBlock> {
    (!elements.is_empty())
        .then(|| SlackActionsBlock::new(elements).with_block_id(SlackBlockId(block.to_owned())).into())
}

pub(super) fn button(action: &str, label: &str, value: &str, accessible: &str) -> SlackBlockButtonElement {
    let accessible = text::line(accessible, MAX_LABEL);
    SlackBlockButtonElement::new(plain(label, MAX_BUTTON).into())
        .with_action_id(SlackActionId(action.to_owned()))
        .with_value(value.to_owned())
        .with_accessibility_label(SlackAccessibilityLabel(accessible))
}

/// The address, when it is one of the web and short enough for Slack.
pub(super) fn web_address(address: &str) -> Option<String> {
    let url = url::Url::parse(address).ok()?;
    let is_web = matches!(url.scheme(), "https" | "http") && url.host().is_some();
    let text = String::from(url);
    (is_web && text.len() <= 2_000).then_some(text)
}

fn is_user_id(id: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    (2..=32).contains(&id.len()) && id.starts_with(['U', 'W']) && id.bytes().all(allowed)
}

/// All characters of text in `blocks`: what Slack's unpublished limit on a message sums up.
pub(super) fn characters(blocks: &[SlackBlock]) -> usize {
    fn sum(value: &serde_json::Value) -> usize {
        match value {
            serde_json::Value::Object(members) => members
                .iter()
                .map(|(name, value)| match value {
                    serde_json::Value::String(text) if name == "text" => text.chars().count(),
                    other => sum(other),
                })
                .sum(),
            serde_json::Value::Array(items) => items.iter().map(sum).sum(),
            _ => 0,
        }
    }
    blocks.iter().map(|block| sum(&serde_json::to_value(block).unwrap_or_default())).sum()
}
