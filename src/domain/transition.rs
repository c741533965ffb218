//! placeholder while the ports are written
use super::*;
pub struct Step { pub request: Option<Request>, pub effects: Vec<Due>, pub records: Vec<Record>, pub answer: Option<Whisper> }
pub fn transition(request: Option<Request>, _event: &Event, _at: Timestamp) -> Step { Step { request, effects: vec![], records: vec![], answer: None } }
