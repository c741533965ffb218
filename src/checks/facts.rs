//! What the checks look at: plain values, gathered before any check runs.

use super::rules::CheckRules;
use crate::artifact::card::{Card, FrontMatter};
use crate::artifact::evaluations::Evaluations;
use crate::artifact::interface::Interface;
use crate::artifact::revisions::UnpinnedRevision;
use crate::artifact::scan::FileScan;
use crate::artifact::signing::SignatureReport;
use crate::artifact::workflow::WorkflowRisk;
use crate::domain::{Baseline, CommitSha, Digest, FileChange, Flag, ForgeUser, Relation, WeightFile};

/// Everything known about one proposed commit beside what is live.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub commit: &'a CommitSha,
    pub environment: &'a str,
    /// Where the repository keeps its policy.
    pub policy_path: &'a str,
    pub baseline: &'a Baseline,
    pub relation: Relation,
    /// Every changed file, uncut, with its path as the repository has it.
    pub files: &'a [FileChange],
    pub models: &'a [ModelFacts],
    /// Everybody who started any attempt of the run.
    pub actors: &'a [ForgeUser],
    /// Names of authors and committers for whom the forge knows no account.
    pub strangers: &'a [String],
    /// Places with characters that cannot be seen.
    pub hidden: &'a [Sighting],
    /// Places with token-like secrets, masked by now.
    pub secrets: &'a [Sighting],
    pub gaps: &'a [Gap],
    /// Workflow files that may deploy, by path.
    pub workflows: &'a [WorkflowFacts],
    /// Changed code that loads models and images, by path.
    pub revisions: &'a [RevisionFacts],
    /// What signatures were judged by, by path.
    pub keys: &'a [PinnedKey],
    pub rules: &'a CheckRules,
}

/// One model, live and proposed side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelFacts {
    pub name: String,
    /// Where the card is, or should be.
    pub card_path: String,
    pub before: CardSide,
    pub after: CardSide,
    /// Digests of the whole cards, as far as they were read.
    pub card_before: Option<Digest>,
    pub card_after: Option<Digest>,
    pub weights: Vec<WeightFacts>,
    /// Evaluation files that belong to it, by path.
    pub evaluations: Vec<EvaluationFacts>,
    /// Its configuration on both sides; nothing on a side where it is not.
    pub interface_before: Interface,
    pub interface_after: Interface,
    pub signature_before: SignatureSide,
    pub signature_after: SignatureSide,
}

/// What a model's signature is worth on one side.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum SignatureSide {
    /// The policy does not say who signs, or there is no such side.
    #[default]
    NotAsked,
    Judged(SignatureReport),
    /// It could not be judged for reasons that are not the signer's; on the proposed side a gap says so.
    Unread {
        why: String,
    },
}

/// A file of keys that the policy holds signatures to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinnedKey {
    pub path: String,
    /// Ids of its content: in the live commit, and where the policy was read.
    pub live: Option<String>,
    pub used: Option<String>,
}

/// A workflow file on both sides; no risks on a side where it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowFacts {
    pub path: String,
    pub before: Vec<WorkflowRisk>,
    pub after: Vec<WorkflowRisk>,
}

/// A changed file of code on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevisionFacts {
    pub path: String,
    pub before: Vec<UnpinnedRevision>,
    pub after: Vec<UnpinnedRevision>,
}

/// An evaluation file on both sides, under one path; `None` where it is not there, or could not be had (a gap says so).
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluationFacts {
    pub path: String,
    pub before: Option<Evaluations>,
    pub after: Option<Evaluations>,
}

/// A card on one side.
#[derive(Debug, Clone, PartialEq)]
pub enum CardSide {
    /// The commit's files are known, and it is not among them; or there is no such side.
    Absent,
    Read(Box<Card>),
    /// It is there, or may be there, and could not be had.
    Unread {
        why: String,
    },
}

/// A weight file on both sides, under one path.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightFacts {
    pub path: String,
    pub before: Option<WeightSide>,
    pub after: Option<WeightSide>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct WeightSide {
    /// The content's id in git: of the pointer, where the content is in large-file storage.
    pub blob: String,
    pub file: WeightFile,
    pub pointer: PointerState,
    pub scan: ScanState,
}

/// What is known of a weight file's inside.
#[derive(Debug, Clone, PartialEq)]
pub enum ScanState {
    /// Nobody looked, and nobody had to: the live side of a file that did not change, say.
    NotLooked,
    Scanned(Box<FileScan>),
    /// It should have been looked into and could not be.
    Unscanned {
        why: String,
    },
}

