//! Buttons: again on the same check run, and compared with the other side.

use countersign::sim::github::sample::MONA;

use super::desk::{card, desk, summary, text, title};

#[tokio::test]
async fn a_re_run_updates_the_same_check_run_and_repeats_no_remark() {
    let desk = desk().await;
    desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    desk.settle().await;
    let first = desk.run();
    for _ in 0..2 {
        desk.rerun(&first);
        desk.settle().await;
    }
    let again = desk.run();
    assert_eq!((again.id, again.status.as_str()), (first.id, "completed"));
    assert_eq!(again.annotations, first.annotations);
    assert_eq!(summary(&again), summary(&first));
    desk.finish().await;
}

#[tokio::test]
async fn gathering_again_sees_what_is_live_now() {
    let desk = desk().await;
    desk.open("retrain", &[("README.md", &card("mit", "0.95"))]);
    desk.settle().await;
    let (run, repository) = (desk.run(), desk.repository());
    let main = desk.world.github.read(|state| state.repository(repository).branches["main"].clone());
    desk.world.github.edit(|state| state.set_live(repository, "production", &main));
    desk.press(&run, "refresh");
    desk.settle().await;
    let again = desk.run();
    assert_ne!(summary(&again), summary(&run), "the newest deployment is the ground now");
    assert!(summary(&again).contains(&main[..7]), "{}", summary(&again));
    desk.finish().await;
}

#[tokio::test]
async fn this_change_alone_is_compared_with_where_it_starts_until_pressed_back() {
    let desk = desk().await;
    // Main is ahead of what is live by a change of licence; this pull request changes it back.
    let number = desk.open("retrain", &[("README.md", &card("apache-2.0", "0.95"))]);
    desk.settle().await;
    let against_live = desk.run();
    assert!(!title(&against_live).contains("licence changed"), "{}", title(&against_live));
    desk.press(&against_live, "against_start");
    desk.settle().await;
    let alone = desk.run();
    assert!(title(&alone).contains("licence changed"), "{}", title(&alone));
    assert!(summary(&alone).contains("As asked for, this compares with where the pull request starts"));
    assert_eq!(alone.actions[1].identifier, "against_live");
    desk.push("retrain", &[("README.md", &card("apache-2.0", "0.96"))]);
    desk.settle().await;
    assert_eq!(
        desk.runs().last().unwrap().actions[1].identifier,
        "against_live",
        "the choice stays with the pull request"
    );
    desk.press(&desk.runs().pop().unwrap(), "against_live");
    desk.settle().await;
    let back = desk.runs().pop().unwrap();
    assert_eq!(back.head_sha, desk.head(number));
    assert!(!summary(&back).contains("As asked for"));
    desk.finish().await;
}

/// GitHub takes no annotation away: what does not hold any more is told.
#[tokio::test]
async fn remarks_that_no_longer_hold_are_counted_in_the_text() {
    let desk = desk().await;
    desk.open("retrain", &[("README.md", &card("apache-2.0", "0.80"))]);
    desk.settle().await;
    let live = desk.run();
    desk.press(&live, "against_start");
    desk.settle().await;
    let alone = desk.run();
    let gone =
        live.annotations.iter().filter(|note| !text(&alone).is_empty() && alone.annotations.contains(note)).count();
    assert_eq!(gone, live.annotations.len(), "GitHub keeps them");
    assert!(alone.annotations.len() > live.annotations.len(), "{:#?}", alone.annotations);
    assert!(text(&alone).contains("no longer hold"), "{}", text(&alone));
    desk.finish().await;
}

#[tokio::test]
async fn all_checks_of_a_commit_again_includes_ours() {
    let desk = desk().await;
    let number = desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    desk.settle().await;
    let (repository, head, writes) = (desk.repository(), desk.head(number), desk.writes());
    desk.world.github.edit(|state| state.rerequest_check_suite(repository, &head, MONA));
    desk.settle().await;
    assert!(desk.writes() > writes);
    assert_eq!(desk.run().status, "completed");
    desk.finish().await;
}

/// Two pull requests with one commit: each has its own check run, told apart by their marks.
#[tokio::test]
async fn one_commit_in_two_pull_requests_has_two_check_runs() {
    let desk = desk().await;
    let one = desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    let (repository, tip) = (desk.repository(), desk.head(one));
    desk.world.github.edit(|state| state.set_branch(repository, "again", &tip));
    let two = desk.open("again", &[]);
    let head = desk.head(two);
    desk.world.github.edit(|state| state.move_pull(repository, one, &head));
    desk.settle().await;
    let marks: Vec<String> =
        desk.runs().into_iter().filter(|run| run.head_sha == head).map(|run| run.external_id).collect();
    assert_eq!(marks.len(), 2, "{marks:?}");
    assert_ne!(marks[0], marks[1]);
    desk.finish().await;
}
