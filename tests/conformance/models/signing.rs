//! Signatures, against the reference implementation's verdicts; weights as pointers are never fetched.

use std::collections::BTreeMap;
use std::fs;

use countersign::artifact::lfs::{LfsReading, read_pointer};
use countersign::artifact::signing::{FileDigest, SIGNATURE_FILE, SignatureReport, SignatureVerdict, Trust, verify};
use countersign::domain::rules::DEFAULT_EXPIRY_MS;
use countersign::domain::{Digest, EnvironmentName, Evidence, Flag, Timestamp};
use countersign::engine::gather::{Proposal, gather};
use countersign::local::LocalHost;
use countersign::policy::{OwnerPolicy, PolicyDefaults, WhenMissing};
use countersign::sim::git::GitFolder;
use serde_json::Value;

use crate::references;

const REFERENCE: &str = "model_signing_1_1_1";

#[test]
fn verdicts_are_those_of_the_reference_implementation() {
    let index = references::json("models/signing/index.json");
    let cases = index["cases"].as_array().unwrap();
    assert_eq!(cases.len(), 5);
    for case in cases {
        let report = verified(case);
        let accepted = matches!(report.verdict, SignatureVerdict::Valid { matched: 3, total: 3 });
        let refused = matches!(report.verdict, SignatureVerdict::Invalid { .. });
        assert_eq!(accepted, case[REFERENCE]["verify"] == "ok", "{case}: {report:?}");
        assert!(accepted || refused, "{case}: {report:?}");
        assert!(report.signer.is_some(), "the signature itself is good in every case");
        // The reference has a switch that forgives unsigned files; with it, only they may speak against the files.
        let only_extra = report.files.changed.is_empty() && report.files.missing.is_empty();
        assert_eq!(only_extra, case[REFERENCE]["with --ignore_unsigned_files"] == "ok", "{case}: {report:?}");
    }
}

#[test]
fn differing_files_are_the_ones_the_reference_names() {
    let index = references::json("models/signing/index.json");
    for case in index["cases"].as_array().unwrap() {
        let report = verified(case);
        let message = case[REFERENCE]["message"].as_str().unwrap();
        for path in report.files.changed.iter().chain(&report.files.extra) {
            assert!(message.contains(path.as_str()), "{path} is not in {message}");
        }
        assert!(report.files.unknown.is_empty() && report.files.left_out.is_empty());
    }
}

#[test]
fn any_change_of_the_signature_file_is_noticed() {
    let trust = trust("signer.pub.pem");
    let files = files("ok");
    let original = references::bytes("models/signing/ok/model.sig");
    let text = std::str::from_utf8(&original).unwrap();
    // Members that are skipped, and the one without which every trusted key is tried.
    let skipped: Vec<_> =
        ["tlogEntries", "keyid", "hint"].iter().map(|name| (text.find(name).unwrap(), name.len())).collect();
    for position in 0..original.len() {
        let mut changed = original.clone();
        changed[position] ^= 1;
        let report = verify(&changed, &trust, &files, None);
        let may_change = skipped.iter().any(|(start, length)| (*start..start + length).contains(&position));
        let accepted = matches!(report.verdict, SignatureVerdict::Valid { .. });
        assert_eq!(accepted, may_change, "byte {position}: {report:?}");
    }
}

/// The same through the whole gathering, from commits: the key is in the repository, the weights are nowhere.
#[tokio::test]
async fn gathering_says_what_the_reference_implementation_says() {
    let index = references::json("models/signing/index.json");
    for case in index["cases"].as_array().unwrap() {
        let gathered = Gathered::of(case).await;
        let accepted = case[REFERENCE]["verify"] == "ok";
        assert_eq!(!gathered.has("signature.invalid"), accepted, "{case}: {:?}", gathered.0.flags);
        assert!(!gathered.0.flags.iter().any(Flag::is_gap) || gathered.has("weights.unscannable"), "{case}");
        let cell = gathered.signature();
        assert_eq!(cell.ends_with(", 3 of 3 files match"), accepted, "{case}: {cell}");
        // Another key in the same place: no signature holds.
        assert!(Gathered::by(case, OTHER_KEY.as_bytes()).await.has("signature.invalid"), "{case}");
    }
}

/// On P-256, and nobody's who signed here.
const OTHER_KEY: &str = "\
-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEowslEVozX9Uu5u/lBF9IqhTUh03R
N0PWB/rBV8qjxHnCtg9XJuG33+pHv9Ob7Gp90Q0Ya0bbqECNVu+bDtOFsg==
-----END PUBLIC KEY-----
";
const POLICY: &str =
    "version: 1\nmodels:\n- { name: sentiment, signature: { key: keys/release.pub, required: true } }\n";

/// The evidence on a commit with the files of a case in `models/sentiment`.
struct Gathered(Evidence);

impl Gathered {
    async fn of(case: &Value) -> Self {
        let key = references::bytes(&format!("models/signing/{}", case["public_key"].as_str().unwrap()));
        Self::by(case, &key).await
    }

    async fn by(case: &Value, key: &[u8]) -> Self {
        let folder = references::folder().join("models/signing").join(case["case"].as_str().unwrap());
        let place = tempfile::tempdir().unwrap();
        let mut git = GitFolder::create(place.path()).unwrap();
        git.write("keys/release.pub", key).unwrap();
        git.write(".github/countersign.yml", POLICY).unwrap();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            git.write(&format!("models/sentiment/{}", references::name(&path)), fs::read(&path).unwrap()).unwrap();
        }
        let commit = git.commit(("Ana Lima", "ana@acme.example"), "Release").unwrap();
        let host = LocalHost::open(place.path(), None, &commit).unwrap();
        let repository = host.repository();
        let environment = EnvironmentName::parse("production").unwrap();
        let proposal = Proposal::without_run(&repository, &environment, host.head(), Timestamp::from_seconds(1));
        let defaults = PolicyDefaults {
            when_missing: WhenMissing::Starter,
            owner: OwnerPolicy::Off,
            expires_after_ms: DEFAULT_EXPIRY_MS,
        };
        Self(gather(&host, &proposal, defaults).await.unwrap().evidence)
    }

    fn has(&self, code: &str) -> bool {
        self.0.flags.iter().any(|flag| flag.code == code)
    }

    /// What the table says about the signature.
    fn signature(&self) -> String {
        let rows = self.0.models.iter().flat_map(|model| &model.rows);
        rows.filter(|row| row.label == "signature").find_map(|row| row.after.clone()).expect("a row on the signature")
    }
}

fn verified(case: &Value) -> SignatureReport {
    let name = case["case"].as_str().unwrap();
    let bundle = references::bytes(&format!("models/signing/{name}/{SIGNATURE_FILE}"));
    verify(&bundle, &trust(case["public_key"].as_str().unwrap()), &files(name), None)
}

fn trust(file: &str) -> Trust {
    Trust::from_pem(&references::bytes(&format!("models/signing/{file}"))).unwrap()
}

/// What a repository tells without fetching weights: content of small files, oids of pointers.
fn files(case: &str) -> BTreeMap<String, FileDigest> {
    let folder = references::folder().join("models/signing").join(case);
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let digests = entries.map(|path| {
        let bytes = fs::read(&path).unwrap();
        let digest = match read_pointer(&bytes) {
            LfsReading::Pointer(pointer) => pointer.oid,
            LfsReading::NotAPointer => Digest::of(&bytes),
            LfsReading::Invalid { reason } => panic!("{}: {reason}", path.display()),
        };
        (references::name(&path).to_owned(), FileDigest::Sha256(digest))
    });
    digests.collect()
}
