//! A newer deployment takes the place of an older one that nobody has decided about.

use super::cast::Person::Octocat;
use super::rules;
use super::teller::Teller;
use crate::domain::time::MINUTE_MS;

pub(super) async fn tell(story: &mut Teller<'_>) -> anyhow::Result<()> {
    story.write_policy(rules::NEWEST_ONLY)?;
    let older = story.world.sample.good_change();
    let older = story.start(older).await?;

    story.wait(30 * MINUTE_MS).await?;
    let newer = story.world.sample.risky_change();
    let newer = story.start(newer).await?;
    story.until_over(older).await?;
    story.promise("GitHub heard that the older one is rejected", vec!["rejected".to_owned()], story.taken(older));
    story.promise("two messages stand in the channel", 2, story.messages().len());
    story.promise("the newer one still waits", "waiting".to_owned(), story.run_is(newer));

    story.wait(5 * MINUTE_MS).await?;
    story.press(Octocat, "Approve").await?;
    story.until_over(newer).await?;
    story.promise("GitHub heard one decision about the newer one", vec!["approved".to_owned()], story.taken(newer));
    story.promise("the newer one is live", "success".to_owned(), story.run_is(newer));
    Ok(())
}
