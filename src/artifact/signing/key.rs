//! Elliptic curve public keys, and ECDSA as model signing uses it: each curve with the hash of its size.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ECDSA_P521_SHA512_ASN1, EcdsaVerificationAlgorithm,
    UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::domain::Digest;

/// A public key on P-256, P-384 or P-521.
#[derive(Debug, Clone)]
pub(super) struct PublicKey {
    algorithm: &'static EcdsaVerificationAlgorithm,
    /// Uncompressed point, X9.62.
    point: Vec<u8>,
    /// SHA-256 of the key as PEM, which is how signatures name their key.
    pub fingerprint: Digest,
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo (RFC 5480). `None` for other kinds of keys, curves and encodings of the point.
    pub fn from_der(spki: &[u8]) -> Option<Self> {
        let (curve, point) = CURVES.iter().find_map(|curve| Some((curve, spki.strip_prefix(curve.header)?)))?;
        (point.len() == curve.point_bytes && point.first() == Some(&UNCOMPRESSED)).then(|| Self {
            algorithm: curve.algorithm,
            point: point.to_vec(),
            fingerprint: Digest::of(pem(spki).as_bytes()),
        })
    }

    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(self.algorithm, &self.point).verify(message, signature).is_ok()
    }
}

/// First byte of a point whose both coordinates are written out.
const UNCOMPRESSED: u8 = 4;

struct Curve {
    /// Everything before the point: there is one DER encoding per named curve.
    header: &'static [u8],
    point_bytes: usize,
    algorithm: &'static EcdsaVerificationAlgorithm,
}

static CURVES: [Curve; 3] = [
    Curve {
        header: &[
            0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
            0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
        ],
        point_bytes: 65,
        algorithm: &ECDSA_P256_SHA256_ASN1,
    },
    Curve {
        header: &[
            0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81, 0x04,
            0x00, 0x22, 0x03, 0x62, 0x00,
        ],
        point_bytes: 97,
        algorithm: &ECDSA_P384_SHA384_ASN1,
    },
    Curve {
        header: &[
            0x30, 0x81, 0x9b, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x05, 0x2b, 0x81,
            0x04, 0x00, 0x23, 0x03, 0x81, 0x86, 0x00,
        ],
        point_bytes: 133,
        algorithm: &ECDSA_P521_SHA512_ASN1,
    },
];

/// RFC 7468 with lines of 64 characters: the text whose hash a signature carries, however the key was given to us.
fn pem(der: &[u8]) -> String {
    const LINE: usize = 64;
    let mut text = String::from("-----BEGIN PUBLIC KEY-----\n");
    for (index, character) in STANDARD.encode(der).chars().enumerate() {
        if index > 0 && index % LINE == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text + "\n-----END PUBLIC KEY-----\n"
}
