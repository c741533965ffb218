//! What was signed: an in-toto statement that lists the files of a model with their digests.
//!
//! in-toto: attestation, spec/v1/statement.md. Model signing: predicate `https://model_signing/signature/v1.0`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{RESOURCE_LIMIT, Refusal, invalid};
use crate::artifact::text::quoted;
use crate::domain::Digest;

/// The signed list of files.
#[derive(Debug)]
pub(super) struct Statement {
    /// By path relative to the model's folder. Never empty.
    pub digests: BTreeMap<String, Digest>,
    /// Paths the signer left out, as written.
    pub ignored: Vec<String>,
}

pub(super) fn read(payload: &[u8]) -> Result<Statement, Refusal> {
    let unreadable = |error: serde_json::Error| {
        invalid(format!("what was signed is not an in-toto statement: {}", quoted(&error.to_string())))
    };
    check_kind(&serde_json::from_slice(payload).map_err(unreadable)?)?;
    let wire: WireStatement = serde_json::from_slice(payload).map_err(unreadable)?;
    check_serialization(&wire.predicate.serialization)?;
    check_size(&wire.predicate)?;
    let digests = named_digests(&wire.predicate.resources)?;
    check_root_digest(&wire.subject, &digests)?;
    Ok(Statement { digests: by_path(digests)?, ignored: wire.predicate.serialization.ignore_paths })
}

const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";
const PREDICATE_TYPE: &str = "https://model_signing/signature/v1.0";
/// What versions before 1.0 wrote: no predicate, no digest of the whole.
const OLD_PREDICATE_TYPE: &str = "https://model_signing/Digests/v0.1";
/// At most this many paths may be left out by name.
const IGNORED_LIMIT: usize = 10_000;
/// No longer path can be checked out.
const PATH_LIMIT_BYTES: usize = 4096;

#[derive(Deserialize)]
struct WireKind {
    #[serde(rename = "_type")]
    statement: String,
    #[serde(rename = "predicateType")]
    predicate: String,
}

#[derive(Deserialize)]
struct WireStatement {
    subject: Vec<WireSubject>,
    predicate: WirePredicate,
}

#[derive(Deserialize)]
struct WireSubject {
    digest: WireDigest,
}

#[derive(Deserialize)]
struct WireDigest {
    sha256: String,
}

#[derive(Deserialize)]
struct WirePredicate {
    serialization: WireSerialization,
    resources: Vec<WireResource>,
}

#[derive(Deserialize)]
struct WireSerialization {
    method: String,
    hash_type: String,
    #[serde(default)]
    ignore_paths: Vec<String>,
}

#[derive(Deserialize)]
struct WireResource {
    name: String,
    algorithm: String,
    digest: String,
}

fn check_kind(kind: &WireKind) -> Result<(), Refusal> {
    if kind.statement != STATEMENT_TYPE {
        return Err(invalid(format!("what was signed is of another kind: `{}`", quoted(&kind.statement))));
    }
    match kind.predicate.as_str() {
        PREDICATE_TYPE => Ok(()),
        OLD_PREDICATE_TYPE => Err(Refusal::Unsupported("it was signed in a format older than 1.0".to_owned())),
        other => Err(invalid(format!("what was signed is no model: `{}`", quoted(other)))),
    }
}

/// Other methods and hashes exist; their digests say nothing about whole files, or cannot be had from Git LFS.
fn check_serialization(serialization: &WireSerialization) -> Result<(), Refusal> {
    if serialization.method != "files" {
        let method = quoted(&serialization.method);
        return Err(Refusal::Unsupported(format!("it was signed by `{method}`, and only `files` can be compared")));
    }
    if serialization.hash_type != SHA256 {
        let hash = quoted(&serialization.hash_type);
        return Err(Refusal::Unsupported(format!("it was signed over `{hash}`, and only `{SHA256}` can be compared")));
    }
    Ok(())
}

const SHA256: &str = "sha256";

fn check_size(predicate: &WirePredicate) -> Result<(), Refusal> {
    match predicate.resources.len() {
        0 => Err(invalid("the signature covers no file")),
        more if more > RESOURCE_LIMIT => Err(invalid(format!("the signature covers more than {RESOURCE_LIMIT} files"))),
        _ if predicate.serialization.ignore_paths.len() > IGNORED_LIMIT => {
            Err(invalid(format!("the signature leaves out more than {IGNORED_LIMIT} paths by name")))
        }
        _ => Ok(()),
    }
}

/// In the order of the list, which the digest of the whole depends on.
fn named_digests(resources: &[WireResource]) -> Result<Vec<(&str, Digest)>, Refusal> {
    let named = resources.iter().map(|resource| {
        let digest = Digest::parse(&resource.digest).filter(|_| resource.algorithm == SHA256);
        let unreadable = || invalid(format!("the signed digest of `{}` cannot be read", quoted(&resource.name)));
        Ok((resource.name.as_str(), digest.ok_or_else(unreadable)?))
    });
    named.collect()
}

/// The one subject is the model: the SHA-256 of all digests, as bytes, one after the other.
fn check_root_digest(subjects: &[WireSubject], digests: &[(&str, Digest)]) -> Result<(), Refusal> {
    let [subject] = subjects else {
        return Err(invalid(format!("the statement is about {} subjects, not one", subjects.len())));
    };
    let all: Vec<u8> = digests.iter().flat_map(|(_, digest)| *digest.as_bytes()).collect();
    if Digest::parse(&subject.digest.sha256) != Some(Digest::of(&all)) {
        return Err(invalid("the digest of the whole model is not that of the listed files"));
    }
    Ok(())
}

fn by_path(digests: Vec<(&str, Digest)>) -> Result<BTreeMap<String, Digest>, Refusal> {
    let mut by_path = BTreeMap::new();
    for (path, digest) in digests {
        if !is_plain_path(path) {
            return Err(invalid(format!("the signature names a path that leads elsewhere: `{}`", quoted(path))));
        }
        if by_path.insert(path.to_owned(), digest).is_some() {
            return Err(invalid(format!("the signature names `{}` twice", quoted(path))));
        }
    }
    Ok(by_path)
}

/// Relative, and without a part that means another place: two spellings of one file would let one of them go unseen.
fn is_plain_path(path: &str) -> bool {
    path.len() <= PATH_LIMIT_BYTES
        && !path.contains('\0')
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}
