//! Nobody decides: those who could are reminded, and in the end the job is turned away.

use super::rules;
use super::teller::Teller;
use crate::domain::time::HOUR_MS;

pub(super) async fn tell(story: &mut Teller<'_>) -> anyhow::Result<()> {
    story.write_policy(rules::REMINDERS)?;
    let deployment = story.world.sample.good_change();
    let run = story.start(deployment).await?;

    story.wait(11 * HOUR_MS).await?;
    story.promise("the job still waits after eleven hours", "waiting".to_owned(), story.run_is(run));
    story.promise("people were reminded twice", 2, story.replies_with("Still open"));
    story.wait(2 * HOUR_MS).await?;
    story.promise("GitHub heard one decision: rejected", vec!["rejected".to_owned()], story.taken(run));
    story.promise("the run failed", "failure".to_owned(), story.run_is(run));
    story.promise("the message says that it expired", true, story.headline().ends_with(": expired"));
    story.promise("nobody is reminded of what is over", 2, story.replies_with("Still open"));
    Ok(())
}
