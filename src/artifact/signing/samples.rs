//! Keys, certificates and signatures that the `openssl` command made; the private keys were thrown away.
//!
//! Keys: `openssl ecparam -name prime256v1|secp384r1|secp521r1 -genkey`. Roots: `openssl req -x509 -days 7300` with
//! `basicConstraints=critical,CA:TRUE`. The others: `openssl x509 -req -CA ... -days 3650`; the issuing authority has no extended
//! key usage, the leaves have `codeSigning`, none, and `serverAuth`, all for the same key. Signatures: `openssl dgst
//! -sha256|-sha384|-sha512 -sign` over the pre-authentication encoding of [`PAYLOAD`]. And a signer with a key of its own, for whatever else tests sign.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::bundle;
use crate::domain::Digest;

/// Signs `README.md` (`card`) and `onnx/model.onnx` (`weights`).
pub(crate) const PAYLOAD: &str = r#"{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"model","digest":{"sha256":"418ade3ff8846caae78d4cec95a155b234ba819aac9dcb7c02f78d41abf7c352"}}],"predicateType":"https://model_signing/signature/v1.0","predicate":{"serialization":{"method":"files","hash_type":"sha256","allow_symlinks":false,"ignore_paths":["model.sig"]},"resources":[{"name":"README.md","algorithm":"sha256","digest":"8367cd66fdd136bba8ba23f8805bb050dd6289401c8ec3b0be44a3c233eef90d"},{"name":"onnx/model.onnx","algorithm":"sha256","digest":"9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"}]}}"#;

/// Belongs to [`SIGNATURE_P256`], and to every leaf.
pub(crate) const KEY_P256: &str = "\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEowslEVozX9Uu5u/lBF9IqhTUh03R
N0PWB/rBV8qjxHnCtg9XJuG33+pHv9Ob7Gp90Q0Ya0bbqECNVu+bDtOFsg==
-----END PUBLIC KEY-----
";
/// Belongs to [`SIGNATURE_P384`].
pub(crate) const KEY_P384: &str = "\
-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEAcJj/KxFymvBlReGH2gsyGmCPdsD6tcl
ll332p63khyGP6v9n9/7gb+cPuTAstqcNk+5GKddA23mN/485EVXc7dy6TiErr1t
8MUOgPasXC0dSVF0Okt0NgQZpF3EaZPG
-----END PUBLIC KEY-----
";
/// Belongs to [`SIGNATURE_P521`].
pub(crate) const KEY_P521: &str = "\
-----BEGIN PUBLIC KEY-----
MIGbMBAGByqGSM49AgEGBSuBBAAjA4GGAAQA6NhQ4AaSUnnmIfIvGtGw+0edGXfG
Yja05dUuJ04a8j6iTzRaPy4712C7TujmssJZli1gb0utBfYw781kYT7fJZ4AA6Rd
Q3tS7uw7CTloSnuyxUgV/GkjDsRjhDnnw4iUcykbvIitjlKNhKnEL9UlCGBRMcVx
TqzY9BJnOx6+rpuqKqc=
-----END PUBLIC KEY-----
";
/// With SHA-256.
pub(crate) const SIGNATURE_P256: &str =
    "MEUCIQD+FjRhhu6lPcMREjtsvvHhis3T5EvwOOiO5RUL206V/QIgMje9bfIBjEED/ftzce+AUeO4KVNfbnf/j25Tk6X9bdg=";
/// With SHA-384.
pub(crate) const SIGNATURE_P384: &str = "MGYCMQCVJsvlDWgDEUtodxvCsdJYHApcN7bZvNaEkFbV7seNOnGbcWJMHPsifbwjPX7/v2kCMQDy6oD+ZoA4t6imNT5yvMFDBKVexQ/uEMgWnG\
     PPoQNZoy1+eQ2Z3gBLj8WQkqiaaIc=";
/// By the same key with the wrong hash.
pub(crate) const SIGNATURE_P384_SHA256: &str = "MGYCMQCWOsrto/BlHBVMx/n948MazHTIX2M1+dn9Ipmh+h9etRujXBC231YwqH7IMi0NXmgCMQCY47hxtkzHfmnqvzAkovtpCLPLtchBXkZ36p\
     uFpi+GQY793rvq8f/nAAe7okLHJ4Y=";
