//! What cannot be read counts for nobody, and is never an empty group.

use countersign::ports::Class;
use countersign::sim::github::{Fault, FaultKind};
use countersign::sim::slack::{Fault as SlackFault, FaultKind as SlackFaultKind};

use super::*;

fn why(people: Result<Vec<String>, Unusable>) -> String {
    match people {
        Err(Unusable::Unreadable { why }) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_group_that_is_not_there_or_switched_off_says_so() {
    let scene = Scene::new().await;
    assert_eq!(scene.people(&team("nobody"), Freshness::Kept).await, Err(Unusable::Missing));
    assert_eq!(scene.people(&account("nobody-has-this"), Freshness::Kept).await, Err(Unusable::Missing));
    assert_eq!(scene.people(&user_group("nobody"), Freshness::Kept).await, Err(Unusable::Missing));
    assert_eq!(scene.people(&user_group("retired"), Freshness::Kept).await, Err(Unusable::Disabled));
    let found = scene.look_up(slack::OCTO, &[team("nobody"), team("ml")], Freshness::Kept).await.unwrap();
    assert_eq!(found.voter.memberships.into_iter().collect::<Vec<_>>(), [team("ml")], "the others are not touched");
    assert_eq!(found.unusable.into_iter().collect::<Vec<_>>(), [(team("nobody"), Unusable::Missing)]);
    scene.world.finish().await.unwrap();
}

#[tokio::test]
async fn what_we_may_not_read_names_the_permission_or_the_scope() {
    let scene = Scene::new().await;
    let installation = scene.world.sample.installation;
    scene.world.github.edit(|state| state.installations.get_mut(&installation).unwrap().permissions.remove("members"));
    let refused = why(scene.people(&team("ml"), Freshness::Kept).await);
    assert!(refused.contains("needs the permission `members: read`"), "{refused}");
    let elsewhere = Membership::Team { organisation: "globex".to_owned(), slug: "ml".to_owned() };
    let refused = why(scene.people(&elsewhere, Freshness::Kept).await);
    assert!(refused.contains("teams of `globex` cannot be seen from a repository of `acme`"), "{refused}");
    scene.world.slack.edit(|state| state.user_groups_on_plan = false);
    let refused = why(scene.people(&user_group("ml-reviewers"), Freshness::Kept).await);
    assert!(refused.contains("this workspace's plan has no user groups"), "{refused}");
    scene.world.slack.edit(|state| state.install.scopes.retain(|scope| scope != "usergroups:read"));
    let refused = why(scene.people(&user_group("ml-reviewers"), Freshness::Kept).await);
    assert!(refused.contains("needs the scope `usergroups:read`"), "{refused}");
    // Granted again, it works at the next look: refusals are not kept.
    scene.world.github.edit(|state| {
        let granted = countersign::sim::github::Level::Read;
        state.installations.get_mut(&installation).unwrap().permissions.insert("members".to_owned(), granted)
    });
    assert_eq!(scene.people(&team("ml"), Freshness::Kept).await.unwrap().len(), 2);
}

/// H21: the click is kept and tried again; nobody is taken for a stranger because a vendor is down.
#[tokio::test]
async fn a_vendor_that_is_down_is_an_error_to_be_tried_again() {
    let scene = Scene::new().await;
    for path in ["/teams/ml/members", "/teams/ml"] {
        for kind in [FaultKind::Status(502, "<html>".to_owned()), FaultKind::CutBeforeActing, FaultKind::CutAfterActing]
        {
            scene.world.github.fault(Fault::once("GET", path, kind));
            let error = scene.look_up(slack::OCTO, &[team("ml")], scene.anew()).await.unwrap_err();
            assert!(matches!(error.class, Class::Retry { .. }), "{error:?}");
        }
    }
    for method in ["usergroups.list", "usergroups.users.list", "users.info"] {
        for kind in [
            SlackFaultKind::Status(503),
            SlackFaultKind::Error("internal_error".to_owned()),
            SlackFaultKind::AnswerLost,
            SlackFaultKind::RateLimited { retry_after_seconds: 30 },
        ] {
            let limited = matches!(kind, SlackFaultKind::RateLimited { .. });
            scene.world.slack.fault(SlackFault::once(method, kind));
            let error = scene.look_up(slack::OCTO, &[user_group("ml-reviewers")], scene.anew()).await.unwrap_err();
            let after_ms = limited.then_some(30_000);
            assert_eq!(error.class, Class::Retry { after_ms }, "{method}: {error:?}");
        }
    }
    let asked = [team("ml"), user_group("ml-reviewers")];
    assert_eq!(scene.held(slack::OCTO, &asked, scene.anew()).await.len(), 2, "and then it works");
    scene.world.finish().await.unwrap();
}

/// A decision that could not read a group anew is not made on what was kept.
#[tokio::test]
async fn what_is_kept_stands_in_for_nothing_that_is_read_anew() {
    let scene = Scene::new().await;
    scene.people(&team("ml"), Freshness::Kept).await.unwrap();
    scene.world.github.fault(Fault::once("GET", "/teams/ml", FaultKind::Status(500, String::new())));
    assert!(scene.read(&team("ml"), scene.anew()).await.is_err());
    assert_eq!(scene.people(&team("ml"), Freshness::Kept).await.unwrap().len(), 2, "between clicks it still counts");
    scene.world.finish().await.unwrap();
}
