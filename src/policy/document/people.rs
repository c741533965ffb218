//! Who can be named: accounts, teams, user groups.

use super::word::{Word, is_not, word};

/// An account at GitHub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login(pub String);

impl Word for Login {
    const NAME: &'static str = "Login";
    const SAMPLE: &'static str = "octocat";
    const PATTERN: &'static str =
        "^[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9]|[A-Za-z0-9-]*_)){0,38}(?:_[A-Za-z0-9]+)?$";
    const DESCRIPTION: &'static str = "The login of a GitHub account: `octocat`.";

    fn parse(text: &str) -> Result<Self, String> {
        if text.ends_with("[bot]") {
            return Err("is an app's account: only people approve".to_owned());
        }
        if let Some(login) = text.strip_prefix('@') {
            return Err(format!("is written with an `@`: write `{login}`"));
        }
        if is_login(text) { Ok(Self(text.to_owned())) } else { Err(is_not::<Self>()) }
    }
}

word!(Login);

/// Letters, digits and single hyphens, at most 39; an enterprise's managed users have `_` and its short code behind.
fn is_login(text: &str) -> bool {
    const MAX_BYTES: usize = 39;
    let (name, code) = text.split_once('_').map_or((text, "x"), |(name, code)| (name, code));
    let is_word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric());
    text.len() <= MAX_BYTES && name.split('-').all(is_word) && is_word(code)
}

/// A team at GitHub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    pub organisation: String,
    pub slug: String,
}

impl Word for Team {
    const NAME: &'static str = "Team";
    const SAMPLE: &'static str = "acme/ml";
    const PATTERN: &'static str = "^[A-Za-z0-9-]{1,39}/[a-z0-9_-]{1,100}$";
    const DESCRIPTION: &'static str =
        "A team as `organisation/team`, both as they stand in the team's address: `acme/ml`.";

    fn parse(text: &str) -> Result<Self, String> {
        const MAX_SLUG_BYTES: usize = 100;
        let is_slug = |slug: &str| {
            (1..=MAX_SLUG_BYTES).contains(&slug.len())
                && slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_'))
        };
        match text.trim_start_matches('@').split_once('/') {
            Some((organisation, slug)) if text.starts_with('@') => {
                Err(format!("is written with an `@`: write `{organisation}/{slug}`"))
            }
            Some((organisation, slug)) if is_login(organisation) && is_slug(slug) => {
                Ok(Self { organisation: organisation.to_owned(), slug: slug.to_owned() })
            }
            Some(_) | None => Err(is_not::<Self>()),
        }
    }
}

word!(Team);

/// A user group in Slack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatGroup(pub String);

impl Word for ChatGroup {
    const NAME: &'static str = "ChatGroup";
    const SAMPLE: &'static str = "reviewers";
    const PATTERN: &'static str = "^(S[A-Z0-9]{2,20}|[a-z0-9][a-z0-9._-]{0,79})$";
    const DESCRIPTION: &'static str =
        "A Slack user group, by its handle without `@` (`ml-reviewers`) or by its id (`S0614TZR7`).";

    fn parse(text: &str) -> Result<Self, String> {
        if let Some(handle) = text.strip_prefix('@') {
            return Err(format!("is written with an `@`: write `{handle}`"));
        }
        if is_id(text, &['S']) || is_handle(text) { Ok(Self(text.to_owned())) } else { Err(is_not::<Self>()) }
    }
}

word!(ChatGroup);

fn is_handle(text: &str) -> bool {
    const MAX_BYTES: usize = 80;
    (1..=MAX_BYTES).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-'))
}

/// An account in Slack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatUserId(pub String);

impl Word for ChatUserId {
    const NAME: &'static str = "ChatUserId";
    const SAMPLE: &'static str = "U024BE7LH";
    const PATTERN: &'static str = "^[UW][A-Z0-9]{2,20}$";
    const DESCRIPTION: &'static str = "The id of a Slack account, which the person's profile shows under Copy member ID: `U024BE7LH`. Names change hands.";

    fn parse(text: &str) -> Result<Self, String> {
        if is_id(text, &['U', 'W']) { Ok(Self(text.to_owned())) } else { Err(is_not::<Self>()) }
    }
}

word!(ChatUserId);

/// A Slack id: its letter, then capital letters and digits.
pub(super) fn is_id(text: &str, first: &[char]) -> bool {
    const MAX_BYTES: usize = 21;
    (3..=MAX_BYTES).contains(&text.len())
        && text.starts_with(first)
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}