/// With SHA-512.
pub(crate) const SIGNATURE_P521: &str = "MIGHAkEmvJ9eGO6caddcWuHAGFxCFKVOyFiyGFZ8SOMQPBjtEP97nRS+eSCMCQBb4wD3a/m6l4VppdF3ujfEWj90VeaAiQJCAXDymyIC9Lft6C\
     PoEVYarpS8ru7SQxFfU6xlqRUG/7/RO/vs4LZC2FBTmtZNVErrxFceL/v4vzxtfS5RFYkfV6gB";
/// `O=Acme, CN=Acme Root`, 2026-11-22 to 2046-11-17.
pub(crate) const ROOT: &str = "\
-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUK3xS5U672tQ38xD2ZvbTP1RBJEcwCgYIKoZIzj0EAwIw
IzENMAsGA1UECgwEQWNtZTESMBAGA1UEAwwJQWNtZSBSb290MB4XDTI2MTEyMjIx
NTEyNVoXDTQ2MTExNzIxNTEyNVowIzENMAsGA1UECgwEQWNtZTESMBAGA1UEAwwJ
QWNtZSBSb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/5yR89aAPy9KrEyk
d5wLvDXtE5jjvuh172LRpmzH2wAGHEFnckMByDaNVGG1MIFTB5Wi4LB0anyPV1bI
WyjYYaNTMFEwHQYDVR0OBBYEFPIcC4G+4DFXkj2TMrdTFr+8IOlzMB8GA1UdIwQY
MBaAFPIcC4G+4DFXkj2TMrdTFr+8IOlzMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZI
zj0EAwIDSAAwRQIhALhL14N28N2uzUFBCxXM0rAqwhWAOGueRajn6aV7wS8sAiAo
o+ou97qdljX5mr3BlEYHXgNHEiuLsVAla+uyEjEffA==
-----END CERTIFICATE-----
";
/// Another authority of the same name.
pub(crate) const OTHER_ROOT: &str = "\
-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUG+Q5j2/ZNTQfwYqoxdeFRbbGcQYwCgYIKoZIzj0EAwIw
IzENMAsGA1UECgwEQWNtZTESMBAGA1UEAwwJQWNtZSBSb290MB4XDTI2MTEyMjIx
NTEyNVoXDTQ2MTExNzIxNTEyNVowIzENMAsGA1UECgwEQWNtZTESMBAGA1UEAwwJ
QWNtZSBSb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGFSsdZZJ8X0uofcA
yYyvm9isits4rNWTU5hlPz5X6t9sj54RAdhl4kfqvJVQWgKunY6k1ZTzbmqKnAmp
zZM8haNTMFEwHQYDVR0OBBYEFNpixwosh2nM+SstamcXCVqpFoK7MB8GA1UdIwQY
MBaAFNpixwosh2nM+SstamcXCVqpFoK7MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZI
zj0EAwIDRwAwRAIgaDc3MTP8cyTHoHCnRZMY1iX1OTPzmItCG0z8wX+kifsCIDun
w3+oombS/2mVJMliZbVRDdGCnb8QPotdvT4ZuR3o
-----END CERTIFICATE-----
";
/// `O=Acme, CN=Acme Issuing`, certified by [`ROOT`], 2026-11-22 to 2036-11-19.
pub(crate) const ISSUING: &str = "MIIBrzCCAVSgAwIBAgIUKKNBlkWJjG5+8feCiAFglTDItoEwCgYIKoZIzj0EAwIwIzENMAsGA1UECgwEQWNtZTESMBAGA1UEAwwJQWNtZSBSb2\
     90MB4XDTI2MTEyMjIxNTEyNVoXDTM2MTExOTIxNTEyNVowJjENMAsGA1UECgwEQWNtZTEVMBMGA1UEAwwMQWNtZSBJc3N1aW5nMFkwEwYHKoZI\
     zj0CAQYIKoZIzj0DAQcDQgAEV1TpdVEjI5WVtg5D50ev2Ax+gVsxz7dnISQ/wH0tpe/SF8XCtqOpCLftkLqTWd2rTx768lhPks4ZTqMKOAFL6q\
     NjMGEwDwYDVR0TAQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAgQwHQYDVR0OBBYEFCDSAVGyGliV9WpRe7eL3JubdLZqMB8GA1UdIwQYMBaAFPIc\
     C4G+4DFXkj2TMrdTFr+8IOlzMAoGCCqGSM49BAMCA0kAMEYCIQCmstD51O0Izlmz28hEWwaHHl8CK4pSLoWrvexYtbHZzAIhAOPQdNbDbzk7Hz\
     WcmkO1gCqk62aciUyP2WouXNJmQK3Q";
