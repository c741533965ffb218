//! What the audit log keeps of each event: the event itself and what followed from it.

use serde::{Deserialize, Serialize};

use super::event::Event;
use super::explain::Reason;
use super::id::RequestId;
use super::time::Timestamp;
use super::whisper::Whisper;

/// One entry of the record (R33). Taking the events of a request's records in order gives its state again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub at: Timestamp,
    pub request: RequestId,
    /// [`Event::name`], or the name of what followed: `vote.refused`, `request.approved`.
    pub name: String,
    pub event: Event,
    /// What a person was told, where one waited: above all, why a click does not count.
    pub answer: Option<Whisper>,
    /// The request's phase after the event: `open`, `approved`, `ended`.
    pub phase: String,
    /// The request's revision after the event.
    pub revision: u64,
    /// Where the event decided: why, with every gate, vote and obstacle as they stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Reason>,
}
