//! The operator's file and a link that disagree: nobody counts until somebody resolves it (H23).

use countersign::config::LinkedPerson;
use countersign::domain::{ChatUser, ForgeUserId, Verdict};
use countersign::sim::github::sample::{BO as BO_ACCOUNT, OCTOCAT};
use countersign::sim::slack::sample::{BO, LI, OCTO, TEAM};

use super::{links, recorded, stage_with_bo, types};
use crate::stories::stage::Stage;

/// What the operator writes into the file, and starts the server again with.
async fn file_says(stage: &mut Stage, slack_user: &str, login: &str, id: Option<u64>) {
    let chat = ChatUser { workspace: TEAM.to_owned(), user: slack_user.to_owned() };
    let people = &mut stage.world.settings.people.people;
    people.retain(|person| person.chat != chat);
    people.push(LinkedPerson { github_id: id.map(ForgeUserId::new), github_login: login.to_owned(), chat });
    stage.world.restart().await.unwrap();
}

async fn refused(stage: &Stage, user: &str) -> String {
    stage.press(user, "approve").await;
    let told = stage.told(user);
    assert!(stage.is_open().await && stage.request().await.votes.is_empty(), "{told}");
    told
}

#[tokio::test]
async fn one_slack_account_with_two_github_accounts_counts_for_neither() {
    let mut stage = stage_with_bo().await;
    links(&stage, BO, "bo").await;
    stage.told(BO);
    file_says(&mut stage, BO, "octocat", Some(OCTOCAT)).await;
    stage.deploy_good().await;
    let told = refused(&stage, BO).await;
    assert!(told.contains("tied to two GitHub accounts") && told.contains("octocat") && told.contains("bo"), "{told}");
    assert_eq!(recorded(&stage, "vote.refused").await.len(), 1);

    // The person can resolve it as well as the operator.
    types(&stage, BO, "unlink").await;
    assert!(stage.told(BO).contains("identity file ties your Slack account to octocat"));
    stage.finish().await;
}

/// Without a number in the file nobody knows whose the login is, and two answers are none.
#[tokio::test]
async fn a_bare_login_in_the_file_that_is_not_the_linked_one_is_a_conflict() {
    let mut stage = stage_with_bo().await;
    links(&stage, BO, "bo").await;
    stage.told(BO);
    file_says(&mut stage, BO, "mona", None).await;
    stage.deploy_good().await;
    assert!(refused(&stage, BO).await.contains("tied to two GitHub accounts"));
    file_says(&mut stage, BO, "Bo", None).await;
    stage.press(BO, "approve").await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved), "the file and the link agree");
    stage.told(BO);
    stage.advance(30_000).await;
    stage.finish().await;
}

/// From both sides: neither Slack account votes for the GitHub account, so that it cannot be the wrong one.
#[tokio::test]
async fn one_github_account_with_two_slack_accounts_counts_for_neither() {
    let mut stage = stage_with_bo().await;
    links(&stage, BO, "bo").await;
    stage.told(BO);
    for id in [Some(BO_ACCOUNT), None] {
        file_says(&mut stage, LI, "bo", id).await;
        if stage.world.requests().await.unwrap().is_empty() {
            stage.deploy_good().await;
        }
        for (user, other) in [(BO, LI), (LI, BO)] {
            let told = refused(&stage, user).await;
            assert!(told.contains("is tied to your Slack account and to") && told.contains(other), "{user}: {told}");
        }
    }
    // Octocat is nobody's business in this, and decides.
    stage.press(OCTO, "approve").await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    stage.told(OCTO);
    stage.advance(30_000).await;
    stage.finish().await;
}

/// The file alone may give one human two Slack accounts: they are one vote, whichever is used.
#[tokio::test]
async fn two_slack_accounts_of_one_human_in_the_file_are_one_vote() {
    let mut stage = stage_with_bo().await;
    file_says(&mut stage, BO, "octocat", Some(OCTOCAT)).await;
    stage.deploy_good().await;
    let value = stage.request().await.button_value();
    stage.press_as_seen(BO, "approve", &value).await;
    stage.press_as_seen(OCTO, "approve", &value).await;
    let request = stage.request().await;
    assert_eq!(
        request.votes.iter().map(|vote| vote.human.to_string()).collect::<Vec<_>>(),
        [format!("forge/{OCTOCAT}")]
    );
    stage.told(BO);
    stage.told(OCTO);
    stage.advance(30_000).await;
    stage.finish().await;
}
