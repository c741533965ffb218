//! Files in three steps: an address, the bytes, the end. Not shared with any channel, as Countersign uses them.

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State as Shared};
use axum::http::{Response, StatusCode, header};
use serde_json::{Map, Value, json};

use super::super::books::RecordedCall;
use super::super::elements::text_of;
use super::super::refusal::Refusal;
use super::super::server::Simulator;
use super::super::state::{File, State};
use super::{Answer, Call};

const MAX_ALT: usize = 1_000;

/// Slack: [files.getUploadURLExternal](https://docs.slack.dev/reference/methods/files.getUploadURLExternal)
pub(super) fn upload_url(call: &mut Call<'_>, base_url: &str) -> Answer {
    let length = call.arguments.get("length").and_then(Value::as_u64).unwrap_or_default();
    if length == 0 {
        return Err(Refusal::new("missing_argument"));
    }
    if call.text("alt_txt").chars().count() > MAX_ALT {
        return Err(Refusal::new("alt_txt_too_large"));
    }
    let (name, alt) = (call.text("filename").to_owned(), call.text("alt_txt").to_owned());
    let id = format!("F0{}", call.state.next_token(9).to_uppercase());
    let secret = call.state.next_token(32);
    let file = File { id: id.clone(), name, alt, length, ..File::default() };
    call.state.files.insert(secret.clone(), file);
    Ok(json!({ "ok": true, "upload_url": format!("{base_url}/upload/v1/{secret}"), "file_id": id }))
}

/// The address that [`upload_url`] gave out: takes the bytes that were promised, once.
pub(in crate::sim::slack) async fn take(
    Shared(simulator): Shared<Arc<Simulator>>,
    Path(secret): Path<String>,
    bytes: Bytes,
) -> Response<Body> {
    let mut state = simulator.state();
    let promised = state.files.get(&secret).map(|file| (file.length, file.bytes.is_empty()));
    let taken = promised == Some((u64::try_from(bytes.len()).unwrap_or(u64::MAX), true));
    if let Some(file) = state.files.get_mut(&secret).filter(|_| taken) {
        file.bytes = bytes.to_vec();
    }
    let unexpected = (!taken).then(|| format!("{} bytes, and {promised:?} were promised", bytes.len()));
    let (status, said) = if taken {
        (StatusCode::OK, format!("OK - {}", bytes.len()))
    } else {
        (StatusCode::BAD_REQUEST, "no".to_owned())
    };
    let arguments = json!({ "bytes": bytes.len() });
    let (at, method) = (simulator.clock.now(), "upload".to_owned());
    let record = RecordedCall { at, method, arguments, status: status.as_u16(), error: None, unexpected };
    simulator.record(&mut state, record);
    let mut response = Response::new(Body::from(said));
    *response.status_mut() = status;
    let kind = header::HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

/// Slack: [files.completeUploadExternal](https://docs.slack.dev/reference/methods/files.completeUploadExternal)
pub(super) fn complete(call: &mut Call<'_>) -> Answer {
    let mut answered = Vec::new();
    for named in call.list("files") {
        let (id, title) = (text_of(&named, "id"), text_of(&named, "title"));
        let file = call.state.files.values_mut().find(|file| file.id == id && !file.bytes.is_empty());
        let Some(file) = file else { return Err(Refusal::new("file_not_found")) };
        file.is_complete = true;
        title.clone_into(&mut file.title);
        answered.push(json!({ "id": id, "title": title }));
    }
    Ok(json!({ "ok": true, "files": answered }))
}

/// Every file that blocks show is there.
pub(super) fn are_there(state: &State, arguments: &Map<String, Value>) -> Result<(), Refusal> {
    let blocks = arguments.get("blocks").and_then(Value::as_array).into_iter().flatten();
    let mut shown = blocks.filter_map(|block| block.get("slack_file"));
    let is_there = |file: &Value| state.files.values().any(|one| one.is_complete && one.id == text_of(file, "id"));
    match shown.all(is_there) {
        true => Ok(()),
        false => Err(Refusal {
            messages: vec!["[ERROR] invalid slack file [json-pointer:/blocks]".into()],
            ..Refusal::new("invalid_blocks")
        }),
    }
}
