//! The evidence of a request as people are shown it.

use crate::domain::{Evidence, Request};
use crate::store::{Store, StoreError};

/// What is kept under the digest, with what belongs to this request alone: how its check runs stand.
pub async fn evidence(store: &Store, request: &Request) -> Result<Option<Evidence>, StoreError> {
    let Some(brief) = &request.evidence else { return Ok(None) };
    Ok(store.evidence(&brief.digest).await?.map(|evidence| evidence.with(brief)))
}
