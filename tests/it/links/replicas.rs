//! Two replicas over one PostgreSQL: whichever takes the next step, it is one way, and one truth.

use countersign::app::{self, server::Bound};
use countersign::domain::Verdict;
use countersign::ports::IdSource;
use countersign::sim::slack::sample::BO;
use tokio_util::sync::CancellationToken;

use super::visitor::Visitor;
use super::{asks, recorded, types, with_bo};
use crate::stories::stage::{Stage, stage_with};

async fn stage_on_postgres() -> Stage {
    let url = crate::postgres::database().await;
    with_bo(stage_with(|options| options.database_url = Some(url)).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_step_may_come_to_another_replica() {
    let stage = stage_on_postgres().await;
    let other =
        app::build(&stage.world.settings, stage.world.clock.clone(), IdSource::counted(1_000_000)).await.unwrap();
    let mut settings = stage.world.settings.clone();
    settings.listen.set_port(0);
    let (bound, stop) = (Bound::at(&settings).await.unwrap(), CancellationToken::new());
    let second = bound.address.to_string();
    let server = bound.serve(other.router, stop.clone());
    let first = stage.world.address().unwrap().to_string();

    let address = asks(&stage, BO).await;
    let mut browser = Visitor::default();
    browser.open(&address.replace(&first, &second)).await;
    browser.at = browser.at.replace(&second, &first);
    browser.go_on().await;
    let callback = browser.sign_in_and_stop("bo").await;
    // The redirect that follows leads to the first one again.
    assert!(browser.open(&callback.replace(&first, &second)).await.contains("Are both of these you?"));
    browser.at = browser.at.replace(&first, &second);
    assert!(browser.answer("yes").await.contains("one person now"));
    stage.told(BO);

    // A link made on one replica counts on the other at once, and stops counting at once.
    stage.deploy_good().await;
    types(&stage, BO, "unlink").await;
    stage.told(BO);
    let found = other.engine.store.link_of_chat(other.engine.forge.host(), &chat(BO)).await.unwrap();
    assert!(found.is_none(), "the other replica sees it at once");
    stage.press(BO, "approve").await;
    assert!(stage.told(BO).contains("not linked"));
    stop.cancel();
    server.stopped().await;
    other.engine.store.close().await;
    stage.finish().await;
}

/// Two people say yes for one GitHub account at the same moment, on two replicas: one of them is linked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_never_tie_one_account_twice() {
    use countersign::engine::linking::{Visitor as Engines, confirm};
    let _ = Engines::default();
    let stage = stage_on_postgres().await;
    let other =
        app::build(&stage.world.settings, stage.world.clock.clone(), IdSource::counted(1_000_000)).await.unwrap();
    stage.world.slack.edit(|state| {
        let second = countersign::sim::slack::User { id: "U0SECOND".into(), ..state.users[BO].clone() };
        state.users.insert("U0SECOND".into(), second);
    });
    let (mut one, mut two) = (Visitor::default(), Visitor::default());
    for (browser, user) in [(&mut one, BO), (&mut two, "U0SECOND")] {
        browser.open(&asks(&stage, user).await).await;
        browser.go_on().await;
        assert!(browser.sign_in("bo").await.contains("Are both of these you?"));
    }
    let (here, there) = (stage.world.engine().unwrap(), &other.engine);
    let (cookie_one, proof_one) = (one.cookie(), one.proof());
    let (cookie_two, proof_two) = (two.cookie(), two.proof());
    let (a, b) = tokio::join!(
        confirm(here, Engines { cookie: Some(&cookie_one), proof: Some(&proof_one) }, true),
        confirm(there, Engines { cookie: Some(&cookie_two), proof: Some(&proof_two) }, true),
    );
    let outcomes = [a, b].map(|page| match page {
        Ok(page) => format!("{page:?}"),
        // The loser may be told to try again; what it finds then is the other's link.
        Err(error) => error.to_string(),
    });
    assert_eq!(outcomes.iter().filter(|page| page.starts_with("Linked")).count(), 1, "{outcomes:?}");
    assert_eq!(recorded(&stage, "identity.linked").await.len(), 1);
    stage.told(BO);
    stage.told("U0SECOND");
    other.engine.store.close().await;
    stage.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_and_a_vote_work_on_postgres() {
    let stage = stage_on_postgres().await;
    super::links(&stage, BO, "bo").await;
    stage.deploy_good().await;
    stage.press(BO, "approve").await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    stage.told(BO);
    stage.advance(30_000).await;
    stage.finish().await;
}

fn chat(user: &str) -> countersign::domain::ChatUser {
    countersign::domain::ChatUser { workspace: countersign::sim::slack::sample::TEAM.to_owned(), user: user.to_owned() }
}
