//! Every payload Slack publishes, rightly signed, at every door of ours.

use std::path::PathBuf;
use std::time::Duration;

use countersign::engine::receive::Source;
use countersign::sim::http;
use countersign::sim::slack::signature;
use countersign::sim::world::{World, WorldOptions};
use countersign::slack::delivery_id;
use countersign::slack::socket::{self, Frame};

use super::references;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

#[tokio::test]
async fn every_published_payload_is_taken_and_harms_nobody() {
    let world = World::start(WorldOptions::by_hand()).await.unwrap();
    let run = world.github.dispatch(world.sample.good_change());
    world.settle().await.unwrap();
    let (mut taken, mut refused) = (0, 0);
    for file in payloads() {
        let body = std::fs::read(&file).unwrap();
        for (door, kind, body) in posts(&file, &body) {
            let status = post(&world, door, kind, &body).await;
            assert!(status == 200 || (400..500).contains(&status), "{} at {door}: {status}", references::name(&file));
            *(if status == 200 { &mut taken } else { &mut refused }) += 1;
        }
    }
    world.settle().await.unwrap();
    let counts = world.engine().unwrap().store.counts().await.unwrap();
    println!("{taken} payloads taken, {refused} refused as another app's or as no sense at that door; {counts:?}");
    assert!(taken > 10 && refused > 50, "{taken} and {refused}");
    assert_eq!((counts.votes, counts.requests, counts.deliveries_pending, counts.parked), (0, 1, 0, 0));
    assert!(world.github.decisions(run, "production").is_empty());
    world.check_record().await.unwrap();
}

/// Every frame that Slack publishes is read, and every published request reads the same in an envelope as at its door.
#[test]
fn every_published_frame_is_read() {
    let frames = references::files("slack/payloads/socket", "json");
    assert!(frames.len() > 5);
    for file in frames {
        let text = std::fs::read_to_string(&file).unwrap();
        socket::read(&text).unwrap_or_else(|why| panic!("{}: {why:?}", references::name(&file)));
    }
    for file in references::files("slack/payloads/requests", "json") {
        let payload = std::fs::read_to_string(&file).unwrap();
        let envelope = format!(r#"{{"type":"interactive","envelope_id":"e","payload":{payload}}}"#);
        let Ok(Frame::Envelope(arrived)) = socket::read(&envelope) else { panic!("{}", references::name(&file)) };
        let form = url::form_urlencoded::Serializer::new(String::new()).append_pair("payload", payload.trim()).finish();
        assert_eq!(arrived.source, Source::ChatInteraction);
        assert_eq!(delivery_id(arrived.source, &arrived.body), delivery_id(arrived.source, &form));
    }
}

fn payloads() -> Vec<PathBuf> {
    let folders = [
        ("requests", "json"),
        ("requests", "form"),
        ("events", "json"),
        ("composed", "json"),
        ("shapes", "json"),
        ("socket", "json"),
    ];
    let files = |(folder, ending): &(&str, &str)| references::files(&format!("slack/payloads/{folder}"), ending);
    folders.iter().flat_map(files).collect()
}

/// What each door gets: its own kind of body made from the file, and the file as it is.
fn posts(file: &std::path::Path, body: &[u8]) -> Vec<(&'static str, &'static str, Vec<u8>)> {
    if file.extension().is_some_and(|ending| ending == "form") {
        let line = body.strip_suffix(b"\n").unwrap_or(body).to_vec();
        return ["/slack/commands", "/slack/interactions", "/slack/events"]
            .map(|door| (door, FORM, line.clone()))
            .into();
    }
    let text = String::from_utf8(body.to_vec()).unwrap();
    let form = url::form_urlencoded::Serializer::new(String::new()).append_pair("payload", &text).finish().into_bytes();
    vec![
        ("/slack/interactions", FORM, form.clone()),
        ("/slack/events", JSON, body.to_vec()),
        ("/slack/commands", FORM, form),
        ("/slack/interactions", JSON, body.to_vec()),
    ]
}

async fn post(world: &World, door: &str, kind: &str, body: &[u8]) -> u16 {
    let timestamp = world.clock.now().as_seconds().to_string();
    let signed = signature(&world.slack.signing_secret(), &timestamp, body);
    let headers = [("content-type", kind), ("x-slack-request-timestamp", &timestamp), ("x-slack-signature", &signed)];
    let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let url = format!("http://{}{door}", world.address().unwrap());
    http::post(&url, &headers, body, Duration::from_secs(10)).await.unwrap().status
}
