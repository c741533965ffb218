//! How often the vendors are asked.

use futures::future::join_all;

use super::*;

/// Names are resolved, tokens minted; everything about people is too old.
async fn cold(memberships: &[Membership]) -> Scene {
    let scene = Scene::new().await;
    scene.look_up(slack::ANA, memberships, Freshness::Kept).await.unwrap();
    scene.world.clock.advance(121_000);
    scene
}

#[tokio::test]
async fn a_click_costs_two_calls_with_cold_caches_and_none_with_warm_ones() {
    for membership in [Membership::Access(Access::Write), team("ml"), user_group("ml-reviewers")] {
        let asked = std::slice::from_ref(&membership);
        let scene = cold(asked).await;
        let mut since = (0, 0);
        scene.calls(&mut since);
        assert_eq!(scene.held(slack::OCTO, asked, Freshness::Kept).await, asked);
        let calls = scene.calls(&mut since);
        assert_eq!(calls.len(), 2, "{membership}: {calls:?}");
        assert_eq!(scene.held(slack::OCTO, asked, Freshness::Kept).await, asked);
        assert_eq!(scene.calls(&mut since), Vec::<String>::new(), "{membership}");
        // Another person of the same group: only they themselves are asked about.
        scene.held(slack::MONA, asked, Freshness::Kept).await;
        let own = if matches!(membership, Membership::Access(_)) { 2 } else { 1 };
        assert_eq!(scene.calls(&mut since).len(), own, "{membership}");
        scene.world.finish().await.unwrap();
    }
}

#[tokio::test]
async fn somebody_who_is_not_linked_costs_one_call_for_any_number_of_teams() {
    let scene = Scene::new().await;
    let mut since = (0, 0);
    scene.calls(&mut since);
    let asked = [team("ml"), team("nobody"), account("ana"), Membership::Access(Access::Write)];
    assert!(scene.held(slack::BO, &asked, scene.anew()).await.is_empty());
    assert_eq!(scene.calls(&mut since), ["users.info"]);
    scene.world.finish().await.unwrap();
}

#[tokio::test]
async fn ten_clicks_at_once_ask_once() {
    let asked = [team("ml"), user_group("ml-reviewers"), Membership::Access(Access::Write)];
    let scene = cold(&asked).await;
    let mut since = (0, 0);
    scene.calls(&mut since);
    let clicks = (0..10).map(|_| scene.look_up(slack::OCTO, &asked, Freshness::Kept));
    assert!(join_all(clicks).await.iter().all(|found| found.as_ref().unwrap().voter.memberships.len() == 3));
    let mut calls = scene.calls(&mut since);
    calls.sort();
    let expected = [
        "/orgs/acme/teams/ml/members",
        "/repos/acme/sentiment/collaborators/octocat/permission",
        "usergroups.users.list",
        "users.info",
    ];
    assert_eq!(calls, expected);
    scene.world.finish().await.unwrap();
}

#[tokio::test]
async fn a_decision_reads_each_group_once_for_all_who_voted() {
    let asked = [team("ml"), user_group("ml-reviewers")];
    let scene = cold(&asked).await;
    let mut since = (0, 0);
    scene.calls(&mut since);
    let how = scene.anew();
    let voters = [slack::OCTO, slack::ANA, slack::MONA].map(|user| scene.look_up(user, &asked, how));
    assert!(join_all(voters).await.iter().all(Result::is_ok));
    let calls = scene.calls(&mut since);
    let count = |of: &str| calls.iter().filter(|call| call.ends_with(of)).count();
    assert_eq!((count("/teams/ml/members"), count("usergroups.list"), count("usergroups.users.list")), (1, 1, 1));
    assert_eq!((count("/permission"), count("users.info")), (3, 3));
    assert!(count("/teams/ml") >= 1, "the id after the people");
    scene.world.finish().await.unwrap();
}

/// Slack takes twenty calls a minute about user groups.
#[tokio::test]
async fn thirty_clicks_in_a_minute_stay_within_slacks_limit() {
    let scene = Scene::new().await;
    let asked = [user_group("ml-reviewers"), user_group("retired"), user_group("nobody")];
    let mut since = (0, 0);
    scene.calls(&mut since);
    for n in 0..30 {
        let user = [slack::OCTO, slack::ANA, slack::MONA, slack::LI, slack::BO][n % 5];
        scene.look_up(user, &asked, Freshness::Kept).await.unwrap();
        scene.world.clock.advance(1_900);
    }
    let calls = scene.calls(&mut since);
    let about_groups = calls.iter().filter(|call| call.starts_with("usergroups")).count();
    assert_eq!(about_groups, 2, "{calls:?}");
    scene.world.finish().await.unwrap();
}
