//! How a run stands now: what no webhook told (R30).
//!
//! GitHub: "Get a workflow run", "Get pending deployments for a workflow run", "List deployments", "List deployment
//! statuses".

use crate::domain::{
    CommitSha, DeploymentId, EnvironmentName, JobState, Repository, RunId, Sibling, SiblingState, Standing,
};
use crate::ports::PortError;
use crate::ports::code::Presence;

use super::api::Errand;
use super::client::GithubForge;
use super::interpret::job_state;
use super::path::encoded;
use super::permissions::Purpose;
use super::run::is_that_run;
use super::wire::{DeploymentRow, DeploymentStatusRow, PendingRow, RunRow, RunRows};

/// Most jobs read back at once; the forge says nothing about the others.
const MAX_JOBS: usize = 50;
/// Newest runs of each kind that are looked through.
const MAX_BEHIND: usize = 20;

impl GithubForge {
    pub(super) async fn standing_of(
        &self,
        repository: &Repository,
        run: RunId,
        environment: &EnvironmentName,
        jobs: &[DeploymentId],
    ) -> Result<Presence<Standing>, PortError> {
        let errand = Errand::new(repository, Purpose::Follow, "read how the run stands");
        let row: RunRow = match self.read(errand, &format!("/actions/runs/{run}")).await {
            Err(error) if error.is_gone() => return Ok(Presence::Missing),
            row => row?,
        };
        is_that_run(&row, repository, run, errand.doing)?;
        let pending = self.is_pending(errand, run, environment).await?;
        let states = self.job_states(errand, jobs).await?;
        let commits = self.started_commits(errand, environment, &states).await?;
        let behind = if pending { self.runs_behind(errand, &row).await? } else { Vec::new() };
        Ok(Presence::Found(Standing {
            attempt: row.attempt(),
            conclusion: row.conclusion,
            pending,
            jobs: states,
            commits,
            behind,
        }))
    }

    /// Later runs of the same workflow that GitHub holds back (`pending`: another run of their concurrency group is not over),
    /// or that were cancelled. Which group a run is in cannot be read.
    async fn runs_behind(&self, errand: Errand<'_>, ours: &RunRow) -> Result<Vec<Sibling>, PortError> {
        let mut behind = Vec::new();
        for (status, state) in [("pending", SiblingState::Waits), ("cancelled", SiblingState::Cancelled)] {
            let rest = format!("/actions/runs?status={status}&per_page={MAX_BEHIND}");
            let rows: RunRows = self.read(errand, &rest).await?;
            let later = rows.workflow_runs.into_iter().filter(|row| {
                row.workflow_id.is_some() && row.workflow_id == ours.workflow_id && row.run_number > ours.run_number
            });
            behind.extend(later.filter_map(|row| Some(Sibling { number: row.run_number?, url: row.html_url?, state })));
        }
        behind.sort_by_key(|run| run.number);
        Ok(behind)
    }

    /// What the jobs that have started deploy, as far as they are among the environment's newest deployments.
    async fn started_commits(
        &self,
        errand: Errand<'_>,
        environment: &EnvironmentName,
        states: &[(DeploymentId, JobState)],
    ) -> Result<Vec<(DeploymentId, CommitSha)>, PortError> {
        let is_started = |id: DeploymentId| states.iter().any(|(job, state)| *job == id && *state >= JobState::Running);
        if !states.iter().any(|(job, _)| is_started(*job)) {
            return Ok(Vec::new());
        }
        let name = encoded(environment.as_str());
        let rest = format!("/deployments?environment={name}&per_page=100");
        let rows: Vec<DeploymentRow> = self.read(errand, &rest).await?;
        let commit = |row: &DeploymentRow| Some((DeploymentId::new(row.id), CommitSha::parse(&row.sha)?));
        Ok(rows.iter().filter_map(commit).filter(|(job, _)| is_started(*job)).collect())
    }

    /// Whether some rule of the environment, ours or another, still holds a job of the run.
    pub(super) async fn is_pending(
        &self,
        errand: Errand<'_>,
        run: RunId,
        environment: &EnvironmentName,
    ) -> Result<bool, PortError> {
        let rows: Vec<PendingRow> = self.read(errand, &format!("/actions/runs/{run}/pending_deployments")).await?;
        let folded = environment.folded();
        Ok(rows.iter().any(|row| row.environment.is(&folded)))
    }

    async fn job_states(
        &self,
        errand: Errand<'_>,
        jobs: &[DeploymentId],
    ) -> Result<Vec<(DeploymentId, JobState)>, PortError> {
        let mut states = Vec::new();
        for job in jobs.iter().take(MAX_JOBS) {
            let statuses = match self.statuses(errand, *job).await {
                Err(error) if error.is_gone() => continue,
                statuses => statuses?,
            };
            states.extend(newest(&statuses).map(|state| (*job, state)));
        }
        Ok(states)
    }
}

/// The newest state that says something; `inactive` only says that another deployment came later.
fn newest(statuses: &[DeploymentStatusRow]) -> Option<JobState> {
    statuses.iter().find_map(|status| job_state(&status.state))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statuses(states: &[&str]) -> Vec<DeploymentStatusRow> {
        let row = |state: &&str| DeploymentStatusRow { state: (*state).to_owned(), created_at: Default::default() };
        states.iter().map(row).collect()
    }

    #[test]
    fn a_job_that_was_replaced_later_was_live() {
        assert_eq!(newest(&statuses(&["inactive", "success", "in_progress"])), Some(JobState::Live));
        assert_eq!(newest(&statuses(&["queued", "waiting"])), Some(JobState::Queued));
        assert_eq!(newest(&statuses(&[])), None);
    }
}
