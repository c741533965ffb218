//! Token-like secrets in diffs, cards and workflow fields, masked in one pass over the bytes.
//!
//! A mask keeps the kind: `[masked: GitHub token]`. What matches is decided by fixed prefixes and alphabets; nothing here
//! can hide more than one unbroken run of token characters, so a change cannot disappear behind a made-up secret.

mod assignment;
mod pem;
mod token;
mod url;

use std::borrow::Cow;
use std::ops::Range;

/// What a masked secret looked like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecretKind {
    GitHubToken,
    SlackToken,
    SlackWebhook,
    HuggingFaceToken,
    AwsAccessKey,
    GoogleApiKey,
    AnthropicKey,
    OpenAiKey,
    StripeKey,
    JsonWebToken,
    PrivateKey,
    /// The password in `https://user:password@host`.
    UrlPassword,
    /// The value of `password=...` and the like.
    Assigned,
}

impl SecretKind {
    /// The words inside the mask.
    pub const fn label(self) -> &'static str {
        match self {
            Self::GitHubToken => "GitHub token",
            Self::SlackToken => "Slack token",
            Self::SlackWebhook => "Slack webhook",
            Self::HuggingFaceToken => "Hugging Face token",
            Self::AwsAccessKey => "AWS access key",
            Self::GoogleApiKey => "Google API key",
            Self::AnthropicKey => "Anthropic key",
            Self::OpenAiKey => "OpenAI key",
            Self::StripeKey => "Stripe key",
            Self::JsonWebToken => "JSON web token",
            Self::PrivateKey => "private key",
            Self::UrlPassword => "password in a URL",
            Self::Assigned => "secret value",
        }
    }
}

/// `text` with every token-like secret replaced by a mask, and how many there were. Masking twice changes nothing more.
pub fn mask_secrets(text: &str) -> (Cow<'_, str>, usize) {
    let mut out = String::new();
    let (mut copied, mut at, mut count) = (0, 0, 0);
    while at < text.len() {
        // What stands before a mask is no part of any name behind it: a second look sees the mask there.
        let rest = text.as_bytes().get(copied..).unwrap_or_default();
        let Some(found) = secret_at(rest, at - copied, count > 0 && at == copied) else {
            at += 1;
            continue;
        };
        let range = copied + found.range.start..copied + found.range.end;
        out.push_str(text.get(copied..range.start).unwrap_or_default());
        out.push_str("[masked: ");
        out.push_str(found.kind.label());
        out.push(']');
        (copied, at) = (range.end, range.end);
        count += 1;
    }
    if count == 0 {
        return (Cow::Borrowed(text), 0);
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    (Cow::Owned(out), count)
}

/// A secret found by looking at one position. Its range lies at or after that position and begins and ends beside ASCII.
struct Found {
    kind: SecretKind,
    range: Range<usize>,
}

/// `fresh`: a mask ends right here, so what follows starts a word of its own.
fn secret_at(bytes: &[u8], at: usize, fresh: bool) -> Option<Found> {
    match bytes.get(at)? {
        b'-' => pem::private_key_at(bytes, at),
        b':' => url::password_at(bytes, at).or_else(|| assignment::assigned_secret_at(bytes, at)),
        b'=' => assignment::assigned_secret_at(bytes, at),
        _ => token::token_at(bytes, at, fresh),
    }
}

/// Length of the run of `allowed` bytes that starts at `at`.
fn run(bytes: &[u8], at: usize, allowed: impl Fn(u8) -> bool) -> usize {
    bytes.get(at..).unwrap_or_default().iter().take_while(|byte| allowed(**byte)).count()
}

#[cfg(test)]
mod tests;
