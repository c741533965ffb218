//! Risk flags: what a model check found, stable enough to vote on.

use serde::{Deserialize, Serialize};

use super::digest::Digest;

/// How much a flag weighs. What a severity does (show, approve, block) is the policy's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// One finding about one subject. `before`, `after` and `message` may quote strangers: escape them at the sink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    /// Dotted and stable: `licence.changed`, `evidence.incomplete`.
    pub code: String,
    pub severity: Severity,
    /// What it is about: a model, a path, a metric's name.
    pub subject: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// The rule that fired with its limit, in words: `worse by more than 2 %`.
    pub rule: Option<String>,
    /// `file@commit#line`, as far as known.
    pub source: Option<String>,
    /// One sentence for a reviewer.
    pub message: String,
    /// Not already true of what is live (R8).
    pub is_new: bool,
    /// May change while the evidence stays what it is, such as a check run's state: not in the digest, read again before
    /// every decision (R9).
    #[serde(default)]
    pub volatile: bool,
    /// The model it was found in, by name, where a check looked at one model. Says nothing new about what was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

impl Flag {
    /// Hash of flag, subject, before and after: what an approval binds to. Wording, severity and source may change freely.
    pub fn fingerprint(&self) -> Digest {
        let parts = (&self.code, &self.subject, &self.before, &self.after);
        Digest::of(&serde_json::to_vec(&parts).unwrap_or_default())
    }

    /// Evidence that could not be had (R7): nothing is auto-approved over one.
    pub fn is_gap(&self) -> bool {
        matches!(
            self.code.as_str(),
            "evidence.incomplete"
                | "card.unreadable"
                | "weights.unscannable"
                | "check.failed"
                | "check.late"
                | "deploy.base_vanished"
        )
    }
}

/// Worst first, new before already live, then by code and subject: the order people read them in.
pub fn sort_flags(flags: &mut [Flag]) {
    flags.sort_by(|a, b| {
        (b.severity, b.is_new)
            .cmp(&(a.severity, a.is_new))
            .then_with(|| (&a.code, &a.subject).cmp(&(&b.code, &b.subject)))
    });
}

/// The risk of a request: its worst flag.
pub fn risk(flags: &[Flag]) -> Severity {
    flags.iter().map(|flag| flag.severity).max().unwrap_or(Severity::Info)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flag(code: &str, severity: Severity, is_new: bool) -> Flag {
        Flag {
            code: code.into(),
            severity,
            subject: "sentiment".into(),
            before: None,
            after: None,
            rule: None,
            source: None,
            message: String::new(),
            is_new,
            volatile: false,
            model: None,
        }
    }

    #[test]
    fn the_worst_and_newest_flags_come_first() {
        let mut flags =
            vec![flag("a", Severity::Low, true), flag("b", Severity::High, false), flag("c", Severity::High, true)];
        sort_flags(&mut flags);
        let order: Vec<&str> = flags.iter().map(|f| f.code.as_str()).collect();
        assert_eq!(order, ["c", "b", "a"]);
        assert_eq!(risk(&flags), Severity::High);
        assert_eq!(risk(&[]), Severity::Info);
    }

    #[test]
    fn a_fingerprint_ignores_wording_but_not_values() {
        let one = flag("licence.changed", Severity::High, true);
        let reworded = Flag { message: "other words".into(), severity: Severity::Low, ..one.clone() };
        let other = Flag { after: Some("mit".into()), ..one.clone() };
        assert_eq!(one.fingerprint(), reworded.fingerprint());
        assert_ne!(one.fingerprint(), other.fingerprint());
    }
}
