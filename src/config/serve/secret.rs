//! Checks of secrets: there, long enough, of the right kind, each used for one thing. None is ever repeated in a problem.

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret as _, SecretString};

use crate::config::load::secret_file;
use crate::config::settings::{GithubSettings, SlackSettings};

use super::{Problems, ServeSettings};

/// Shortest secret taken, in characters: shorter ones can be guessed from a single signed delivery.
const MIN_CHARS: usize = 16;

/// A list with at least one secret, none of them empty or short.
pub(super) fn list(key: &str, secrets: &[SecretString], problems: &mut Problems) -> Vec<SecretString> {
    if secrets.is_empty() {
        problems.missing(key);
    }
    secrets.iter().map(|secret| checked(key, secret, problems)).collect()
}

/// A secret that may be left out by an empty text.
pub(super) fn optional(key: &str, secret: &SecretString, problems: &mut Problems) -> Option<SecretString> {
    let set = !secret.expose_secret().is_empty();
    set.then(|| checked(key, secret, problems))
}

/// Kept as written: the other side signs with white space and all.
pub(super) fn checked(key: &str, secret: &SecretString, problems: &mut Problems) -> SecretString {
    let text = secret.expose_secret();
    if text.trim().is_empty() {
        problems.wrong(key, "is empty: anybody could sign with an empty secret");
    } else if text.chars().count() < MIN_CHARS {
        problems.wrong(key, "is shorter than 16 characters: it could be guessed");
    }
    secret.clone()
}

pub(super) fn bot_token(token: &SecretString, problems: &mut Problems) -> SecretString {
    const KEY: &str = "slack.bot_token";
    let text = token.expose_secret().trim();
    if text.is_empty() {
        problems.missing(KEY);
    } else {
        let printable = text.chars().all(|c| c.is_ascii_graphic());
        problems.unless(text.starts_with("xoxb-") && printable, KEY, "is not a bot token: those start with xoxb-");
    }
    SecretString::from(text)
}

/// Slack's signing secrets: needed where requests come in over HTTP.
pub(super) fn signing(slack: &SlackSettings, takes_http: bool, problems: &mut Problems) -> Vec<SecretString> {
    const KEY: &str = "slack.signing_secret";
    if slack.signing_secret.is_empty() && takes_http {
        problems.missing(KEY);
    }
    slack.signing_secret.iter().map(|secret| checked(KEY, secret, problems)).collect()
}

/// The app-level token, if one is set.
pub(super) fn app_token(token: &SecretString, problems: &mut Problems) -> Option<SecretString> {
    let text = token.expose_secret().trim();
    if text.is_empty() {
        return None;
    }
    let printable = text.chars().all(|c| c.is_ascii_graphic());
    let what = "is not an app-level token: those start with xapp-";
    problems.unless(text.starts_with("xapp-") && printable, "slack.app_token", what);
    Some(SecretString::from(text))
}

/// The key's text, from the setting or its file, after it has signed something.
pub(super) fn private_key(github: &GithubSettings, problems: &mut Problems) -> SecretString {
    const KEY: &str = "github.private_key";
    let (inline, path) = (github.private_key.expose_secret(), github.private_key_file.trim());
    let text = match (inline.trim().is_empty(), path.is_empty()) {
        (true, true) => {
            problems.missing(KEY);
            return SecretString::default();
        }
        (false, false) => {
            problems.wrong(KEY, "is set twice: keep either github.private_key or github.private_key_file");
            return SecretString::default();
        }
        (false, true) => inline.to_owned(),
        (true, false) => secret_file(path).unwrap_or_else(|error| {
            problems.wrong("github.private_key_file", &format!("names `{path}`, which cannot be read: {error}"));
            String::new()
        }),
    };
    if !text.is_empty()
        && let Err(what) = signs(&text)
    {
        problems.wrong(KEY, what);
    }
    SecretString::from(text)
}

/// Whether the key can sign an app's token (RS256); `Err` names the usual mistake.
fn signs(pem: &str) -> Result<(), &'static str> {
    if pem.contains("\\n") && pem.trim().lines().count() == 1 {
        return Err(
            "holds `\\n` as two characters instead of line ends: give the file with github.private_key_file instead",
        );
    }
    if pem.contains("PUBLIC KEY-----") {
        return Err("is a public key: the private key is wanted");
    }
    if !pem.contains("PRIVATE KEY-----") {
        return Err("is not a PEM text: it starts with -----BEGIN RSA PRIVATE KEY-----");
    }
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|_| "is not a readable RSA key in PEM form")?;
    let trial = jsonwebtoken::encode(&Header::new(Algorithm::RS256), &serde_json::json!({"iss": "trial"}), &key);
    trial.map(drop).map_err(|_| "is not a usable RSA key")
}

/// One leak must not open two doors.
pub(super) fn refuse_shared(settings: &ServeSettings, problems: &mut Problems) {
    let slack = &settings.slack.signing_secrets;
    let same = |one: &SecretString| slack.iter().any(|other| other.expose_secret() == one.expose_secret());
    if settings.github.webhook_secrets.iter().any(same) {
        problems.wrong("github.webhook_secret", "is the same as slack.signing_secret: each needs its own");
    }
}
