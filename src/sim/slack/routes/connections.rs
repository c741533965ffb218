//! Addresses for connections of Socket Mode.

use serde_json::{Value, json};

use super::super::refusal::Refusal;
use super::{Answer, Call};

/// Slack: [apps.connections.open](https://docs.slack.dev/reference/methods/apps.connections.open)
pub(super) fn open(call: &mut Call<'_>, base_url: &str) -> Answer {
    if !call.state.socket_mode.is_on {
        // Which word Slack has for it is documented nowhere; any that nobody knows will do.
        return Err(Refusal::new("socket_mode_is_off"));
    }
    let ticket = call.state.next_token(32);
    call.state.socket_mode.tickets.insert(ticket.clone(), call.now);
    let (host, app) = (base_url.trim_start_matches("http://"), &call.state.install.app_id);
    let url: Value = json!(format!("ws://{host}/link/?ticket={ticket}&app_id={app}"));
    Ok(json!({ "ok": true, "url": url }))
}
