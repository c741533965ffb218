//! Teams with their people.

use super::*;
use countersign::domain::{ForgeUser, TeamId};
use countersign::ports::forge::Forge as _;
use countersign::sim::github::sample::{ANA, BO, MONA, OCTOCAT};

impl Scene {
    fn ml(&self) -> u64 {
        self.sim.read(|state| state.teams.iter().find(|team| team.slug == "ml").unwrap().id)
    }

    async fn team(&self, slug: &str) -> Result<Presence<TeamId>, PortError> {
        self.forge.team(&self.repository, "acme", slug).await
    }

    async fn members(&self, slug: &str) -> Result<Presence<Vec<ForgeUser>>, PortError> {
        self.forge.team_members(&self.repository, "acme", slug).await
    }
}

fn ids(users: &[ForgeUser]) -> Vec<u64> {
    users.iter().map(|user| user.id.get()).collect()
}

#[tokio::test]
async fn a_team_has_its_people_and_those_of_the_teams_below() {
    let scene = Scene::new().await;
    let ml = scene.ml();
    scene.sim.edit(|state| state.add_team_below(ml, "ml-platform", &[MONA]));
    assert_eq!(scene.team("ml").await.unwrap(), Presence::Found(TeamId::new(ml)));
    assert_eq!(ids(&found(scene.members("ML").await.unwrap())), [MONA, OCTOCAT, ANA]);
    scene.sim.edit(|state| state.edit_team(ml, |team| team.members = vec![BO]));
    assert_eq!(ids(&found(scene.members("ml").await.unwrap())), [MONA, BO], "read live");
    scene.finish();
}

#[tokio::test]
async fn the_token_for_teams_can_do_nothing_else() {
    let scene = Scene::new().await;
    scene.members("ml").await.unwrap();
    scene.team("ml").await.unwrap();
    let wishes: Vec<String> = scene.token_calls().into_iter().map(|call| call.body).collect();
    assert_eq!(wishes, [r#"{"permissions":{"members":"read"}}"#]);
    scene.finish();
}

#[tokio::test]
async fn large_teams_are_read_page_by_page_and_giants_refused() {
    let scene = Scene::new().await;
    let ml = scene.ml();
    let people = |count: u64| {
        scene.sim.edit(|state| {
            let ids: Vec<u64> = (0..count).map(|n| state.add_user(&format!("member{n}"), 90_000 + n)).collect();
            state.edit_team(ml, |team| team.members = ids);
        });
    };
    people(250);
    let before = scene.sim.calls().len();
    assert_eq!(found(scene.members("ml").await.unwrap()).len(), 250);
    assert_eq!(scene.sim.calls()[before..].iter().filter(|call| call.method == "GET").count(), 3);
    people(1_000);
    let error = scene.members("ml").await.unwrap_err();
    assert_eq!(error.class, Class::Permanent);
    assert!(error.why.contains("1000 people or more"), "{error}");
    scene.finish();
}

#[tokio::test]
async fn a_team_that_is_not_there_is_missing_and_one_elsewhere_is_refused() {
    let scene = Scene::new().await;
    assert_eq!(scene.team("nobody").await.unwrap(), Presence::Missing);
    assert_eq!(scene.members("nobody").await.unwrap(), Presence::Missing);
    let before = scene.sim.calls().len();
    for slug in ["..", "a/b", "", "ml?role=maintainer"] {
        assert_eq!(scene.members(slug).await.unwrap(), Presence::Missing, "{slug}");
    }
    let elsewhere = scene.forge.team(&scene.repository, "globex", "ml").await.unwrap_err();
    assert_eq!(elsewhere.class, Class::Permanent);
    assert!(elsewhere.why.contains("teams of `globex` cannot be seen from a repository of `acme`"), "{elsewhere}");
    assert_eq!(scene.sim.calls().len(), before, "nothing of that is asked");
    scene.finish();
}

#[tokio::test]
async fn a_missing_permission_is_named() {
    let scene = Scene::new().await;
    let granted = |members: bool| {
        scene.sim.edit(|state| {
            let permissions = &mut state.installations.get_mut(&scene.sample.installation).unwrap().permissions;
            let read = countersign::sim::github::Level::Read;
            if members {
                permissions.insert("members".to_owned(), read)
            } else {
                permissions.remove("members")
            };
        });
    };
    granted(false);
    for error in [scene.team("ml").await.unwrap_err(), scene.members("ml").await.unwrap_err()] {
        assert_eq!(error.class, Class::Permanent);
        assert!(error.why.contains("needs the permission `members: read`"), "{error}");
    }
    granted(true);
    scene.team("ml").await.unwrap();
    granted(false);
    let error = scene.team("ml").await.unwrap_err();
    assert!(error.why.starts_with("HTTP 403") && error.why.contains("`members: read`"), "{error}");
    scene.finish();
}

#[tokio::test]
async fn trouble_of_the_team_api_is_never_an_empty_team() {
    let scene = Scene::new().await;
    let page = "<html>Unicorn!</html>".to_owned();
    for kind in [
        FaultKind::Status(502, page.clone()),
        FaultKind::Status(200, page),
        FaultKind::Status(200, "[".to_owned()),
        FaultKind::CutBeforeActing,
        FaultKind::CutAfterActing,
        FaultKind::TooManyRequests { retry_after: 1 },
    ] {
        for path in ["/teams/ml/members", "/teams/ml"] {
            scene.sim.fault(Fault::once("GET", path, kind.clone()));
            let outcome = if path.ends_with("members") {
                scene.members("ml").await.map(drop)
            } else {
                scene.team("ml").await.map(drop)
            };
            let error = outcome.unwrap_err();
            assert!(matches!(error.class, Class::Retry { .. }), "{kind:?}: {error:?}");
            scene.clock.advance(2_000);
        }
    }
    assert!(matches!(scene.members("ml").await, Ok(Presence::Found(_))));
}

#[tokio::test]
async fn the_second_page_failing_fails_the_whole() {
    let scene = Scene::new().await;
    let ml = scene.ml();
    scene.sim.edit(|state| {
        let ids = (0..150).map(|n| state.add_user(&format!("member{n}"), 90_000 + n)).collect();
        state.edit_team(ml, |team| team.members = ids);
    });
    scene.sim.fault(Fault::once("GET", "/teams/ml/members", FaultKind::Slow(0)));
    scene.sim.fault(Fault::once("GET", "/teams/ml/members", FaultKind::Status(500, String::new())));
    assert!(scene.members("ml").await.is_err());
    assert_eq!(found(scene.members("ml").await.unwrap()).len(), 150);
}