/// `O=Acme, CN=release`, certified by [`ISSUING`], for signing code, 2026-11-22 to 2036-11-19.
pub(crate) const LEAF: &str = "MIIBrzCCAVagAwIBAgIUKKGtOoCi/EWbuRLKG/A+sEQhRJMwCgYIKoZIzj0EAwIwJjENMAsGA1UECgwEQWNtZTEVMBMGA1UEAwwMQWNtZSBJc3\
     N1aW5nMB4XDTI2MTEyMjIxNTEyNVoXDTM2MTExOTIxNTEyNVowITENMAsGA1UECgwEQWNtZTEQMA4GA1UEAwwHcmVsZWFzZTBZMBMGByqGSM49\
     AgEGCCqGSM49AwEHA0IABKMLJRFaM1/VLubv5QRfSKoU1IdN0TdD1gf6wVfKo8R5wrYPVybht9/qR7/Tm+xqfdENGGtG26hAjVbvmw7ThbKjZz\
     BlMA4GA1UdDwEB/wQEAwIHgDATBgNVHSUEDDAKBggrBgEFBQcDAzAdBgNVHQ4EFgQUeWGT0u4RvDIZBv+RrrjtQiD5bmowHwYDVR0jBBgwFoAU\
     INIBUbIaWJX1alF7t4vcm5t0tmowCgYIKoZIzj0EAwIDRwAwRAIgex4pxOz7HSKE/DKBFeIOwwlQkBRpGMVXxZaqkHzQBsMCIGmCIGyhC6DKWN\
     azzAoaQNxEkkDZs/K9+33FnXcuXkqb";
/// The same without an extended key usage.
pub(crate) const LEAF_WITHOUT_USAGE: &str = "MIIBmjCCAT+gAwIBAgIUW9EF6mhkSJRD+hoFYpp2sHtIQCAwCgYIKoZIzj0EAwIwJjENMAsGA1UECgwEQWNtZTEVMBMGA1UEAwwMQWNtZSBJc3\
     N1aW5nMB4XDTI2MTEyMjIxNTEyNVoXDTM2MTExOTIxNTEyNVowHzENMAsGA1UECgwEQWNtZTEOMAwGA1UEAwwFcGxhaW4wWTATBgcqhkjOPQIB\
     BggqhkjOPQMBBwNCAASjCyURWjNf1S7m7+UEX0iqFNSHTdE3Q9YH+sFXyqPEecK2D1cm4bff6ke/05vsan3RDRhrRtuoQI1W75sO04Wyo1IwUD\
     AOBgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFHlhk9LuEbwyGQb/ka647UIg+W5qMB8GA1UdIwQYMBaAFCDSAVGyGliV9WpRe7eL3JubdLZqMAoG\
     CCqGSM49BAMCA0kAMEYCIQDnwhU+KJPN/9WmIP45ILnIdmUP7Vz8Th+jfPKWwxSV9wIhAJdvDZEv5/1YINZuhO16nUsyOm6EIJqi4GLEdmdq/E\
     p5";
