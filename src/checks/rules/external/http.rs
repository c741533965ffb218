//! Services that are asked over HTTP.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::name::CheckName;
use crate::domain::Span;
use crate::domain::time::{DAY_MS, MINUTE_MS, SECOND_MS};

/// A service that is sent the evidence and answers with findings, at once or later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Written", into = "Written")]
pub struct HttpCheck {
    pub name: CheckName,
    pub url: CheckUrl,
    /// For one try, answer included.
    pub timeout: Span,
    /// From the first ask to an answer that is called back; later ones are refused.
    pub wait: Span,
    /// Tries after the first one failed.
    pub retries: u32,
    /// Whether a missing answer weighs high or low; it is a gap either way.
    pub required: bool,
    /// Shown to people, and raises and lowers nothing.
    pub advisory: bool,
}

impl HttpCheck {
    pub const MAX_TIMEOUT_MS: i64 = 2 * MINUTE_MS;
    pub const MAX_WAIT_MS: i64 = DAY_MS;
    pub const MAX_RETRIES: u32 = 3;
}

/// An address: https, or http on this machine; without user, password and fragment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CheckUrl(Url);

impl CheckUrl {
    const MAX_BYTES: usize = 2_000;

    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text).map_err(|_| "is not a web address")?;
        if text.len() > Self::MAX_BYTES {
            return Err("is too long");
        }
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err("must not hold a user name, a password or a fragment");
        }
        match url.scheme() {
            "https" if url.host().is_some() => Ok(Self(url)),
            "http" if is_this_machine(&url) => Ok(Self(url)),
            _ => Err("must start with https://"),
        }
    }

    pub fn as_url(&self) -> &Url {
        &self.0
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

impl fmt::Display for CheckUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for CheckUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).map_err(|what| format!("the address of a check {what}"))
    }
}

impl From<CheckUrl> for String {
    fn from(url: CheckUrl) -> Self {
        url.0.into()
    }
}

impl JsonSchema for CheckUrl {
    fn schema_name() -> Cow<'static, str> {
        "CheckUrl".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "uri", "pattern": "^https?://" })
    }
}

/// A service as it is written.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HttpCheck")]
struct Written {
    /// What answers and flags of this check go by.
    name: CheckName,
    /// Where the evidence is posted. The operator's settings must list the host (`checks.http.allow_hosts`).
    url: CheckUrl,
    /// How long one try may take, answer included: 1s to 2m.
    #[serde(default = "default_timeout")]
    timeout: Span,
    /// How long after the first ask an answer may be called back: 1s to 24h.
    #[serde(default = "default_wait")]
    wait: Span,
    /// Tries after the first one failed: 0 to 3.
    #[serde(default = "default_retries")]
    #[schemars(range(max = 3))]
    retries: u32,
    /// Whether a missing or failed answer weighs high (true) or low (false). Nothing is auto-approved over it either way.
    #[serde(default = "default_required")]
    required: bool,
    /// Shown to people, and raises and lowers nothing.
    #[serde(default)]
    advisory: bool,
}

const fn default_timeout() -> Span {
    Span::from_millis(30 * SECOND_MS)
}

const fn default_wait() -> Span {
    Span::from_millis(10 * MINUTE_MS)
}

const fn default_retries() -> u32 {
    2
}

const fn default_required() -> bool {
    true
}

impl TryFrom<Written> for HttpCheck {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { name, url, timeout, wait, retries, required, advisory } = written;
        let within = |span: Span, max_ms: i64| (SECOND_MS..=max_ms).contains(&span.as_millis());
        if !within(timeout, Self::MAX_TIMEOUT_MS) {
            return Err(format!("`timeout` of check `{name}` must be from 1s to 2m"));
        }
        if !within(wait, Self::MAX_WAIT_MS) {
            return Err(format!("`wait` of check `{name}` must be from 1s to 24h"));
        }
        if retries > Self::MAX_RETRIES {
            return Err(format!("`retries` of check `{name}` must be from 0 to 3"));
        }
        Ok(Self { name, url, timeout, wait, retries, required, advisory })
    }
}

impl From<HttpCheck> for Written {
    fn from(check: HttpCheck) -> Self {
        let HttpCheck { name, url, timeout, wait, retries, required, advisory } = check;
        Self { name, url, timeout, wait, retries, required, advisory }
    }
}
