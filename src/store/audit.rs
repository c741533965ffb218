//! The record, as rows: appended at the very end of a transaction, read in order.

use std::collections::HashMap;

use sqlx::FromRow;

use crate::audit::entry::{hidden_hashes, read_record, salted_hash};
use crate::audit::{Break, Entry, Head, Link, Row, Summary, Unreadable, Verifier};
use crate::domain::{Digest, Record, RequestId, Timestamp};

use super::sql::bound;
use super::{Store, StoreError, Tx};

/// Rows read in one go while verifying.
const PAGE: usize = 1_000;

/// A row of the record, with its place in the chain.
pub type AuditRow = Row;

const HEAD: &str = "SELECT seq, hash FROM audit_head WHERE id = 1";

impl Tx {
    /// Gives the transaction's entries their places in the chain. Last, because whoever does this makes all others wait.
    pub(super) async fn chain_entries(&mut self) -> Result<(), StoreError> {
        const LOCK: &str = "UPDATE audit_head SET seq = seq WHERE id = 1 RETURNING seq, hash";
        const MOVE: &str = "UPDATE audit_head SET seq = $1, hash = $2 WHERE id = 1";
        if self.changes.entries.is_empty() {
            return Ok(());
        }
        let row = fetch!(fetch_optional, HeadRow, self, LOCK)?;
        let mut head = row.ok_or_else(|| StoreError::corrupt("the head of the record is missing"))?.head()?;
        for entry in std::mem::take(&mut self.changes.entries) {
            let link = head.next(&entry.body);
            self.add_row(&entry, &link).await?;
            head = link.head;
        }
        exec!(self, MOVE, head.seq.cast_signed(), head.hash.to_string()).map(drop)
    }

    async fn add_row(&mut self, entry: &Entry, link: &Link) -> Result<(), StoreError> {
        const ROW: &str = "INSERT INTO audit (seq, at_ms, name, request, body, prev_hash, leaf_hash, hash)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        const TEXT: &str = "INSERT INTO audit_text (hash, seq, salt, text) VALUES ($1, $2, $3, $4)";
        let seq = link.head.seq.cast_signed();
        let request = entry.request.as_ref().map(RequestId::as_str);
        let [previous, leaf, hash] = [link.previous, link.leaf, link.head.hash].map(|hash| hash.to_string());
        exec!(self, ROW, seq, entry.at.as_millis(), &entry.name, request, &entry.body, previous, leaf, hash)?;
        for text in &entry.texts {
            exec!(self, TEXT, text.hash.to_string(), seq, hex::encode(text.salt), &text.text)?;
        }
        Ok(())
    }

    /// Erases a text that people typed, of row `seq` of the record: the chain still holds, the words are gone.
    /// The number of texts erased.
    pub async fn erase_texts(&mut self, seq: u64) -> Result<u64, StoreError> {
        const ERASE: &str = "UPDATE audit_text SET salt = NULL, text = NULL WHERE seq = $1 AND text IS NOT NULL";
        exec!(self, ERASE, seq.cast_signed())
    }
}

impl Store {
    /// The end of the chain, as the database says.
    pub async fn audit_head(&self) -> Result<Head, StoreError> {
        let row = read!(fetch_optional, HeadRow, &self.inner.pools, HEAD)?;
        row.ok_or_else(|| StoreError::corrupt("the head of the record is missing"))?.head()
    }

    /// A page of the record: the rows after number `after`.
    pub async fn audit_rows(&self, after: u64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        const AFTER: &str = "SELECT seq, at_ms, name, request, body, prev_hash, leaf_hash, hash FROM audit
            WHERE seq > $1 ORDER BY seq LIMIT $2";
        let rows = read!(fetch_all, StoredRow, &self.inner.pools, AFTER, after.cast_signed(), bound(limit))?;
        Ok(rows.into_iter().map(StoredRow::row).collect())
    }

    /// The record of one request, in order.
    pub async fn audit_of_request(&self, request: &RequestId) -> Result<Vec<AuditRow>, StoreError> {
        const OF_REQUEST: &str = "SELECT seq, at_ms, name, request, body, prev_hash, leaf_hash, hash FROM audit
            WHERE request = $1 ORDER BY seq";
        let rows = read!(fetch_all, StoredRow, &self.inner.pools, OF_REQUEST, request.as_str())?;
        Ok(rows.into_iter().map(StoredRow::row).collect())
    }

    /// The events of one request as they were recorded, in order, with the texts that were not erased: what
    /// [`crate::audit::replay`] takes. A row with erased texts is `Err`; rows that are no events are left out.
    pub async fn records_of_request(&self, request: &RequestId) -> Result<Vec<Result<Record, Unreadable>>, StoreError> {
        let mut records = Vec::new();
        for row in self.audit_of_request(request).await? {
            let texts = self.audit_texts(row.seq).await?;
            match read_record(&row.body, |hash| texts.get(hash).cloned()) {
                Err(Unreadable::OtherKind) => {}
                record => records.push(record),
            }
        }
        Ok(records)
    }

