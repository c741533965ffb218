//! What is live, and how the proposed commit stands to it (R6).

use crate::checks::Gap;
use crate::domain::{Baseline, Relation};
use crate::ports::code::{Comparison, LiveDeployment};
use crate::ports::{PortError, Presence};

use super::Proposal;
use super::patience::within;
use super::reader::Reader;

/// The ground that evidence stands on.
pub(super) struct Ground {
    pub(super) baseline: Baseline,
    pub(super) relation: Relation,
    /// The forge's comparison of live with proposed, where it has one.
    pub(super) comparison: Option<Comparison>,
    pub(super) gap: Option<Gap>,
}

/// What is live. Not knowing it is the one gap that cannot be told as one: "nothing is live" would be a lie.
pub(super) async fn live(reader: Reader<'_>, proposal: &Proposal<'_>) -> Result<Option<LiveDeployment>, PortError> {
    let asked = async {
        let _turn = reader.turn().await;
        reader.host.live(reader.repository, proposal.environment, proposal.own).await
    };
    within(reader.desk.patience.find_live, asked).await.map_err(|why| PortError::retry("find what is live", why))?
}

/// How the proposed commit stands to what is live.
pub(super) async fn stand(
    reader: Reader<'_>,
    proposal: &Proposal<'_>,
    live: Option<LiveDeployment>,
) -> Result<Ground, PortError> {
    match live {
        None => Ok(Ground { baseline: Baseline::None, relation: Relation::NoBaseline, comparison: None, gap: None }),
        Some(live) if live.commit == *proposal.commit => Ok(compared(live, Relation::Same, None)),
        Some(live) => compare(reader, proposal, live).await,
    }
}

async fn compare(reader: Reader<'_>, proposal: &Proposal<'_>, live: LiveDeployment) -> Result<Ground, PortError> {
    let asked = async {
        let _turn = reader.turn().await;
        reader.host.compare(reader.repository, &live.commit, proposal.commit).await
    };
    match within(reader.desk.patience.compare, asked).await {
        Ok(answer) => Ok(match answer? {
            Presence::Found(comparison) => compared(live, comparison.relation, Some(comparison)),
            Presence::Missing => {
                let baseline = Baseline::Vanished { commit: live.commit, deployment: live.deployment };
                Ground { baseline, relation: Relation::NoBaseline, comparison: None, gap: None }
            }
        }),
        Err(why) => Ok(not_compared(live, proposal, &why)),
    }
}

/// Both commits' files are listed all the same; what lies between the commits is not known.
fn not_compared(live: LiveDeployment, proposal: &Proposal<'_>, why: &str) -> Ground {
    let message = format!(
        "The forge did not compare {} with {} ({why}): the commits between them and their authors are not known.",
        live.commit.short(),
        proposal.commit.short()
    );
    let value = Some(format!("{}...{}", live.commit, proposal.commit));
    let gap = Some(Gap { subject: "comparison".to_owned(), value, message });
    Ground { gap, ..compared(live, Relation::NoBaseline, None) }
}

fn compared(live: LiveDeployment, relation: Relation, comparison: Option<Comparison>) -> Ground {
    let LiveDeployment { deployment, commit, since } = live;
    Ground { baseline: Baseline::Live { commit, deployment, since }, relation, comparison, gap: None }
}
