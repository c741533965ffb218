//! OpenSSF model signatures (`model.sig`): who signed, over which digests, and whether these are the digests that are here.
//!
//! Sigstore model-transparency: docs/model_signing_format.md. A sigstore bundle v0.3 holds a DSSE envelope, which holds an
//! in-toto statement, which lists SHA-256 per file. That is also what a Git LFS pointer says, so weights need not be fetched.
//! Signatures by a key and by a certificate are verified offline; keyless ones need a transparency log and are not.

mod bundle;
mod certificate;
mod covered;
mod key;
mod name;
#[cfg(test)]
pub(crate) mod samples;
mod statement;
mod trust;

use std::collections::BTreeMap;

use serde::Serialize;

use crate::domain::{Digest, Timestamp};
use bundle::Material;
use covered::Covered;
use statement::Statement;

pub use trust::{TRUST_LIMIT_BYTES, Trust};

/// Name of the signature in the model's folder.
pub const SIGNATURE_FILE: &str = "model.sig";
/// Larger signatures are not read.
pub const BUNDLE_LIMIT_BYTES: usize = 8 * 1024 * 1024;
/// Signatures over more files are not read.
pub const RESOURCE_LIMIT: usize = 50_000;

/// What is known of a file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileDigest {
    /// From a Git LFS pointer, or from the content itself.
    Sha256(Digest),
    /// Only Git's own id is known, or it is a link: such a file never counts as matching.
    Unknown,
}

/// What a signature is worth for the files that are here. Paths are relative to the model's folder and come from strangers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignatureReport {
    pub verdict: SignatureVerdict,
    /// Only when the signature itself is good, whatever became of the files.
    pub signer: Option<Signer>,
    pub files: FileDifferences,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum SignatureVerdict {
    /// By a trusted signer, and every file it covers is here with the signed digest, and no other file.
    Valid { matched: usize, total: usize },
    /// By a trusted signer and not contradicted, but not everything could be compared. Not to be taken for valid.
    Unverified { matched: usize, total: usize, why: String },
    /// Not by a trusted signer, or not over these files. `why` is for people; text of the signature in it is made visible.
    Invalid { why: String },
    /// There is no signature.
    Missing,
}

/// Who signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Signer {
    /// SHA-256 of the public key as PEM: what the signature names its key by.
    Key { fingerprint: Digest },
    /// The certificate's subject, made visible (`CN=release, O=Acme`), empty when it has none; SHA-256 of the certificate.
    Certificate { subject: String, fingerprint: Digest },
}

impl Signer {
    /// `CN=release, O=Acme`, or `key 2f1c0b7a55aa`.
    pub fn words(&self) -> String {
        match self {
            Self::Certificate { subject, .. } if !subject.is_empty() => subject.clone(),
            Self::Certificate { fingerprint, .. } => format!("certificate {}", fingerprint.short()),
            Self::Key { fingerprint } => format!("key {}", fingerprint.short()),
        }
    }
}

/// Where the files and the signature differ, each in order of path.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FileDifferences {
    /// Here, with another digest than the signed one.
    pub changed: Vec<String>,
    /// Signed and not here.
    pub missing: Vec<String>,
    /// Here and not signed.
    pub extra: Vec<String>,
    /// Signed and here, but the digest of what is here is unknown.
    pub unknown: Vec<String>,
    /// Here, but the signer chose to leave them out. Git's own files and the signature itself are not listed.
    pub left_out: Vec<String>,
}

impl SignatureReport {
    /// There is no `model.sig`.
    pub fn missing() -> Self {
        Self { verdict: SignatureVerdict::Missing, signer: None, files: FileDifferences::default() }
    }

    /// What is there as `model.sig` cannot be a signature. `why` is for people.
    pub fn invalid(why: impl Into<String>) -> Self {
        Self::refused(invalid(why), None)
    }

    /// There is a signature, and nothing to verify it by. `why` is for people.
    pub fn unverified(why: impl Into<String>) -> Self {
        Self::refused(Refusal::Unsupported(why.into()), None)
    }

    fn refused(refusal: Refusal, signer: Option<Signer>) -> Self {
        let verdict = match refusal {
            Refusal::Invalid(why) => SignatureVerdict::Invalid { why },
            Refusal::Unsupported(why) => SignatureVerdict::Unverified { matched: 0, total: 0, why },
        };
        Self { verdict, signer, files: FileDifferences::default() }
    }
}

