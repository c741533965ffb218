//! The record as JSON: for `GET /api/v1/audit` and `countersign audit`.

use std::sync::Arc;

use anyhow::Context as _;
use serde_json::{Value, json};

use crate::audit::entry::reveal;
use crate::config::ServeSettings;
use crate::store::{AuditRow, Store, StoreError};
use crate::web::{AuditList, AuditPage, AuditQuery};

/// Most rows one question looks at: a time that no row has must not read the whole record.
const MAX_LOOKED_AT: usize = 5_000;

/// The list behind the token; without a token there is none.
pub fn audit_list(settings: &ServeSettings, store: &Store) -> Option<AuditList> {
    let token = settings.api_token.clone()?;
    let store = store.clone();
    let page = Arc::new(move |query| {
        let store = store.clone();
        let answer: futures::future::BoxFuture<'static, _> =
            Box::pin(async move { page(&store, query).await.map_err(|error| format!("{error:#}")) });
        answer
    });
    Some(AuditList { token, page })
}

/// Rows as JSON: the body with the texts that were not erased, and its place in the chain.
///
/// # Errors
/// When the database does not answer, or a row does not read back.
pub async fn shown(store: &Store, rows: &[AuditRow]) -> anyhow::Result<Vec<Value>> {
    let mut all = Vec::new();
    for row in rows {
        let texts = store.audit_texts(row.seq).await.context("cannot read the record")?;
        let body = reveal(&row.body, |hash| texts.get(hash).cloned());
        let (body, erased) =
            body.with_context(|| format!("row {} cannot be read; `audit verify` tells more", row.seq))?;
        all.push(json!({
            "seq": row.seq, "request": row.request, "name": row.name, "hash": row.hash, "erased_texts": erased, "body": body,
        }));
    }
    Ok(all)
}

async fn page(store: &Store, query: AuditQuery) -> anyhow::Result<AuditPage> {
    let (rows, next) = rows(store, query).await.context("cannot read the record")?;
    Ok(AuditPage { records: shown(store, &rows).await?, next })
}

/// The rows asked for, and the last number looked at where more may follow.
async fn rows(store: &Store, query: AuditQuery) -> Result<(Vec<AuditRow>, Option<i64>), StoreError> {
    let limit = usize::try_from(query.limit).unwrap_or(1);
    let asked = |row: &AuditRow| query.from.is_none_or(|from| row.at >= from) && query.to.is_none_or(|to| row.at < to);
    let (mut found, mut seen, mut looked_at) = (Vec::new(), query.after.unsigned_abs(), 0);
    while looked_at < MAX_LOOKED_AT {
        let rows = store.audit_rows(seen, limit).await?;
        let is_end = rows.len() < limit;
        looked_at += rows.len();
        for row in rows {
            seen = row.seq;
            if asked(&row) {
                found.push(row);
            }
            if found.len() == limit {
                return Ok((found, Some(seen.cast_signed())));
            }
        }
        if is_end {
            return Ok((found, None));
        }
    }
    Ok((found, Some(seen.cast_signed())))
}
