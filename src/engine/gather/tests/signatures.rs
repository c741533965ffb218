//! Signatures: by whose keys, over which files, and what is said where that cannot be told.

use std::collections::BTreeMap;

use super::evidence::{CARD, ahead};
use super::forge::sha;
use super::*;
use crate::artifact::lfs::{LfsReading, read_pointer};
use crate::artifact::signing::samples::{Hand, ISSUING, LEAF, OTHER_ROOT, ROOT, by_chain};
use crate::domain::{EntryKind, Row, RowChange, Severity};
use crate::policy::PATH;

const KEY: &str = "keys/release.pub";
const REQUIRED: &str = "version: 1\nmodels:\n- name: a\n  signature: { key: keys/release.pub, required: true }\n";
const OPTIONAL: &str = "version: 1\nmodels:\n- name: a\n  signature: { key: keys/release.pub }\n";

type Files = BTreeMap<&'static str, String>;

fn pointer(content: &str) -> String {
    let (oid, size) = (Digest::of(content.as_bytes()), content.len());
    format!("version http://git-media.io/v/2\noid sha256:{oid}\nsize {size}\n")
}

/// A model in `models/a` whose weights are elsewhere, another one beside it, the policy and the key of `hand`.
fn files(policy: &str, hand: &Hand, weights: &str) -> Files {
    BTreeMap::from([
        (PATH, policy.to_owned()),
        (KEY, hand.pem.clone()),
        ("models/a/README.md", CARD.to_owned()),
        ("models/a/config.json", "{}".to_owned()),
        ("models/a/model.safetensors", pointer(weights)),
        ("models/b/README.md", CARD.to_owned()),
    ])
}

/// Signs `models/a` as it is here.
fn sign(mut files: Files, hand: &Hand) -> Files {
    let digest = |content: &str| match read_pointer(content.as_bytes()) {
        LfsReading::Pointer(pointer) => pointer.oid,
        _ => Digest::of(content.as_bytes()),
    };
    let listed: Vec<(&str, Digest)> =
        files.iter().filter_map(|(path, content)| Some((path.strip_prefix("models/a/")?, digest(content)))).collect();
    let signature = hand.sign_files(&listed, &["model.sig"]);
    files.insert("models/a/model.sig", signature);
    files
}

fn signed(policy: &str, hand: &Hand, weights: &str) -> Files {
    sign(files(policy, hand, weights), hand)
}

fn with(mut files: Files, path: &'static str, content: &str) -> Files {
    files.insert(path, content.to_owned());
    files
}

fn forge(before: &Files, after: &Files) -> (MemoryForge, CommitSha) {
    ahead(&listed(before), &listed(after))
}

fn listed(files: &Files) -> Vec<(&str, &str)> {
    files.iter().map(|(path, text)| (*path, text.as_str())).collect()
}

fn evidence(before: &Files, after: &Files) -> Evidence {
    let (forge, head) = forge(before, after);
    gathered(&forge, &head)
}

fn row(evidence: &Evidence) -> &Row {
    let model = evidence.models.iter().find(|model| model.name == "a").unwrap();
    model.rows.iter().find(|row| row.label == "signature").expect("a row on the signature")
}

/// What is wrong with the signature; it blocks.
fn fault(evidence: &Evidence) -> String {
    let flag = flag(evidence, "signature.invalid");
    assert_eq!((flag.severity, flag.subject.as_str()), (Severity::Critical, "a"));
    flag.message.clone()
}

fn has(evidence: &Evidence, code: &str) -> bool {
    codes(evidence).contains(&code)
}

#[test]
fn a_signature_over_pointers_holds_without_their_contents() {
    let hand = Hand::new();
    let evidence = evidence(&signed(REQUIRED, &hand, "old"), &signed(REQUIRED, &hand, "new"));
    assert!(!has(&evidence, "signature.invalid") && !has(&evidence, "policy.changed"), "{:?}", codes(&evidence));
    let key = Digest::of(hand.pem.as_bytes()).short();
    let expected = format!("key {key}, 3 of 3 files match");
    assert_eq!((row(&evidence).after.as_deref(), row(&evidence).change), (Some(&*expected), RowChange::Same));
    let scan = flag(&evidence, "weights.unscannable");
    assert!(scan.message.contains("storage does not have"), "nobody had the weights: {scan:?}");
}

