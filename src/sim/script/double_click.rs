//! Haste: two people at once, one of them twice. One decision, and nobody is left wondering.

use super::cast::Person::{Ana, Octocat};
use super::teller::Teller;
use crate::domain::time::SECOND_MS;

pub(super) async fn tell(story: &mut Teller<'_>) -> anyhow::Result<()> {
    let deployment = story.world.sample.good_change();
    let run = story.start(deployment).await?;

    story.wait(15 * SECOND_MS).await?;
    story.press_together(&[Octocat, Octocat, Ana], "Approve").await?;
    story.until_over(run).await?;

    story.promise("GitHub heard one decision: approved", vec!["approved".to_owned()], story.taken(run));
    story.promise("the run succeeded", "success".to_owned(), story.run_is(run));
    let votes = story.world.requests().await?.first().map(|request| request.votes.len());
    story.promise("one vote counts", Some(1), votes);
    let told = story.private_answers(Octocat) + story.private_answers(Ana);
    story.promise("the two clicks that came after were answered in private", 2, told);
    Ok(())
}
