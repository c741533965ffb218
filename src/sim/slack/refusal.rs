//! An answer with `ok: false`, in the form Slack gives it.

use serde_json::{Map, Value, json};

use super::blocks::Refused;

/// Why Slack does not do what was asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Refusal {
    pub error: String,
    /// The `errors` list of `chat.*` methods.
    pub errors: Vec<String>,
    /// `response_metadata.messages`.
    pub messages: Vec<String>,
    /// Further members of the answer, such as `needed` and `provided`.
    pub details: Map<String, Value>,
    /// Set for HTTP 429.
    pub retry_after_seconds: Option<u64>,
}

impl Refusal {
    pub(super) fn new(error: &str) -> Self {
        Self { error: error.to_owned(), ..Self::default() }
    }

    /// HTTP 429 with `Retry-After`.
    pub(super) fn rate_limited(retry_after_seconds: u64) -> Self {
        Self { retry_after_seconds: Some(retry_after_seconds), ..Self::new("ratelimited") }
    }

    pub(super) fn missing_scope(needed: &str, provided: &[String]) -> Self {
        let mut refusal = Self::new("missing_scope");
        refusal.details.insert("needed".into(), json!(needed));
        refusal.details.insert("provided".into(), json!(provided.join(",")));
        refusal
    }

    /// Blocks of a message: `errors`, and the same again as messages.
    pub(super) fn of_message(refused: Refused) -> Self {
        let errors = worded(&refused);
        let messages = errors.iter().map(|error| format!("[ERROR] {error}")).collect();
        Self { errors, messages, ..Self::new(refused.error) }
    }

    /// A view: messages only.
    pub(super) fn of_view(refused: Refused) -> Self {
        let messages = worded(&refused).iter().map(|error| format!("[ERROR] {error}")).collect();
        Self { messages, ..Self::new(refused.error) }
    }

    pub(super) fn body(&self) -> Value {
        let mut body = self.details.clone();
        body.insert("ok".into(), json!(false));
        body.insert("error".into(), json!(self.error));
        if !self.errors.is_empty() {
            body.insert("errors".into(), json!(self.errors));
        }
        if !self.messages.is_empty() {
            body.insert("response_metadata".into(), json!({ "messages": self.messages }));
        }
        Value::Object(body)
    }
}

fn worded(refused: &Refused) -> Vec<String> {
    let findings = refused.findings.iter();
    findings.map(|finding| format!("{} [json-pointer:{}]", finding.message, finding.pointer)).collect()
}
