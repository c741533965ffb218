//! The findings of a file while it is scanned: each once, and not more than anybody reads.

use std::collections::BTreeSet;

use super::{ScanFinding, Verdict};

/// Findings of one verdict that are kept.
const KEPT: usize = 200;

#[derive(Default)]
pub struct Findings {
    kept: Vec<ScanFinding>,
    /// By verdict.
    counts: [usize; 4],
    known: BTreeSet<(Verdict, String, String, Option<String>)>,
    dropped: [u64; 4],
}

impl Findings {
    pub fn add(&mut self, finding: ScanFinding) {
        let verdict = finding.verdict;
        let key = (verdict, finding.name.clone(), finding.why.clone(), finding.member.clone());
        if self.known.contains(&key) {
            return;
        }
        let Some(count) = self.counts.get_mut(index(verdict)) else { return };
        if *count < KEPT {
            *count += 1;
            self.known.insert(key);
            self.kept.push(finding);
        } else if let Some(dropped) = self.dropped.get_mut(index(verdict)) {
            *dropped = dropped.saturating_add(1);
        }
    }

    /// All of them: worst first, then by member and position.
    pub fn sorted(mut self) -> Vec<ScanFinding> {
        self.kept.sort_by(|one, other| {
            let order =
                |finding: &ScanFinding| (std::cmp::Reverse(finding.verdict), finding.member.clone(), finding.position);
            order(one).cmp(&order(other))
        });
        for verdict in [Verdict::Dangerous, Verdict::Unscannable, Verdict::Suspicious] {
            let dropped = self.dropped.get(index(verdict)).copied().unwrap_or_default();
            if dropped > 0 {
                let last = self.kept.iter().rposition(|finding| finding.verdict >= verdict).map_or(0, |at| at + 1);
                let why = format!("{dropped} more findings like the ones before are not listed.");
                self.kept.insert(last, ScanFinding { verdict, name: String::new(), why, member: None, position: None });
            }
        }
        self.kept
    }
}

const fn index(verdict: Verdict) -> usize {
    match verdict {
        Verdict::Clean => 0,
        Verdict::Suspicious => 1,
        Verdict::Unscannable => 2,
        Verdict::Dangerous => 3,
    }
}
