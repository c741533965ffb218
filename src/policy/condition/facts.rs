//! What conditions are asked about: the evidence, and the run that waits. Borrowed, not converted.

use std::collections::BTreeMap;

use crate::domain::evidence::Evidence;
use crate::domain::{Baseline, Flag, ForgeUser, ModelChange, Relation, Severity};

/// What conditions are asked about.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) around: Surroundings<'a>,
    pub(super) risk: Severity,
    pub(super) labels: Vec<&'a str>,
    pub(super) authors: Vec<&'a str>,
    pub(super) requesters: Vec<&'a str>,
    pub(super) has_labels: bool,
}

/// What is around the evidence.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    pub environment: &'a str,
    /// `acme/sentiment`
    pub repository: &'a str,
    pub run: RunFacts<'a>,
    /// The labels of each pull request as they are now, by its number.
    pub labels: &'a BTreeMap<u64, Vec<String>>,
}

/// The run that waits.
#[derive(Debug, Clone, Copy)]
pub struct RunFacts<'a> {
    pub reference: &'a str,
    pub event: &'a str,
    pub workflow: &'a str,
    pub attempt: u32,
    /// Everybody who started any attempt, the newest last.
    pub actors: &'a [ForgeUser],
    /// What was typed in when it was started by hand.
    pub inputs: &'a BTreeMap<String, String>,
}

impl<'a> RunFacts<'a> {
    /// No run asks: at the desk, and on a pull request.
    pub const fn nobodys(inputs: &'a BTreeMap<String, String>) -> Self {
        Self { reference: "", event: "", workflow: "", attempt: 1, actors: &[], inputs }
    }
}

impl<'a> Facts<'a> {
    pub fn new(evidence: &'a Evidence, around: Surroundings<'a>) -> Self {
        let labels = evidence
            .pull_requests
            .iter()
            .filter_map(|pull| around.labels.get(&pull.number))
            .flat_map(|labels| labels.iter().map(String::as_str));
        let contributors = evidence.contributors.iter().filter_map(|contributor| contributor.user.as_ref());
        let openers = evidence.pull_requests.iter().filter_map(|pull| pull.author.as_ref());
        Self {
            evidence,
            around,
            risk: crate::domain::flag::risk(&evidence.flags),
            labels: distinct(labels),
            authors: distinct(contributors.chain(openers).map(|user| user.login.as_str())),
            requesters: distinct(around.run.actors.iter().map(|actor| actor.login.as_str())),
            has_labels: true,
        }
    }

    pub const fn around(&self) -> Surroundings<'a> {
        self.around
    }

    /// The same, as if no pull request had a label.
    #[must_use]
    pub fn without_labels(&self) -> Self {
        Self { labels: Vec::new(), has_labels: false, ..self.clone() }
    }

    pub(super) fn labels_of(&self, number: u64) -> &'a [String] {
        match self.around.labels.get(&number) {
            Some(labels) if self.has_labels => labels,
            Some(_) | None => &[],
        }
    }

    pub(super) fn relation_word(&self) -> &'static str {
        match (&self.evidence.relation, &self.evidence.baseline) {
            (Relation::NoBaseline, Baseline::Vanished { .. }) => "vanished",
            (Relation::NoBaseline, _) => "first",
            (Relation::Same, _) => "same",
            (Relation::Ahead { .. }, _) => "ahead",
            (Relation::Behind { .. }, _) => "behind",
            (Relation::Diverged { .. }, _) => "diverged",
        }
    }

    /// Commits that only one side has: proposed, live.
    pub(super) fn apart(&self) -> (u64, u64) {
        match self.evidence.relation {
            Relation::NoBaseline => (self.evidence.commits_total, 0),
            Relation::Same => (0, 0),
            Relation::Ahead { by } => (by, 0),
            Relation::Behind { by } => (0, by),
            Relation::Diverged { ahead, behind } => (ahead, behind),
        }
    }

    /// Somebody wrote a part for whom there is no account, or no person is known to have started the run (R15).
    pub(super) fn has_unknown_author(&self) -> bool {
        let actors = self.around.run.actors;
        actors.is_empty()
            || actors.iter().any(|actor| actor.is_bot)
            || self.evidence.contributors.iter().any(|contributor| contributor.user.is_none())
    }

    /// The model that a flag is about: the one it was found in, or whose name or card is its subject, or whose card it was found in.
    pub(super) fn model_of(&self, flag: &'a Flag) -> Option<&'a str> {
        if flag.model.is_some() {
            return flag.model.as_deref();
        }
        let path = flag.source.as_deref().and_then(|source| source.split('@').next());
        let is_about = |model: &&ModelChange| {
            model.name == flag.subject
                || model.card_path == flag.subject
                || path.is_some_and(|path| path == model.card_path)
                || model.weights.iter().any(|weight| weight.path == flag.subject)
        };
        self.evidence.models.iter().find(is_about).map(|model| model.name.as_str())
    }
}

/// Each text once, in order.
fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = std::collections::BTreeSet::new();
    texts.filter(|text| seen.insert(*text)).collect()
}
