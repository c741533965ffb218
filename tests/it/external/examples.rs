//! The examples for whoever writes a check: they run, and what they write is what our readers read.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::service::{Service, secret_text};
use super::*;
use countersign::artifact::evaluations::{self, EvaluationFormat};
use countersign::artifact::fields::read_fields;
use countersign::artifact::sarif::{self, SarifReport};
use countersign::domain::Severity;

fn example(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/checks").join(path)
}

fn content(path: &str) -> Vec<u8> {
    std::fs::read(example(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn report(bytes: &[u8]) -> SarifReport {
    let report = sarif::read(bytes).unwrap();
    assert!(report.is_conclusive(), "{report:?}");
    report
}

#[test]
fn the_bias_report_is_read() {
    let found = report(&content("bias/sample/bias.sarif")).findings;
    assert_eq!((found.len(), found[0].rule.as_str(), found[0].severity()), (1, "gap/recall", Severity::High));
    let fields = read_fields(&content("bias/sample/countersign.json"));
    assert_eq!((fields.fields.len(), fields.flaw), (5, None));
    let read = evaluations::read(EvaluationFormat::Slices, &content("bias/sample/slices.json"));
    assert!(read.fault.is_none() && read.slices.len() >= 20, "as the model checks read it: {read:?}");
}

#[test]
fn the_second_opinion_is_read() {
    let found = report(&content("second-opinion/sample/picklescan.sarif")).findings;
    assert_eq!((found.len(), found[0].severity()), (1, Severity::Critical));
    assert_eq!(found[0].locations[0].path, "models/postprocess.pkl");
}

fn clamav(said: &str) -> Vec<u8> {
    let mut script = Command::new("python3")
        .arg(example("scanners/clamav_sarif.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 is there");
    script.stdin.take().unwrap().write_all(said.as_bytes()).unwrap();
    let output = script.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}

#[test]
fn what_clamav_says_becomes_a_report() {
    let summary = "\n----------- SCAN SUMMARY -----------\nInfected files: 1\nTotal errors: 0\nTime: 9.1 sec\n";
    let found = report(&clamav(&format!("./models/a: b.zip: Eicar-Test-Signature FOUND\n{summary}"))).findings;
    assert_eq!((found.len(), found[0].rule.as_str()), (1, "Eicar-Test-Signature"));
    assert_eq!((found[0].locations[0].path.as_str(), found[0].severity()), ("models/a: b.zip", Severity::High));
    assert!(report(&clamav(summary)).findings.is_empty());
    for broken in ["", "LibClamAV Error: no database\n", &summary.replace("errors: 0", "errors: 2")] {
        assert!(!sarif::read(&clamav(broken)).unwrap().is_conclusive(), "{broken}");
    }
}

#[test]
fn the_example_workflows_name_actions_by_commit() {
    for path in ["bias/bias.yml", "second-opinion/scan.yml", "scanners/scanners.yml"] {
        let text = String::from_utf8(content(path)).unwrap();
        let uses: Vec<&str> =
            text.lines().filter_map(|line| line.split_once("uses: ")).map(|(_, action)| action).collect();
        assert!(!uses.is_empty());
        for action in uses {
            let commit = action.split_once('@').and_then(|(_, rest)| rest.split(' ').next()).unwrap_or_default();
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{path}: {action}");
        }
    }
}

/// The example service; it ends with the value.
struct Example {
    child: Child,
    port: u16,
}

impl Example {
    fn start(now_seconds: i64, more: &[&str]) -> Self {
        let mut child = Command::new("python3")
            .arg(example("service/size_check.py"))
            .args(["--port", "0", "--limit-mb", "1"])
            .args(more)
            .env("COUNTERSIGN_SECRET", secret_text())
            .env("NOW", now_seconds.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is there");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().rsplit(':').next().and_then(|port| port.parse().ok());
        Self { child, port: port.expect("it says where it listens") }
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A world whose policy asks the example.
async fn stage_for(more: &[&str]) -> (Stage, Example) {
    let other = Service::start(&[]).await;
    let mut options = countersign::sim::world::WorldOptions::by_hand();
    let example = Example::start(options.clock.now().as_seconds(), more);
    options.http_checks = HttpCheckAccess { hosts: vec![("127.0.0.1".to_owned(), example.port)], ..other.access() };
    let policy = format!("http: [{{ name: size, url: \"http://127.0.0.1:{}/\" }}]", example.port);
    (stage_with_policy(&policy, |given| *given = options).await, example)
}

#[tokio::test]
async fn the_example_service_answers_at_once() {
    let (stage, _example) = stage_for(&[]).await;
    stage.deploy_good().await;
    assert_eq!(told(&stage).await, [row("external.finding", "size/weights.too_large", Severity::High)]);
    assert!(flag(&stage, "external.finding").await.message.contains("do not fit"));
    stage.finish().await;
}

#[tokio::test]
async fn the_example_service_calls_back() {
    let (mut stage, _example) = stage_for(&["--later"]).await;
    let address = stage.world.address().unwrap();
    stage.world.settings.public_url = Some(format!("http://{address}").parse().unwrap());
    stage.world.restart().await.unwrap();
    stage.deploy_good().await;
    let expected = [row("external.finding", "size/weights.too_large", Severity::High)];
    // It calls back in its own time.
    for _ in 0..600 {
        stage.settle().await;
        if told(&stage).await == expected {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(told(&stage).await, expected);
    stage.finish().await;
}

/// Every code that a check can raise has its row.
#[test]
fn every_flag_is_documented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/checks.md")).unwrap();
    let mut codes: Vec<String> = Vec::new();
    collect_codes(&root.join("src/checks"), &mut codes);
    codes.sort();
    codes.dedup();
    assert!(codes.len() > 40, "{codes:?}");
    let missing: Vec<&String> = codes.iter().filter(|code| !text.contains(&format!("`{code}`"))).collect();
    assert!(missing.is_empty(), "not in docs/checks.md: {missing:?}");
}

/// Texts such as `licence.changed` in the sources below a folder.
fn collect_codes(folder: &Path, codes: &mut Vec<String>) {
    const HEADS: [&str; 20] = [
        "author",
        "bias",
        "card",
        "check",
        "code",
        "deploy",
        "evidence",
        "external",
        "fields",
        "licence",
        "lineage",
        "metric",
        "model",
        "policy",
        "secret",
        "signature",
        "template",
        "text",
        "weights",
        "workflow",
    ];
    const FILES: [&str; 8] = ["bin", "md", "onnx", "pkl", "pt", "safetensors", "yml", "json"];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect_codes(&path, codes);
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        codes.extend(source.split('"').filter_map(|text| {
            let (head, tail) = text.split_once('.')?;
            let is_word = !tail.is_empty() && tail.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            (HEADS.contains(&head) && is_word && !FILES.contains(&tail)).then(|| text.to_owned())
        }));
    }
}
