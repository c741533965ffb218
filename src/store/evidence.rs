//! Evidence, under its digest.

use crate::domain::{Digest, Evidence};

use super::{Store, StoreError, Tx};

impl Tx {
    /// Keeps evidence under its digest; the same one again changes nothing.
    pub async fn put_evidence(&mut self, digest: &Digest, evidence: &Evidence) -> Result<(), StoreError> {
        const PUT: &str = "INSERT INTO evidence (digest, body) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING";
        let body = serde_json::to_string(evidence).map_err(StoreError::corrupt)?;
        exec!(self, PUT, digest.to_string(), body).map(drop)
    }
}

impl Store {
    pub async fn evidence(&self, digest: &Digest) -> Result<Option<Evidence>, StoreError> {
        const GET: &str = "SELECT body FROM evidence WHERE digest = $1";
        let row = read!(fetch_optional, (String,), &self.inner.pools, GET, digest.to_string())?;
        let read = |(body,): (String,)| serde_json::from_str(&body);
        row.map(read).transpose().map_err(|error| StoreError::corrupt(format_args!("evidence {digest}: {error}")))
    }
}
