//! What the flags come to, before anybody has voted.

use crate::checks::rules::{Action, Actions};
use crate::domain::{Evidence, Flag};

/// What the gate would say to evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// These flags cannot be approved away.
    Blocked { flags: Vec<Flag> },
    /// Nothing blocks, and somebody has to approve knowing of these.
    NeedsApproval { flags: Vec<Flag> },
    /// No flag asks for more than to be shown.
    Clear,
}

/// Weighs the flags by what each severity does. The flags of a verdict keep their order.
pub fn verdict(evidence: &Evidence, actions: &Actions) -> Verdict {
    let that = |action: Action| -> Vec<Flag> {
        evidence.flags.iter().filter(|flag| actions.of(flag.severity) == action).cloned().collect()
    };
    let blocking = that(Action::Block);
    if !blocking.is_empty() {
        return Verdict::Blocked { flags: blocking };
    }
    let weighty = that(Action::Approve);
    if weighty.is_empty() { Verdict::Clear } else { Verdict::NeedsApproval { flags: weighty } }
}

impl Verdict {
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Blocked { .. } => "blocked",
            Self::NeedsApproval { .. } => "needs approval",
            Self::Clear => "clear",
        }
    }

    /// The flags that it rests on.
    pub fn flags(&self) -> &[Flag] {
        match self {
            Self::Blocked { flags } | Self::NeedsApproval { flags } => flags,
            Self::Clear => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Severity;
    use crate::report::samples::{evidence, flag};

    fn word(severities: &[Severity], actions: &Actions) -> (&'static str, usize) {
        let flags = severities.iter().map(|severity| flag("a.b", *severity, "It is so.")).collect();
        let verdict = verdict(&Evidence { flags, ..evidence() }, actions);
        (verdict.word(), verdict.flags().len())
    }

    #[test]
    fn the_heaviest_action_decides_and_its_flags_alone_are_told() {
        use Severity::{Critical, High, Info, Low, Medium};
        let usual = Actions::default();
        assert_eq!(word(&[], &usual), ("clear", 0));
        assert_eq!(word(&[Medium, Low, Info], &usual), ("clear", 0));
        assert_eq!(word(&[High, High, Low], &usual), ("needs approval", 2));
        assert_eq!(word(&[Critical, High], &usual), ("blocked", 1));
        let lenient = Actions { critical: Action::Show, high: Action::Show, low: Action::Approve, ..usual };
        assert_eq!(word(&[Critical, High], &lenient), ("clear", 0));
        assert_eq!(word(&[Critical, Low], &lenient), ("needs approval", 1));
    }
}
