//! Who belongs.

use super::*;

#[tokio::test]
async fn everybody_has_exactly_the_memberships_that_are_theirs() {
    let scene = Scene::new().await;
    let asked = [
        Membership::Access(Access::Write),
        Membership::Access(Access::Admin),
        team("ml"),
        team("ML"),
        account("Octocat"),
        account("mona"),
        user_group("ml-reviewers"),
        user_group("@ml-reviewers"),
        user_group("S0REVIEWERS"),
        Membership::ChatUser { user: slack::BO.to_owned() },
    ];
    let held = async |user: &str| scene.held(user, &asked, Freshness::Kept).await;
    let groups = [user_group("@ml-reviewers"), user_group("S0REVIEWERS"), user_group("ml-reviewers")];
    let teams = [team("ML"), team("ml")];
    let octocat = held(slack::OCTO).await;
    let expected = [vec![Membership::Access(Access::Write)], teams.to_vec(), vec![account("Octocat")], groups.to_vec()];
    assert_eq!(octocat, expected.concat());
    assert!(held(slack::ANA).await.contains(&Membership::Access(Access::Admin)));
    assert_eq!(held(slack::MONA).await, [Membership::Access(Access::Write), account("mona")]);
    let bo = Membership::ChatUser { user: slack::BO.to_owned() };
    assert_eq!(held(slack::BO).await, [bo], "nobody is linked: the chat's word alone");
    scene.world.finish().await.unwrap();
}

#[tokio::test]
async fn a_group_lists_its_people_with_where_and_when_they_were_read() {
    let scene = Scene::new().await;
    let id = team_id(&scene).await;
    scene.world.github.edit(|state| state.add_team_below(id, "ml-platform", &[github::MONA]));
    let group = Group {
        name: "reviewers".to_owned(),
        members: [team("ml"), user_group("ml-reviewers"), Membership::Access(Access::Write)].into(),
        chat_only: false,
    };
    let engine = scene.world.engine().unwrap();
    let readings = groups::members(engine, &scene.repository, &group, Freshness::Kept).await.unwrap();
    assert_eq!(readings.keys().cloned().collect::<Vec<_>>(), group.members.iter().cloned().collect::<Vec<_>>());
    assert!(readings.values().all(|reading| reading.read_at == scene.world.clock.now()));
    let people = async |membership| scene.people(&membership, Freshness::Kept).await.unwrap();
    assert_eq!(people(team("ml")).await, ids(&[github::MONA, github::OCTOCAT, github::ANA]));
    assert_eq!(people(user_group("ml-reviewers")).await, [slack::ANA, slack::GONE, slack::OCTO]);
    assert_eq!(people(Membership::Access(Access::Write)).await, ["unlisted"]);
    scene.world.finish().await.unwrap();
}

#[tokio::test]
async fn what_is_kept_is_minutes_old_at_most_and_read_anew_for_a_decision() {
    let scene = Scene::new().await;
    let id = team_id(&scene).await;
    assert_eq!(scene.held(slack::OCTO, &[team("ml")], Freshness::Kept).await, [team("ml")]);
    scene.world.github.edit(|state| state.edit_team(id, |team| team.members = vec![github::ANA]));
    assert_eq!(scene.held(slack::OCTO, &[team("ml")], Freshness::Kept).await, [team("ml")], "as it was");
    assert!(scene.held(slack::OCTO, &[team("ml")], scene.anew()).await.is_empty(), "as it is");
    assert!(scene.held(slack::OCTO, &[team("ml")], Freshness::Kept).await.is_empty(), "what was read anew is kept");
    scene.world.github.edit(|state| state.edit_team(id, |team| team.members = vec![github::OCTOCAT]));
    scene.world.clock.advance(120_000);
    assert_eq!(scene.held(slack::OCTO, &[team("ml")], Freshness::Kept).await, [team("ml")]);
    scene.world.finish().await.unwrap();
}

#[tokio::test]
async fn the_chats_events_end_what_is_kept() {
    use countersign::domain::ChatStanding;

    let scene = Scene::new().await;
    let asked = [user_group("ml-reviewers")];
    let standing = async || scene.look_up(slack::OCTO, &asked, Freshness::Kept).await.unwrap().voter.standing;
    assert_eq!(
        (standing().await, scene.held(slack::OCTO, &asked, Freshness::Kept).await.len()),
        (ChatStanding::Member, 1)
    );
    assert!(scene.world.slack.set_group_members("S0REVIEWERS", &[slack::ANA]).await.acknowledged());
    scene.world.settle().await.unwrap();
    assert!(scene.held(slack::OCTO, &asked, Freshness::Kept).await.is_empty());
    assert!(scene.world.slack.change_user(slack::OCTO, |user| user.deleted = true).await.acknowledged());
    scene.world.settle().await.unwrap();
    assert_eq!(standing().await, ChatStanding::Deactivated);
    scene.world.slack.change_group("S0REVIEWERS", |group| group.is_disabled = true).await;
    scene.world.settle().await.unwrap();
    assert_eq!(scene.people(&asked[0], Freshness::Kept).await, Err(Unusable::Disabled));
    scene.world.finish().await.unwrap();
}

/// H17: the vote of somebody who left is read again before it may count.
#[tokio::test]
async fn a_bot_in_a_team_counts_through_nothing() {
    let scene = Scene::new().await;
    let id = team_id(&scene).await;
    scene.world.github.edit(|state| state.edit_team(id, |team| team.members = vec![github::HUBOT_CI]));
    let person = Person { chat: &chat(slack::BO), account: Some((ForgeUserId::new(github::HUBOT_CI), Access::Admin)) };
    let engine = scene.world.engine().unwrap();
    let asked = BTreeSet::from([team("ml")]);
    let found = groups::memberships(engine, &scene.repository, person, &asked, Freshness::Kept).await.unwrap();
    assert_eq!(found, Memberships::default());
    scene.world.finish().await.unwrap();
}
