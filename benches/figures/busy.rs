//! What people do in Slack, 64 at once, while Slack's own calls take five seconds: each is on disk before it is acknowledged.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use countersign::ports::Clock;
use countersign::sim::slack::sample::{APP, OCTO, RELEASES, TEAM};
use countersign::sim::slack::{Fault, FaultKind, signature};
use serde_json::{Value, json};

use super::number::{milliseconds, short};
use super::process::Bench;
use super::report::Report;
use super::vendors::Vendors;
use super::{Extent, clicks, load};

const AT_ONCE: usize = 64;
const SLACK_TAKES: Duration = Duration::from_secs(5);

pub async fn measure(bench: &Bench, extent: Extent, report: &mut Report) -> anyhow::Result<()> {
    eprintln!("Slack at work, and slow itself");
    let vendors = Vendors::start().await?;
    let server = bench.countersign(&bench.database()?, &vendors).await?;
    vendors.click_at(server.address);
    let (_, ts) = clicks::open(&server, &vendors).await?;
    server.rest(Duration::from_millis(200)).await;
    let value = button_value(&vendors, &ts).context("a button")?;
    vendors.slack.fault(Fault::times("*", FaultKind::Slow(SLACK_TAKES), 1_000_000));
    let secret = vendors.slack.signing_secret();
    let requests: Vec<Vec<u8>> = (0..extent.worked).map(|n| one(n, &value, &ts, &secret)).collect();
    let outcome = load::send(server.address, Arc::new(requests), AT_ONCE).await?;
    let times = [0.5, 0.99].map(|share| short(milliseconds(outcome.percentile(share))));
    let headings = ["", "p50 ms", "p99 ms", "target p99"].map(str::to_owned).to_vec();
    let name = format!("{} clicks, commands and submissions, {AT_ONCE} at once", extent.worked);
    let [median, most] = times;
    let row = vec![name, median, most, "under 100 ms".to_owned()];
    report.table("Acknowledged while Slack's own calls take 5 s", &[headings, row]);
    Ok(())
}

fn button_value(vendors: &Vendors, ts: &str) -> Option<String> {
    let blocks = vendors.slack.read(|state| state.message(RELEASES, ts).map(|message| message.blocks.clone()))?;
    let elements = blocks.iter().filter_map(|block| block.get("elements")?.as_array()).flatten();
    elements.filter_map(|element| element.get("value")?.as_str()).map(str::to_owned).next()
}

/// A click, a command, a submitted view, in turns: each is somebody's own act.
fn one(n: usize, value: &str, ts: &str, secret: &str) -> Vec<u8> {
    let trigger = format!("{n}.1.bench");
    let person = json!({ "id": OCTO, "team_id": TEAM });
    let mut payload = json!({
        "team": { "id": TEAM }, "user": person, "api_app_id": APP, "trigger_id": trigger, "is_enterprise_install": false,
    });
    let more = match n % 3 {
        0 => json!({
            "type": "block_actions", "channel": { "id": RELEASES },
            "container": { "type": "message", "message_ts": ts, "channel_id": RELEASES },
            "actions": [{ "type": "button", "action_id": "changes", "block_id": "decide", "value": value, "action_ts": trigger }],
        }),
        1 => {
            let fields = [
                ("team_id", TEAM),
                ("user_id", OCTO),
                ("channel_id", RELEASES),
                ("api_app_id", APP),
                ("command", "/countersign"),
                ("text", "pending"),
                ("trigger_id", &trigger),
            ];
            let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
            return request("/slack/commands", &body, secret);
        }
        _ => json!({
            "type": "view_submission",
            "view": {
                "id": format!("V{n}"), "callback_id": "request_changes", "private_metadata": value,
                "state": { "values": { "reason": { "text": { "type": "plain_text_input", "value": "name the test set" } } } },
            },
        }),
    };
    if let (Some(all), Value::Object(more)) = (payload.as_object_mut(), more) {
        all.extend(more);
    }
    let form =
        url::form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload.to_string()).finish();
    request("/slack/interactions", &form, secret)
}

fn request(path: &str, body: &str, secret: &str) -> Vec<u8> {
    let timestamp = Clock::System.now().as_seconds().to_string();
    let signed = signature(secret, &timestamp, body.as_bytes());
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         X-Slack-Request-Timestamp: {timestamp}\r\nX-Slack-Signature: {signed}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}
