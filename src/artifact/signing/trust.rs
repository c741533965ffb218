//! Whom to believe: public keys and root certificates, from a PEM file.

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{PemObject, SectionKind};

use super::key::PublicKey;
use super::{Refusal, Signer, certificate, invalid};
use crate::artifact::text::quoted;
use crate::domain::Timestamp;

/// Larger files of keys are not read.
pub const TRUST_LIMIT_BYTES: usize = 256 * 1024;
/// At most this many keys and roots together.
pub const TRUST_LIMIT: usize = 64;

/// Keys and roots that are trusted to sign a model.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    keys: Vec<PublicKey>,
    roots: Vec<CertificateDer<'static>>,
}

impl Trust {
    /// Reads a PEM file with `PUBLIC KEY` and `CERTIFICATE` sections, at least one. Certificates are taken as roots.
    pub fn from_pem(pem: &[u8]) -> Result<Self, String> {
        if pem.len() > TRUST_LIMIT_BYTES {
            return Err("the file of trusted keys is larger than 256 KiB".to_owned());
        }
        let mut trust = Self::default();
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(pem) {
            let (kind, der) =
                section.map_err(|error| format!("not readable as PEM: {}", quoted(&error.to_string())))?;
            trust.add(kind, der)?;
        }
        match trust.keys.len() + trust.roots.len() {
            0 => Err("no `PUBLIC KEY` and no `CERTIFICATE` in it".to_owned()),
            more if more > TRUST_LIMIT => Err(format!("more than {TRUST_LIMIT} keys and certificates")),
            _ => Ok(trust),
        }
    }

    /// Whoever one of the two trusts.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.keys.extend(other.keys);
        self.roots.extend(other.roots);
        self
    }

    fn add(&mut self, kind: SectionKind, der: Vec<u8>) -> Result<(), String> {
        match kind {
            SectionKind::PublicKey => {
                let key = PublicKey::from_der(&der);
                self.keys.push(key.ok_or("the public key is not an uncompressed one on P-256, P-384 or P-521")?);
            }
            SectionKind::Certificate => {
                let root = CertificateDer::from(der);
                certificate::check_root(&root)?;
                self.roots.push(root);
            }
            SectionKind::PrivateKey | SectionKind::EcPrivateKey | SectionKind::RsaPrivateKey => {
                return Err("it holds a private key".to_owned());
            }
            _ => return Err("it holds something that is neither `PUBLIC KEY` nor `CERTIFICATE`".to_owned()),
        }
        Ok(())
    }

    /// `hint` is the fingerprint the signature gives; without one each key is tried.
    pub(super) fn verify_key(&self, hint: &str, message: &[u8], signature: &[u8]) -> Result<Signer, Refusal> {
        if self.keys.is_empty() {
            return Err(invalid("it is signed with a key, and only certificates are trusted"));
        }
        let mut named =
            self.keys.iter().filter(|key| hint.is_empty() || key.fingerprint.to_string() == hint).peekable();
        if named.peek().is_none() {
            return Err(invalid(format!("it is signed with another key: `{}`", quoted(hint))));
        }
        let key = named.find(|key| key.verifies(message, signature));
        let key = key.ok_or_else(|| invalid("the signature does not fit its content"))?;
        Ok(Signer::Key { fingerprint: key.fingerprint })
    }

    /// `chain` is DER, the signer's own certificate first.
    pub(super) fn verify_chain(
        &self,
        chain: &[Vec<u8>],
        at: Option<Timestamp>,
        message: &[u8],
        signature: &[u8],
    ) -> Result<Signer, Refusal> {
        if self.roots.is_empty() {
            return Err(invalid("it is signed with a certificate, and only keys are trusted"));
        }
        let at = at.ok_or_else(|| invalid("a certificate cannot be judged without knowing the time"))?;
        let signed_by = certificate::verify(chain, &self.roots, at).map_err(invalid)?;
        if !signed_by.key.verifies(message, signature) {
            return Err(invalid("the signature does not fit its content"));
        }
        Ok(signed_by.signer)
    }
}
