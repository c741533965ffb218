//! Frames: the text on the wire, read strictly, and the text that acknowledges.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::engine::receive::Source;
use crate::slack::form;

/// Longest id of an envelope that is echoed; Slack's are UUIDs.
const MAX_ID_BYTES: usize = 128;

/// A frame that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// The first one: the connection takes part from now on.
    Hello(Hello),
    /// Slack is going to close this connection.
    Disconnect(Reason),
    /// A click, a command or an event.
    Envelope(Arrived),
}

/// What Slack greets with; both are left out at times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hello {
    /// Connections of this app, whoever opened them.
    pub connections: Option<usize>,
    /// The app that the token belongs to.
    pub app: Option<String>,
}

/// Why a connection ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// In about ten seconds.
    Warning,
    RefreshRequested,
    /// Socket Mode was switched off for the app.
    LinkDisabled,
    TooManyWebsockets,
    Other(String),
}

/// An envelope, its payload in the form that the HTTP door of its kind takes: who reads it need not know how it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrived {
    /// Names it in its acknowledgement; the same each time it is sent.
    pub id: String,
    pub source: Source,
    pub body: String,
    /// Its acknowledgement may carry an answer.
    pub takes_reply: bool,
    /// How often it was sent before.
    pub retry: u32,
}

/// A frame that means nothing to us. Says where and why, never what: it holds people's words and capabilities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub why: String,
    /// To acknowledge it by, once it is kept; otherwise Slack sends it again and again.
    pub envelope: Option<String>,
}

/// Known members have their type and stand there once; others are skipped.
#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(rename = "type")]
    kind: String,
    envelope_id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
    #[serde(default)]
    accepts_response_payload: bool,
    retry_attempt: Option<u32>,
    reason: Option<String>,
    num_connections: Option<usize>,
    connection_info: Option<ConnectionInfo>,
}

#[derive(Deserialize)]
struct ConnectionInfo {
    app_id: Option<String>,
}

/// Reads one text frame.
pub fn read(text: &str) -> Result<Frame, Unreadable> {
    let wire: Wire<'_> = serde_json::from_str(text).map_err(|why| Unreadable {
        why: format!("not a readable frame: line {}, column {}", why.line(), why.column()),
        envelope: only_id(text),
    })?;
    match wire.kind.as_str() {
        "hello" => Ok(Frame::Hello(Hello {
            connections: wire.num_connections,
            app: wire.connection_info.and_then(|info| info.app_id),
        })),
        "disconnect" => Ok(Frame::Disconnect(reason(wire.reason.as_deref().unwrap_or_default()))),
        _ => envelope(&wire).map(Frame::Envelope),
    }
}

/// What acknowledges an envelope, with an answer where it takes one.
pub fn acknowledgement(envelope: &str, reply: Option<&Value>) -> String {
    match reply {
        Some(reply) => json!({ "envelope_id": envelope, "payload": reply }).to_string(),
        None => json!({ "envelope_id": envelope }).to_string(),
    }
}

fn reason(word: &str) -> Reason {
    match word {
        "warning" => Reason::Warning,
        "refresh_requested" => Reason::RefreshRequested,
        "link_disabled" => Reason::LinkDisabled,
        "too_many_websockets" => Reason::TooManyWebsockets,
        other => Reason::Other(other.chars().filter(|c| !c.is_control()).take(100).collect()),
    }
}

fn envelope(wire: &Wire<'_>) -> Result<Arrived, Unreadable> {
    let id = wire.envelope_id.clone().filter(|id| is_usable(id));
    let refuse = |why: &str| Unreadable { why: why.to_owned(), envelope: id.clone() };
    let Some(named) = id.clone() else { return Err(refuse("a frame of no type that we know, and without an id")) };
    let payload = wire.payload.map(RawValue::get).ok_or_else(|| refuse("an envelope without a payload"))?;
    let (source, body) = match wire.kind.as_str() {
        "interactive" => (Source::ChatInteraction, form::encoded([("payload", payload)])),
        "slash_commands" => (Source::ChatCommand, command(payload).map_err(|why| refuse(&why))?),
        "events_api" => (Source::ChatEvent, payload.to_owned()),
        _ => return Err(refuse("an envelope of a type that we do not know")),
    };
    let (takes_reply, retry) = (wire.accepts_response_payload, wire.retry_attempt.unwrap_or(0));
    Ok(Arrived { id: named, source, body, takes_reply, retry })
}

/// The fields of a command, as its form has them.
fn command(payload: &str) -> Result<String, String> {
    /// Every field once, in order.
    struct Fields(Vec<(String, String)>);

    impl<'de> Deserialize<'de> for Fields {
        fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
            struct Visitor;

            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Fields;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("the fields of a command")
                }

                fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                    let mut fields = Vec::new();
                    while let Some((name, value)) = map.next_entry::<String, Value>()? {
                        match value {
                            Value::Null => {}
                            Value::String(text) => fields.push((name, text)),
                            Value::Bool(_) | Value::Number(_) => fields.push((name, value.to_string())),
                            Value::Array(_) | Value::Object(_) => {
                                return Err(serde::de::Error::custom("a field that is no text"));
                            }
                        }
                    }
                    Ok(Fields(fields))
                }
            }

            from.deserialize_map(Visitor)
        }
    }

    let fields: Fields = serde_json::from_str(payload)
        .map_err(|why| format!("not a readable command: line {}, column {}", why.line(), why.column()))?;
    Ok(form::encoded(fields.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))))
}

/// The id of a frame that cannot be read otherwise.
fn only_id(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Id {
        envelope_id: String,
    }
    serde_json::from_str(text).ok().map(|Id { envelope_id }| envelope_id).filter(|id| is_usable(id))
}

fn is_usable(id: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests;
