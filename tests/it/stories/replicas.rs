//! The same stories over PostgreSQL, and two replicas over one database that act as one (P10).

use countersign::app;
use countersign::domain::{Rollout, Verdict};
use countersign::engine::{Engine, settle};
use countersign::ports::IdSource;
use countersign::sim::slack::sample::{ANA, OCTO, RELEASES};

use super::stage::{Stage, stage_with};

async fn stage_on_postgres() -> Stage {
    let url = crate::postgres::database().await;
    stage_with(|options| options.database_url = Some(url)).await
}

#[tokio::test]
async fn the_main_job_runs_on_postgres() {
    let mut stage = stage_on_postgres().await;
    let run = stage.deploy(stage.world.sample.matrix(5)).await;
    stage.world.restart().await.unwrap();
    stage.approve().await;
    stage.advance(30_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    assert!(matches!(stage.request().await.decision().unwrap().rollout, Rollout::Live { .. }));
    stage.finish().await;
}

/// Everything that is due, by both replicas at once, until nothing is.
async fn settle_both(stage: &Stage, other: &Engine) {
    let ours = stage.world.engine().unwrap();
    for _ in 0..1_000 {
        let (one, two) = futures::future::join(settle::round(ours), settle::round(other)).await;
        if one.unwrap() + two.unwrap() + stage.world.github.step().await == 0 {
            return;
        }
    }
    panic!("two replicas do not come to rest");
}

/// P3, P4, P10, H1, H2: two replicas take the work of one database, and nothing happens twice.
#[tokio::test]
async fn two_replicas_act_as_one() {
    let stage = stage_on_postgres().await;
    let clock = stage.world.clock.clone();
    let other = app::build(&stage.world.settings, clock.clone(), IdSource::counted(1_000_000)).await.unwrap().engine;
    let runs: Vec<u64> = (0..6).map(|_| stage.world.github.dispatch(stage.world.sample.matrix(3))).collect();
    for _ in 0..10 {
        settle_both(&stage, &other).await;
        clock.advance(1_000);
    }
    let messages = stage.world.slack.messages(RELEASES);
    assert_eq!(messages.len(), runs.len(), "one message for each request");
    for message in &messages {
        let slack = &stage.world.slack;
        let both = tokio::join!(
            slack.click(OCTO, RELEASES, &message.ts, "approve"),
            slack.click(ANA, RELEASES, &message.ts, "approve"),
            slack.click(OCTO, RELEASES, &message.ts, "approve"),
        );
        assert!(both.0.acknowledged() && both.1.acknowledged() && both.2.acknowledged());
    }
    for _ in 0..40 {
        settle_both(&stage, &other).await;
        clock.advance(1_000);
    }
    for run in runs {
        assert_eq!(stage.taken(run).len(), 1, "GitHub heard one decision");
        assert_eq!(stage.conclusion(run).as_deref(), Some("success"));
    }
    for request in stage.world.requests().await.unwrap() {
        assert_eq!(request.decision().map(|decision| decision.verdict), Some(Verdict::Approved));
        assert_eq!(request.votes.len(), 1);
    }
    let (octo, ana) = (stage.told(OCTO), stage.told(ANA));
    assert!(octo.contains("already") && (ana.contains("already") || octo.contains("by")), "{octo}\n{ana}");
    other.store.close().await;
    stage.finish().await;
}
