//! A matrix of jobs: one message, one vote, and what comes late is covered.

use super::cast::Person::Ana;
use super::teller::Teller;
use crate::domain::time::SECOND_MS;

const JOBS: usize = 29;
const LATE_JOBS: usize = 3;

pub(super) async fn tell(story: &mut Teller<'_>) -> anyhow::Result<()> {
    let deployment = story.world.sample.matrix(JOBS);
    let run = story.start(deployment).await?;
    story.wait(30 * SECOND_MS).await?;
    story.promise("one message stands for all jobs", 1, story.messages().len());
    story.promise("and one request", 1, story.world.requests().await?.len());

    story.press(Ana, "Approve").await?;
    story.until("the first running job", |story| story.run_is(run) == "in_progress").await?;
    story.say("Three more jobs of the run reach production.")?;
    story.world.github.later_wave(run, "production", LATE_JOBS);
    story.until_over(run).await?;

    let started =
        story.run(run).map(|run| run.jobs().filter(|job| job.conclusion.as_deref() == Some("success")).count());
    story.promise("all jobs succeeded, the late ones too", Some(JOBS + LATE_JOBS), started);
    story.promise(
        "GitHub never heard anything but approved",
        true,
        story.taken(run).iter().all(|state| state == "approved"),
    );
    let votes = story.world.requests().await?.first().map(|request| request.votes.len());
    story.promise("one vote was enough", Some(1), votes);
    story.promise("still one message", 1, story.messages().len());
    story.promise("the run succeeded", "success".to_owned(), story.run_is(run));
    Ok(())
}
