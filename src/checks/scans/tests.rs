use super::*;
use crate::artifact::scan::Format;
use crate::artifact::tensors::Header;
use crate::checks::WeightSide;
use crate::checks::samples::{Sample, model, weight};

fn scanned(format: Format, verdict: Verdict, name: &str) -> FileScan {
    let finding = ScanFinding { verdict, name: name.into(), why: "it runs".into(), member: None, position: Some(3) };
    let findings = if verdict == Verdict::Clean { Vec::new() } else { vec![finding] };
    FileScan { format, verdict, findings, has_pickle: true, header: None, header_fault: None }
}

fn flags_of(weight: WeightFacts) -> Vec<Flag> {
    check(&Sample::with(ModelFacts { weights: vec![weight], ..model() }).facts())
}

fn with_scan(path: &str, scan: FileScan) -> WeightFacts {
    let mut weight = weight(path, Some((1, 10)), Some((2, 10)));
    set(&mut weight.after, scan);
    weight
}

fn set(side: &mut Option<WeightSide>, scan: FileScan) {
    if let Some(side) = side {
        side.scan = ScanState::Scanned(Box::new(scan));
    }
}

#[test]
fn what_a_file_calls_is_named_and_critical() {
    let flags = flags_of(with_scan("scaler.pkl", scanned(Format::Pickle, Verdict::Dangerous, "os.system")));
    assert_eq!((flags[0].code.as_str(), flags[0].severity), ("weights.unsafe_pickle", Severity::Critical));
    assert_eq!(flags[0].message, "scaler.pkl runs code when it is loaded: it calls os.system.");
    assert!(flags[0].is_new);
}

#[test]
fn clean_is_silent_and_suspicious_names_the_import() {
    assert!(flags_of(with_scan("m.pkl", scanned(Format::Pickle, Verdict::Clean, ""))).is_empty());
    let flags = flags_of(with_scan("m.pkl", scanned(Format::Pickle, Verdict::Suspicious, "sklearn.svm.SVC")));
    assert_eq!(
        (flags[0].code.as_str(), flags[0].after.as_deref()),
        ("weights.suspicious_pickle", Some("sklearn.svm.SVC"))
    );
}

#[test]
fn what_could_not_be_looked_into_is_said() {
    let mut weight = weight("m.bin", None, Some((2, 10)));
    if let Some(side) = &mut weight.after {
        side.scan = ScanState::Unscanned { why: "it is larger than 32 MB".into() };
    }
    let flags = flags_of(weight);
    assert!(flags[0].is_gap() && flags[0].message.contains("larger than 32 MB"), "{flags:?}");
}

#[test]
fn a_pickle_by_another_name_is_a_mismatch() {
    let flags = flags_of(with_scan("model.safetensors", scanned(Format::Pickle, Verdict::Clean, "")));
    assert_eq!(flags[0].message, "model.safetensors is a pickle, not safetensors.");
    assert!(flags_of(with_scan("model.pt", scanned(Format::TorchLegacy, Verdict::Clean, ""))).is_empty());
}

#[test]
fn a_header_that_breaks_its_format_is_told() {
    let scan = FileScan { header_fault: Some("a hole".into()), ..scanned(Format::Safetensors, Verdict::Clean, "") };
    assert_eq!(flags_of(with_scan("m.safetensors", scan.clone()))[0].code, "weights.safetensors_invalid");
    let gguf = FileScan { format: Format::Gguf, ..scan };
    assert_eq!(flags_of(with_scan("m.gguf", gguf))[0].code, "weights.unscannable");
}

#[test]
fn what_was_live_already_is_not_new() {
    let mut weight = weight("m.pkl", Some((1, 10)), Some((1, 10)));
    set(&mut weight.after, scanned(Format::Pickle, Verdict::Dangerous, "os.system"));
    assert!(!flags_of(weight)[0].is_new);
}

#[test]
fn paths_code_and_templates_inside_a_header_are_seen() {
    let header = |template: &str| Header {
        external_files: vec!["../../etc/passwd".into(), "weights.bin".into()],
        custom_code: vec!["Lambda layer `scale`".into()],
        chat_template: Some(template.into()),
        ..Header::default()
    };
    let scan = |template| FileScan { header: Some(header(template)), ..scanned(Format::Onnx, Verdict::Clean, "") };
    let mut weight = with_scan("m.onnx", scan("new"));
    set(&mut weight.before, scan("old"));
    let codes: Vec<String> = flags_of(weight).into_iter().map(|flag| flag.code).collect();
    assert_eq!(codes, ["weights.unsafe_path", "code.remote_code", "template.changed"]);
}
