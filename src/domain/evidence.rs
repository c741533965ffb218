//! What an approver decides on: gathered once, frozen, addressed by its digest (R5).

use serde::{Deserialize, Serialize};

use super::actor::{ChatUser, Contributor, ForgeUser};
use super::ci::{CHECK_RUN, CiReading};
use super::digest::Digest;
use super::flag::{Flag, Severity};
use super::id::{CommitSha, DeploymentId, RequestId};
use super::time::Timestamp;

/// Everything gathered about one proposed commit. Text in it comes from strangers; secrets are masked already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub commit: CommitSha,
    pub baseline: Baseline,
    pub relation: Relation,
    /// Commits between live and proposed, oldest first, cut at a limit; `commits_total` counts all.
    pub commits: Vec<Commit>,
    pub commits_total: u64,
    /// The pull requests that brought those commits, by number.
    pub pull_requests: Vec<PullRequest>,
    pub contributors: Vec<Contributor>,
    /// Every changed file, by path: complete unless a flag says otherwise (R7).
    pub files: Vec<FileChange>,
    pub models: Vec<ModelChange>,
    /// Worst first.
    pub flags: Vec<Flag>,
    /// What other tools say about the commit right now. Not in the digest: it is read again before every decision (R9).
    #[serde(default)]
    pub ci: Vec<CiRun>,
    /// The checks outside of this server that the policy asks for, and how each of them ended.
    #[serde(default)]
    pub external: Vec<ExternalCheck>,
    /// What the workflow handed over about itself; nobody verified it.
    #[serde(default)]
    pub fields: Vec<WorkflowField>,
    /// The forge's page that compares live with proposed.
    pub compare_url: Option<String>,
}

/// What is live, and how that was found (R6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Baseline {
    /// Nothing was ever deployed here successfully.
    None,
    /// The newest successful deployment to this environment.
    Live { commit: CommitSha, deployment: DeploymentId, since: Option<Timestamp> },
    /// There was one, but its commit no longer exists in the repository.
    Vanished { commit: CommitSha, deployment: DeploymentId },
}

impl Baseline {
    /// The live commit that the comparison starts from.
    pub fn commit(&self) -> Option<&CommitSha> {
        match self {
            Self::Live { commit, .. } => Some(commit),
            Self::None | Self::Vanished { .. } => None,
        }
    }

    /// The commit that is deployed, whether the repository still has it or not.
    pub const fn deployed(&self) -> Option<&CommitSha> {
        match self {
            Self::Live { commit, .. } | Self::Vanished { commit, .. } => Some(commit),
            Self::None => None,
        }
    }
}

/// How the proposed commit stands to the live one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// There is nothing to compare with.
    NoBaseline,
    /// The same commit is deployed again.
    Same,
    Ahead {
        by: u64,
    },
    /// The proposed commit is an ancestor of the live one: a rollback.
    Behind {
        by: u64,
    },
    Diverged {
        ahead: u64,
        behind: u64,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    pub sha: CommitSha,
    /// First line of the message.
    pub title: String,
    pub author: Option<ForgeUser>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    pub number: u64,
    pub title: String,
    pub url: String,
    pub author: Option<ForgeUser>,
    pub merged: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Added,
    Modified,
    Removed,
    Renamed,
}

/// One changed file. `before` and `after` are the contents' ids (git blob ids): the digest covers the whole content,
/// however little of it the patch shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    pub path: String,
    pub previous_path: Option<String>,
    pub kind: ChangeKind,
    pub before: Option<String>,
    pub after: Option<String>,
    pub additions: Option<u64>,
    pub deletions: Option<u64>,
    pub patch: Patch,
}

/// A file's unified diff, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Patch {
    Text {
        text: String,
        /// Lines left out at the end; zero when all are there.
        lines_cut: u64,
    },
    /// Binary, or a pointer to large storage.
    Binary,
    /// The forge did not give one, or the budget for patches was used up.
    Missing,
}

