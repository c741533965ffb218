//! Decisions, reports, and what is found on file afterwards.

use super::*;

#[tokio::test]
async fn a_decision_whose_answer_is_lost_is_found_by_its_mark() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    scene.sim.fault(Fault::once("POST", "/deployment_protection_rule", FaultKind::CutAfterActing));
    assert_eq!(scene.answered(run, "mark-7").await, Answered::NotYet);
    assert_eq!(scene.decide(run, "mark-7").await.unwrap_err().class, Class::Unknown);
    assert_eq!(scene.sim.decisions(run.get(), "production").len(), 1, "sent once, never by itself again");
    assert_eq!(scene.answered(run, "mark-7").await, Answered::Ours { approved: true });
    assert!(matches!(scene.answered(run, "mark-8").await, Answered::Others { approved: true, .. }));
    scene.finish();
}

#[tokio::test]
async fn refusals_of_a_matrix_are_unclear_and_keep_their_words() {
    for shape in [RefusalShape::Message, RefusalShape::ErrorsString] {
        let scene = Scene::of(GithubOptions { refusal_shape: shape, ..GithubOptions::default() }).await;
        let run = scene.waiting(scene.sample.matrix(4)).await;
        scene.sim.fault(Fault::once("POST", "/deployment_protection_rule", FaultKind::PartlyApplied));
        let FirstAnswer::Unclear { message } = scene.decide(run, "mark").await.unwrap() else { panic!("accepted") };
        assert!(message.contains("There was a problem approving one of the gates"), "{message}");
        assert!(standing(&scene, run, &[]).await.pending);
        assert_eq!(scene.decide(run, "mark").await.unwrap(), FirstAnswer::Accepted);
        let FirstAnswer::Unclear { message } = scene.decide(run, "mark").await.unwrap() else {
            panic!("accepted twice")
        };
        assert!(message.contains("No pending deployment requests"), "{message}");
        scene.finish();
    }
}

async fn standing(scene: &Scene, run: RunId, jobs: &[DeploymentId]) -> countersign::domain::Standing {
    found(scene.forge.standing(&scene.repository, run, &scene.production, jobs).await.unwrap())
}

#[tokio::test]
async fn a_run_stands_as_waiting_then_live_or_cancelled() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    let jobs: Vec<DeploymentId> = scene
        .sim
        .read(|state| state.runs[&run.get()].jobs().filter_map(|job| job.deployment).map(DeploymentId::new).collect());
    let waiting = standing(&scene, run, &jobs).await;
    assert_eq!((waiting.attempt, waiting.conclusion, waiting.pending), (1, None, true));
    assert_eq!(waiting.jobs, [(jobs[0], JobState::Waiting)]);
    scene.decide(run, "mark").await.unwrap();
    scene.clock.advance(60_000);
    scene.settle().await;
    let done = standing(&scene, run, &jobs).await;
    assert_eq!((done.conclusion.as_deref(), done.pending), (Some("success"), false));
    assert_eq!(done.jobs, [(jobs[0], JobState::Live)]);
    let other = scene.waiting(scene.sample.risky_change()).await;
    scene.sim.cancel(other.get(), "mona");
    assert_eq!(standing(&scene, other, &[]).await.conclusion.as_deref(), Some("cancelled"));
    let nowhere = scene.forge.standing(&scene.repository, RunId::new(1), &scene.production, &[]).await.unwrap();
    assert_eq!(nowhere, Presence::Missing);
    scene.finish();
}

#[tokio::test]
async fn a_new_attempt_is_not_answered_by_the_review_of_the_one_before() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    scene.decide(run, "mark-1").await.unwrap();
    scene.clock.advance(60_000);
    scene.settle().await;
    assert!(scene.sim.rerun(run.get(), "octocat"));
    scene.settle().await;
    assert!(standing(&scene, run, &[]).await.pending);
    assert_eq!(scene.answered(run, "mark-2").await, Answered::NotYet);
    scene.finish();
}

#[tokio::test]
async fn a_review_of_another_rule_is_no_answer_while_ours_is_awaited() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    scene.sim.edit(|state| {
        let environment = state.environment(scene.sample.repository, "production").unwrap().id;
        let (state_word, comment) = ("rejected".to_owned(), "not this one".to_owned());
        state.reviews.push(Review { run: run.get(), environment, state: state_word, user: sample::ANA, comment });
    });
    assert_eq!(scene.answered(run, "mark").await, Answered::NotYet);
    scene.sim.bypass(run.get(), "ana");
    let others = Answered::Others { approved: false, by: Some("ana".to_owned()) };
    assert_eq!(scene.answered(run, "mark").await, others);
    scene.finish();
}

#[tokio::test]
async fn a_report_is_cut_and_decides_nothing() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    let long = "ü".repeat(5_000);
    scene.forge.report(&scene.repository, run, &scene.production, &long).await.unwrap();
    let reports = scene.sim.status_reports(run.get(), "production");
    assert_eq!(reports[0].comment.chars().count(), 1_024);
    assert_eq!(scene.answered(run, "ü").await, Answered::NotYet);
    scene.finish();
}
