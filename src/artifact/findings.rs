//! The answer of a check outside of this server: `{"findings": [{code, severity, subject, message, path?, line?}]}`.

use serde::Deserialize;

use crate::domain::Severity;

/// Longest answer read, in bytes.
pub const MAX_ANSWER_BYTES: usize = 1024 * 1024;
/// Most findings of one answer. More is no answer: whoever finds so much everywhere has found nothing.
pub const MAX_FINDINGS: usize = 1_000;
/// Longest code, in characters.
const MAX_CODE_CHARS: usize = 100;

/// One thing that another tool found. All text is a stranger's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ToolFinding {
    /// What kind of thing: `toxicity.rate`.
    pub code: String,
    pub severity: Severity,
    /// What it is about: a model, a metric, a data set.
    #[serde(default)]
    pub subject: String,
    /// One sentence for a reviewer.
    pub message: String,
    /// A file of the repository.
    #[serde(default)]
    pub path: Option<String>,
    /// Line in it, from 1.
    #[serde(default)]
    pub line: Option<u64>,
}

/// Reads an answer. Members that are not known here are skipped.
///
/// # Errors
/// When it is not what it should be, in words for whoever runs the check.
pub fn read_findings(bytes: &[u8]) -> Result<Vec<ToolFinding>, String> {
    #[derive(Deserialize)]
    struct Answer {
        findings: Vec<ToolFinding>,
    }
    if bytes.len() > MAX_ANSWER_BYTES {
        return Err(format!("the answer is longer than {MAX_ANSWER_BYTES} bytes"));
    }
    let Answer { findings } =
        serde_json::from_slice(bytes).map_err(|error| format!("the answer is unreadable: {error}"))?;
    if findings.len() > MAX_FINDINGS {
        return Err(format!("the answer holds more than {MAX_FINDINGS} findings"));
    }
    match findings.iter().find_map(flaw) {
        Some(flaw) => Err(flaw),
        None => Ok(findings),
    }
}

fn flaw(finding: &ToolFinding) -> Option<String> {
    let code_chars = finding.code.chars().take(MAX_CODE_CHARS + 1).count();
    if !(1..=MAX_CODE_CHARS).contains(&code_chars) || finding.code.contains(char::is_control) {
        return Some(format!("a finding's `code` must have 1 to {MAX_CODE_CHARS} visible characters"));
    }
    if finding.message.trim().is_empty() {
        return Some("a finding has no `message`".to_owned());
    }
    (finding.line == Some(0)).then(|| "a finding's `line` is 0; lines count from 1".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_read_and_unknown_members_skipped() {
        let answer = br#"{"findings": [{"code": "toxicity.rate", "severity": "high", "subject": "sentiment", "message": "3 % toxic.",
            "path": "eval.json", "line": 7, "url": "https://x.example"}, {"code": "b", "severity": "info", "message": "m"}], "took": 3}"#;
        let found = read_findings(answer).unwrap();
        assert_eq!(
            (found[0].severity, found[0].path.as_deref(), found[0].line),
            (Severity::High, Some("eval.json"), Some(7))
        );
        assert_eq!((found[1].subject.as_str(), found[1].line), ("", None));
        assert_eq!(read_findings(br#"{"findings": []}"#), Ok(Vec::new()));
    }

    #[test]
    fn an_answer_that_could_mean_anything_means_nothing() {
        let many =
            format!(r#"{{"findings": [{}]}}"#, vec![r#"{"code":"a","severity":"low","message":"m"}"#; 1_001].join(","));
        let cases = [
            ("", "unreadable"),
            ("{}", "missing field `findings`"),
            ("[]", "unreadable"),
            (r#"{"findings": [], "findings": []}"#, "duplicate field"),
            (r#"{"findings": [{"severity": "low", "message": "m"}]}"#, "missing field `code`"),
            (r#"{"findings": [{"code": "a", "severity": "awful", "message": "m"}]}"#, "unknown variant"),
            (r#"{"findings": [{"code": "", "severity": "low", "message": "m"}]}"#, "`code`"),
            (r#"{"findings": [{"code": "a", "severity": "low", "message": " "}]}"#, "`message`"),
            (r#"{"findings": [{"code": "a", "severity": "low", "message": "m", "line": 0}]}"#, "from 1"),
            (many.as_str(), "more than 1000"),
        ];
        for (answer, what) in cases {
            let error = read_findings(answer.as_bytes()).unwrap_err();
            assert!(error.contains(what), "{error}");
        }
        assert!(read_findings(&vec![b' '; MAX_ANSWER_BYTES + 1]).unwrap_err().contains("longer"));
        assert!(read_findings("[".repeat(100_000).as_bytes()).is_err());
    }
}
