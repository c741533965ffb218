//! What other tools left at a commit or a run: check runs, commit statuses, artifacts, code scanning.

use crate::domain::{CiRun, CommitSha, Repository, RunId};
use crate::ports::PortError;
use crate::ports::code::Presence;

use super::client::GithubForge;

impl GithubForge {
    pub(super) async fn ci_of(&self, _repository: &Repository, _commit: &CommitSha) -> Result<Vec<CiRun>, PortError> {
        Ok(Vec::new())
    }

    pub(super) async fn artifact_of(
        &self,
        _repository: &Repository,
        _run: RunId,
        _name: &str,
        _max_bytes: usize,
    ) -> Result<Presence<Vec<u8>>, PortError> {
        Ok(Presence::Missing)
    }

    pub(super) async fn analyses_of(
        &self,
        _repository: &Repository,
        _commit: &CommitSha,
        _tool: Option<&str>,
    ) -> Result<Vec<Vec<u8>>, PortError> {
        Ok(Vec::new())
    }
}
