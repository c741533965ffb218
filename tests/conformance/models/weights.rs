//! Whole weight files, against what loading them would do.

use countersign::artifact::scan::{self, FileScan, Format, ScanOptions, Verdict};
use serde_json::Value;

use crate::references;

fn scanned(file: &str) -> FileScan {
    let bytes = references::bytes(file);
    let scan = scan::scan(file, &bytes.as_slice(), &ScanOptions::default()).unwrap();
    assert_eq!(scan::detect(&bytes.as_slice()).unwrap(), scan.format, "{file}");
    scan
}

/// The answers that the corpus accepts: "clean", "suspicious", "a or b", "... (never clean)".
fn accepted(words: &str) -> Vec<Verdict> {
    let all = [Verdict::Clean, Verdict::Suspicious, Verdict::Unscannable, Verdict::Dangerous];
    let named = |verdict: &Verdict| words.replace("never clean", "").contains(&format!("{verdict:?}").to_lowercase());
    let mut verdicts: Vec<Verdict> = all.into_iter().filter(named).collect();
    if verdicts.is_empty() && words.contains("never clean") {
        verdicts = all[1..].to_vec();
    }
    assert!(!verdicts.is_empty(), "`{words}` accepts nothing");
    verdicts
}

#[test]
fn every_case_of_the_corpus_gets_an_accepted_verdict() {
    let cases = references::json("models/weights/cases.json");
    let mut wrong = Vec::new();
    for case in cases["cases"].as_array().unwrap() {
        let file = case["file"].as_str().unwrap();
        let words = case["countersign_should"].as_str().unwrap();
        let scan = scanned(&format!("models/weights/{file}"));
        if !accepted(words).contains(&scan.verdict) {
            wrong.push(format!("{file} ({words}): {:?} {:#?}", scan.verdict, scan.findings));
        }
        if file.starts_with("benign/") && scan.verdict == Verdict::Dangerous {
            wrong.push(format!("{file}: a false alarm"));
        }
        assert!(scan.verdict == Verdict::Clean || !scan.findings.is_empty());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn dangerous_files_are_so_for_what_a_symbolic_reader_finds_in_them() {
    let verdicts = references::json("models/weights/verdicts.json");
    let mut seen = 0;
    for (file, verdict) in verdicts["verdicts"].as_object().unwrap() {
        let scan = scanned(&format!("models/weights/{file}"));
        let name = |global: &Value| format!("{}.{}", text(&global["module"]), text(&global["name"]));
        let globals: Vec<String> = verdict["symbolic"]["globals"].as_array().unwrap().iter().map(name).collect();
        if scan.verdict == Verdict::Dangerous && globals.iter().any(|name| !name.contains('?')) {
            seen += 1;
            let is_shown = |name: &String| scan.findings.iter().any(|finding| finding.name == *name);
            assert!(globals.iter().any(is_shown), "{file}: none of {globals:?} in {:#?}", scan.findings);
        }
    }
    assert!(seen >= 20, "{seen} files only");
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

#[test]
fn every_file_of_the_formats_is_what_it_is() {
    let format = |file: &str| scanned(&format!("models/weights/{file}")).format;
    for (file, expected) in [
        ("safetensors/ok.safetensors", Format::Safetensors),
        ("safetensors/lfs-pointer.safetensors", Format::LfsPointer),
        ("gguf/ok.gguf", Format::Gguf),
        ("onnx/ok.onnx", Format::Onnx),
        ("onnx/external-relative.onnx", Format::Onnx),
        ("keras/dense.keras", Format::Keras),
        ("lfs/ok.ptr", Format::LfsPointer),
        ("lfs/crlf.ptr", Format::LfsPointer),
        ("lfs/empty.ptr", Format::Empty),
        ("benign/torch-zip.pt", Format::TorchZip),
        ("benign/torch-legacy.bin", Format::TorchLegacy),
        ("benign/ints.npy", Format::Npy),
        ("benign/arrays-compressed.npz", Format::Npz),
        ("benign/sklearn-logreg-zlib.joblib", Format::Zlib),
        ("evasion/gzip.pkl.gz", Format::Gzip),
        ("evasion/wrong-extension.safetensors", Format::Pickle),
    ] {
        assert_eq!(format(file), expected, "{file}");
    }
}

#[test]
fn a_pointer_is_told_from_scanned_content_and_never_clean() {
    let scan = scanned("models/weights/lfs/ok.ptr");
    assert!(scan.is_pointer());
    assert_eq!(scan.verdict, Verdict::Unscannable);
}

#[test]
fn a_lambda_layer_is_dangerous_and_plain_layers_are_clean() {
    assert_eq!(scanned("models/weights/keras/dense.keras").verdict, Verdict::Clean);
    assert_eq!(scanned("models/weights/keras/lambda.keras").verdict, Verdict::Dangerous);
}

#[test]
fn plain_formats_are_clean_however_broken_their_headers() {
    for folder in ["safetensors", "gguf", "onnx"] {
        for file in references::files(&format!("models/weights/{folder}"), folder) {
            let name = references::name(&file).to_owned();
            let scan = scanned(&format!("models/weights/{folder}/{name}"));
            let expected = if name.starts_with("lfs") { Verdict::Unscannable } else { Verdict::Clean };
            assert_eq!(scan.verdict, expected, "{name}: {:?}", scan.findings);
        }
    }
}