#[test]
fn a_missing_signature_blocks_where_one_is_required() {
    let hand = Hand::new();
    let (live, bare) = (signed(REQUIRED, &hand, "old"), files(REQUIRED, &hand, "new"));
    let missing = evidence(&live, &bare);
    assert_eq!(fault(&missing), "The signature of a does not hold: there is no model.sig.");
    assert!(flag(&missing, "signature.invalid").is_new);
    assert_eq!((row(&missing).after.as_deref(), row(&missing).change), (Some("missing"), RowChange::Changed));
    assert!(!flag(&evidence(&files(REQUIRED, &hand, "old"), &bare), "signature.invalid").is_new, "it never was");
    assert!(!has(&evidence(&live, &files(OPTIONAL, &hand, "new")), "signature.invalid"));
}

#[test]
fn the_signature_of_somebody_else_blocks_although_none_is_required() {
    let (hand, other) = (Hand::new(), Hand::new());
    let after = sign(files(OPTIONAL, &hand, "new"), &other);
    let evidence = evidence(&signed(OPTIONAL, &hand, "old"), &after);
    assert!(fault(&evidence).contains("the signature does not fit its content"), "{}", fault(&evidence));
}

#[test]
fn files_that_are_not_as_they_were_signed_are_named() {
    let hand = Hand::new();
    let live = signed(REQUIRED, &hand, "old");
    let good = signed(REQUIRED, &hand, "new");
    let swapped = evidence(&live, &with(good.clone(), "models/a/model.safetensors", &pointer("evil")));
    assert!(fault(&swapped).contains("(changed: model.safetensors)"), "{}", fault(&swapped));
    let more = evidence(&live, &with(good.clone(), "models/a/deep/extra.py", "x = 1\n"));
    assert!(fault(&more).contains("(not signed: deep/extra.py)"), "{}", fault(&more));
    let mut less = good.clone();
    less.remove("models/a/config.json");
    assert!(fault(&evidence(&live, &less)).contains("(missing: config.json)"));
    // Another model's files are not covered, and need not be.
    assert!(!has(&evidence(&live, &with(good, "models/b/new.txt", "x")), "signature.invalid"));
}

#[test]
fn the_key_is_the_policys_and_never_that_of_the_change() {
    let (hand, thief) = (Hand::new(), Hand::new());
    let live = signed(REQUIRED, &hand, "old");
    let stolen = signed(REQUIRED, &thief, "evil");
    // On its way: the default branch still has the right key.
    let (mut forge, head) = forge(&live, &stolen);
    forge.default_branch = Some(sha(1));
    let waiting = gathered(&forge, &head);
    assert!(fault(&waiting).contains("does not fit"), "{}", fault(&waiting));
    assert!(flag(&waiting, "policy.changed").message.contains("The change touches the keys"), "{:?}", waiting.flags);
    // Merged: whoever decides is told that the keys are not those of what is live.
    forge.default_branch = Some(head.clone());
    let merged = gathered(&forge, &head);
    assert!(!has(&merged, "signature.invalid"));
    let flag = flag(&merged, "policy.changed");
    assert_eq!((flag.subject.as_str(), flag.severity), (KEY, Severity::High));
}

#[test]
fn keys_that_changed_on_the_default_branch_alone_are_told_too() {
    let (hand, thief) = (Hand::new(), Hand::new());
    let live = signed(REQUIRED, &hand, "old");
    let proposed = sign(files(REQUIRED, &hand, "new"), &thief);
    let (mut forge, head) = forge(&live, &proposed);
    forge.commit(3, &[(PATH, REQUIRED), (KEY, &thief.pem)]);
    let evidence = gathered(&forge, &head);
    assert!(!has(&evidence, "signature.invalid"));
    let words = &flag(&evidence, "policy.changed").message;
    assert!(words.contains("other keys than those of what is live, keys/release.pub"), "{words}");
}

