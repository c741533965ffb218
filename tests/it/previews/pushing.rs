//! Pull requests that move: the newest commit wins, older ones are left or told to be outdated.

use countersign::sim::github::sample::MONA;
use countersign::sim::github::{HookRule, OnTheWay};

use super::desk::{MINUTE_MS, WEIGHTS, card, conclusion, desk, summary, text, title};

#[tokio::test]
async fn a_push_gets_a_check_run_of_its_own_and_the_older_one_stays() {
    let desk = desk().await;
    let number = desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    desk.settle().await;
    desk.push("retrain", &[("README.md", &card("apache-2.0", "0.95"))]);
    desk.settle().await;
    let runs = desk.runs();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[1].head_sha, desk.head(number));
    assert!(title(&runs[0]).contains("licence changed") && !title(&runs[1]).contains("licence changed"));
    desk.finish().await;
}

#[tokio::test]
async fn a_push_while_it_is_gathering_ends_the_older_one_as_outdated() {
    let desk = desk().await;
    desk.down("GET", "/git/blobs/", 1_000);
    let number = desk.open("retrain", &[("README.md", &card("mit", "0.87")), WEIGHTS]);
    desk.advance(5_000).await;
    assert_eq!(desk.run().status, "in_progress");
    desk.up();
    desk.push("retrain", &[("README.md", &card("mit", "0.91"))]);
    desk.settle().await;
    let runs = desk.runs();
    assert_eq!((conclusion(&runs[0]), title(&runs[0])), ("neutral", "Outdated"));
    assert_eq!((runs[1].status.as_str(), &runs[1].head_sha), ("completed", &desk.head(number)));
    assert_eq!(runs.len(), 2);
    desk.finish().await;
}

#[tokio::test]
async fn many_pushes_at_once_are_one_look_at_the_newest() {
    let desk = desk().await;
    let number = desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    for accuracy in ["0.88", "0.89", "0.90", "0.91"] {
        desk.push("retrain", &[("README.md", &card("mit", accuracy))]);
    }
    desk.settle().await;
    let runs = desk.runs();
    assert!(runs.len() <= 2, "asks that come together share a look: {}", runs.len());
    assert_eq!(runs.last().unwrap().head_sha, desk.head(number));
    desk.finish().await;
}

/// Deliveries may come late, twice or in any order: the look reads the pull request itself.
#[tokio::test]
async fn a_late_delivery_of_an_older_commit_changes_nothing() {
    let desk = desk().await;
    let fate = |fate| HookRule { event: "pull_request".into(), action: Some("synchronize".into()), fate, times: 1 };
    let number = desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    desk.settle().await;
    desk.world.github.edit(|state| state.hook_rules.extend([fate(OnTheWay::Late(30_000)), fate(OnTheWay::Twice)]));
    desk.push("retrain", &[("README.md", &card("mit", "0.88"))]);
    desk.push("retrain", &[("README.md", &card("mit", "0.91"))]);
    desk.advance(MINUTE_MS).await;
    let runs = desk.runs();
    assert_eq!(runs.len(), 2, "none for the commit in between");
    assert_eq!(runs[1].head_sha, desk.head(number));
    assert!(summary(&runs[1]).contains("0.91"));
    desk.finish().await;
}

#[tokio::test]
async fn a_push_that_takes_the_model_out_again_succeeds() {
    let desk = desk().await;
    let repository = desk.repository();
    let before = desk.world.github.read(|state| {
        let found = state.repository(repository);
        let commit = &found.commits[&found.branches["main"]];
        let blob = &found.blobs[&commit.files["README.md"].sha];
        String::from_utf8(blob.bytes.to_vec()).unwrap()
    });
    desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    desk.settle().await;
    desk.push("retrain", &[("README.md", &before), ("docs/a.md", "a\n")]);
    desk.settle().await;
    let runs = desk.runs();
    assert_eq!(runs.len(), 2);
    assert_eq!((conclusion(&runs[1]), title(&runs[1])), ("success", "Nothing about models changes any more"));
    desk.finish().await;
}

#[tokio::test]
async fn a_closed_pull_request_is_left_and_one_still_gathering_is_ended() {
    let desk = desk().await;
    let number = desk.open("retrain", &[("README.md", &card("mit", "0.87")), WEIGHTS]);
    desk.settle().await;
    let (shown, writes) = (desk.run(), desk.writes());
    desk.close(number);
    desk.rerun(&shown);
    desk.advance(MINUTE_MS).await;
    assert_eq!((title(&desk.run()), desk.writes()), (title(&shown), writes), "what was said stands");
    desk.down("GET", "/git/blobs/", 1_000);
    let other = desk.open("longer", &[("README.md", &card("mit", "0.93")), WEIGHTS]);
    desk.advance(5_000).await;
    desk.close(other);
    desk.advance(5_000).await;
    desk.up();
    desk.advance(MINUTE_MS).await;
    let runs = desk.runs();
    assert_eq!((conclusion(&runs[1]), title(&runs[1])), ("neutral", "Closed"));
    assert_eq!(runs.len(), 2);
    desk.finish().await;
}

#[tokio::test]
async fn a_reopened_pull_request_is_looked_at_again_on_the_same_check_run() {
    let desk = desk().await;
    let number = desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    desk.settle().await;
    desk.close(number);
    desk.settle().await;
    let (repository, writes) = (desk.repository(), desk.writes());
    desk.world.github.edit(|state| state.reopen_pull_request(repository, number, MONA));
    desk.settle().await;
    assert_eq!(desk.run().status, "completed");
    assert!(desk.writes() > writes);
    assert!(!text(&desk.run()).contains("no longer hold"));
    desk.finish().await;
}
