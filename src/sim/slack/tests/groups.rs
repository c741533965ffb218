//! User groups, and the events about them and about people.

use super::app::App;
use super::*;

fn event(app: &App) -> Value {
    let (_, body) = app.requests().pop().unwrap();
    serde_json::from_slice::<Value>(&body).unwrap()["event"].clone()
}

fn ids(answer: &Value) -> Vec<&str> {
    answer["usergroups"].as_array().unwrap().iter().map(|group| group["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn disabled_groups_are_listed_and_read_only_when_asked_for() {
    let (slack, _) = workspace().await;
    assert_eq!(ids(&ask(&slack, "usergroups.list", "").await), ["S0REVIEWERS"]);
    assert_eq!(ids(&ask(&slack, "usergroups.list", "include_disabled=true").await), ["S0RETIRED", "S0REVIEWERS"]);
    assert_eq!(ask(&slack, "usergroups.users.list", "usergroup=S0RETIRED").await["error"], "no_such_subteam");
    let retired = ask(&slack, "usergroups.users.list", "usergroup=S0RETIRED&include_disabled=true").await;
    assert_eq!(retired["users"], json!([sample::OCTO]));
    let reviewers = ask(&slack, "usergroups.users.list", "usergroup=S0REVIEWERS").await;
    assert_eq!(reviewers["users"], json!([sample::OCTO, sample::ANA, sample::GONE]), "somebody who is gone is in it");
}

#[tokio::test]
async fn a_group_needs_the_scope_the_plan_and_in_an_organisation_the_workspace() {
    let (slack, _) = workspace().await;
    slack.edit(|state| state.user_groups_on_plan = false);
    assert_eq!(ask(&slack, "usergroups.list", "").await["error"], "plan_upgrade_required");
    slack.edit(|state| {
        state.user_groups_on_plan = true;
        state.team.is_enterprise_install = true;
    });
    assert_eq!(ask(&slack, "usergroups.list", "").await["error"], "missing_argument");
    assert_eq!(ask(&slack, "usergroups.list", "team_id=T0OTHER").await["error"], "invalid_team");
    assert_eq!(ids(&ask(&slack, "usergroups.list", "team_id=T0ACME").await), ["S0REVIEWERS"]);
    slack.edit(|state| state.install.scopes.retain(|scope| scope != "usergroups:read"));
    let refused = ask(&slack, "usergroups.list", "team_id=T0ACME").await;
    assert_eq!((&refused["error"], &refused["needed"]), (&json!("missing_scope"), &json!("usergroups:read")));
}

#[tokio::test]
async fn a_handle_can_go_to_another_group() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    slack.change_group("S0REVIEWERS", |group| group.handle = "ml-old".to_owned()).await;
    assert_eq!(
        (&event(&app)["type"], &event(&app)["subteam"]["handle"]),
        (&json!("subteam_updated"), &json!("ml-old"))
    );
    slack.edit(|state| {
        let other = UserGroup { id: "S0OTHER".into(), handle: "ml-reviewers".into(), ..UserGroup::default() };
        state.user_groups.insert(other.id.clone(), other)
    });
    let groups = ask(&slack, "usergroups.list", "").await;
    let of_handle = groups["usergroups"].as_array().unwrap().iter().find(|group| group["handle"] == "ml-reviewers");
    assert_eq!(of_handle.unwrap()["id"], "S0OTHER");
}

#[tokio::test]
async fn the_app_hears_who_came_and_who_went() {
    let (slack, _) = workspace().await;
    let app = App::start(&slack).await;
    assert!(slack.set_group_members("S0REVIEWERS", &[sample::ANA, sample::BO]).await.acknowledged());
    let changed = event(&app);
    assert_eq!((&changed["type"], &changed["subteam_id"]), (&json!("subteam_members_changed"), &json!("S0REVIEWERS")));
    assert_eq!(changed["added_users"], json!([sample::BO]));
    assert_eq!(changed["removed_users"], json!([sample::OCTO, sample::GONE]));
    slack.change_user(sample::ANA, |user| user.deleted = true).await;
    let changed = event(&app);
    assert_eq!(changed["type"], "user_change");
    assert_eq!((&changed["user"]["id"], &changed["user"]["deleted"]), (&json!(sample::ANA), &json!(true)));
    assert!(!slack.change_user("U0NOBODY", |_| {}).await.acknowledged());
}
