//! A name stands for what it stood for first, or for nobody (R13).

use std::time::Duration;

use countersign::sim::github::{Fault, FaultKind};
use countersign::sim::slack::UserGroup;

use super::*;

#[tokio::test]
async fn another_team_that_takes_the_name_counts_for_nobody() {
    let mut scene = Scene::new().await;
    let first = team_id(&scene).await;
    assert_eq!(scene.held(slack::OCTO, &[team("ml")], Freshness::Kept).await, [team("ml")]);
    let second = scene.world.github.edit(|state| {
        state.edit_team(first, |team| team.slug = "ml-old".to_owned());
        state.add_team(state.team(first).unwrap().organization, "ml", &[github::OCTOCAT])
    });
    let moved = Unusable::Moved { pinned: first.to_string(), now: second.to_string() };
    let found = scene.look_up(slack::OCTO, &[team("ml")], scene.anew()).await.unwrap();
    assert!(found.voter.memberships.is_empty());
    assert_eq!(found.unusable[&team("ml")], moved);
    assert!(found.unusable[&team("ml")].words(&team("ml")).contains("is another one"));
    scene.world.restart().await.unwrap();
    assert_eq!(
        scene.people(&team("ML"), Freshness::Kept).await,
        Err(moved),
        "the pin outlives us, and case changes nothing"
    );
    scene.world.github.edit(|state| {
        state.delete_team(second);
        state.edit_team(first, |team| team.slug = "ml".to_owned());
    });
    assert_eq!(scene.held(slack::OCTO, &[team("ml")], scene.anew()).await, [team("ml")], "the first one is back");
    scene.world.finish().await.unwrap();
}

#[tokio::test]
async fn a_team_is_pinned_once_and_the_record_says_to_what() {
    let scene = Scene::new().await;
    let id = team_id(&scene).await;
    for how in [Freshness::Kept, scene.anew(), scene.anew()] {
        scene.people(&team("ml"), how).await.unwrap();
    }
    scene.people(&user_group("ml-reviewers"), Freshness::Kept).await.unwrap();
    scene.people(&user_group("S0REVIEWERS"), Freshness::Kept).await.unwrap();
    scene.people(&account("mona"), Freshness::Kept).await.unwrap();
    let rows = scene.world.engine().unwrap().store.audit_rows(0, 100).await.unwrap();
    let pinned: Vec<&str> = rows.iter().filter(|row| row.name == "name.pinned").map(|row| row.body.as_str()).collect();
    let says = |kind: &str, name: &str, id: &str| {
        let detail = format!(r#""detail":{{"id":"{id}","kind":"{kind}","name":"{name}"}}"#);
        pinned.iter().filter(|body| body.contains(&detail)).count()
    };
    assert_eq!(says("team", "acme/ml", &id.to_string()), 1);
    assert_eq!(says("user_group", "ml-reviewers", "S0REVIEWERS"), 1);
    assert_eq!(says("account", "mona", &github::MONA.to_string()), 1);
    assert_eq!(pinned.len(), 3, "an id needs no pin: {pinned:?}");
    scene.world.finish().await.unwrap();
}

/// Between the two answers another team takes the name: the people of the first must not stand for the second.
#[tokio::test]
async fn a_team_replaced_while_it_is_read_is_seen() {
    let scene = Scene::new().await;
    let first = team_id(&scene).await;
    scene.people(&team("ml"), Freshness::Kept).await.unwrap();
    scene.world.github.fault(Fault::once("GET", "/teams/ml/members", FaultKind::Slow(0)));
    scene.world.github.fault(Fault::once("GET", "/teams/ml", FaultKind::Slow(400)));
    let before = scene.world.github.calls().len();
    let members_were_read = || scene.world.github.calls()[before..].iter().any(|call| call.path.ends_with("/members"));
    let replace = async {
        while !members_were_read() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        scene.world.github.edit(|state| {
            state.edit_team(first, |team| team.slug = "ml-old".to_owned());
            state.add_team(state.team(first).unwrap().organization, "ml", &[github::BO])
        })
    };
    let (ml, anew) = (team("ml"), scene.anew());
    let (people, second) = tokio::join!(scene.people(&ml, anew), replace);
    assert_eq!(people, Err(Unusable::Moved { pinned: first.to_string(), now: second.to_string() }));
    scene.world.finish().await.unwrap();
}

#[tokio::test]
async fn a_handle_that_went_to_another_group_counts_for_nobody() {
    let scene = Scene::new().await;
    assert_eq!(scene.held(slack::OCTO, &[user_group("ml-reviewers")], Freshness::Kept).await.len(), 1);
    scene.world.slack.edit(|state| {
        state.user_groups.get_mut("S0REVIEWERS").unwrap().handle = "ml-old".to_owned();
        let users = vec![slack::OCTO.to_owned()];
        let other = UserGroup { id: "S0OTHER".into(), handle: "ml-reviewers".into(), users, ..UserGroup::default() };
        state.user_groups.insert(other.id.clone(), other);
    });
    let moved = Unusable::Moved { pinned: "S0REVIEWERS".to_owned(), now: "S0OTHER".to_owned() };
    assert_eq!(scene.people(&user_group("ml-reviewers"), scene.anew()).await, Err(moved));
    assert!(scene.held(slack::OCTO, &[user_group("ml-reviewers")], Freshness::Kept).await.is_empty());
    assert_eq!(
        scene.people(&user_group("S0REVIEWERS"), scene.anew()).await.unwrap().len(),
        3,
        "by its id it is the same"
    );
    scene.world.finish().await.unwrap();
}

#[tokio::test]
async fn a_login_that_changed_hands_counts_for_nobody() {
    let scene = Scene::new().await;
    assert_eq!(scene.people(&account("octocat"), Freshness::Kept).await.unwrap(), ids(&[github::OCTOCAT]));
    scene.world.github.edit(|state| {
        state.rename_account(github::OCTOCAT, "octocat-old");
        state.rename_account(github::BO, "octocat");
    });
    let moved = Unusable::Moved { pinned: github::OCTOCAT.to_string(), now: github::BO.to_string() };
    assert_eq!(scene.people(&account("Octocat"), scene.anew()).await, Err(moved));
    scene.world.github.edit(|state| state.rename_account(github::BO, "bo"));
    assert_eq!(scene.people(&account("octocat"), scene.anew()).await, Err(Unusable::Missing));
    scene.world.finish().await.unwrap();
}