/// One model of the repository, live and proposed side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelChange {
    pub name: String,
    pub card_path: String,
    /// The small table of the message, in reading order.
    pub rows: Vec<Row>,
    /// Unified diff of the card; empty when it is unchanged.
    pub card_diff: String,
    /// Lines left out of `card_diff` at its end.
    pub card_diff_lines_cut: u64,
    /// Digest of the whole card, live and proposed.
    pub card_before: Option<Digest>,
    pub card_after: Option<Digest>,
    /// The proposed card itself, for people to read; `card_after` is what the digest covers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<CardText>,
    pub weights: Vec<WeightChange>,
}

/// A card's text: hidden characters written out, secrets masked, cut at a limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardText {
    pub text: String,
    /// Lines left out at the end; zero when all are there.
    pub lines_cut: u64,
}

/// A check run or a commit status, by its name: how another tool stands to the commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CiRun {
    pub name: String,
    pub state: CiState,
    /// The forge's own word: `timed_out`, `neutral`.
    pub detail: String,
    pub url: Option<String>,
    /// Who may say so by this name: the app's slug, where the forge tells it.
    pub app: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CiState {
    Failed,
    Pending,
    /// Ended without a verdict: neutral or skipped.
    Neutral,
    Passed,
}

/// A check outside of this server. Its findings are flags; this says that it was asked and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExternalCheck {
    pub name: String,
    /// Where the answer comes from: `check run`, `artifact`, `code scanning`, `http`, `command`.
    pub kind: String,
    pub state: ExternalState,
    /// Findings that became flags.
    pub findings: u64,
    /// What it says besides, for people: it neither raises nor lowers a severity.
    pub advice: Option<String>,
    pub url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExternalState {
    Answered,
    /// Asked, and the answer is still out.
    Waiting,
    Failed {
        why: String,
    },
}

/// A word from the workflow, shown as such.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkflowField {
    pub name: String,
    pub value: String,
}

/// One line of the live -> proposed table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// `accuracy`, `base model`, `licence`, `training data`.
    pub label: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// The difference in words: `worse by 0.014`.
    pub delta: Option<String>,
    /// The limit that applies, in words: `at least 0.90`, `worse by at most 2 %`.
    #[serde(default)]
    pub limit: Option<String>,
    pub change: RowChange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowChange {
    Same,
    Better,
    Worse,
    /// Neither better nor worse, or nobody knows which.
    Changed,
    Added,
    Removed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeightChange {
    pub path: String,
    pub before: Option<WeightFile>,
    pub after: Option<WeightFile>,
    /// What became of the tensors, where both headers were read.
    #[serde(default)]
    pub tensors: Option<TensorChange>,
}

/// A weight file by its content: for large-file pointers, digest and size of what they point to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct WeightFile {
    /// SHA-256 of the content; `None` where only the git blob id is known.
    pub digest: Option<Digest>,
    /// Bytes.
    pub size: u64,
    /// What it is by its content: `safetensors`, `torch zip`; `None` where nobody looked.
    #[serde(default)]
    pub format: Option<String>,
    /// What loading it would do, in words: `no imports outside the allow-list`.
    #[serde(default)]
    pub verdict: Option<String>,
    /// `148 tensors, 7.2 B parameters, BF16`, where the header was read.
    #[serde(default)]
    pub tensors: Option<String>,
}

/// Tensors by name, live against proposed; lists are cut, counts are not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TensorChange {
    pub added: u64,
    pub removed: u64,
    pub reshaped: u64,
    pub retyped: u64,
    /// The first of them, each in words: `classifier.weight: 2×768 → 3×768`.
    pub examples: Vec<String>,
}

/// The part of the evidence that decisions look at; kept in the request, while the whole is stored under its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceBrief {
    pub digest: Digest,
    pub risk: Severity,
    pub has_gap: bool,
    pub contributors: Vec<Contributor>,
    /// The commit that was live then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<CommitSha>,
    #[serde(default = "no_baseline")]
    pub relation: Relation,
    /// Every flag, as far as policies look at flags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<FlagBrief>,
    /// The proposed commit was approved for this environment before (R6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_before: Option<ApprovedBefore>,
    /// Flags that are not in the digest, as last read: one digest may stand for several requests, and these are this one's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub volatile: Vec<Flag>,
    /// How the required check runs stood when the evidence was gathered; `None` where none is required.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<CiReading>,
    /// Something outside is still out: the evidence is gathered again after a while.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
}

