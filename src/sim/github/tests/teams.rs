use serde_json::{Value, json};

use super::world::{World, json_of, refusal, text};
use crate::sim::github::sample::{ANA, BO, MONA, OCTOCAT};

const ML: &str = "/orgs/acme/teams/ml";

fn rows(body: &Value) -> Vec<(String, String, bool)> {
    let row = |one: &Value| (text(&one["login"]), text(&one["role"]), one["inherited"] == json!(true));
    body.as_array().unwrap().iter().map(row).collect()
}

/// `ml` with `ml-platform` in it, and `ml-gpu` in that one.
async fn nested() -> (World, u64) {
    let world = World::new().await;
    let ml = world.sim.edit(|state| {
        let ml = state.teams.iter().find(|team| team.slug == "ml").unwrap().id;
        state.edit_team(ml, |team| team.maintainers = vec![ANA]);
        let platform = state.add_team_below(ml, "ml-platform", &[OCTOCAT, MONA]);
        state.add_team_below(platform, "ml-gpu", &[BO]);
        ml
    });
    (world, ml)
}

#[tokio::test]
async fn people_of_the_teams_below_belong_to_a_team_too() {
    let (world, _) = nested().await;
    let members = rows(&json_of(&world.get(&format!("{ML}/members")).await));
    let person = |login: &str, role: &str, inherited| (login.to_owned(), role.to_owned(), inherited);
    let expected = [
        person("mona", "member", true),
        person("octocat", "member", false),
        person("ana", "maintainer", false),
        person("bo", "member", true),
    ];
    assert_eq!(members, expected);
    let maintainers = rows(&json_of(&world.get(&format!("{ML}/members?role=maintainer")).await));
    assert_eq!(maintainers.len(), 1);
    let below = rows(&json_of(&world.get("/orgs/acme/teams/ml-gpu/members").await));
    assert_eq!(below, [person("bo", "member", false)]);
    let bo = json_of(&world.get(&format!("{ML}/memberships/bo")).await);
    assert_eq!((&bo["role"], &bo["state"]), (&json!("member"), &json!("active")));
}

#[tokio::test]
async fn lists_of_members_come_in_pages() {
    let (world, _) = nested().await;
    let first = world.get(&format!("{ML}/members?per_page=3")).await;
    assert!(first.header("link").unwrap().contains("rel=\"next\""));
    assert_eq!(rows(&json_of(&first)).len(), 3);
    assert_eq!(rows(&json_of(&world.get(&format!("{ML}/members?per_page=3&page=2")).await)).len(), 1);
}

#[tokio::test]
async fn a_renamed_team_keeps_its_number_and_another_one_can_take_its_name() {
    let (world, ml) = nested().await;
    let before = json_of(&world.get(ML).await);
    assert_eq!((&before["id"], &before["members_count"], &before["parent"]), (&json!(ml), &json!(4), &Value::Null));
    let platform = json_of(&world.get("/orgs/acme/teams/ml-platform").await);
    assert_eq!(platform["parent"]["slug"], "ml");
    world.sim.edit(|state| state.edit_team(ml, |team| team.slug = "ml-old".to_owned()));
    assert_eq!(refusal(&world.get(ML).await), (404, "Not Found".to_owned()));
    assert_eq!(json_of(&world.get("/orgs/acme/teams/ml-old").await)["id"], json!(ml));
    world.sim.edit(|state| state.add_team(world.sample.owner, "ml", &[BO]));
    let after = json_of(&world.get(ML).await);
    assert_ne!(after["id"], before["id"]);
    let by_number = text(&before["url"]);
    assert_eq!(json_of(&world.get(&by_number).await)["slug"], "ml-old");
    world.sim.edit(|state| state.delete_team(ml));
    assert_eq!(world.get(&by_number).await.status, 404);
    assert_eq!(world.get("/orgs/acme/teams/ml-gpu").await.status, 404, "the teams below go with it");
}

#[tokio::test]
async fn teams_are_seen_with_the_permission_and_in_the_own_organisation_only() {
    let (world, _) = nested().await;
    let without = json_of(&world.token_with(json!({ "permissions": { "contents": "read" } })).await);
    let bearer = format!("Bearer {}", text(&without["token"]));
    let refused = world.call("GET", ML, &bearer, "").await;
    assert_eq!(refusal(&refused), (403, "Resource not accessible by integration".to_owned()));
    assert_eq!(refused.header("x-accepted-github-permissions"), Some("members=read"));
    world.sim.edit(|state| {
        let other = state.add_owner("globex");
        state.add_team(other, "ml", &[BO])
    });
    assert_eq!(world.get("/orgs/globex/teams/ml").await.status, 404);
    let permissions = world.sample.installation;
    world.sim.edit(|state| state.installations.get_mut(&permissions).unwrap().permissions.remove("members"));
    let minted = world.token_with(json!({ "permissions": { "members": "read" } })).await;
    assert_eq!(refusal(&minted), (422, "The permissions requested are not granted to this installation.".to_owned()));
}
