//! Requests and answers as the routes see them, and GitHub's error bodies.

use serde_json::{Value, json};

use super::book::Host;

/// A request, read whole.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub host: Host,
    pub method: String,
    /// Without query and without `/api/v3`.
    pub path: String,
    pub query: String,
    /// Lower-case names.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Ask {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Path segments, percent-decoded one by one: `%2F` stays inside its segment.
    pub fn segments(&self) -> Vec<String> {
        self.path.split('/').skip(1).map(percent_decoded).collect()
    }

    /// The decoded value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let mut pairs = url::form_urlencoded::parse(self.query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    pub fn number(&self, name: &str) -> Option<usize> {
        self.parameter(name)?.parse().ok()
    }

    pub fn accepts(&self, part: &str) -> bool {
        self.header("accept").is_some_and(|accept| accept.contains(part))
    }

    /// The body as a JSON object.
    pub fn json_object(&self) -> Result<serde_json::Map<String, Value>, Reply> {
        if self.body.is_empty() {
            return Ok(serde_json::Map::new());
        }
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(object)) => Ok(object),
            Ok(_) => Err(Reply::error(400, "Body should be a JSON object")),
            Err(_) => Err(Reply::error(400, "Problems parsing JSON")),
        }
    }
}

/// Decodes `%XX`; anything else stays as it is.
pub(super) fn percent_decoded(segment: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = segment.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = (*first == b'%').then(|| tail.get(..2)).flatten();
        let code =
            code.and_then(|code| std::str::from_utf8(code).ok()).and_then(|code| u8::from_str_radix(code, 16).ok());
        match code {
            Some(code) => {
                bytes.push(code);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Encodes a name for one path segment.
pub(super) fn percent_encoded(segment: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encode = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    segment.bytes().map(encode).collect()
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// No route took the request.
    pub unexpected: bool,
}

impl Reply {
    pub fn json(status: u16, value: &Value) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json; charset=utf-8".to_owned())];
        Self { status, headers, body: value.to_string().into_bytes(), unexpected: false }
    }

    pub fn ok(value: &Value) -> Self {
        Self::json(200, value)
    }

    pub fn raw(content_type: &str, body: Vec<u8>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { status: 200, headers, body, unexpected: false }
    }

    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), unexpected: false }
    }

    pub fn error(status: u16, message: &str) -> Self {
        let body = json!({
            "message": message,
            "documentation_url": "https://docs.github.com/rest",
            "status": status.to_string(),
        });
        Self::json(status, &body)
    }

    pub fn not_found() -> Self {
        Self::error(404, "Not Found")
    }

    pub fn no_route() -> Self {
        Self { unexpected: true, ..Self::not_found() }
    }

    pub fn bad_credentials() -> Self {
        Self::error(401, "Bad credentials")
    }

    /// The App or the token lacks a permission.
    pub fn not_accessible(needed: &str) -> Self {
        let reply = Self::error(403, "Resource not accessible by integration");
        reply.with_header("x-accepted-github-permissions", needed)
    }

    /// A body that does not fit the endpoint.
    pub fn invalid(what: &str) -> Self {
        Self::error(422, &format!("Invalid request.\n\n{what}"))
    }

    pub fn secondary_limit(status: u16, retry_after: u64) -> Self {
        let text = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
        Self::error(status, text).with_header("retry-after", &retry_after.to_string())
    }

    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_the_way_through_a_path_segment() {
        for name in ["production", "prod/eu west", "Prüfung", "100%", "a+b"] {
            assert_eq!(percent_decoded(&percent_encoded(name)), name);
        }
        assert_eq!(percent_encoded("prod/eu west"), "prod%2Feu%20west");
        assert_eq!(percent_decoded("50%"), "50%");
    }
}