const fn no_baseline() -> Relation {
    Relation::NoBaseline
}

/// What policies look at of a flag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlagBrief {
    pub code: String,
    pub subject: String,
    pub severity: Severity,
    /// The start of its fingerprint: what a tick names.
    pub print: String,
    pub is_new: bool,
    /// The model it was found in, where it is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

impl FlagBrief {
    pub fn of(flag: &Flag) -> Self {
        Self {
            code: flag.code.clone(),
            subject: flag.subject.clone(),
            severity: flag.severity,
            print: flag.fingerprint().short(),
            is_new: flag.is_new,
            model: flag.model.clone(),
        }
    }
}

/// An earlier decision of ours about the same commit and environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovedBefore {
    pub request: RequestId,
    pub at: Timestamp,
    pub by: Vec<ChatUser>,
}

impl EvidenceBrief {
    /// Whether this goes back to something that was approved here before.
    pub const fn is_approved_rollback(&self) -> bool {
        matches!(self.relation, Relation::Behind { .. }) && self.approved_before.is_some()
    }
}

impl Evidence {
    /// The values the digest covers: commit, base commit, whole diff, cards, model files, findings, what the workflow
    /// handed over (R5). Titles, names and wording are left out, so that editing a pull request's title voids no vote.
    pub fn identity(&self) -> serde_json::Value {
        let files: Vec<_> = self.files.iter().map(|f| (&f.path, &f.before, &f.after)).collect();
        let content = |file: &Option<WeightFile>| file.as_ref().map(|file| (file.digest, file.size));
        let weights = |model: &ModelChange| -> Vec<_> {
            model.weights.iter().map(|w| (w.path.clone(), content(&w.before), content(&w.after))).collect()
        };
        let models: Vec<_> =
            self.models.iter().map(|m| (&m.card_path, &m.card_before, &m.card_after, weights(m))).collect();
        let fields: Vec<_> = self.fields.iter().map(|field| (&field.name, &field.value)).collect();
        let findings: Vec<_> =
            self.flags.iter().filter(|flag| !flag.volatile).map(|f| f.fingerprint().to_string()).collect();
        let mut identity = serde_json::json!({
            "commit": self.commit,
            "base": self.baseline.commit(),
            "files": files,
            "models": models,
            "findings": findings,
            "fields": fields,
        });
        // What others advise was on the screen as well; without advice nothing is added.
        let advice: Vec<_> = self.external.iter().filter_map(|one| Some((&one.name, one.advice.as_ref()?))).collect();
        if !advice.is_empty()
            && let Some(members) = identity.as_object_mut()
        {
            members.insert("advice".to_owned(), serde_json::json!(advice));
        }
        identity
    }

    /// The digest of [`Self::identity`]: what people vote on.
    pub fn digest(&self) -> Digest {
        Digest::of_json(&self.identity())
    }

    pub fn brief(&self, digest: Digest) -> EvidenceBrief {
        EvidenceBrief {
            digest,
            risk: super::flag::risk(&self.flags),
            has_gap: self.flags.iter().any(Flag::is_gap),
            contributors: self.contributors.clone(),
            base: self.baseline.deployed().cloned(),
            relation: self.relation,
            flags: self.flags.iter().map(FlagBrief::of).collect(),
            approved_before: None,
            volatile: self.flags.iter().filter(|flag| flag.volatile).cloned().collect(),
            ci: None,
            waits: false,
        }
    }

    /// What is kept under the digest: without what may change while the digest stays.
    #[must_use]
    pub fn lasting(mut self) -> Self {
        self.flags.retain(|flag| !flag.volatile);
        self.external.retain(|check| check.kind != CHECK_RUN);
        self.ci.clear();
        self
    }

    /// The evidence as one request has it: what is kept under its digest, with what `brief` holds besides.
    #[must_use]
    pub fn with(mut self, brief: &EvidenceBrief) -> Self {
        self = self.lasting();
        self.flags.extend(brief.volatile.iter().cloned());
        super::flag::sort_flags(&mut self.flags);
        if let Some(ci) = &brief.ci {
            self.external.splice(0..0, ci.shown());
            self.ci.clone_from(&ci.runs);
        }
        self
    }
}

#[cfg(test)]
mod tests;
