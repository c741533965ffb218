//! The form of the document.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checks::rules::Actions;

/// What the gate would say to a proposed commit, and why. Text in it comes from strangers: escape it for where it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Countersign report")]
pub struct Document {
    /// The version of this form.
    #[schemars(extend("const" = 1))]
    pub schema_version: u32,
    pub repository: String,
    pub environment: String,
    pub verdict: VerdictWord,
    /// Why the rules cannot be followed and the gate would hold the request; absent where they can.
    pub held: Option<String>,
    /// The rules it would be held to, in words.
    pub rules: Option<String>,
    /// What could not be looked at where this was gathered, in words.
    pub not_seen: Option<String>,
    /// What a flag does, by severity.
    pub actions: Actions,
    /// The worst flag's severity; `info` without flags.
    pub risk: SeverityWord,
    /// Evidence is missing: some flag is a gap.
    pub has_gaps: bool,
    pub baseline: Baseline,
    pub proposed: Proposed,
    /// Worst first, new ones before those already live.
    pub flags: Vec<Flag>,
    pub models: Vec<Model>,
    pub files: Vec<File>,
    /// Oldest first; the newest ones where it is not all.
    pub commits: Vec<Commit>,
    /// Commits between live and proposed in all.
    pub commits_total: u64,
    pub pull_requests: Vec<PullRequest>,
    /// Everybody with a hand in the change.
    pub people: Vec<Person>,
    /// What other tools say about the commit.
    pub ci: Vec<CiRun>,
    pub external: Vec<ExternalCheck>,
    /// What the workflow handed over about itself; nobody verified it.
    pub fields: Vec<Field>,
    pub compare_url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictWord {
    /// Some flag cannot be approved away.
    Blocked,
    /// Nothing blocks, and some flag asks for somebody's approval.
    NeedsApproval,
    Clear,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeverityWord {
    Info,
    Low,
    Medium,
    High,
    Critical,
}

/// What is live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Baseline {
    pub state: BaselineState,
    /// The live commit; absent for a first deployment.
    pub commit: Option<String>,
    /// Since when it is live, RFC 3339.
    pub since: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BaselineState {
    /// Nothing was ever deployed here.
    None,
    Live,
    /// There was one, and its commit cannot be compared with.
    Vanished,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Proposed {
    pub commit: String,
    pub relation: RelationWord,
    /// Commits that the proposed one has and the live one has not.
    pub ahead: Option<u64>,
    /// Commits that the live one has and the proposed one has not.
    pub behind: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RelationWord {
    NoBaseline,
    Same,
    Ahead,
    /// A rollback.
    Behind,
    Diverged,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Flag {
    /// Dotted and stable: `licence.changed`.
    pub code: String,
    pub severity: SeverityWord,
    /// What it is about: a model, a path, a metric.
    pub subject: String,
    /// A sentence for a reviewer.
    pub message: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// The rule that fired, with its limit.
    pub rule: Option<String>,
    /// `path@commit#line`, as far as known.
    pub source: Option<String>,
    /// Not already true of what is live.
    pub is_new: bool,
    /// Evidence that could not be had.
    pub is_gap: bool,
    /// May change while the evidence stays what it is.
    pub is_volatile: bool,
    /// SHA-256 over code, subject, before and after: stays while the finding is the same.
    pub fingerprint: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Model {
    pub name: String,
    pub card_path: String,
    pub card_changed: bool,
    /// Unified diff of the card, secrets masked and hidden characters written out.
    pub card_diff: String,
    pub card_diff_lines_cut: u64,
    /// Live against proposed, metrics first.
    pub rows: Vec<Row>,
    pub weights: Vec<Weight>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Row {
    pub label: String,
    pub before: Option<String>,
    pub after: Option<String>,
    /// The difference in words: `worse by 0.014`.
    pub delta: Option<String>,
    pub limit: Option<String>,
    pub change: ChangeWord,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeWord {
    Same,
    Better,
    Worse,
    Changed,
    Added,
    Removed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Weight {
    pub path: String,
    pub before: Option<WeightFile>,
    pub after: Option<WeightFile>,
    pub tensors: Option<Tensors>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WeightFile {
    /// SHA-256 of the content; absent where only git's id is known.
    pub digest: Option<String>,
    /// Bytes.
    pub size: u64,
    pub format: Option<String>,
    /// What loading it would do, in words.
    pub verdict: Option<String>,
    pub tensors: Option<String>,
}

/// Tensors by name, live against proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tensors {
    pub added: u64,
    pub removed: u64,
    pub reshaped: u64,
    pub retyped: u64,
    pub examples: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct File {
    pub path: String,
    pub previous_path: Option<String>,
    pub kind: FileKind,
    /// Ids of the contents in git.
    pub before: Option<String>,
    pub after: Option<String>,
    pub additions: Option<u64>,
    pub deletions: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FileKind {
    Added,
    Modified,
    Removed,
    Renamed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Commit {
    pub commit: String,
    pub title: String,
    /// The author's account, where one is known.
    pub author: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PullRequest {
    pub number: u64,
    pub title: String,
    pub url: String,
    pub author: Option<String>,
    pub is_merged: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    pub part: PartWord,
    /// The account, where one is known.
    pub account: Option<String>,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartWord {
    Requester,
    PrAuthor,
    Author,
    Committer,
    CoAuthor,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CiRun {
    pub name: String,
    pub state: CiWord,
    pub detail: String,
    pub url: Option<String>,
    pub app: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CiWord {
    Failed,
    Pending,
    Neutral,
    Passed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExternalCheck {
    pub name: String,
    pub kind: String,
    pub state: ExternalWord,
    /// Why it failed.
    pub why: Option<String>,
    pub findings: u64,
    pub advice: Option<String>,
    pub url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExternalWord {
    Answered,
    Waiting,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Field {
    pub name: String,
    pub value: String,
}