/// The same for servers.
pub(crate) const LEAF_FOR_SERVERS: &str = "MIIBnTCCAUKgAwIBAgIUC+ltiUyN8HY+uvCnCLJs+YYmbacwCgYIKoZIzj0EAwIwJjENMAsGA1UECgwEQWNtZTEVMBMGA1UEAwwMQWNtZSBJc3\
     N1aW5nMB4XDTI2MTEyMjIxNTEyNVoXDTM2MTExOTIxNTEyNVowHTENMAsGA1UECgwEQWNtZTEMMAoGA1UEAwwDdGxzMFkwEwYHKoZIzj0CAQYI\
     KoZIzj0DAQcDQgAEowslEVozX9Uu5u/lBF9IqhTUh03RN0PWB/rBV8qjxHnCtg9XJuG33+pHv9Ob7Gp90Q0Ya0bbqECNVu+bDtOFsqNXMFUwEw\
     YDVR0lBAwwCgYIKwYBBQUHAwEwHQYDVR0OBBYEFHlhk9LuEbwyGQb/ka647UIg+W5qMB8GA1UdIwQYMBaAFCDSAVGyGliV9WpRe7eL3JubdLZq\
     MAoGCCqGSM49BAMCA0kAMEYCIQCpRmmZguibudrlTmAHIt/Gd+4AGjxJnhybBzEFrphNbgIhAOGzv2clAx5/BWFh64wCxLHtvDBjS1gfigMIqV\
     13I2RV";

/// A signature in its bundle, as it is written to `model.sig`.
pub(crate) fn bundled(material: Value, payload: &str, signature: &str) -> Value {
    json!({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": material,
        "dsseEnvelope": {
            "payload": STANDARD.encode(payload),
            "payloadType": "application/vnd.in-toto+json",
            "signatures": [{ "sig": signature, "keyid": "" }],
        },
    })
}

/// By a chain of certificates whose first is one of the leaves.
pub(crate) fn by_chain(chain: &[&str]) -> Value {
    let certificates: Vec<Value> = chain.iter().map(|der| json!({ "rawBytes": der })).collect();
    bundled(json!({ "x509CertificateChain": { "certificates": certificates } }), PAYLOAD, SIGNATURE_P256)
}

/// Somebody with a key of this test run, who signs what nobody else would.
pub(crate) struct Hand {
    key: EcdsaKeyPair,
    /// The public key.
    pub(crate) pem: String,
}

impl Hand {
    pub(crate) fn new() -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        // The 26 bytes before the point say "P-256"; any key on it has the same ones.
        let known: String = KEY_P256.lines().filter(|line| !line.starts_with('-')).collect();
        let header = &STANDARD.decode(known).unwrap()[..26];
        let spki = STANDARD.encode([header, key.public_key().as_ref()].concat());
        let (first, second) = spki.split_at(64);
        Self { key, pem: format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----\n") }
    }

    /// Signs a statement, whatever it says.
    pub(crate) fn sign(&self, payload: &str) -> Value {
        let unsigned = bundled(json!({ "publicKey": {} }), payload, "");
        let message = bundle::read(unsigned.to_string().as_bytes()).unwrap().signed_bytes();
        let signature = self.key.sign(&SystemRandom::new(), &message).unwrap();
        bundled(json!({ "publicKey": {} }), payload, &STANDARD.encode(signature))
    }

    /// Signs a model of these files, and leaves out these paths.
    pub(crate) fn sign_files(&self, files: &[(&str, Digest)], left_out: &[&str]) -> String {
        let mut statement: Value = serde_json::from_str(PAYLOAD).unwrap();
        let resource =
            |(name, digest): &(&str, Digest)| json!({ "name": name, "algorithm": "sha256", "digest": digest });
        statement["predicate"]["resources"] = files.iter().map(resource).collect();
        statement["predicate"]["serialization"]["ignore_paths"] = json!(left_out);
        statement["subject"][0]["digest"]["sha256"] = json!(root_digest(&statement));
        self.sign(&statement.to_string()).to_string()
    }
}

/// The digest of the whole that a statement has to state.
pub(crate) fn root_digest(statement: &Value) -> String {
    let resources = statement["predicate"]["resources"].as_array().unwrap();
    let digests = resources.iter().filter_map(|resource| Digest::parse(resource["digest"].as_str()?));
    Digest::of(&digests.flat_map(|digest| *digest.as_bytes()).collect::<Vec<u8>>()).to_string()
}
