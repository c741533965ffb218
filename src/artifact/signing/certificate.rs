//! Certificates that may sign: a chain to a trusted root, good at the given time, made for signing code (RFC 5280).

use std::time::Duration;

use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime};
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, Error, KeyUsage, anchor_from_trusted_cert};

use super::key::PublicKey;
use super::{Signer, name};
use crate::domain::{Digest, Timestamp};

/// A signer whose certificate was verified.
#[derive(Debug)]
pub(super) struct SignedBy {
    pub key: PublicKey,
    pub signer: Signer,
}

/// Whether a certificate can be a root.
pub(super) fn check_root(root: &CertificateDer<'_>) -> Result<(), String> {
    anchor_from_trusted_cert(root).map(drop).map_err(|error| format!("a root certificate cannot be read: {error:?}"))
}

/// `chain` holds the signer's own certificate first, then those between it and a root.
pub(super) fn verify(
    chain: &[Vec<u8>],
    roots: &[CertificateDer<'static>],
    at: Timestamp,
) -> Result<SignedBy, &'static str> {
    let (own, between) = chain.split_first().ok_or("there is no certificate")?;
    let own_der = CertificateDer::from(own.as_slice());
    let between: Vec<CertificateDer<'_>> = between.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
    let own_certificate = EndEntityCert::try_from(&own_der).map_err(|error| reason(&error))?;
    let anchors: Vec<TrustAnchor<'_>> = roots.iter().filter_map(|root| anchor_from_trusted_cert(root).ok()).collect();
    let seconds = u64::try_from(at.as_seconds()).map_err(|_| "the time lies before 1970")?;
    let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
    made_for_signing(&own_certificate, time)?;
    // Authorities in between rarely name what they may certify; those that do must name this.
    let usage = KeyUsage::required_if_present(CODE_SIGNING);
    own_certificate
        .verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, &between, time, usage, None, None)
        .map_err(|error| reason(&error))?;
    let key = PublicKey::from_der(&own_certificate.subject_public_key_info())
        .ok_or("the certificate's key is not on P-256, P-384 or P-521")?;
    let subject = name::read(own_certificate.subject());
    Ok(SignedBy { key, signer: Signer::Certificate { subject, fingerprint: Digest::of(own) } })
}

/// `id-kp-codeSigning`, 1.3.6.1.5.5.7.3.3 (RFC 5280, 4.2.1.12), without tag and length.
const CODE_SIGNING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x03];

/// The signer's own certificate must say that it is for signing code. Asked with nobody to trust, the verifier looks at what
/// the certificate says of itself before it gives up for want of an issuer.
fn made_for_signing(own: &EndEntityCert<'_>, time: UnixTime) -> Result<(), &'static str> {
    let usage = KeyUsage::required(CODE_SIGNING);
    match own.verify_for_usage(ALL_VERIFICATION_ALGS, &[], &[], time, usage, None, None) {
        Err(Error::UnknownIssuer) => Ok(()),
        Err(error) => Err(reason(&error)),
        Ok(_) => Err("the certificate vouches for itself"),
    }
}

fn reason(error: &Error) -> &'static str {
    match error {
        Error::CertExpired { .. } => "a certificate has expired",
        Error::CertNotValidYet { .. } => "a certificate is not valid yet",
        Error::RequiredEkuNotFoundContext(_) | Error::EmptyEkuExtension => {
            "the certificate is not made for signing code"
        }
        Error::UnknownIssuer => "the certificate does not lead to a trusted root",
        Error::CaUsedAsEndEntity => "the certificate is one of an authority, not of a signer",
        Error::EndEntityUsedAsCa => "a certificate in the chain is not one of an authority",
        Error::InvalidSignatureForPublicKey => "a certificate's own signature is wrong",
        Error::PathLenConstraintViolated | Error::MaximumPathDepthExceeded => "the chain of certificates is too long",
        Error::NameConstraintViolation => "an authority in the chain may not certify this name",
        _ => "a certificate cannot be read or uses something unknown",
    }
}