/// Verifies a signature and compares it with the files of the model's folder, all of them, `model.sig` included or not.
///
/// Certificates are judged at the time `at`; without one none is accepted.
pub fn verify(
    bundle: &[u8],
    trust: &Trust,
    files: &BTreeMap<String, FileDigest>,
    at: Option<Timestamp>,
) -> SignatureReport {
    match open(bundle, trust, at) {
        Ok(signed) => signed.compare(files),
        Err(report) => *report,
    }
}

/// Verifies a signature by itself, before anything is known of the files: which digests are needed then is in it.
///
/// # Errors
/// The report on a signature that is not to be believed.
pub fn open(bundle: &[u8], trust: &Trust, at: Option<Timestamp>) -> Result<Signed, Box<SignatureReport>> {
    let (signer, payload) =
        verify_signature(bundle, trust, at).map_err(|refusal| Box::new(SignatureReport::refused(refusal, None)))?;
    match statement::read(&payload) {
        Ok(statement) => Ok(Signed { statement, signer }),
        Err(refusal) => Err(Box::new(SignatureReport::refused(refusal, Some(signer)))),
    }
}

/// A signature by a trusted signer, and what it is over.
#[derive(Debug)]
pub struct Signed {
    statement: Statement,
    signer: Signer,
}

impl Signed {
    /// Whether a digest is stated for the file at `path`.
    pub fn lists(&self, path: &str) -> bool {
        self.statement.digests.contains_key(path)
    }

    /// Compares it with the files that are here. Digests of files that it does not list are not looked at.
    pub fn compare(&self, files: &BTreeMap<String, FileDigest>) -> SignatureReport {
        compare(&self.statement, self.signer.clone(), files)
    }
}

/// Why a signature was not taken.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    Invalid(String),
    /// Perhaps good, but of a kind that is not read here.
    Unsupported(String),
}

fn invalid(why: impl Into<String>) -> Refusal {
    Refusal::Invalid(why.into())
}

/// The signer and the signed bytes.
fn verify_signature(bytes: &[u8], trust: &Trust, at: Option<Timestamp>) -> Result<(Signer, Vec<u8>), Refusal> {
    let bundle = bundle::read(bytes)?;
    let message = bundle.signed_bytes();
    let signer = match &bundle.material {
        Material::Key { hint } => trust.verify_key(hint, &message, &bundle.signature)?,
        Material::Certificates(chain) => trust.verify_chain(chain, at, &message, &bundle.signature)?,
    };
    Ok((signer, bundle.payload))
}

fn compare(statement: &Statement, signer: Signer, files: &BTreeMap<String, FileDigest>) -> SignatureReport {
    let covered = match Covered::new(&statement.ignored) {
        Ok(covered) => covered,
        Err(why) => return SignatureReport::refused(invalid(why), Some(signer)),
    };
    let files = differences(&statement.digests, &covered, files);
    let total = statement.digests.len();
    let matched = total.saturating_sub(files.changed.len() + files.missing.len() + files.unknown.len());
    let verdict = if let Some(why) = contradiction(&files) {
        SignatureVerdict::Invalid { why }
    } else if files.unknown.is_empty() {
        SignatureVerdict::Valid { matched, total }
    } else {
        let why = format!("the digest of {} is not known", count(files.unknown.len(), "file"));
        SignatureVerdict::Unverified { matched, total, why }
    };
    SignatureReport { verdict, signer: Some(signer), files }
}

fn differences(
    signed: &BTreeMap<String, Digest>,
    covered: &Covered<'_>,
    files: &BTreeMap<String, FileDigest>,
) -> FileDifferences {
    let mut found = FileDifferences::default();
    for (path, digest) in signed {
        let here = files.get(path).filter(|_| covered.includes(path));
        match here {
            Some(FileDigest::Sha256(here)) if here == digest => {}
            Some(FileDigest::Sha256(_)) => found.changed.push(path.clone()),
            Some(FileDigest::Unknown) => found.unknown.push(path.clone()),
            None => found.missing.push(path.clone()),
        }
    }
    for path in files.keys() {
        if covered.is_left_out(path) {
            found.left_out.push(path.clone());
        } else if covered.includes(path) && !signed.contains_key(path) {
            found.extra.push(path.clone());
        }
    }
    found
}

/// What speaks against the signature, in words.
fn contradiction(files: &FileDifferences) -> Option<String> {
    let parts = [(&files.changed, "changed"), (&files.missing, "missing"), (&files.extra, "not signed")];
    let words: Vec<String> = parts
        .iter()
        .filter(|(paths, _)| !paths.is_empty())
        .map(|(paths, word)| format!("{} {word}", count(paths.len(), "file")))
        .collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
