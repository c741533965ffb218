//! Signed models: at the gate, and at the desk by the same code.

mod signer;

use countersign::domain::{Digest, Evidence, Flag, Severity};
use countersign::engine::shown;
use countersign::sim::git::GitFolder;
use countersign::sim::github::sample::MONA;
use countersign::sim::github::state::commits::NewCommit;
use countersign::sim::slack::sample::OCTO;

use super::check::check;
use super::stories::stage::{Stage, stage};
use signer::Signer;

const POLICY: &str = "version: 1\nmodels:\n- { name: tiny, signature: { key: keys/release.pub, required: true } }\n";
const CARD: &str = "---\nlicense: mit\n---\n# Tiny\n\n## Bias\n\nEnglish only.\n";

fn pointer(content: &str) -> String {
    let (oid, size) = (Digest::of(content.as_bytes()), content.len());
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n")
}

/// Signed by `signer` over the card and the weights of that training.
fn signature(signer: &Signer, weights: &str) -> String {
    signer.sign(&[("README.md", Digest::of(CARD.as_bytes())), ("tiny.safetensors", Digest::of(weights.as_bytes()))])
}

/// A world whose policy pins the key, with a model beside the sample's own; the commit with both.
fn commit(stage: &Stage, pinned: &Signer, signature: &str) -> String {
    let repository = stage.world.sample.repository;
    stage.world.github.edit(|state| {
        let pin = NewCommit::new(MONA, "Pin the release key").write("keys/release.pub", pinned.pem.as_str());
        state.commit_to(repository, "main", pin.write(".github/countersign.yml", POLICY));
        let model = NewCommit::new(MONA, "Add the tiny model").write("models/tiny/README.md", CARD);
        let model = model.write("models/tiny/tiny.safetensors", pointer("weights").as_str());
        state.commit_to(repository, "main", model.write("models/tiny/model.sig", signature))
    })
}

async fn evidence(stage: &Stage) -> Evidence {
    let store = &stage.world.engine().unwrap().store;
    shown::evidence(store, &stage.request().await).await.unwrap().expect("there is evidence")
}

async fn deploy(stage: &Stage, commit: &str) -> Option<Flag> {
    stage.deploy(stage.world.sample.good_change().of_commit(commit)).await;
    evidence(stage).await.flags.into_iter().find(|flag| flag.code == "signature.invalid")
}

/// The weights are in nobody's storage: what they are stands in their pointer.
#[tokio::test]
async fn a_model_signed_by_the_pinned_key_is_shown_as_such() {
    let (stage, signer) = (stage().await, Signer::new());
    let commit = commit(&stage, &signer, &signature(&signer, "weights"));
    assert_eq!(deploy(&stage, &commit).await, None);
    let shown = serde_json::to_string(&stage.message().blocks).unwrap();
    assert!(shown.contains("2 of 2 files match"), "{shown}");
    stage.finish().await;
}

#[tokio::test]
async fn a_model_whose_weights_are_not_the_signed_ones_is_a_critical_finding() {
    let (stage, signer) = (stage().await, Signer::new());
    let commit = commit(&stage, &signer, &signature(&signer, "other weights"));
    let flag = deploy(&stage, &commit).await.expect("a finding");
    assert_eq!(flag.severity, Severity::Critical);
    assert!(flag.message.contains("(changed: tiny.safetensors)"), "{}", flag.message);
    assert!(serde_json::to_string(&stage.message().blocks).unwrap().contains("The signature of tiny does not hold"));
    stage.press(OCTO, "changes").await;
    stage.finish().await;
}

#[tokio::test]
async fn somebody_elses_signature_is_a_critical_finding() {
    let (stage, signer, thief) = (stage().await, Signer::new(), Signer::new());
    let commit = commit(&stage, &signer, &signature(&thief, "weights"));
    let flag = deploy(&stage, &commit).await.expect("a finding");
    assert!(flag.message.contains("the signature does not fit its content"), "{}", flag.message);
    stage.finish().await;
}

#[test]
fn the_desk_says_what_the_gate_says() {
    let (signer, thief) = (Signer::new(), Signer::new());
    let folder = tempfile::tempdir().unwrap();
    let mut git = GitFolder::create(folder.path()).unwrap();
    git.write("keys/release.pub", &signer.pem).unwrap();
    git.write(".github/countersign.yml", POLICY).unwrap();
    let mut commit = |weights: &str, by: &Signer, signed: &str| {
        git.write("models/tiny/README.md", CARD).unwrap();
        git.write("models/tiny/tiny.safetensors", pointer(weights)).unwrap();
        git.write("models/tiny/model.sig", signature(by, signed)).unwrap();
        git.commit(("Ana Lima", "ana@acme.example"), "Release").unwrap()
    };
    let live = commit("one", &signer, "one");
    let commits = [commit("two", &signer, "two"), commit("three", &thief, "three"), commit("four", &signer, "three")];
    let check = |head: &String| check(Some(folder.path()), &["--base", &live, "--head", head, "--format", "json"]);
    let said = commits.each_ref().map(check);
    assert_eq!(said.each_ref().map(|said| said.code), [0, 1, 1]);
    assert!(said[0].out.contains("2 of 2 files match"), "{}", said[0].out);
    assert!(said[1].out.contains("does not fit its content"), "{}", said[1].out);
    assert!(said[2].out.contains("(changed: tiny.safetensors)"), "{}", said[2].out);
}
