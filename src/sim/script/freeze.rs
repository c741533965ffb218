//! A freeze holds what people have agreed on, and lets go of it by itself when it is lifted.

use super::cast::Person::{Ana, Octocat};
use super::teller::Teller;
use crate::domain::time::{HOUR_MS, MINUTE_MS};

pub(super) async fn tell(story: &mut Teller<'_>) -> anyhow::Result<()> {
    // Whose freeze it may be is looked at where requests are known.
    let first = story.world.sample.rollback();
    let rolled_back = story.start(first).await?;
    story.press(Ana, "Approve").await?;
    story.until_over(rolled_back).await?;

    story.command(Ana, "freeze production in acme/sentiment for 6h holiday sale").await?;
    story.promise("Ana is told that production is frozen", 1, story.private_answers(Ana));

    let deployment = story.world.sample.good_change();
    let run = story.start(deployment).await?;
    story.wait(10 * MINUTE_MS).await?;
    story.press(Octocat, "Approve").await?;
    story.wait(HOUR_MS).await?;
    story.promise("the job still waits, although octocat approved", "waiting".to_owned(), story.run_is(run));
    story.promise("octocat is told what it waits for", true, story.private_answers(Octocat) > 0);
    story.promise("GitHub heard nothing about it", Vec::<String>::new(), story.taken(run));

    let freeze = story.freeze().await?;
    story.command(Ana, &format!("freeze lift {freeze}")).await?;
    story.promise("Ana is told that the freeze is over", 1, story.private_answers(Ana));
    story.until_over(run).await?;
    story.promise("GitHub heard one decision: approved", vec!["approved".to_owned()], story.taken(run));
    story.promise("the run succeeded", "success".to_owned(), story.run_is(run));
    Ok(())
}
