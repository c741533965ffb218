//! Secrets known by their prefix.

use super::{Found, SecretKind, run};

/// Whether a token of a known shape starts at `at`; `fresh` when a mask ends there.
pub(super) fn token_at(bytes: &[u8], at: usize, fresh: bool) -> Option<Found> {
    let rest = bytes.get(at..)?;
    if !matches!(rest.first()?, b'g' | b'x' | b'h' | b'A' | b's' | b'r' | b'e') {
        return None;
    }
    let start = if fresh { Start::Apart } else { Start::of(bytes, at) };
    let known = SHAPES.iter().find_map(|shape| Some((shape.kind, shape.length(rest, start)?)));
    let jwt = || if start == Start::Apart { Some((SecretKind::JsonWebToken, json_web_token(rest)?)) } else { None };
    known.or_else(jwt).map(|(kind, length)| Found { kind, range: at..at + length })
}

/// How a position relates to what stands before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Start {
    /// Follows a letter or digit.
    InsideWord,
    /// Follows `-` or `_`.
    InsideName,
    Apart,
}

impl Start {
    fn of(bytes: &[u8], at: usize) -> Self {
        let back = |steps: usize| at.checked_sub(steps).and_then(|index| bytes.get(index)).copied();
        match back(1) {
            Some(before) if before.is_ascii_alphanumeric() => Self::InsideWord,
            // The sign of a removed line in a diff is not part of a name.
            Some(b'-') if matches!(back(2), None | Some(b'\n')) => Self::Apart,
            Some(b'-' | b'_') => Self::InsideName,
            _ => Self::Apart,
        }
    }
}

/// A prefix, then at least `min` bytes of an alphabet.
struct Shape {
    kind: SecretKind,
    prefix: &'static str,
    alphabet: fn(u8) -> bool,
    min: usize,
    /// Longer runs are something else (fixed-length keys).
    max: usize,
    /// Prefixes that also occur inside words (`task-`, `shelf_`) must start one.
    start: Start,
    /// Must hold a digit: the alphabet alone would take kebab-case words.
    needs_digit: bool,
}

const fn shape(kind: SecretKind, prefix: &'static str, alphabet: fn(u8) -> bool, min: usize) -> Shape {
    Shape { kind, prefix, alphabet, min, max: usize::MAX, start: Start::InsideWord, needs_digit: false }
}

const fn word_shape(kind: SecretKind, prefix: &'static str, alphabet: fn(u8) -> bool, min: usize, max: usize) -> Shape {
    Shape { kind, prefix, alphabet, min, max, start: Start::InsideName, needs_digit: false }
}

/// GitHub: "About authentication to GitHub", token formats; `ghs_` tokens of the newer format hold dots and have no fixed length.
/// Slack: "Token types". AWS: "Understanding unique ID prefixes".
const SHAPES: [Shape; 24] = [
    shape(SecretKind::GitHubToken, "ghp_", is_word, 20),
    shape(SecretKind::GitHubToken, "gho_", is_word, 20),
    shape(SecretKind::GitHubToken, "ghu_", is_word, 20),
    shape(SecretKind::GitHubToken, "ghr_", is_word, 20),
    shape(SecretKind::GitHubToken, "ghs_", is_dotted, 16),
    shape(SecretKind::GitHubToken, "github_pat_", is_word, 20),
    shape(SecretKind::SlackToken, "xoxa-", is_kebab, 10),
    shape(SecretKind::SlackToken, "xoxb-", is_kebab, 10),
    shape(SecretKind::SlackToken, "xoxe-", is_kebab, 10),
    shape(SecretKind::SlackToken, "xoxe.xox", is_dotted, 10),
    shape(SecretKind::SlackToken, "xoxo-", is_kebab, 10),
    shape(SecretKind::SlackToken, "xoxp-", is_kebab, 10),
    shape(SecretKind::SlackToken, "xoxr-", is_kebab, 10),
    shape(SecretKind::SlackToken, "xoxs-", is_kebab, 10),
    shape(SecretKind::SlackToken, "xapp-", is_kebab, 10),
    shape(SecretKind::SlackWebhook, "hooks.slack.com/", is_path, 20),
    shape(SecretKind::GoogleApiKey, "AIza", is_dashed_word, 35),
    word_shape(SecretKind::HuggingFaceToken, "hf_", is_alphanumeric, 30, 64),
    word_shape(SecretKind::AwsAccessKey, "AKIA", is_upper_or_digit, 16, 16),
    word_shape(SecretKind::AwsAccessKey, "ASIA", is_upper_or_digit, 16, 16),
    shape(SecretKind::StripeKey, "sk_live_", is_alphanumeric, 16),
    shape(SecretKind::StripeKey, "rk_live_", is_alphanumeric, 16),
    word_shape(SecretKind::AnthropicKey, "sk-ant-", is_dashed_word, 16, usize::MAX),
    OPENAI,
];

/// A failed look may read a long run without digits, so it must not be repeated inside that run: hence `Apart`.
const OPENAI: Shape =
    Shape { start: Start::Apart, needs_digit: true, ..shape(SecretKind::OpenAiKey, "sk-", is_dashed_word, 20) };

impl Shape {
    fn length(&self, rest: &[u8], start: Start) -> Option<usize> {
        if start < self.start || !rest.starts_with(self.prefix.as_bytes()) {
            return None;
        }
        let body = run(rest, self.prefix.len(), self.alphabet);
        let has_digit = || run(rest, self.prefix.len(), |byte| (self.alphabet)(byte) && !byte.is_ascii_digit()) < body;
        let fits = body >= self.min && body <= self.max && (!self.needs_digit || has_digit());
        fits.then_some(self.prefix.len() + body)
    }
}

/// `eyJ....eyJ....signature`: two base64url segments that begin like JSON objects, and a third.
fn json_web_token(rest: &[u8]) -> Option<usize> {
    let header = segment(rest, 0, "eyJ")?;
    let claims = segment(rest, header + 1, "eyJ")?;
    let signature = run(rest, claims + 1, is_dashed_word);
    (rest.get(claims) == Some(&b'.') && signature >= 8).then_some(claims + 1 + signature)
}

/// End of the segment that starts at `at`, which follows a dot unless it is the first.
fn segment(rest: &[u8], at: usize, prefix: &str) -> Option<usize> {
    let follows_dot = at == 0 || rest.get(at - 1) == Some(&b'.');
    let starts = rest.get(at..)?.starts_with(prefix.as_bytes());
    let length = run(rest, at, is_dashed_word);
    (follows_dot && starts && length >= 8).then_some(at + length)
}

fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn is_upper_or_digit(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_kebab(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

fn is_dashed_word(byte: u8) -> bool {
    is_word(byte) || byte == b'-'
}

fn is_dotted(byte: u8) -> bool {
    is_dashed_word(byte) || byte == b'.'
}

fn is_path(byte: u8) -> bool {
    is_word(byte) || byte == b'/'
}
