//! A denial: the reason is asked for, kept, and shown on the run's page.

use super::cast::Person::Ana;
use super::teller::Teller;
use crate::domain::time::SECOND_MS;

const REASON: &str = "accuracy fell, and the licence forbids what we do with it";

pub(super) async fn tell(story: &mut Teller<'_>) -> anyhow::Result<()> {
    let deployment = story.world.sample.risky_change();
    let run = story.start(deployment).await?;

    story.wait(95 * SECOND_MS).await?;
    story.press(Ana, "Deny").await?;
    story.wait(20 * SECOND_MS).await?;
    story.fill_in(Ana, "reason", REASON).await?;
    story.until_over(run).await?;

    story.promise("GitHub heard one decision: rejected", vec!["rejected".to_owned()], story.taken(run));
    story.promise("the run failed", "failure".to_owned(), story.run_is(run));
    let jobs = story.run(run).map(|run| run.jobs().filter(|job| job.started_at.is_some()).count());
    story.promise("no job ever started", Some(0), jobs);
    let posts = story.world.github.decisions(run, "production");
    let given = posts.iter().filter_map(|post| post.comment.as_deref()).any(|comment| comment.contains(REASON));
    story.promise("the run's page gives the reason", true, given);
    story.promise("the message says that it was denied", true, story.headline().ends_with(": denied"));
    Ok(())
}
