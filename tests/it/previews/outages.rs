//! Troubles, theirs and ours: a check run never waits for longer than was said, and nothing is given up before.

use countersign::domain::Verdict;
use countersign::sim::github::options::Level;
use countersign::sim::slack::sample::{OCTO, RELEASES};

use super::desk::{MINUTE_MS, WEIGHTS, card, conclusion, desk, desk_with, summary, title};

#[tokio::test]
async fn what_cannot_be_gathered_ends_as_neutral_after_the_said_time_and_not_before() {
    let desk = desk().await;
    desk.down("GET", "/git/trees/", 100_000);
    desk.down("GET", "/git/blobs/", 100_000);
    desk.open("retrain", &[("README.md", &card("mit", "0.87")), WEIGHTS]);
    desk.advance(14 * MINUTE_MS).await;
    assert_eq!(desk.run().status, "in_progress");
    desk.advance(MINUTE_MS).await;
    let run = desk.run();
    assert_eq!((conclusion(&run), title(&run)), ("neutral", "Could not be gathered"));
    assert!(summary(&run).contains("HTTP 503") && summary(&run).contains("Re-run"), "{}", summary(&run));
    desk.up();
    desk.rerun(&run);
    desk.settle().await;
    assert!(title(&desk.run()).contains("licence changed"));
    desk.finish().await;
}

#[tokio::test]
async fn the_time_is_the_operators() {
    let desk = desk_with(|options| options.preview.give_up_after_ms = 2 * MINUTE_MS).await;
    desk.down("GET", "/git/blobs/", 100_000);
    desk.open("retrain", &[("README.md", &card("mit", "0.87")), WEIGHTS]);
    desk.advance(2 * MINUTE_MS).await;
    assert_eq!(conclusion(&desk.run()), "neutral");
    desk.finish().await;
}

/// Nothing could be told in all that time; afterwards the whole answer is.
#[tokio::test]
async fn after_an_outage_of_everything_the_look_is_made_up_for() {
    let desk = desk().await;
    desk.down("", "/repos/", 100_000);
    desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    desk.advance(60 * MINUTE_MS).await;
    assert!(desk.runs().is_empty());
    desk.up();
    desk.advance(11 * MINUTE_MS).await;
    let run = desk.run();
    assert_eq!(conclusion(&run), "failure", "the pickle on the branch calls something");
    assert!(summary(&run).contains("licence.changed"), "{}", summary(&run));
    desk.finish().await;
}

/// The sheet was begun, then everything went down: it ends as soon as anything can be said again.
#[tokio::test]
async fn a_begun_sheet_ends_when_github_can_be_told_again() {
    let desk = desk().await;
    desk.down("GET", "/git/blobs/", 100_000);
    desk.open("retrain", &[("README.md", &card("mit", "0.87")), WEIGHTS]);
    desk.advance(5_000).await;
    assert_eq!(desk.run().status, "in_progress");
    desk.down("", "/repos/", 100_000);
    desk.advance(40 * MINUTE_MS).await;
    desk.up();
    desk.advance(11 * MINUTE_MS).await;
    assert!(title(&desk.run()).contains("licence changed"), "{}", title(&desk.run()));
    desk.finish().await;
}

/// Looks take their own places, and what they may not do harms nothing else.
#[tokio::test]
async fn without_the_permission_there_is_no_check_run_and_decisions_go_on() {
    let desk = desk().await;
    let installation = desk.world.sample.installation;
    desk.world.github.edit(|state| {
        state.installations.get_mut(&installation).unwrap().permissions.insert("checks".into(), Level::Read);
    });
    desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    let run = desk.world.github.dispatch(desk.world.sample.good_change());
    desk.advance(3_000).await;
    assert!(desk.runs().is_empty());
    let message = desk.world.slack.messages(RELEASES).pop().unwrap();
    desk.world.slack.click(OCTO, RELEASES, &message.ts, "approve").await;
    desk.advance(MINUTE_MS).await;
    let request = desk.world.requests().await.unwrap().remove(0);
    assert_eq!(request.decision().map(|decision| decision.verdict), Some(Verdict::Approved));
    assert_eq!(desk.world.github.decisions(run, "production").len(), 1);
    let calls = desk.world.github.calls().len();
    desk.advance(60 * MINUTE_MS).await;
    let later = desk.world.github.calls();
    let asked = later[calls..].iter().filter(|call| call.path.contains("/pulls/")).count();
    assert_eq!(asked, 0, "it is not tried for ever");
    desk.finish().await;
}

#[tokio::test]
async fn an_app_that_was_taken_away_is_not_looked_for() {
    let desk = desk().await;
    let installation = desk.world.sample.installation;
    desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    while desk.world.github.step().await > 0 {}
    desk.world.github.edit(|state| state.uninstall(installation));
    desk.advance(60 * MINUTE_MS).await;
    assert!(desk.runs().is_empty());
    assert_eq!(desk.world.engine().unwrap().store.next_preview_due(desk.world.clock.now()).await.unwrap(), None);
    desk.world.stop().await;
}
