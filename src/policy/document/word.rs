//! Text of a certain form: names, patterns, sentences. What one of them must be is written down once, and used when a file is
//! decoded, when it is looked through for mistakes, and in its schema.

use crate::domain::calendar::{QuietHours, TimeOfDay, Weekdays, Zone};
use crate::policy::pattern::Pattern;

/// Text of a certain form.
pub trait Word: Sized {
    /// What the schema calls it.
    const NAME: &'static str;
    /// Regular expression of what editors accept; [`Word::parse`] may ask for more.
    const PATTERN: &'static str;
    /// What it is. Its first sentence can follow "is not" when the full stop is left out.
    const DESCRIPTION: &'static str;
    /// One of them, which stands for one that cannot be read while the rest is looked at.
    const SAMPLE: &'static str;

    /// # Errors
    /// What is wrong with the text, to follow the text itself: `is not a time of day`.
    fn parse(text: &str) -> Result<Self, String>;
}

/// Makes a word readable by serde, and gives it a schema.
macro_rules! word {
    ($name:ident) => {
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                <Self as $crate::policy::document::Word>::parse(&text)
                    .map_err(|what| serde::de::Error::custom(format!("`{text}` {what}")))
            }
        }

        $crate::policy::document::word::schema_of_word!($name);
    };
}

/// Gives a word a schema.
macro_rules! schema_of_word {
    ($name:ident) => {
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                <Self as $crate::policy::document::Word>::NAME.into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "pattern": <Self as $crate::policy::document::Word>::PATTERN,
                    "description": <Self as $crate::policy::document::Word>::DESCRIPTION,
                })
            }
        }
    };
}

pub(super) use {schema_of_word, word};

/// A kind of word, by what the schema calls it.
#[derive(Clone, Copy)]
pub struct WordKind {
    pub name: &'static str,
    pub sample: &'static str,
    /// What is wrong with a text.
    pub check: fn(&str) -> Result<(), String>,
}

fn kind<W: Word>() -> WordKind {
    WordKind { name: W::NAME, sample: W::SAMPLE, check: |text| W::parse(text).map(|_| ()) }
}

/// The kind of word that the schema calls `name`; `None` where that is no word.
pub fn word_kind(name: &str) -> Option<WordKind> {
    let kinds = [
        kind::<super::ChannelName>(),
        kind::<super::ChatGroup>(),
        kind::<super::ChatUserId>(),
        kind::<super::ConditionText>(),
        kind::<super::Date>(),
        kind::<super::FlagCode>(),
        kind::<super::GateName>(),
        kind::<super::GroupReference>(),
        kind::<super::Login>(),
        kind::<QuietHours>(),
        kind::<super::RepositoryPath>(),
        kind::<super::Team>(),
        kind::<TimeOfDay>(),
        kind::<Zone>(),
        kind::<Weekdays>(),
        kind::<EnvironmentPattern>(),
        kind::<GroupName>(),
        kind::<RefPattern>(),
        kind::<Sentence>(),
        kind::<Time>(),
    ];
    kinds.into_iter().find(|kind| kind.name == name)
}

/// Lengths of time are words too.
type Time = crate::domain::Span;

impl Word for Time {
    const NAME: &'static str = "Span";
    const SAMPLE: &'static str = "1h";
    const PATTERN: &'static str = "^ *[0-9]+ *(ms|s|m|h|d) *$";
    const DESCRIPTION: &'static str = "A length of time: a number and a unit, as in 500ms, 10s, 5m, 24h, 7d.";

    fn parse(text: &str) -> Result<Self, String> {
        Self::parse(text).ok_or_else(is_not::<Self>)
    }
}

/// A description as it can go on in a sentence: the first one, without its capital and its full stop.
pub(in crate::policy) fn said(description: &str) -> String {
    let first = description.split(". ").next().unwrap_or_default().trim_end_matches('.');
    let mut characters = first.chars();
    let letter = characters.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
    format!("{letter}{}", characters.as_str())
}

/// `is not a time of day: …`
pub(super) fn is_not<W: Word>() -> String {
    format!("is not {}", said(W::DESCRIPTION))
}

/// Whether a text has 1 to `max` characters, all of which can be seen, and no space around it.
pub(super) fn is_visible(text: &str, max: usize) -> bool {
    let length = text.chars().take(max + 1).count();
    (1..=max).contains(&length) && text.trim() == text && !text.chars().any(char::is_control)
}

/// The name of a group, without the `owner/` that refers to another file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupName(pub String);

impl GroupName {
    pub(super) const MAX_CHARS: usize = 50;

    pub(super) fn is_name(text: &str) -> bool {
        (1..=Self::MAX_CHARS).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
    }
}

impl Word for GroupName {
    const NAME: &'static str = "GroupName";
    const SAMPLE: &'static str = "name";
    const PATTERN: &'static str = "^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$";
    const DESCRIPTION: &'static str =
        "A group's name: 1 to 50 letters, digits, `-`, `_` and `.`, beginning with a letter or digit.";

    fn parse(text: &str) -> Result<Self, String> {
        if Self::is_name(text) { Ok(Self(text.to_owned())) } else { Err(is_not::<Self>()) }
    }
}

word!(GroupName);

/// An environment's name, or a pattern of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvironmentPattern(pub Pattern);

impl Word for EnvironmentPattern {
    const NAME: &'static str = "EnvironmentPattern";
    const SAMPLE: &'static str = "name";
    const PATTERN: &'static str = "^[^ ].{0,254}$";
    const DESCRIPTION: &'static str =
        "An environment's name, or a pattern of names: 1 to 255 characters, of which `*`, `**` and `?` are wildcards.";

    fn parse(text: &str) -> Result<Self, String> {
        const MAX_CHARS: usize = 255;
        if !is_visible(text, MAX_CHARS) {
            return Err(is_not::<Self>());
        }
        Pattern::parse(text, true).map(Self)
    }
}

word!(EnvironmentPattern);

/// A branch or tag, or a pattern of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefPattern(pub Pattern);

impl Word for RefPattern {
    const NAME: &'static str = "RefPattern";
    const SAMPLE: &'static str = "main";
    const PATTERN: &'static str = "^[^ ].{0,254}$";
    const DESCRIPTION: &'static str =
        "A branch or tag, or a pattern of them: `main`, `release/*`, `refs/tags/v*`; `**` matches `/` as well.";

    fn parse(text: &str) -> Result<Self, String> {
        const MAX_CHARS: usize = 255;
        if !is_visible(text, MAX_CHARS) || text.contains(char::is_whitespace) {
            return Err(is_not::<Self>());
        }
        Pattern::parse(text, false).map(Self)
    }
}

word!(RefPattern);

/// A sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence(pub String);

impl Word for Sentence {
    const NAME: &'static str = "Sentence";
    const SAMPLE: &'static str = "words";
    const PATTERN: &'static str = "^.{1,300}$";
    const DESCRIPTION: &'static str = "Words for people: 1 to 300 characters on one line.";

    fn parse(text: &str) -> Result<Self, String> {
        const MAX_CHARS: usize = 300;
        if is_visible(text, MAX_CHARS) { Ok(Self(text.to_owned())) } else { Err(is_not::<Self>()) }
    }
}

word!(Sentence);
