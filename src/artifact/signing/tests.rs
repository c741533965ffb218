use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use samples::*;

/// 2027-01-15, when all certificates are valid.
const AT: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn trust(pem: &str) -> Trust {
    Trust::from_pem(pem.as_bytes()).unwrap()
}

fn hint(pem: &str) -> String {
    Digest::of(pem.as_bytes()).to_string()
}

fn by_key(pem: &str, signature: &str) -> Value {
    bundled(json!({ "publicKey": { "hint": hint(pem) }, "tlogEntries": [] }), PAYLOAD, signature)
}

fn sha256(content: &str) -> FileDigest {
    FileDigest::Sha256(Digest::of(content.as_bytes()))
}

fn files(list: &[(&str, FileDigest)]) -> BTreeMap<String, FileDigest> {
    list.iter().map(|(path, digest)| ((*path).to_owned(), *digest)).collect()
}

/// What `PAYLOAD` signs, with the signature itself and one of Git's files.
fn signed_files() -> BTreeMap<String, FileDigest> {
    files(&[
        ("README.md", sha256("card")),
        ("onnx/model.onnx", sha256("weights")),
        ("model.sig", FileDigest::Unknown),
        (".gitattributes", FileDigest::Unknown),
    ])
}

fn check(bundle: &Value, trust: &Trust, files: &BTreeMap<String, FileDigest>) -> SignatureReport {
    verify(bundle.to_string().as_bytes(), trust, files, Some(AT))
}

/// Why it is invalid; the signer must not be named then.
fn refusal(bundle: &Value, trust: &Trust) -> String {
    let report = check(bundle, trust, &signed_files());
    assert_eq!(report.signer, None, "{report:?}");
    why(report)
}

