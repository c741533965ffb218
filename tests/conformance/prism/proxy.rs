//! What the simulated GitHub answers has the shapes of GitHub's document.

use countersign::sim::github::PayloadShape;
use countersign::sim::github::sample::MONA;
use countersign::sim::slack::sample::{ANA, OCTO, RELEASES};
use countersign::sim::world::{World, WorldOptions};

use super::Prism;

/// Where GitHub itself does not fit its document, and so neither do we: what Prism says, and why.
const DEVIATIONS: [(&str, &str); 1] =
    [("environment_url must match format \"uri\"", "GitHub answers an empty text, the document's own default")];

/// Whole stories with Prism between Countersign and the simulated GitHub.
#[tokio::test(flavor = "multi_thread")]
async fn the_simulated_githubs_answers_fit_githubs_document() {
    let mut options = WorldOptions::by_hand();
    // The published list of states of a run has no `waiting`, which GitHub answers all the same.
    options.github.payload = PayloadShape { rest_waiting_as_pending: true, ..PayloadShape::default() };
    let mut world = World::start(options).await.unwrap();
    let prism = Prism::proxy("github/openapi.proxy.json", &world.github.api_url());
    let direct = world.settings.github.api_url.to_string();
    world.settings.github.api_url = prism.url.parse().unwrap();
    world.restart().await.unwrap();
    world.github.edit(|state| state.urls.api.clone_from(&prism.url));

    approve_and_deny(&world).await;
    read_groups(&world).await;
    let calls = world.github.calls();
    assert!(calls.len() > 30, "the stories asked GitHub: {} calls at {direct}", calls.len());
    assert!(world.github.unexpected_calls().is_empty(), "{:?}", world.github.unexpected_calls());
    let mut wrong = prism.violations().await;
    wrong.retain(|line| !DEVIATIONS.iter().any(|(known, _)| line.contains(known)));
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!("{} calls through the proxy", calls.len());
    world.stop_server().await;
}

/// Opened, approved and live; a risky one denied; a rollback; a matrix; a re-run.
async fn approve_and_deny(world: &World) {
    let first = world.github.dispatch(world.sample.good_change());
    world.settle().await.unwrap();
    world.advance(3_000).await.unwrap();
    approve(world).await;
    assert_eq!(world.github.decisions(first, "production").len(), 1, "told through the proxy");
    world.github.dispatch(world.sample.risky_change());
    world.advance(3_000).await.unwrap();
    deny(world).await;
    for dispatch in [world.sample.rollback(), world.sample.matrix(3)] {
        world.github.dispatch(dispatch);
        world.advance(3_000).await.unwrap();
        approve(world).await;
    }
    assert!(world.github.rerun(first, "octocat"));
    world.advance(30_000).await.unwrap();
    assert_eq!(world.requests().await.unwrap().len(), 5);
}

/// A team in another one, a missing one, an account.
async fn read_groups(world: &World) {
    let repository = world.requests().await.unwrap().remove(0).repository;
    world.github.edit(|state| {
        let ml = state.teams.iter().find(|team| team.slug == "ml").unwrap().id;
        state.add_team_below(ml, "ml-platform", &[MONA])
    });
    let forge = world.engine().unwrap().forge.clone();
    for slug in ["ml", "ml-platform", "nobody"] {
        forge.team(&repository, "acme", slug).await.unwrap();
        forge.team_members(&repository, "acme", slug).await.unwrap();
    }
    for login in ["octocat", "nobody-has-this"] {
        forge.profile(&repository, login).await.unwrap();
    }
}

async fn approve(world: &World) {
    let message = world.slack.messages(RELEASES).pop().unwrap();
    let clicked = world.slack.click(OCTO, RELEASES, &message.ts, "approve").await;
    assert!(clicked.acknowledged(), "{clicked:?}");
    world.advance(60_000).await.unwrap();
}

async fn deny(world: &World) {
    let message = world.slack.messages(RELEASES).pop().unwrap();
    world.slack.click(ANA, RELEASES, &message.ts, "deny").await;
    world.settle().await.unwrap();
    let view = world.slack.views(ANA).pop().expect("the modal is open");
    world.slack.submit(ANA, &view.id, &[("reason", "worse on every metric")]).await;
    world.advance(60_000).await.unwrap();
}