#[test]
fn a_certificate_is_judged_by_the_pinned_roots_at_the_time_of_gathering() {
    const ROOTS: &str =
        "version: 1\nmodels:\n- name: a\n  signature: { certificates: keys/roots.pem, required: true }\n";
    let signature = by_chain(&[LEAF, ISSUING]).to_string();
    let files = |root: &str, weights: &str| {
        Files::from([
            (PATH, ROOTS.to_owned()),
            ("keys/roots.pem", root.to_owned()),
            ("models/a/README.md", "card".to_owned()),
            ("models/a/onnx/model.onnx", pointer(weights)),
            ("models/a/model.sig", signature.clone()),
        ])
    };
    let live = Files::from([("README.md", "x".to_owned())]);
    let good = evidence(&live, &files(ROOT, "weights"));
    assert!(!has(&good, "signature.invalid"), "{:?}", good.flags);
    assert_eq!(row(&good).after.as_deref(), Some("O=Acme, CN=release, 2 of 2 files match"));
    assert!(fault(&evidence(&live, &files(ROOT, "evil"))).contains("(changed: onnx/model.onnx)"));
    assert!(fault(&evidence(&live, &files(OTHER_ROOT, "weights"))).contains("a certificate's own signature is wrong"));
}

#[test]
fn what_cannot_be_read_is_a_gap_and_what_is_wrong_blocks() {
    let hand = Hand::new();
    let (live, after) = (signed(REQUIRED, &hand, "old"), signed(REQUIRED, &hand, "new"));
    for lost in ["models/a/model.sig", "models/a/config.json", KEY] {
        let (mut forge, head) = forge(&live, &after);
        forge.lost.insert(lost.to_owned());
        let evidence = gathered(&forge, &head);
        assert!(!has(&evidence, "signature.invalid"), "{lost}");
        let gaps = evidence.flags.iter().filter(|flag| flag.is_gap());
        let subjects: Vec<&str> = gaps.map(|flag| flag.subject.as_str()).collect();
        assert!(subjects.contains(&"signature of a"), "{lost}: {subjects:?}");
        assert_eq!(row(&evidence).after.as_deref(), Some("could not be judged"));
    }
    let mut keyless = after.clone();
    keyless.remove(KEY);
    assert!(
        fault(&evidence(&live, &keyless)).contains("keys/release.pub@0202020, which the policy names, is not there")
    );
    let nonsense = evidence(&live, &with(after.clone(), KEY, "no key\n"));
    assert!(
        fault(&nonsense).contains("keys/release.pub@0202020 names nobody: no `PUBLIC KEY`"),
        "{}",
        fault(&nonsense)
    );
    assert!(fault(&evidence(&live, &with(after, "models/a/model.sig", "{}"))).contains("not a sigstore bundle"));
}

#[test]
fn a_list_of_files_that_is_cut_proves_nothing_about_a_signature() {
    let hand = Hand::new();
    let (mut forge, head) = forge(&signed(REQUIRED, &hand, "old"), &signed(REQUIRED, &hand, "new"));
    let (policy, _) = (forge.commit(3, &[(PATH, REQUIRED), (KEY, &hand.pem)]), forge.cut_trees.insert(head.clone()));
    forge.default_branch = Some(policy);
    let evidence = gathered(&forge, &head);
    assert!(!has(&evidence, "signature.invalid") && has(&evidence, "evidence.incomplete"));
}

#[test]
fn a_signed_file_that_is_a_link_counts_for_nothing() {
    let hand = Hand::new();
    let (mut forge, head) = forge(&signed(REQUIRED, &hand, "old"), &signed(REQUIRED, &hand, "new"));
    forge.kinds.insert("models/a/config.json".to_owned(), EntryKind::Symlink);
    let evidence = gathered(&forge, &head);
    assert!(fault(&evidence).contains("(not compared: config.json)"), "{}", fault(&evidence));
}

