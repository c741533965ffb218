//! The chain: every row's hash covers the row before it, so that a change anywhere shows, and where.
//!
//! A whole tail that was cut off or hashed anew is consistent in itself. Only a [`Head`] kept somewhere else shows it.

use sha2::{Digest as _, Sha256};

use crate::domain::{Digest, Timestamp};

use super::canonical::canonical;

const TAG: &[u8] = b"countersign audit v1\0";

/// Hash of a row's exact bytes, as a leaf (RFC 6962, section 2.1).
pub fn leaf_hash(body: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::new().chain_update([0]).chain_update(body).finalize().into())
}

/// Hash of a row in its place: after `previous`, as number `seq`.
pub fn chain_hash(previous: &Digest, seq: u64, leaf: &Digest) -> Digest {
    let hash = Sha256::new().chain_update(TAG).chain_update(previous.as_bytes()).chain_update(seq.to_be_bytes());
    Digest::from_bytes(hash.chain_update(leaf.as_bytes()).finalize().into())
}

/// The end of a chain. One written down elsewhere is a checkpoint: nobody can change what lies before it unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of the last row; zero for an empty chain.
    pub seq: u64,
    pub hash: Digest,
}

impl Head {
    /// Of a chain without rows.
    pub const EMPTY: Self = Self { seq: 0, hash: Digest::from_bytes([0; 32]) };

    /// Where the next row goes, and what its hashes are.
    pub fn next(&self, body: &str) -> Link {
        let leaf = leaf_hash(body.as_bytes());
        let seq = self.seq.saturating_add(1);
        Link { previous: self.hash, leaf, head: Self { seq, hash: chain_hash(&self.hash, seq, &leaf) } }
    }
}

/// A row's place in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    pub previous: Digest,
    pub leaf: Digest,
    pub head: Head,
}

/// A stored row, as it claims to be: the columns are text until they are checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub seq: u64,
    pub at: Timestamp,
    pub name: String,
    pub request: Option<String>,
    /// Canonical JSON: the bytes that were hashed.
    pub body: String,
    pub prev_hash: String,
    pub leaf_hash: String,
    pub hash: String,
}

/// A chain that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    pub rows: u64,
    pub head: Head,
}

/// The first place where a chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the record does not hold at row {seq}: {why}")]
pub struct Break {
    pub seq: u64,
    pub why: String,
}

/// Checks a whole chain. `known` are heads kept elsewhere, and the head that the store says it has.
pub fn verify(rows: impl IntoIterator<Item = Row>, known: &[Head]) -> Result<Summary, Break> {
    let mut verifier = Verifier::new(known);
    rows.into_iter().try_for_each(|row| verifier.push(&row))?;
    verifier.finish()
}

/// Checks a chain row by row, in constant memory.
#[derive(Debug, Clone)]
pub struct Verifier {
    head: Head,
    known: Vec<Head>,
}

impl Verifier {
    pub fn new(known: &[Head]) -> Self {
        Self { head: Head::EMPTY, known: known.to_vec() }
    }

    /// Takes the next row, in the order of their numbers.
    pub fn push(&mut self, row: &Row) -> Result<(), Break> {
        let expected = self.head.next(&row.body);
        self.check_place(row, &expected)?;
        check_hashes(row, &expected)?;
        check_columns(row)?;
        self.head = expected.head;
        self.check_known()
    }

    /// Says whether the chain ends where it should.
    pub fn finish(self) -> Result<Summary, Break> {
        self.check_known()?;
        match self.known.iter().filter(|head| head.seq > self.head.seq).max_by_key(|head| head.seq) {
            Some(last) => {
                broken(self.head.seq.saturating_add(1), format!("it is missing; there were {} rows", last.seq))
            }
            None => Ok(Summary { rows: self.head.seq, head: self.head }),
        }
    }

    fn check_place(&self, row: &Row, expected: &Link) -> Result<(), Break> {
        if row.seq != expected.head.seq {
            return broken(expected.head.seq, format!("it is missing; row {} comes next", row.seq));
        }
        if row.prev_hash == expected.previous.to_string() {
            return Ok(());
        }
        // The row still fits what used to be before it: then that one was changed and hashed anew, not this one.
        match Digest::parse(&row.prev_hash) {
            Some(former) if fits(row, &former) && row.seq > 1 => {
                broken(row.seq - 1, "it was replaced: the next row was made after another one".to_owned())
            }
            _ => broken(row.seq, "it does not follow the row before it".to_owned()),
        }
    }

    fn check_known(&self) -> Result<(), Break> {
        let other = |head: &&Head| head.seq == self.head.seq && head.hash != self.head.hash;
        match self.known.iter().find(other) {
            Some(head) => broken(head.seq, "the record up to here is not the one whose head is known".to_owned()),
            None => Ok(()),
        }
    }
}

fn fits(row: &Row, previous: &Digest) -> bool {
    chain_hash(previous, row.seq, &leaf_hash(row.body.as_bytes())).to_string() == row.hash
}

fn check_hashes(row: &Row, expected: &Link) -> Result<(), Break> {
    if row.leaf_hash != expected.leaf.to_string() {
        return broken(row.seq, "its content is not what was hashed".to_owned());
    }
    if row.hash != expected.head.hash.to_string() {
        return broken(row.seq, "its hash is wrong".to_owned());
    }
    Ok(())
}

/// The body is canonical, and the columns beside it, which nothing hashes, say the same.
fn check_columns(row: &Row) -> Result<(), Break> {
    let Ok(body) = serde_json::from_str::<serde_json::Value>(&row.body) else {
        return broken(row.seq, "its content is not JSON".to_owned());
    };
    if canonical(&body).as_ref() != Ok(&row.body) {
        return broken(row.seq, "its content is not in canonical form".to_owned());
    }
    let text = |key: &str| body.get(key).and_then(serde_json::Value::as_str);
    let same = text("name") == Some(&row.name)
        && text("request") == row.request.as_deref()
        && text("at") == Some(&row.at.to_rfc3339());
    if same { Ok(()) } else { broken(row.seq, "its columns do not say what its content says".to_owned()) }
}

fn broken<T>(seq: u64, why: String) -> Result<T, Break> {
    Err(Break { seq, why })
}

#[cfg(test)]
mod tests;
