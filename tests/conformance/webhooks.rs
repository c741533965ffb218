//! Every webhook payload GitHub publishes, and the variants of our own event: taken, then used or ignored for a reason.

use std::path::Path;
use std::time::Duration;

use countersign::sim::http;
use countersign::sim::world::{World, WorldOptions};
use hmac::{Hmac, KeyInit as _, Mac as _};

use super::references;

#[tokio::test]
async fn every_published_webhook_is_taken_and_dealt_with() {
    let world = World::start(WorldOptions::by_hand()).await.unwrap();
    let mut files = references::files("github/webhooks", "json");
    files.extend(references::files("github/webhooks/derived", "json"));
    files.retain(|file| references::name(file) != "validation.json");
    for file in &files {
        let status = post(&world, file, &references::name(file).replace('/', "-")).await;
        assert_eq!(status, 202, "{}", file.display());
    }
    world.settle().await.unwrap();
    let store = &world.engine().unwrap().store;
    let counts = store.counts().await.unwrap();
    assert_eq!(counts.deliveries, i64::try_from(files.len()).unwrap());
    assert_eq!(counts.deliveries_pending, 0, "everything was used, ignored or parked");
    assert_eq!((counts.requests, counts.effects_pending), (0, 0), "none is about this world");
    let parked = store.parked_deliveries(1_000).await.unwrap();
    for delivery in &parked {
        println!("parked: {}: {}", delivery.delivery.id, delivery.error);
        assert_eq!(delivery.delivery.event, "deployment_protection_rule", "{}", delivery.error);
        assert!(!delivery.error.is_empty());
    }
    let asks = files.iter().filter(|file| event(file) == "deployment_protection_rule").count();
    assert_eq!(parked.len(), asks, "every ask of another host or without what we need is parked with its reason");
    // Pull requests are looked at later: who we are is asked, and a foreign installation gives no token.
    let calls = world.github.calls();
    let looked = calls.iter().find(|call| call.path != "/app" && !call.path.ends_with("/access_tokens"));
    assert!(looked.is_none(), "no look-up for a foreign repository: {looked:?}");
    println!("{} webhooks taken, {} of them parked", files.len(), parked.len());
    world.check_record().await.unwrap();
}

/// Also those of a name and body that do not belong together, or cut off anywhere.
#[tokio::test]
async fn a_published_webhook_under_any_other_name_or_cut_short_is_no_fault() {
    let world = World::start(WorldOptions::by_hand()).await.unwrap();
    let body = references::bytes("github/webhooks/derived/deployment_protection_rule.requested.push.json");
    let mut sent = 0;
    for (number, cut) in (0..body.len()).step_by(97).chain([body.len()]).enumerate() {
        for event in ["deployment_protection_rule", "deployment_status", "workflow_run"] {
            let status = deliver(&world, event, &format!("{event}-{number}"), &body[..cut]).await;
            assert!((200..500).contains(&status), "{event} cut at {cut}: {status}");
            sent += 1;
        }
    }
    world.settle().await.unwrap();
    assert!(sent > 100);
    assert_eq!(world.requests().await.unwrap(), []);
}

async fn post(world: &World, file: &Path, id: &str) -> u16 {
    deliver(world, event(file), id, &std::fs::read(file).unwrap()).await
}

/// The event is the first part of the file's name.
fn event(file: &Path) -> &str {
    references::name(file).split('.').next().unwrap()
}

async fn deliver(world: &World, event: &str, id: &str, body: &[u8]) -> u16 {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(world.github.webhook_secret().as_bytes()).unwrap();
    mac.update(body);
    let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
    let headers = [
        ("content-type", "application/json"),
        ("x-github-event", event),
        ("x-github-delivery", id),
        ("x-hub-signature-256", &signature),
    ];
    let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let url = format!("http://{}/github/webhooks", world.address().unwrap());
    http::post(&url, &headers, body, Duration::from_secs(10)).await.unwrap().status
}
