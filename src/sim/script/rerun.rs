//! A second attempt of the same run is a new request: it needs its own approval, by somebody who did not start it.

use super::cast::Person::{Ana, Octocat};
use super::teller::Teller;
use crate::domain::time::SECOND_MS;

pub(super) async fn tell(story: &mut Teller<'_>) -> anyhow::Result<()> {
    let deployment = story.world.sample.good_change();
    let run = story.start(deployment).await?;
    story.wait(20 * SECOND_MS).await?;
    story.press(Octocat, "Approve").await?;
    story.until_over(run).await?;

    story.say("octocat starts the same run again.")?;
    let started = story.world.github.rerun(run, "octocat");
    story.promise("GitHub starts attempt 2", true, started);
    story.until("the second message", |story| story.messages().len() == 2).await?;
    story.wait(10 * SECOND_MS).await?;
    story.promise("attempt 2 waits although attempt 1 was approved", "waiting".to_owned(), story.run_is(run));
    story.promise("GitHub heard nothing about attempt 2", vec!["approved".to_owned()], story.taken(run));

    story.press(Octocat, "Approve").await?;
    story.promise("who started an attempt cannot approve it", 1, story.private_answers(Octocat));
    story.promise("attempt 2 still waits", "waiting".to_owned(), story.run_is(run));

    story.wait(25 * SECOND_MS).await?;
    story.press(Ana, "Approve").await?;
    story.until_over(run).await?;
    let attempts: Vec<u32> = story.world.github.decisions(run, "production").iter().map(|post| post.attempt).collect();
    story.promise("GitHub heard one decision for each attempt", vec![1, 2], attempts);
    story.promise("both were approvals", vec!["approved".to_owned(); 2], story.taken(run));
    story.promise("the run succeeded", "success".to_owned(), story.run_is(run));
    Ok(())
}
