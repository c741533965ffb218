//! Three people who may not decide, and why: in no group, a guest, and the one who asks.

use super::cast::Person::{Bo, Guest, Mona, Octocat};
use super::teller::Teller;
use crate::domain::time::SECOND_MS;

pub(super) async fn tell(story: &mut Teller<'_>) -> anyhow::Result<()> {
    let deployment = story.world.sample.good_change();
    let run = story.start(deployment).await?;

    for person in [Bo, Guest, Mona] {
        story.wait(10 * SECOND_MS).await?;
        story.press(person, "Approve").await?;
        let told = story.private_answers(person);
        story.promise(&format!("{} is told in private why the click does not count", person.name()), 1, told);
    }
    story.promise("GitHub heard nothing", Vec::<String>::new(), story.taken(run));
    story.promise("the job still waits", "waiting".to_owned(), story.run_is(run));

    story.wait(10 * SECOND_MS).await?;
    story.press(Octocat, "Approve").await?;
    story.until_over(run).await?;
    story.promise("GitHub heard one decision: approved", vec!["approved".to_owned()], story.taken(run));
    story.promise("the run succeeded", "success".to_owned(), story.run_is(run));
    Ok(())
}
