//! What is live, and how the proposed commit stands to it (R6).

use crate::domain::{Baseline, DeploymentId, Relation, Request};
use crate::ports::forge::{Comparison, LiveDeployment};
use crate::ports::{PortError, Presence};

use super::reader::Reader;

/// The ground that evidence stands on.
pub(super) struct Ground {
    pub(super) baseline: Baseline,
    pub(super) relation: Relation,
    /// The forge's comparison of live with proposed, where it has one.
    pub(super) comparison: Option<Comparison>,
}

pub(super) async fn find(reader: Reader<'_>, request: &Request) -> Result<Ground, PortError> {
    let own: Vec<DeploymentId> = request.jobs.keys().copied().collect();
    match reader.forge.live(reader.repository, &request.environment, &own).await? {
        None => Ok(Ground { baseline: Baseline::None, relation: Relation::NoBaseline, comparison: None }),
        Some(live) if live.commit == request.commit => Ok(compared(live, Relation::Same, None)),
        Some(live) => compare(reader, request, live).await,
    }
}

async fn compare(reader: Reader<'_>, request: &Request, live: LiveDeployment) -> Result<Ground, PortError> {
    match reader.forge.compare(reader.repository, &live.commit, &request.commit).await? {
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
