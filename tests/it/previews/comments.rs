//! The one comment: off unless set, never a second one, nobody else's.

use countersign::sim::github::options::Level;
use countersign::sim::github::sample::MONA;
use countersign::sim::github::{Fault, FaultKind};

use super::desk::{Desk, MINUTE_MS, card, desk, desk_with, text, title};

/// A world that keeps comments, and whose owner lets it.
async fn commenting() -> Desk {
    desk_with(|options| {
        options.preview.comment = true;
        options.github.permissions.insert("pull_requests".into(), Level::Write);
    })
    .await
}

#[tokio::test]
async fn there_is_no_comment_unless_it_is_set() {
    let desk = desk().await;
    let number = desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    desk.settle().await;
    assert!(desk.comments(number).is_empty());
    assert!(!desk.world.github.calls().iter().any(|call| call.path.contains("/issues/")));
    desk.finish().await;
}

#[tokio::test]
async fn there_is_one_comment_and_it_is_edited_in_place() {
    let mut desk = commenting().await;
    let number = desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    desk.settle().await;
    let first = desk.comments(number);
    assert_eq!(first.len(), 1);
    assert!(first[0].body.contains(&format!("/acme/sentiment/runs/{}", desk.run().id)), "{}", first[0].body);
    assert!(first[0].body.len() < 1_000, "it says little");
    desk.push("retrain", &[("README.md", &card("apache-2.0", "0.95"))]);
    desk.settle().await;
    // A server that remembers nothing finds it by its mark.
    desk.world.restart().await.unwrap();
    desk.push("retrain", &[("README.md", &card("bsd-3-clause", "0.95"))]);
    desk.settle().await;
    let last = desk.comments(number);
    assert_eq!((last.len(), last[0].id), (1, first[0].id));
    assert_ne!(last[0].body, first[0].body);
    desk.finish().await;
}

#[tokio::test]
async fn a_comment_whose_posting_was_not_answered_is_found_again() {
    let desk = commenting().await;
    desk.world.github.fault(Fault::once("POST", "/comments", FaultKind::CutAfterActing));
    let number = desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    desk.advance(MINUTE_MS).await;
    assert_eq!(desk.comments(number).len(), 1);
    assert_eq!(desk.run().status, "completed");
    desk.finish().await;
}

/// Anybody can copy the mark; only what the app wrote is edited.
#[tokio::test]
async fn somebody_elses_comment_with_our_mark_stays_theirs() {
    let desk = commenting().await;
    let repository = desk.repository();
    let number = desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    let forged = format!("<!-- countersign/pull/{number} -->\nAll good, merge it");
    desk.world.github.edit(|state| state.comment_on_pull_request(repository, number, MONA, &forged));
    desk.settle().await;
    let comments = desk.comments(number);
    assert_eq!((comments.len(), comments[0].body.as_str()), (2, forged.as_str()));
    assert!(comments[1].by_app);
    desk.finish().await;
}

#[tokio::test]
async fn a_deleted_comment_does_not_come_back() {
    let desk = commenting().await;
    let repository = desk.repository();
    let number = desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    desk.settle().await;
    let id = desk.comments(number)[0].id;
    desk.world.github.edit(|state| state.delete_comment(repository, id));
    for accuracy in ["0.88", "0.89"] {
        desk.push("retrain", &[("README.md", &card("mit", accuracy))]);
        desk.settle().await;
    }
    assert!(desk.comments(number).is_empty());
    assert_eq!(desk.runs().len(), 3, "the check runs go on");
    desk.finish().await;
}

#[tokio::test]
async fn without_its_permission_the_check_run_says_so_and_goes_on() {
    let desk = desk_with(|options| options.preview.comment = true).await;
    let number = desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    desk.settle().await;
    let run = desk.run();
    assert!(desk.comments(number).is_empty());
    assert!(title(&run).contains("licence changed"));
    assert!(text(&run).contains("keep a comment on the pull request and may not"), "{}", text(&run));
    desk.finish().await;
}
