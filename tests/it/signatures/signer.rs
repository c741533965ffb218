//! Signs models as the reference implementation does: with a key on P-256, in a sigstore bundle.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::domain::Digest;
use serde_json::{Value, json};

/// What every public key on P-256 starts with (RFC 5480).
const P256: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

pub struct Signer {
    key: EcdsaKeyPair,
    /// The public key.
    pub pem: String,
}

impl Signer {
    pub fn new() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let text = STANDARD.encode([P256.as_slice(), key.public_key().as_ref()].concat());
        Self { key, pem: format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n") }
    }

    /// A `model.sig` over these files.
    pub fn sign(&self, files: &[(&str, Digest)]) -> String {
        let whole: Vec<u8> = files.iter().flat_map(|(_, digest)| *digest.as_bytes()).collect();
        let resources: Vec<Value> = files
            .iter()
            .map(|(name, digest)| json!({ "name": name, "algorithm": "sha256", "digest": digest.to_string() }))
            .collect();
        let statement = json!({
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{ "name": "model", "digest": { "sha256": Digest::of(&whole).to_string() } }],
            "predicateType": "https://model_signing/signature/v1.0",
            "predicate": {
                "serialization": { "method": "files", "hash_type": "sha256", "ignore_paths": ["model.sig"] },
                "resources": resources,
            },
        });
        let payload = statement.to_string();
        let message = format!("DSSEv1 {} {PAYLOAD_TYPE} {} {payload}", PAYLOAD_TYPE.len(), payload.len());
        let signature = self.key.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        let bundle = json!({
            "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
            "verificationMaterial": { "publicKey": { "hint": "" }, "tlogEntries": [] },
            "dsseEnvelope": {
                "payload": STANDARD.encode(&payload),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{ "sig": STANDARD.encode(signature), "keyid": "" }],
            },
        });
        bundle.to_string()
    }
}