impl ScanState {
    pub fn scan(&self) -> Option<&FileScan> {
        match self {
            Self::Scanned(scan) => Some(scan),
            Self::NotLooked | Self::Unscanned { .. } => None,
        }
    }
}

/// Whether the file stands for another one in large-file storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PointerState {
    NotOne,
    Valid,
    /// It begins like a pointer, and which weights it stands for cannot be said.
    Invalid {
        why: String,
    },
}

/// A place where something was seen that people would not see, or should not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// A path, or words such as `title of pull request #7`.
    pub place: String,
    /// Line in the proposed file, from 1, where known.
    pub line: Option<usize>,
    /// In the diff of a file that is run or configures what is run.
    pub is_code: bool,
    /// Not already true of what is live.
    pub is_new: bool,
}

/// Evidence that could not be had (R7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// What is incomplete: `file list`, `pull requests`.
    pub subject: String,
    /// What stands for the part that is missing, so that another missing part is another finding.
    pub value: Option<String>,
    /// One sentence for a reviewer.
    pub message: String,
}

impl Facts<'_> {
    /// What a check finds in each model, one after the other.
    pub(super) fn by_model<F: IntoIterator<Item = Flag>>(&self, find: impl Fn(&ModelFacts) -> F) -> Vec<Flag> {
        let mut flags = Vec::new();
        for model in self.models {
            flags.extend(find(model).into_iter().map(|flag| Flag { model: Some(model.name.clone()), ..flag }));
        }
        flags
    }

    /// Whether there is something live that findings can be compared with.
    pub fn has_live(&self) -> bool {
        self.baseline.commit().is_some()
    }

    /// `path@short sha#line` in the proposed commit.
    pub fn source(&self, path: &str, line: Option<usize>) -> String {
        source(path, self.commit, line)
    }

    /// The same in the live commit, for what the proposed one has no longer.
    pub fn live_source(&self, path: &str, line: Option<usize>) -> String {
        source(path, self.baseline.commit().unwrap_or(self.commit), line)
    }
}

pub(super) fn source(path: &str, commit: &CommitSha, line: Option<usize>) -> String {
    match line {
        Some(line) => format!("{path}@{}#{line}", commit.short()),
        None => format!("{path}@{}", commit.short()),
    }
}

impl CardSide {
    pub fn card(&self) -> Option<&Card> {
        match self {
            Self::Read(card) => Some(card),
            Self::Absent | Self::Unread { .. } => None,
        }
    }

    /// Whether a field that is empty here proves that nothing is there.
    pub fn is_conclusive(&self) -> bool {
        match self {
            Self::Absent => true,
            Self::Read(card) => !matches!(card.front_matter, FrontMatter::Unreadable { .. }),
            Self::Unread { .. } => false,
        }
    }
}

impl ModelFacts {
    /// A path relative to the model's folder, as the repository has it.
    pub fn beside_card(&self, path: &str) -> String {
        match self.card_path.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/{path}"),
            None => path.to_owned(),
        }
    }

    /// Both cards, where both could be had.
    pub fn cards(&self) -> Option<(&Card, &Card)> {
        Some((self.before.card()?, self.after.card()?))
    }

    /// Weight files of the proposed commit whose content is not among the live ones: a rename is no change.
    pub fn new_weights(&self) -> impl Iterator<Item = &WeightFacts> {
        let live: std::collections::BTreeSet<String> =
            self.weights.iter().filter_map(|weight| weight.before.as_ref()).map(WeightSide::content).collect();
        self.weights
            .iter()
            .filter(move |weight| weight.after.as_ref().is_some_and(|after| !live.contains(&after.content())))
    }

    /// Weight files of the live commit whose content the proposed one has no more.
    pub fn gone_weights(&self) -> impl Iterator<Item = &WeightFacts> {
        let proposed: std::collections::BTreeSet<String> =
            self.weights.iter().filter_map(|weight| weight.after.as_ref()).map(WeightSide::content).collect();
        self.weights
            .iter()
            .filter(move |weight| weight.before.as_ref().is_some_and(|before| !proposed.contains(&before.content())))
    }
}

impl WeightSide {
    /// What tells one content from another: the digest where it is known, else the git id.
    pub fn content(&self) -> String {
        match self.file.digest {
            Some(digest) => format!("sha256 {digest}"),
            None => format!("git {}", self.blob),
        }
    }
}
