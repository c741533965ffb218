use super::*;
use crate::domain::{Ending, Words};
use crate::slack::sample;

fn every_line() -> Vec<ThreadLine> {
    let ana = || sample::chat_user("U0ANA");
    vec![
        ThreadLine::Approved { by: ana(), gate: "Approval".into(), got: 1, needed: 2 },
        ThreadLine::Approved { by: ana(), gate: "Approval".into(), got: 2, needed: 2 },
        ThreadLine::Denied { by: ana(), reason: Some(Words::new("<!channel> the drop is not explained")) },
        ThreadLine::Denied { by: ana(), reason: None },
        ThreadLine::Expired,
        ThreadLine::Delivered { approved: true },
        ThreadLine::Delivered { approved: false },
        ThreadLine::NotDelivered { why: "HTTP 403".into() },
        ThreadLine::WaitingForOthers,
        ThreadLine::Queued,
        ThreadLine::Running,
        ThreadLine::Live { after_ms: 42_000 },
        ThreadLine::RolloutFailed { state: "error".into() },
        ThreadLine::DeployedInstead { commit: sample::sha("b2") },
        ThreadLine::Covered,
        ThreadLine::Objection { by: ana(), reason: Some(Words::new("too early")) },
        ThreadLine::EvidenceChanged { votes_void: 1 },
        ThreadLine::VoteStruck { by: ana() },
        ThreadLine::Ended { how: Ending::Cancelled { by: Some("octocat".into()) } },
        ThreadLine::NewAttempt { attempt: 2 },
        ThreadLine::CommitDiffers { commit: sample::sha("b2") },
        ThreadLine::GaveUp { what: "edit the Slack message".into(), why: "is_archived".into() },
    ]
}

#[test]
fn every_line_has_words() {
    let request = sample::every_state().into_iter().find(|(name, _)| *name == "live").unwrap().1;
    let evidence = sample::evidence();
    let board = sample::board(&request, &evidence);
    let said: Vec<String> = every_line().iter().map(|line| words(&board, line).as_fallback(3_000)).collect();
    insta::assert_snapshot!(said.join("\n"), @"
    <@U0ANA> approved Approval: 1 of 2.
    <@U0ANA> approved Approval: 2 of 2, done.
    <@U0ANA> denied this: “&lt;!channel&gt; the drop is not explained”.
    <@U0ANA> denied this.
    Expired: nobody decided in time. GitHub rejects the jobs.
    GitHub took the approval.
    GitHub took the rejection.
    GitHub did not take the decision: HTTP 403. The jobs still wait; whoever runs Countersign has to look.
    Done here. Other rules of this environment still hold the jobs.
    The jobs are queued.
    The jobs are running.
    sentiment is live in production, 42 s after the decision.
    The rollout failed: error. The run's log says what is live now. To go back to a1a1a1a, which was live before, deploy it again: it asks here, as a rollback.
    A job deploys another commit than was approved: b2b2b2b, not e4e4e4e. Nobody here decided about it.
    Later jobs of this run get the same decision.
    <@U0ANA> objects, after it was decided: “too early”.
    The evidence was read again and differs: 1 earlier vote no longer counts. Look again before you decide.
    The vote of <@U0ANA> no longer counts: they may not vote here any more.
    The run was cancelled by octocat. Nothing was decided here.
    Started again: attempt 2 asks anew, in a message of its own. No vote carries over.
    A job of this run came with another commit, b2b2b2b. It is not covered, and stays closed.
    Gave up on edit the Slack message: is_archived. Whoever runs Countersign has to look.
    ");
}

#[test]
fn a_line_is_sent_as_rich_text_with_its_fallback() {
    let (request, evidence) = (sample::open_request(), sample::evidence());
    let reply = draw(&sample::board(&request, &evidence), &every_line()[2]);
    assert_eq!(reply["text"], "<@U0ANA> denied this: “&lt;!channel&gt; the drop is not explained”.");
    let runs = &reply["blocks"][0]["elements"][0]["elements"];
    assert_eq!(runs[0]["type"], "user");
    assert_eq!(runs[4]["text"], "“<!channel> the drop is not explained”");
}
