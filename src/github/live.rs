//! What is live in an environment: its newest deployment that ever succeeded (R6).
//!
//! GitHub: "List deployments", "List deployment statuses". A deployment that a newer one replaced ends as `inactive`,
//! so its history decides, not its last state.

use crate::domain::{CommitSha, DeploymentId, EnvironmentName, Repository};
use crate::ports::PortError;
use crate::ports::code::LiveDeployment;

use super::api::Errand;
use super::client::GithubForge;
use super::path::encoded;
use super::permissions::Purpose;
use super::wire::{DeploymentRow, DeploymentStatusRow};

const PER_PAGE: usize = 30;
/// Most pages of deployments looked through. Beyond it the answer is an error: "nothing was ever deployed" must be true.
const MAX_PAGES: usize = 10;

impl GithubForge {
    pub(super) async fn live_deployment(
        &self,
        repository: &Repository,
        environment: &EnvironmentName,
        except: &[DeploymentId],
    ) -> Result<Option<LiveDeployment>, PortError> {
        let errand = Errand::new(repository, Purpose::Follow, "find what is live").remembered();
        for page in 1..=MAX_PAGES {
            let name = encoded(environment.as_str());
            let rest = format!("/deployments?environment={name}&per_page={PER_PAGE}&page={page}");
            let rows: Vec<DeploymentRow> = self.read(errand, &rest).await?;
            let candidates = rows.iter().filter(|row| is_candidate(row, environment, except));
            for row in candidates {
                if let Some(live) = self.once_live(errand, row).await? {
                    return Ok(Some(live));
                }
            }
            if rows.len() < PER_PAGE {
                return Ok(None);
            }
        }
        Err(PortError::permanent(
            errand.doing,
            format!("none of the newest {} deployments succeeded", MAX_PAGES * PER_PAGE),
        ))
    }

    async fn once_live(&self, errand: Errand<'_>, row: &DeploymentRow) -> Result<Option<LiveDeployment>, PortError> {
        let statuses = self.statuses(errand, DeploymentId::new(row.id)).await?;
        let Some(success) = statuses.iter().find(|status| status.state == "success") else { return Ok(None) };
        let commit = CommitSha::parse(&row.sha);
        let commit = commit.ok_or_else(|| PortError::retry(errand.doing, "a deployment's commit is no commit id"))?;
        Ok(Some(LiveDeployment { deployment: DeploymentId::new(row.id), commit, since: success.created_at.0 }))
    }

    /// The newest statuses of a deployment, newest first.
    pub(super) async fn statuses(
        &self,
        errand: Errand<'_>,
        deployment: DeploymentId,
    ) -> Result<Vec<DeploymentStatusRow>, PortError> {
        self.read(errand, &format!("/deployments/{deployment}/statuses?per_page=100")).await
    }
}

fn is_candidate(row: &DeploymentRow, environment: &EnvironmentName, except: &[DeploymentId]) -> bool {
    let here = row.environment.as_ref().is_none_or(|name| name.to_lowercase() == environment.folded());
    here && !except.contains(&DeploymentId::new(row.id))
}
