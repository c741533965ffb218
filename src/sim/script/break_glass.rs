//! An emergency: one person lets it through without the gates, loudly, and somebody else looks at it afterwards.

use super::cast::Person::{Ana, Octocat};
use super::rules;
use super::teller::Teller;
use crate::domain::time::{HOUR_MS, MINUTE_MS};

const REASON: &str = "the live model marks every review as spam";

pub(super) async fn tell(story: &mut Teller<'_>) -> anyhow::Result<()> {
    story.write_policy(rules::EMERGENCY)?;
    let deployment = story.world.sample.good_change();
    let run = story.start(deployment).await?;

    story.wait(3 * MINUTE_MS).await?;
    story.choose(Ana, "More…").await?;
    story.press_in_modal(Ana, "ask_break_glass").await?;
    story.fill_in_all(Ana, &[("reason", REASON), ("sure", "yes")]).await?;
    story.until_over(run).await?;
    story.promise("GitHub heard one decision: approved", vec!["approved".to_owned()], story.taken(run));
    story.promise("the run succeeded", "success".to_owned(), story.run_is(run));
    let posts = story.world.github.decisions(run, "production");
    let given = posts.iter().filter_map(|post| post.comment.as_deref()).any(|comment| comment.contains(REASON));
    story.promise("the run's page gives the reason", true, given);
    story.promise("the whole channel hears of it", true, story.broadcasts_with(REASON) > 0);

    story.wait(HOUR_MS).await?;
    story.press(Ana, "Close the review").await?;
    story.promise("Ana cannot review what she did herself", 1, story.private_answers(Ana));
    story.press(Octocat, "Close the review").await?;
    story.fill_in(Octocat, "reason", "seen, and right").await?;
    story.promise("it has been reviewed", Some(true), story.is_reviewed().await?);
    Ok(())
}
