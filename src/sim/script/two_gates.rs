//! Two gates in order, the second one because the change is risky: it takes two people, and one cannot be both.

use super::cast::Person::{Ana, Octocat};
use super::rules;
use super::teller::Teller;
use crate::domain::GateState;
use crate::domain::time::MINUTE_MS;

pub(super) async fn tell(story: &mut Teller<'_>) -> anyhow::Result<()> {
    story.write_policy(rules::TWO_GATES)?;
    let deployment = story.world.sample.risky_change();
    let run = story.start(deployment).await?;

    story.wait(5 * MINUTE_MS).await?;
    story.press(Octocat, "Approve").await?;
    story.promise(
        "the review is done, the risk is not signed off",
        vec![GateState::Met, GateState::Open],
        gates(story).await?,
    );
    story.promise("GitHub heard nothing yet", Vec::<String>::new(), story.taken(run));

    story.wait(MINUTE_MS).await?;
    story.press(Octocat, "Approve").await?;
    story.promise("octocat cannot fill both gates", "waiting".to_owned(), story.run_is(run));
    let _ = story.private_answers(Octocat);

    story.wait(10 * MINUTE_MS).await?;
    story.press(Ana, "Approve").await?;
    story.until_over(run).await?;
    story.promise("GitHub heard one decision: approved", vec!["approved".to_owned()], story.taken(run));
    story.promise("the run succeeded", "success".to_owned(), story.run_is(run));
    story.promise("one message stands in the channel", 1, story.messages().len());
    Ok(())
}

async fn gates(story: &Teller<'_>) -> anyhow::Result<Vec<GateState>> {
    let request = story.world.requests().await?.into_iter().next();
    Ok(request.map(|request| request.progress().iter().map(|gate| gate.state).collect()).unwrap_or_default())
}