fn why(report: SignatureReport) -> String {
    match report.verdict {
        SignatureVerdict::Invalid { why } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_curve_is_verified_with_the_hash_of_its_size() {
    for (pem, signature) in [(KEY_P256, SIGNATURE_P256), (KEY_P384, SIGNATURE_P384), (KEY_P521, SIGNATURE_P521)] {
        let report = check(&by_key(pem, signature), &trust(pem), &signed_files());
        assert_eq!(report.verdict, SignatureVerdict::Valid { matched: 2, total: 2 });
        assert_eq!(report.signer, Some(Signer::Key { fingerprint: Digest::of(pem.as_bytes()) }));
        assert_eq!(report.files, FileDifferences::default());
    }
    assert_eq!(
        refusal(&by_key(KEY_P384, SIGNATURE_P384_SHA256), &trust(KEY_P384)),
        "the signature does not fit its content"
    );
}

#[test]
fn signature_of_another_key_is_refused_by_its_name_and_by_itself() {
    let named = refusal(&by_key(KEY_P256, SIGNATURE_P256), &trust(KEY_P384));
    assert!(named.starts_with("it is signed with another key: `"), "{named}");
    let renamed = bundled(json!({ "publicKey": { "hint": hint(KEY_P384) } }), PAYLOAD, SIGNATURE_P256);
    assert_eq!(refusal(&renamed, &trust(KEY_P384)), "the signature does not fit its content");
}

#[test]
fn old_signatures_without_a_name_for_the_key_try_every_trusted_key() {
    let unnamed = bundled(json!({ "publicKey": {} }), PAYLOAD, SIGNATURE_P384);
    let both = trust(&format!("{KEY_P256}{KEY_P384}"));
    assert!(matches!(check(&unnamed, &both, &signed_files()).verdict, SignatureVerdict::Valid { .. }));
    assert_eq!(refusal(&unnamed, &trust(KEY_P256)), "the signature does not fit its content");
}

#[test]
fn every_changed_bit_of_payload_or_signature_is_refused() {
    let good = by_key(KEY_P256, SIGNATURE_P256);
    for position in (0..PAYLOAD.len()).step_by(17) {
        let mut payload = PAYLOAD.as_bytes().to_vec();
        payload[position] ^= 1;
        let mut changed = good.clone();
        changed["dsseEnvelope"]["payload"] = json!(STANDARD.encode(&payload));
        refusal(&changed, &trust(KEY_P256));
    }
    let signature = STANDARD.decode(SIGNATURE_P256).unwrap();
    for position in 0..signature.len() {
        let mut signature = signature.clone();
        signature[position] ^= 1;
        refusal(&by_key(KEY_P256, &STANDARD.encode(&signature)), &trust(KEY_P256));
    }
}

#[test]
fn certificate_that_leads_to_a_trusted_root_is_accepted_and_named() {
    let report = check(&by_chain(&[LEAF, ISSUING]), &trust(ROOT), &signed_files());
    assert_eq!(report.verdict, SignatureVerdict::Valid { matched: 2, total: 2 });
    let fingerprint = Digest::of(&STANDARD.decode(LEAF).unwrap());
    assert_eq!(report.signer, Some(Signer::Certificate { subject: "O=Acme, CN=release".to_owned(), fingerprint }));
    // Some signers add the root; it changes nothing.
    let root = ROOT.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    let report = check(&by_chain(&[LEAF, ISSUING, &root]), &trust(ROOT), &signed_files());
    assert!(matches!(report.verdict, SignatureVerdict::Valid { .. }));
}

#[test]
fn certificates_are_judged_at_the_time_given() {
    let at = |seconds| {
        let bytes = by_chain(&[LEAF, ISSUING]).to_string();
        why(verify(bytes.as_bytes(), &trust(ROOT), &signed_files(), Some(Timestamp::from_seconds(seconds))))
    };
    assert_eq!(at(2_120_000_000), "a certificate has expired");
    assert_eq!(at(1_600_000_000), "a certificate is not valid yet");
    assert_eq!(at(-1), "the time lies before 1970");
    let untimed = verify(by_chain(&[LEAF, ISSUING]).to_string().as_bytes(), &trust(ROOT), &signed_files(), None);
    assert_eq!(why(untimed), "a certificate cannot be judged without knowing the time");
}

#[test]
fn chain_that_does_not_reach_a_trusted_root_is_refused() {
    assert_eq!(refusal(&by_chain(&[LEAF]), &trust(ROOT)), "the certificate does not lead to a trusted root");
    let forged = refusal(&by_chain(&[LEAF, ISSUING]), &trust(OTHER_ROOT));
    assert_eq!(forged, "a certificate's own signature is wrong", "the same name is not the same authority");
    assert_eq!(refusal(&by_chain(&[ISSUING]), &trust(ROOT)), "the certificate is one of an authority, not of a signer");
}

#[test]
fn certificate_not_made_for_signing_code_is_refused() {
    for leaf in [LEAF_WITHOUT_USAGE, LEAF_FOR_SERVERS] {
        assert_eq!(refusal(&by_chain(&[leaf, ISSUING]), &trust(ROOT)), "the certificate is not made for signing code");
    }
}

#[test]
fn key_is_no_certificate_and_certificate_is_no_key() {
    let only_keys = refusal(&by_chain(&[LEAF, ISSUING]), &trust(KEY_P256));
    assert_eq!(only_keys, "it is signed with a certificate, and only keys are trusted");
    let only_roots = refusal(&by_key(KEY_P256, SIGNATURE_P256), &trust(ROOT));
    assert_eq!(only_roots, "it is signed with a key, and only certificates are trusted");
    let all = trust(&format!("{ROOT}{KEY_P256}"));
    assert!(matches!(
        check(&by_chain(&[LEAF, ISSUING]), &all, &signed_files()).verdict,
        SignatureVerdict::Valid { .. }
    ));
}

#[test]
fn bundle_that_could_be_read_in_two_ways_is_refused() {
    let edit = |path: &str, value: Value| {
        let mut bundle = by_key(KEY_P256, SIGNATURE_P256);
        *bundle.pointer_mut(path).unwrap() = value;
        refusal(&bundle, &trust(KEY_P256))
    };
    let sig = json!({ "sig": SIGNATURE_P256 });
    assert!(edit("/dsseEnvelope/signatures", json!([sig, sig])).contains("2 signatures"));
    assert!(edit("/dsseEnvelope/signatures", json!([])).contains("0 signatures"));
    assert!(edit("/dsseEnvelope/payloadType", json!("text/plain")).contains("another kind"));
    assert!(edit("/mediaType", json!("application/json")).contains("another kind"));
    assert!(edit("/verificationMaterial", json!({})).contains("neither"));
    let both = json!({ "publicKey": { "hint": hint(KEY_P256) }, "certificate": { "rawBytes": LEAF } });
    assert!(edit("/verificationMaterial", both).contains("more than one"));
    assert!(edit("/verificationMaterial", json!({ "x509CertificateChain": {} })).contains("chain of 0"));
    assert!(edit("/dsseEnvelope/payload", json!("?")).contains("base64"));
    let twice = r#"{"mediaType":"a","mediaType":"b"}"#;
    let report = verify(twice.as_bytes(), &trust(KEY_P256), &signed_files(), Some(AT));
    assert!(why(report).contains("duplicate field"));
}

#[test]
fn too_large_a_bundle_is_not_read() {
    let report = verify(&vec![b' '; BUNDLE_LIMIT_BYTES + 1], &trust(KEY_P256), &signed_files(), None);
    assert_eq!(why(report), "the signature is larger than 8 MiB");
    let long = vec![LEAF; bundle::CHAIN_LIMIT + 1];
    assert!(refusal(&by_chain(&long), &trust(ROOT)).contains("chain of 9"));
}

#[test]
fn both_alphabets_of_base64_are_read() {
    let mut bundle = by_key(KEY_P256, SIGNATURE_P256);
    bundle["dsseEnvelope"]["payload"] = json!(URL_SAFE.encode(PAYLOAD));
    bundle["dsseEnvelope"]["signatures"][0]["sig"] = json!(URL_SAFE.encode(STANDARD.decode(SIGNATURE_P256).unwrap()));
    assert!(matches!(check(&bundle, &trust(KEY_P256), &signed_files()).verdict, SignatureVerdict::Valid { .. }));
}

#[test]
fn trusted_keys_are_public_ones_that_can_be_used() {
    let refused = |pem: &str| Trust::from_pem(pem.as_bytes()).unwrap_err();
    assert!(refused("").contains("no `PUBLIC KEY`"));
    let private = KEY_P256.replace("PUBLIC KEY", "PRIVATE KEY");
    assert_eq!(refused(&private), "it holds a private key");
    // An Ed25519 key.
    let ed = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";
    assert!(refused(ed).contains("P-256"));
    assert!(refused("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").contains("root certificate"));
    assert!(refused(&KEY_P256.repeat(65)).contains("more than 64"));
    assert!(refused("-----BEGIN PUBLIC KEY-----\n?\n").contains("PEM"));
    assert!(refused(&" ".repeat(trust::TRUST_LIMIT_BYTES + 1)).contains("256 KiB"));
}

/// Somebody who signs what nobody would, and is trusted.
struct Forger {
    hand: Hand,
    trust: Trust,
}

impl Forger {
    fn new() -> Self {
        let hand = Hand::new();
        let trust = trust(&hand.pem);
        Self { hand, trust }
    }

    fn report(&self, payload: &str, files: &BTreeMap<String, FileDigest>) -> SignatureReport {
        check(&self.hand.sign(payload), &self.trust, files)
    }

    /// Signs `PAYLOAD` with something else at this place, with the digest of the whole made right again.
    fn edited(&self, pointer: &str, value: Value) -> SignatureReport {
        let mut statement: Value = serde_json::from_str(PAYLOAD).unwrap();
        *statement.pointer_mut(pointer).unwrap() = value;
        if !pointer.starts_with("/subject") {
            statement["subject"][0]["digest"]["sha256"] = json!(root_digest(&statement));
        }
        self.report(&statement.to_string(), &signed_files())
    }
}

#[test]
fn statement_that_is_not_over_a_model_is_refused_although_well_signed() {
    let forger = Forger::new();
    let refused = |pointer: &str, value: Value| {
        let report = forger.edited(pointer, value);
        assert!(report.signer.is_some(), "the signature itself is good");
        why(report)
    };
    assert!(refused("/_type", json!("x")).contains("another kind"));
    assert!(refused("/predicateType", json!("https://slsa.dev/provenance/v1")).contains("no model"));
    assert!(refused("/subject", json!([])).contains("0 subjects"));
    assert!(refused("/subject/0/digest/sha256", json!("00")).contains("digest of the whole"));
    assert!(refused("/predicate/resources", json!([])).contains("no file"));
    assert!(refused("/predicate/resources/0/digest", json!("00")).contains("digest of `README.md`"));
    assert!(refused("/predicate/resources/0/algorithm", json!("md5")).contains("digest of `README.md`"));
    assert!(refused("/predicate/serialization/ignore_paths", json!(["."])).contains("whole folder"));
    assert!(why(forger.report("[]", &signed_files())).contains("not an in-toto statement"));
    assert!(why(forger.report(&"[".repeat(10_000), &signed_files())).contains("not an in-toto statement"));
}

#[test]
fn hostile_names_are_refused() {
    let forger = Forger::new();
    for name in ["../README.md", "/etc/passwd", "a/../README.md", "./README.md", "a//b", "a/", "", ".", "a\0b"] {
        let report = forger.edited("/predicate/resources/0/name", json!(name));
        assert!(why(report).contains("leads elsewhere"), "{name:?}");
    }
    let twice = forger.edited("/predicate/resources/0/name", json!("onnx/model.onnx"));
    assert_eq!(why(twice), "the signature names `onnx/model.onnx` twice");
}

#[test]
fn other_ways_of_signing_are_never_taken_for_valid() {
    let forger = Forger::new();
    for (pointer, value) in [
        ("/predicateType", "https://model_signing/Digests/v0.1"),
        ("/predicate/serialization/method", "shards"),
        ("/predicate/serialization/hash_type", "blake2b"),
    ] {
        let report = forger.edited(pointer, json!(value));
        assert!(matches!(report.verdict, SignatureVerdict::Unverified { matched: 0, .. }), "{report:?}");
    }
}

#[test]
fn more_files_than_the_limit_are_refused() {
    let forger = Forger::new();
    let resource = json!({ "name": "a", "algorithm": "sha256", "digest": "0".repeat(64) });
    let report = forger.edited("/predicate/resources", json!(vec![resource; RESOURCE_LIMIT + 1]));
    assert!(why(report).contains("more than 50000 files"));
}

#[test]
fn files_that_differ_are_named() {
    let here = files(&[("onnx/model.onnx", sha256("other weights")), ("extra.bin", FileDigest::Unknown)]);
    let report = check(&by_key(KEY_P256, SIGNATURE_P256), &trust(KEY_P256), &here);
    assert_eq!(report.files.changed, ["onnx/model.onnx"]);
    assert_eq!(report.files.missing, ["README.md"]);
    assert_eq!(report.files.extra, ["extra.bin"]);
    assert!(report.signer.is_some());
    assert_eq!(why(report), "1 file changed, 1 file missing, 1 file not signed");
}

#[test]
fn file_of_unknown_digest_never_counts_as_matching() {
    let mut here = signed_files();
    here.insert("README.md".to_owned(), FileDigest::Unknown);
    let report = check(&by_key(KEY_P256, SIGNATURE_P256), &trust(KEY_P256), &here);
    let why = "the digest of 1 file is not known".to_owned();
    assert_eq!(report.verdict, SignatureVerdict::Unverified { matched: 1, total: 2, why });
    assert_eq!(report.files.unknown, ["README.md"]);
}

#[test]
fn what_the_signer_left_out_is_told_and_a_signed_file_cannot_be_left_out() {
    let forger = Forger::new();
    let report = forger.edited("/predicate/serialization/ignore_paths", json!(["onnx", "model.sig"]));
    assert_eq!(
        (report.files.left_out, report.files.missing),
        (vec!["onnx/model.onnx".into()], vec!["onnx/model.onnx".into()])
    );
    let mut here = signed_files();
    here.insert("notes/today.txt".to_owned(), FileDigest::Unknown);
    let mut statement: Value = serde_json::from_str(PAYLOAD).unwrap();
    statement["predicate"]["serialization"]["ignore_paths"] = json!(["notes/"]);
    let report = forger.report(&statement.to_string(), &here);
    assert!(matches!(report.verdict, SignatureVerdict::Valid { .. }));
    assert_eq!(report.files.left_out, ["notes/today.txt"]);
}

proptest! {
    #[test]
    fn any_bytes_are_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let report = verify(&bytes, &trust(ROOT), &BTreeMap::new(), Some(AT));
        prop_assert!(matches!(report.verdict, SignatureVerdict::Invalid { .. }), "{:?}", report);
    }

    #[test]
    fn any_certificate_is_refused_without_panic(der in prop::collection::vec(any::<u8>(), 0..300), cut in 0_usize..400) {
        let known = STANDARD.decode(LEAF).unwrap();
        let mixed = [&known[..cut.min(known.len() - 1)], &der].concat();
        refusal(&by_chain(&[&STANDARD.encode(mixed), ISSUING]), &trust(ROOT));
    }

    #[test]
    fn any_statement_is_read_or_refused_without_panic(payload in "\\PC{0,200}") {
        let _ = statement::read(payload.as_bytes());
    }
}
