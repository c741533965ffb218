//! Links that end, and what that means for votes that were given on them.

use countersign::domain::Verdict;
use countersign::sim::github::sample::BO as BO_ACCOUNT;
use countersign::sim::slack::sample::{ANA, BO, OCTO};

use super::{links, recorded, stage_with_bo, types};
use crate::stories::stage::Stage;

/// Two approvals are needed, so that one can be waiting.
async fn needs_two(stage: &Stage) {
    let id = stage.request().await.id;
    let engine = stage.world.engine().unwrap();
    let changed = engine.store.write(move |tx| {
        let id = id.clone();
        Box::pin(async move {
            let mut request = tx.lock_request(&id).await?.expect("it is stored");
            request.policy.as_mut().expect("it is open").own.gates[0].quorum = 2;
            request.revision += 1;
            tx.save_request(&request).await
        })
    });
    changed.await.unwrap();
}

/// H17, for a link: whoever unlinks between their vote and the decision is not counted in it.
#[tokio::test]
async fn a_vote_whose_link_ended_is_struck_before_the_decision() {
    let stage = stage_with_bo().await;
    links(&stage, BO, "bo").await;
    stage.told(BO);
    let run = stage.deploy_good().await;
    stage.advance(2_000).await;
    needs_two(&stage).await;
    stage.press(BO, "approve").await;
    assert!(stage.told(BO).contains("1 of 2"));
    types(&stage, BO, "unlink").await;
    let told = stage.told(BO);
    assert!(told.contains("Unlinked: the GitHub account bo") && told.contains("no longer count"), "{told}");

    stage.press(OCTO, "approve").await;
    assert!(stage.told(OCTO).contains("1 of 2"), "bo's vote is gone");
    assert_eq!(stage.verdict().await, None);
    stage.advance(5_000).await;
    assert!(stage.thread().contains("no longer counts"), "{}", stage.thread());
    let struck: Vec<bool> = stage.request().await.votes.iter().map(|vote| vote.struck).collect();
    assert_eq!(struck, [true, false]);

    stage.press(ANA, "approve").await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    stage.advance(30_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.told(ANA);
    // The quorum was changed behind the record's back, so replaying it gives another request: no `finish`.
    stage.world.stop().await;
}

/// The vote of somebody who linked anew is theirs again when they give it again.
#[tokio::test]
async fn who_unlinks_is_refused_and_who_links_again_counts() {
    let stage = stage_with_bo().await;
    links(&stage, BO, "bo").await;
    types(&stage, BO, "unlink").await;
    stage.told(BO);
    stage.deploy_good().await;
    stage.press(BO, "approve").await;
    assert!(stage.told(BO).contains("not linked"));
    links(&stage, BO, "bo").await;
    stage.told(BO);
    stage.press(BO, "approve").await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    stage.told(BO);
    stage.advance(30_000).await;
    stage.finish().await;
}

#[tokio::test]
async fn history_stays_and_the_record_tells_it() {
    let stage = stage_with_bo().await;
    links(&stage, BO, "bo").await;
    types(&stage, BO, "unlink").await;
    types(&stage, BO, "unlink").await;
    assert!(stage.told(BO).contains("nothing to undo"));
    let engine = stage.world.engine().unwrap();
    let host = engine.forge.host();
    assert!(engine.store.links(host, false).await.unwrap().is_empty());
    let [ended] = engine.store.links(host, true).await.unwrap().try_into().unwrap();
    assert_eq!((ended.account.get(), ended.ended.unwrap().why.as_str()), (BO_ACCOUNT, "unlinked"));
    let [entry] = recorded(&stage, "identity.unlinked").await.try_into().unwrap();
    assert_eq!((&entry["account"]["id"], &entry["by"]), (&BO_ACCOUNT.to_string().into(), &"person".into()));
    stage.finish().await;
}

/// The operator's file is the operator's.
#[tokio::test]
async fn nobody_unlinks_what_the_operators_file_says() {
    let stage = stage_with_bo().await;
    types(&stage, OCTO, "unlink").await;
    let told = stage.told(OCTO);
    assert!(told.contains("identity file ties your Slack account to octocat"), "{told}");
    stage.deploy_good().await;
    stage.approve().await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    stage.told(OCTO);
    stage.advance(30_000).await;
    stage.finish().await;
}

/// R13: after somebody changed their login the link still means the same account, and signing in again puts it right.
#[tokio::test]
async fn a_changed_login_is_renewed_by_signing_in_again() {
    let stage = stage_with_bo().await;
    links(&stage, BO, "bo").await;
    stage.told(BO);
    stage.world.github.edit(|state| {
        state.rename_account(BO_ACCOUNT, "bo-berg");
        state.add_user("bo", 66_666);
    });
    stage.deploy_good().await;
    stage.press(BO, "approve").await;
    let refused = stage.told(BO);
    assert!(refused.contains("belongs to somebody else now") && refused.contains("button below"), "{refused}");
    let page = links(&stage, BO, "bo-berg").await;
    assert!(page.contains("one person now"), "{page}");
    stage.told(BO);
    stage.press(BO, "approve").await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    let engine = stage.world.engine().unwrap();
    let all = engine.store.links(engine.forge.host(), true).await.unwrap();
    let logins: Vec<(&str, Option<&str>)> =
        all.iter().map(|link| (link.login.as_str(), link.ended.as_ref().map(|end| end.why.as_str()))).collect();
    assert_eq!(logins, [("bo", Some("renewed")), ("bo-berg", None)]);
    stage.told(BO);
    stage.advance(30_000).await;
    stage.finish().await;
}

/// Whoever took the freed login over can link it: the number is another.
#[tokio::test]
async fn a_freed_login_links_its_new_owner_and_not_the_old_link() {
    let stage = stage_with_bo().await;
    links(&stage, BO, "bo").await;
    stage.told(BO);
    stage.world.github.edit(|state| {
        state.rename_account(BO_ACCOUNT, "bo-berg");
        state.add_user("bo", 66_666);
    });
    stage.world.slack.edit(|state| {
        let second = countersign::sim::slack::User { id: "U0NEW".into(), ..state.users[BO].clone() };
        state.users.insert("U0NEW".into(), second);
    });
    assert!(links(&stage, "U0NEW", "bo").await.contains("one person now"));
    stage.told("U0NEW");
    let engine = stage.world.engine().unwrap();
    let accounts: Vec<u64> =
        engine.store.links(engine.forge.host(), false).await.unwrap().iter().map(|link| link.account.get()).collect();
    assert_eq!(accounts, [BO_ACCOUNT, 66_666]);
    stage.finish().await;
}
