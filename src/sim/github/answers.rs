//! GitHub's objects as JSON, derived from the state; shared by answers and webhooks.

pub mod app;
pub mod checks;
pub mod commits;
pub mod deployments;
pub mod environments;
pub mod people;
pub mod pulls;
pub mod repository;
pub mod runs;
pub mod teams;

use serde_json::Value;

use crate::domain::Timestamp;

/// Times on the wire are whole seconds.
pub(super) fn wire_time(at: Timestamp) -> String {
    Timestamp::from_seconds(at.as_seconds()).to_rfc3339()
}

pub(super) fn wire_time_or_null(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, |at| Value::String(wire_time(at)))
}

/// An opaque id of the other API.
pub(super) fn node_id(prefix: &str, id: u64) -> String {
    format!("{prefix}_kwDO{id:08x}")
}

/// Adds the members of `more` to `object`.
pub(super) fn extend(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more);
    }
}
