//! Checks of what installing by consent needs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};

use crate::config::address;
use crate::config::settings::{ServerSettings, SlackSettings};

use super::{OAuthAccess, Problems, secret, stand_in, workspaces};

const KEY: &str = "slack.token_key";
const KEY_BYTES: usize = 32;

/// `None` where no client id is set: then a token is pasted.
pub(super) fn oauth(slack: &SlackSettings, server: &ServerSettings, problems: &mut Problems) -> Option<OAuthAccess> {
    let client_id = slack.client_id.trim();
    if client_id.is_empty() {
        return None;
    }
    let looks_right = client_id.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    problems.unless(
        looks_right,
        "slack.client_id",
        "is not a client ID: those are two numbers with a dot between them",
    );
    let pasted = !slack.bot_token.expose_secret().trim().is_empty();
    problems.alone(!pasted, "slack.bot_token", "slack.client_id, and the app is installed one way only");
    // Whoever finds the address may begin to install; where to is not theirs to choose.
    if slack.team_id.trim().is_empty() && workspaces::written(slack).next().is_none() {
        problems.wrong(
            "slack.team_id",
            "is missing: with slack.client_id it says who may install (several: slack.workspaces)",
        );
    }
    Some(OAuthAccess {
        client_id: client_id.to_owned(),
        client_secret: client_secret(&slack.client_secret, problems),
        token_keys: token_keys(&slack.token_key, problems),
        public_url: address::web_page_address(&server.public_url).unwrap_or_else(|_| {
            problems.wrong("server.public_url", "is missing or wrong: with slack.client_id people come back to it");
            stand_in()
        }),
    })
}

fn client_secret(text: &SecretString, problems: &mut Problems) -> SecretString {
    const SECRET: &str = "slack.client_secret";
    if text.expose_secret().is_empty() {
        problems.missing(SECRET);
        return text.clone();
    }
    SecretString::from(secret::checked(SECRET, text, problems).expose_secret().trim())
}

fn token_keys(texts: &[SecretString], problems: &mut Problems) -> Vec<SecretSlice<u8>> {
    if texts.is_empty() {
        problems.missing(KEY);
    }
    let mut keys = Vec::new();
    for text in texts {
        match STANDARD.decode(text.expose_secret().trim()) {
            Ok(bytes) if bytes.len() == KEY_BYTES => keys.push(bytes.into()),
            _ => problems.wrong(KEY, "is not the base64 of 32 bytes"),
        }
    }
    keys
}
