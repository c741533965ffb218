//! Required check runs, read again: at every approval, and just before one is told (R5).

use super::Engine;
use crate::domain::{CiReading, CommitSha, Repository, Request, RequiredRun};
use crate::ports::{Class, CodeHost, PortError};

/// How the runs that the request's evidence requires stand now; `None` where it requires none.
///
/// # Errors
/// What may pass when tried again. A lasting refusal is a reading as well: one that says why.
pub(super) async fn read_again(engine: &Engine, request: &Request) -> Result<Option<CiReading>, PortError> {
    let Some(shown) = request.evidence.as_ref().and_then(|evidence| evidence.ci.as_ref()) else { return Ok(None) };
    read(engine.forge.as_ref(), &request.repository, &request.commit, &shown.required).await.map(Some)
}

pub(super) async fn read(
    host: &dyn CodeHost,
    repository: &Repository,
    commit: &CommitSha,
    required: &[RequiredRun],
) -> Result<CiReading, PortError> {
    match host.ci(repository, commit).await {
        Ok(runs) => Ok(CiReading::of(required, runs)),
        Err(error) if matches!(error.class, Class::Permanent | Class::Gone) => {
            Ok(CiReading::unreadable(required, &error.why))
        }
        Err(error) => Err(error),
    }
}
