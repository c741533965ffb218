use serde_json::Value;

use super::world::{World, json_of};

#[tokio::test]
async fn a_failed_delivery_is_recorded_and_not_repeated() {
    let world = World::new().await;
    let dead = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    world.sim.set_webhook_target(&format!("http://{dead}/github/webhooks"));
    world.sim.dispatch(world.sample.good_change());
    world.after(0).await;
    world.after(60_000).await;
    let requests = world.sim.deliveries().into_iter().filter(|one| one.event == "deployment_protection_rule");
    let requests: Vec<_> = requests.collect();
    assert_eq!(requests.len(), 1);
    assert_eq!((requests[0].status_code, requests[0].status.as_str()), (0, "failed to connect to host"));
    assert!(world.inbox.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_redelivery_keeps_the_guid_and_the_bytes() {
    let world = World::new().await;
    world.sim.dispatch(world.sample.good_change());
    world.after(0).await;
    let list = json_of(&world.app("GET", "/app/hook/deliveries?per_page=100").await);
    let wanted = |one: &&Value| one["event"] == "deployment_protection_rule";
    let item = list.as_array().unwrap().iter().find(wanted).unwrap().clone();
    let path = format!("/app/hook/deliveries/{}", item["id"]);
    let detail = json_of(&world.app("GET", &path).await);
    assert_eq!(detail["request"]["payload"]["environment"], "production");
    assert_eq!(detail["request"]["headers"]["X-GitHub-Event"], "deployment_protection_rule");
    assert_eq!(world.app("POST", &format!("{path}/attempts")).await.status, 202);
    world.after(0).await;
    let of_guid = world.sim.deliveries().into_iter().filter(|one| item["guid"] == one.guid.as_str());
    let of_guid: Vec<_> = of_guid.collect();
    assert_eq!(of_guid.iter().map(|one| one.redelivery).collect::<Vec<_>>(), [false, true]);
    assert_eq!(of_guid[0].body, of_guid[1].body);
    assert_ne!(of_guid[0].id, of_guid[1].id);
}

#[tokio::test]
async fn deliveries_are_listed_newest_first_by_cursor_for_three_days() {
    let world = World::new().await;
    world.sim.dispatch(world.sample.matrix(5));
    world.after(0).await;
    let mut seen = Vec::new();
    let mut path = "/app/hook/deliveries?per_page=4".to_owned();
    loop {
        let answer = world.app("GET", &path).await;
        seen.extend(json_of(&answer).as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()));
        let Some(link) = answer.header("link") else { break };
        path = link.trim_start_matches('<').split('>').next().unwrap().to_owned();
    }
    assert_eq!(seen.len(), world.sim.deliveries().len());
    assert!(seen.is_sorted_by(|one, next| one > next));
    world.after(3 * 86_400_000 + 1).await;
    assert_eq!(json_of(&world.app("GET", "/app/hook/deliveries").await), Value::Array(Vec::new()));
}

#[tokio::test]
async fn a_suspended_or_inactive_app_is_told_nothing() {
    let world = World::new().await;
    world.sim.edit(|state| state.set_suspended(world.sample.installation, true));
    world.sim.dispatch(world.sample.good_change());
    world.after(0).await;
    assert_eq!(world.actions("installation"), ["suspend"]);
    assert!(world.received("deployment_protection_rule").is_empty());
}
