//! The example checks, run with the tools they wrap: what they write is the sample that is kept beside them.
//!
//! `COUNTERSIGN_TEST_PYTHON` names a Python that has their requirements; `tests/conformance/run` makes one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/checks")
}

fn python() -> Command {
    let named = std::env::var_os("COUNTERSIGN_TEST_PYTHON");
    Command::new(named.expect("COUNTERSIGN_TEST_PYTHON names a Python with the examples' requirements"))
}

fn json(path: &Path) -> Value {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn fairlearn_gives_the_sample_of_the_bias_report() {
    let (folder, sample) = (tempfile::tempdir().unwrap(), examples().join("bias/sample"));
    let status = python()
        .arg(examples().join("bias/bias_report.py"))
        .arg(sample.join("predictions.csv"))
        .args(["--features", "sex,age_group", "--model", "sentiment", "--dataset", "acme/reviews", "--out"])
        .arg(folder.path())
        .status()
        .unwrap();
    assert!(status.success());
    for name in ["slices.json", "bias.sarif", "countersign.json"] {
        assert_eq!(json(&folder.path().join(name)), json(&sample.join(name)), "{name}");
    }
}

/// A pickle that calls a shell, and one that calls nothing.
#[test]
fn picklescan_gives_the_sample_of_the_second_opinion() {
    let folder = tempfile::tempdir().unwrap();
    let models = folder.path().join("models");
    fs::create_dir(&models).unwrap();
    fs::write(models.join("postprocess.pkl"), b"cposix\nsystem\n(S'echo hi'\ntR.").unwrap();
    fs::write(models.join("labels.pkl"), b"}.").unwrap();
    let output = python()
        .arg(examples().join("second-opinion/picklescan_sarif.py"))
        .arg("models")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success());
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said, json(&examples().join("second-opinion/sample/picklescan.sarif")));
}
