//! The sigstore bundle v0.3 and its DSSE envelope, as JSON.
//!
//! Sigstore: protobuf-specs, protos/sigstore_bundle.proto. DSSE: secure-systems-lab/dsse, envelope.md and protocol.md.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde::Deserialize;

use super::{BUNDLE_LIMIT_BYTES, Refusal, invalid};
use crate::artifact::text::quoted;

/// Longer chains are refused.
pub(super) const CHAIN_LIMIT: usize = 8;

/// What a bundle holds, decoded; nothing of it is verified yet.
#[derive(Debug)]
pub(super) struct Bundle {
    pub material: Material,
    /// The in-toto statement, as it was signed.
    pub payload: Vec<u8>,
    /// ECDSA signature, ASN.1.
    pub signature: Vec<u8>,
}

/// What the signature is to be verified with.
#[derive(Debug)]
pub(super) enum Material {
    /// Digest by which the signer names the key; empty in old signatures.
    Key { hint: String },
    /// DER, the signer's own first. Never empty.
    Certificates(Vec<Vec<u8>>),
}

impl Bundle {
    /// The bytes that were signed: DSSE's pre-authentication encoding, which binds the payload to its type.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let header = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), self.payload.len());
        [header.as_bytes(), &self.payload].concat()
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Bundle, Refusal> {
    if bytes.len() > BUNDLE_LIMIT_BYTES {
        return Err(invalid("the signature is larger than 8 MiB"));
    }
    let wire: WireBundle = serde_json::from_slice(bytes)
        .map_err(|error| invalid(format!("the signature is not a sigstore bundle: {}", quoted(&error.to_string()))))?;
    if wire.media_type != MEDIA_TYPE {
        return Err(invalid(format!("the signature is of another kind: `{}`", quoted(&wire.media_type))));
    }
    let envelope = wire.dsse_envelope.ok_or_else(|| invalid("the signature has no DSSE envelope"))?;
    if envelope.payload_type != PAYLOAD_TYPE {
        return Err(invalid(format!("what was signed is of another kind: `{}`", quoted(&envelope.payload_type))));
    }
    // Of several, which one counts would be a matter of taste: the bundle's specification allows one.
    let [signature] = envelope.signatures.as_slice() else {
        return Err(invalid(format!("the envelope has {} signatures, not one", envelope.signatures.len())));
    };
    Ok(Bundle {
        material: material(wire.verification_material)?,
        payload: base64(&envelope.payload, "payload")?,
        signature: base64(&signature.sig, "signature")?,
    })
}

const MEDIA_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireBundle {
    media_type: String,
    verification_material: WireMaterial,
    dsse_envelope: Option<WireEnvelope>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMaterial {
    public_key: Option<WireKey>,
    certificate: Option<WireCertificate>,
    x509_certificate_chain: Option<WireChain>,
}

#[derive(Deserialize)]
struct WireKey {
    #[serde(default)]
    hint: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireCertificate {
    raw_bytes: String,
}

#[derive(Deserialize)]
struct WireChain {
    #[serde(default)]
    certificates: Vec<WireCertificate>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEnvelope {
    payload: String,
    payload_type: String,
    signatures: Vec<WireSignature>,
}

#[derive(Deserialize)]
struct WireSignature {
    sig: String,
}

fn material(wire: WireMaterial) -> Result<Material, Refusal> {
    match (wire.public_key, wire.certificate, wire.x509_certificate_chain) {
        (Some(key), None, None) => Ok(Material::Key { hint: key.hint.unwrap_or_default() }),
        (None, Some(certificate), None) => certificates(&[certificate]),
        (None, None, Some(chain)) => certificates(&chain.certificates),
        (None, None, None) => Err(invalid("the signature names neither a key nor a certificate")),
        _ => Err(invalid("the signature names more than one of key, certificate and chain")),
    }
}

fn certificates(wire: &[WireCertificate]) -> Result<Material, Refusal> {
    if wire.is_empty() || wire.len() > CHAIN_LIMIT {
        return Err(invalid(format!("a chain of {} certificates, not 1 to {CHAIN_LIMIT}", wire.len())));
    }
    let ders: Result<_, _> = wire.iter().map(|certificate| base64(&certificate.raw_bytes, "certificate")).collect();
    Ok(Material::Certificates(ders?))
}

/// DSSE lets a signer choose between the two alphabets.
fn base64(text: &str, what: &str) -> Result<Vec<u8>, Refusal> {
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).map_err(|_| invalid(format!("the {what} is not base64")))
}