#[test]
fn a_signature_that_leaves_out_the_weights_covers_no_model() {
    let hand = Hand::new();
    let (live, mut after) = (signed(REQUIRED, &hand, "old"), files(REQUIRED, &hand, "new"));
    let listed = [("README.md", Digest::of(CARD.as_bytes())), ("config.json", Digest::of(b"{}"))];
    after.insert("models/a/model.sig", hand.sign_files(&listed, &["model.safetensors"]));
    let evidence = evidence(&live, &after);
    assert!(fault(&evidence).contains("it leaves out models/a/model.safetensors"), "{}", fault(&evidence));
}

#[test]
fn a_policy_that_names_nobody_trusts_nobody() {
    const NOBODY: &str = "version: 1\nmodels:\n- name: a\n  signature: { required: true }\n";
    let hand = Hand::new();
    let evidence = evidence(&signed(NOBODY, &hand, "old"), &signed(NOBODY, &hand, "new"));
    assert!(fault(&evidence).contains("the policy names no key and no certificate"), "{}", fault(&evidence));
}

const FLOOR: &str = "version: 1\nfloor:\n  signature: { key: keys/release.pub, required: true }\n";
const BARE: &str = "version: 1\n";

/// What is found where the owner pins the key of `owner`.
fn under_owner(owner: &Hand, before: &Files, after: &Files) -> Evidence {
    let (mut forge, head) = forge(before, after);
    forge.owners(9, &[(PATH, FLOOR), (KEY, &owner.pem)]);
    gathered(&forge, &head)
}

#[test]
fn the_owners_keys_are_those_of_the_owners_repository_whatever_lies_here_by_that_name() {
    let (owner, thief) = (Hand::new(), Hand::new());
    // The repository's own file at that path is the thief's, all the time.
    let by = |hand: &Hand, weights| sign(files(BARE, &thief, weights), hand);
    let good = under_owner(&owner, &by(&owner, "old"), &by(&owner, "new"));
    assert!(!has(&good, "signature.invalid"), "{:?}", good.flags);
    let key = Digest::of(owner.pem.as_bytes()).short();
    assert_eq!(row(&good).after.as_deref(), Some(&*format!("key {key}, 3 of 3 files match")));
    assert!(!has(&good, "policy.changed"), "the owner's keys are nothing of this repository's");
    let stolen = under_owner(&owner, &by(&owner, "old"), &by(&thief, "evil"));
    let words = fault(&stolen);
    assert!(words.contains("held against the owner's keys, the signature does not fit"), "{words}");
    assert!(flag(&stolen, "signature.invalid").is_new);
}

#[test]
fn a_signature_has_to_be_by_the_repositorys_and_by_the_owners_keys() {
    let (owner, own) = (Hand::new(), Hand::new());
    let by = |hand: &Hand, weights| sign(files(REQUIRED, &own, weights), hand);
    let by_own = fault(&under_owner(&owner, &by(&own, "old"), &by(&own, "new")));
    assert!(by_own.contains("held against the owner's keys"), "{by_own}");
    let by_owner = fault(&under_owner(&owner, &by(&own, "old"), &by(&owner, "new")));
    assert!(!by_owner.contains("owner") && by_owner.contains("does not fit"), "{by_owner}");
    assert!(!has(&under_owner(&own, &by(&own, "old"), &by(&own, "new")), "signature.invalid"));
}

#[test]
fn keys_that_the_owner_lost_trust_nobody() {
    let own = Hand::new();
    let (live, after) = (signed(BARE, &own, "old"), signed(BARE, &own, "new"));
    let (mut forge, head) = forge(&live, &after);
    forge.owners(9, &[(PATH, FLOOR)]);
    let words = fault(&gathered(&forge, &head));
    assert!(words.contains("keys/release.pub@0909090, which the policy names, is not there"), "{words}");
}
