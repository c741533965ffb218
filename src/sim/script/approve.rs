//! The main job, end to end.

use super::cast::Person::Octocat;
use super::teller::Teller;
use crate::domain::time::SECOND_MS;

pub(super) async fn tell(story: &mut Teller<'_>) -> anyhow::Result<()> {
    let deployment = story.world.sample.good_change();
    let run = story.start(deployment).await?;
    story.promise("the job waits until somebody decides", "waiting".to_owned(), story.run_is(run));

    story.wait(42 * SECOND_MS).await?;
    story.press(Octocat, "Approve").await?;
    story.until_over(run).await?;

    story.promise("GitHub heard one decision: approved", vec!["approved".to_owned()], story.taken(run));
    story.promise("the run succeeded", "success".to_owned(), story.run_is(run));
    story.promise("one message stands in the channel", 1, story.messages().len());
    story.promise("the message says that it is live", true, story.headline().ends_with("is live in production"));
    story.promise("nobody was told anything in private", 0, story.private_answers(Octocat));
    Ok(())
}
