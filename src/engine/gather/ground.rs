//! What is live, and how the proposed commit stands to it (R6).

use crate::domain::{Baseline, Relation};
use crate::ports::code::{Comparison, LiveDeployment};
use crate::ports::{PortError, Presence};

use super::Proposal;
use super::reader::Reader;

/// The ground that evidence stands on.
pub(super) struct Ground {
    pub(super) baseline: Baseline,
    pub(super) relation: Relation,
    /// The forge's comparison of live with proposed, where it has one.
    pub(super) comparison: Option<Comparison>,
}

pub(super) async fn find(reader: Reader<'_>, proposal: &Proposal<'_>) -> Result<Ground, PortError> {
    match reader.host.live(reader.repository, proposal.environment, proposal.own).await? {
        None => Ok(Ground { baseline: Baseline::None, relation: Relation::NoBaseline, comparison: None }),
        Some(live) if live.commit == *proposal.commit => Ok(compared(live, Relation::Same, None)),
        Some(live) => compare(reader, proposal, live).await,
    }
}

async fn compare(reader: Reader<'_>, proposal: &Proposal<'_>, live: LiveDeployment) -> Result<Ground, PortError> {
    match reader.host.compare(reader.repository, &live.commit, proposal.commit).await? {
        Presence::Found(comparison) => Ok(compared(live, comparison.relation, Some(comparison))),
        Presence::Missing => {
            let baseline = Baseline::Vanished { commit: live.commit, deployment: live.deployment };
            Ok(Ground { baseline, relation: Relation::NoBaseline, comparison: None })
        }
    }
}

fn compared(live: LiveDeployment, relation: Relation, comparison: Option<Comparison>) -> Ground {
    let baseline = Baseline::Live { commit: live.commit, deployment: live.deployment, since: live.since };
    Ground { baseline, relation, comparison }
}