    /// The texts of one row that were not erased, by their hash.
    pub async fn audit_texts(&self, seq: u64) -> Result<HashMap<Digest, String>, StoreError> {
        const TEXTS: &str = "SELECT hash, text FROM audit_text WHERE seq = $1 AND text IS NOT NULL";
        let rows = read!(fetch_all, (String, String), &self.inner.pools, TEXTS, seq.cast_signed())?;
        Ok(rows.into_iter().filter_map(|(hash, text)| Some((Digest::parse(&hash)?, text))).collect())
    }

    /// Checks the whole record: the chain, its end, the columns and the texts beside it. `known` are heads written
    /// down elsewhere; without one, a tail cut off or replaced together with the head does not show.
    pub async fn verify_audit(&self, known: &[Head]) -> Result<Result<Summary, Break>, StoreError> {
        let (head, last) = self.audit_end().await?;
        let mut verifier = Verifier::new(&[known, &[head]].concat());
        let mut seen = 0;
        while seen < head.seq {
            let mut rows = self.audit_rows(seen, PAGE).await?;
            rows.retain(|row| row.seq <= head.seq);
            let Some(end) = rows.last().map(|row| row.seq) else { break };
            let texts = self.stored_texts(seen, end).await?;
            for row in &rows {
                if let Err(found) = verifier.push(row).and_then(|()| check_texts(row, &texts)) {
                    return Ok(Err(found));
                }
            }
            seen = end;
        }
        Ok(verifier.finish().and_then(|summary| ends_there(summary, last)))
    }

    /// The head and the number of the last row, seen at the same moment: every commit moves both.
    async fn audit_end(&self) -> Result<(Head, u64), StoreError> {
        const END: &str = "SELECT seq, hash, (SELECT COALESCE(MAX(seq), 0) FROM audit) AS last
            FROM audit_head WHERE id = 1";
        let row = read!(fetch_optional, (i64, String, i64), &self.inner.pools, END)?;
        let (seq, hash, last) = row.ok_or_else(|| StoreError::corrupt("the head of the record is missing"))?;
        Ok((HeadRow { seq, hash }.head()?, last.cast_unsigned()))
    }

    async fn stored_texts(&self, after: u64, to: u64) -> Result<HashMap<String, TextRow>, StoreError> {
        const TEXTS: &str = "SELECT hash, seq, salt, text FROM audit_text WHERE seq > $1 AND seq <= $2";
        let (after, to) = (after.cast_signed(), to.cast_signed());
        let rows = read!(fetch_all, TextRow, &self.inner.pools, TEXTS, after, to)?;
        Ok(rows.into_iter().map(|row| (row.hash.clone(), row)).collect())
    }
}

fn ends_there(summary: Summary, last: u64) -> Result<Summary, Break> {
    if last > summary.rows {
        return Err(Break {
            seq: summary.rows.saturating_add(1),
            why: "it was added behind the end of the record".into(),
        });
    }
    Ok(summary)
}

/// Every text that the row stands for is there, erased or as it was.
fn check_texts(row: &Row, texts: &HashMap<String, TextRow>) -> Result<(), Break> {
    let broken = |why: &str| Err(Break { seq: row.seq, why: why.to_owned() });
    for hash in hidden_hashes(&row.body).unwrap_or_default() {
        match texts.get(&hash.to_string()) {
            Some(text) if text.seq.cast_unsigned() == row.seq && text.is_whole(&hash) => {}
            Some(_) => return broken("a text beside it is not what was hashed"),
            None => return broken("a text beside it is missing"),
        }
    }
    Ok(())
}

#[derive(FromRow)]
struct TextRow {
    hash: String,
    seq: i64,
    salt: Option<String>,
    text: Option<String>,
}

impl TextRow {
    /// Erased, or what was hashed.
    fn is_whole(&self, hash: &Digest) -> bool {
        match (&self.salt, &self.text) {
            (None, None) => true,
            (Some(salt), Some(text)) => hex::decode(salt).is_ok_and(|salt| salted_hash(&salt, text) == *hash),
            (Some(_), None) | (None, Some(_)) => false,
        }
    }
}

#[derive(FromRow)]
struct HeadRow {
    seq: i64,
    hash: String,
}

impl HeadRow {
    fn head(&self) -> Result<Head, StoreError> {
        let hash = Digest::parse(&self.hash).ok_or_else(|| StoreError::corrupt("the head of the record"))?;
        Ok(Head { seq: self.seq.cast_unsigned(), hash })
    }
}

#[derive(FromRow)]
struct StoredRow {
    seq: i64,
    at_ms: i64,
    name: String,
    request: Option<String>,
    body: String,
    prev_hash: String,
    leaf_hash: String,
    hash: String,
}

impl StoredRow {
    fn row(self) -> Row {
        Row {
            seq: self.seq.cast_unsigned(),
            at: Timestamp::from_millis(self.at_ms),
            name: self.name,
            request: self.request,
            body: self.body,
            prev_hash: self.prev_hash,
            leaf_hash: self.leaf_hash,
            hash: self.hash,
        }
    }
}
