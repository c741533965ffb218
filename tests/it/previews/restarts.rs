//! The process ends anywhere, answers are lost, replicas share the work: there is one check run all the same.

use countersign::app;
use countersign::engine::{Engine, settle};
use countersign::ports::IdSource;
use countersign::sim::github::{Fault, FaultKind};

use super::desk::{Desk, MINUTE_MS, card, desk, desk_with, title};

/// Does single steps of Countersign, with whatever GitHub does between them; `true` while there is more.
async fn steps(desk: &Desk, count: usize) -> bool {
    for _ in 0..count {
        let vendors = desk.world.github.step().await;
        if !settle::one(desk.world.engine().unwrap()).await.unwrap() && vendors == 0 {
            return false;
        }
    }
    true
}

#[tokio::test]
async fn a_restart_between_any_two_steps_makes_no_second_check_run() {
    let mut cut = 0;
    loop {
        let mut desk = desk().await;
        desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
        let reached = steps(&desk, cut).await;
        desk.world.restart().await.unwrap();
        desk.advance(MINUTE_MS).await;
        assert!(title(&desk.run()).contains("licence changed"));
        desk.finish().await;
        if !reached {
            break;
        }
        cut += 1;
    }
    assert!(cut >= 2, "only {cut} steps");
}

/// It ended after GitHub had made the check run and before that was stored: cut connections, then a new process.
#[tokio::test]
async fn a_check_run_whose_making_was_never_stored_is_found_by_its_mark() {
    for (method, path) in [("POST", "/check-runs"), ("PATCH", "/check-runs/"), ("GET", "/check-runs")] {
        let mut desk = desk().await;
        desk.world.github.fault(Fault::once(method, path, FaultKind::CutAfterActing));
        desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
        desk.settle().await;
        desk.world.restart().await.unwrap();
        desk.advance(MINUTE_MS).await;
        let run = desk.run();
        assert_eq!(run.status, "completed", "{method}");
        let mut remarks = run.annotations.clone();
        remarks.dedup();
        assert_eq!(remarks.len(), run.annotations.len(), "{method}: no remark twice");
        desk.finish().await;
    }
}

/// The process was killed in the middle of making the check run, and the branch moved on before it came back.
#[tokio::test]
async fn a_check_run_left_behind_by_a_crash_is_outdated_by_the_next_push() {
    let mut desk = desk().await;
    desk.world.github.fault(Fault::once("PATCH", "/check-runs/", FaultKind::Slow(30_000)));
    desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    tokio::select! {
        settled = desk.world.settle() => panic!("its end is awaited: {settled:?}"),
        () = begun(&desk) => {}
    }
    desk.world.restart().await.unwrap();
    desk.push("retrain", &[("README.md", &card("mit", "0.91"))]);
    desk.advance(MINUTE_MS).await;
    let runs = desk.runs();
    assert_eq!(runs.len(), 2);
    assert!(runs.iter().all(|run| run.status == "completed"), "{runs:#?}");
    assert_eq!(title(&runs[0]), "Outdated");
    desk.finish().await;
}

async fn begun(desk: &Desk) {
    while desk.runs().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

async fn settle_both(desk: &Desk, other: &Engine) {
    let ours = desk.world.engine().unwrap();
    for _ in 0..1_000 {
        let (one, two) = futures::future::join(settle::round(ours), settle::round(other)).await;
        if one.unwrap() + two.unwrap() + desk.world.github.step().await == 0 {
            return;
        }
    }
    panic!("two replicas do not come to rest");
}

#[tokio::test]
async fn two_replicas_make_one_check_run_for_each_commit() {
    let url = crate::postgres::database().await;
    let desk = desk_with(|options| options.database_url = Some(url)).await;
    let clock = desk.world.clock.clone();
    let other = app::build(&desk.world.settings, clock.clone(), IdSource::counted(1_000_000)).await.unwrap().engine;
    for n in 0..5 {
        desk.open(&format!("branch-{n}"), &[("README.md", &card("mit", &format!("0.9{n}")))]);
    }
    for _ in 0..3 {
        settle_both(&desk, &other).await;
        for run in desk.runs() {
            desk.rerun(&run);
        }
        clock.advance(1_000);
    }
    settle_both(&desk, &other).await;
    let runs = desk.runs();
    assert_eq!(runs.len(), 5);
    assert!(runs.iter().all(|run| run.status == "completed"));
    other.store.close().await;
    desk.finish().await;
}
