//! The forge: where repositories, runs and environments live, and where the decision is told. GitHub today.

use crate::domain::{
    Ask, CommitSha, DeploymentId, EnvironmentName, ForgeUser, JobState, PullRequest, Relation, Repository, RequestKey,
    RunId, Standing, Timestamp,
};
use crate::domain::{ChangeKind, Run};
use crate::engine::receive::Delivery;

use super::PortResult;

/// A forge. Every call is bounded in time and in bytes; every failure has its class.
pub trait Forge: Send + Sync + 'static {
    /// The host that keys carry: `github.com`, or the enterprise server's name.
    fn host(&self) -> &str;

    /// Reads a stored delivery, without looking anything up. `Err` says why an authentic delivery is unusable.
    fn interpret(&self, delivery: &Delivery) -> Result<ForgeSignal, String>;

    /// The run as it is now, with everybody who started any of its attempts, and when each attempt started.
    fn run<'a>(&'a self, repository: &'a Repository, run: RunId) -> PortResult<'a, RunState>;

    /// The newest successful deployment to `environment` other than `except`: what is live.
    fn live<'a>(
        &'a self,
        repository: &'a Repository,
        environment: &'a EnvironmentName,
        except: &'a [DeploymentId],
    ) -> PortResult<'a, Option<LiveDeployment>>;

    /// Compares two commits: relation, commits between (bounded), changed files with patches as far as the forge gives them.
    fn compare<'a>(
        &'a self,
        repository: &'a Repository,
        base: &'a CommitSha,
        head: &'a CommitSha,
    ) -> PortResult<'a, Presence<Comparison>>;

    /// One commit with its people; `Missing` when the repository does not have it.
    fn commit<'a>(&'a self, repository: &'a Repository, sha: &'a CommitSha) -> PortResult<'a, Presence<RawCommit>>;

    /// All files of a commit, by path.
    fn tree<'a>(&'a self, repository: &'a Repository, commit: &'a CommitSha) -> PortResult<'a, Presence<Tree>>;

    /// A file's content by its blob id, at most `max_bytes` of it.
    fn blob<'a>(&'a self, repository: &'a Repository, blob: &'a str, max_bytes: usize) -> PortResult<'a, Blob>;

    /// The pull requests that brought a commit.
    fn pull_requests<'a>(
        &'a self,
        repository: &'a Repository,
        commit: &'a CommitSha,
    ) -> PortResult<'a, Vec<PullRequest>>;

    /// The commit of the default branch right now: where the policy is read (R9).
    fn default_branch<'a>(&'a self, repository: &'a Repository) -> PortResult<'a, CommitSha>;

    /// What the holder of `login` may do in the repository, and who that is today. `Missing`: nobody has this login.
    fn permission<'a>(&'a self, repository: &'a Repository, login: &'a str) -> PortResult<'a, Presence<Permission>>;

    /// A status report on the waiting jobs: Markdown, cut to the forge's limit (R29).
    fn report<'a>(
        &'a self,
        repository: &'a Repository,
        run: RunId,
        environment: &'a EnvironmentName,
        comment: &'a str,
    ) -> PortResult<'a, ()>;

    /// Tells the decision. `mark` is a short text put into the comment, by which it is recognised when read back.
    fn decide<'a>(&'a self, telling: &'a TellForge<'a>) -> PortResult<'a, FirstAnswer>;

    /// Whether a decision with `mark` has been taken already, or another answer stands.
    fn answered<'a>(
        &'a self,
        repository: &'a Repository,
        run: RunId,
        environment: &'a EnvironmentName,
        mark: &'a str,
    ) -> PortResult<'a, Answered>;

    /// How the run stands now.
    fn standing<'a>(
        &'a self,
        repository: &'a Repository,
        run: RunId,
        environment: &'a EnvironmentName,
        jobs: &'a [DeploymentId],
    ) -> PortResult<'a, Presence<Standing>>;

    /// The page that compares two commits, for people.
    fn compare_url(&self, repository: &Repository, base: &CommitSha, head: &CommitSha) -> String;
    /// The page of a pull request, a commit or a file, for people.
    fn commit_url(&self, repository: &Repository, commit: &CommitSha) -> String;
}

/// What a forge's delivery means to us.
#[derive(Debug, Clone, PartialEq)]
pub enum ForgeSignal {
    /// A job waits for us. The attempt is not in the delivery: it is looked up.
    Asked(Box<AskSignal>),
    /// A job's deployment moved.
    JobMoved { repository: crate::domain::RepositoryId, deployment: DeploymentId, state: JobState, detail: String },
    /// A run ended.
    RunEnded {
        repository: crate::domain::RepositoryId,
        run: RunId,
        attempt: u32,
        conclusion: String,
        by: Option<String>,
    },
    /// Authentic, and nothing for us to do; the reason is for the log.
    Ignored { why: String },
}

/// A job's ask as the delivery tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct AskSignal {
    pub repository: Repository,
    pub environment: EnvironmentName,
    pub run: RunId,
    pub commit: CommitSha,
    pub reference: String,
    pub trigger: String,
    pub deployment: Option<DeploymentId>,
    /// When the forge made the deployment: the attempt is the latest that started not after this (R1).
    pub created_at: Option<Timestamp>,
    pub sender: Option<ForgeUser>,
}

impl AskSignal {
    /// The ask with what the run's state adds: attempt and people.
    pub fn with_run(&self, id: crate::domain::RequestId, host: &str, attempt: u32, run: Run) -> Ask {
        Ask {
            id,
            key: RequestKey {
                host: host.to_owned(),
                repository: self.repository.id,
                run: self.run,
                attempt,
                environment: self.environment.folded(),
            },
            repository: self.repository.clone(),
            environment: self.environment.clone(),
            run,
            commit: self.commit.clone(),
            deployment: self.deployment,
        }
    }
}

/// A run as the forge shows it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunState {
    pub run: Run,
    /// Start of each attempt, first attempt first, as far as known.
    pub attempt_starts: Vec<Timestamp>,
    pub commit: CommitSha,
    /// Once the run has ended.
    pub conclusion: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveDeployment {
    pub deployment: DeploymentId,
    pub commit: CommitSha,
    pub since: Option<Timestamp>,
}

/// Something asked for by name that may not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence<T> {
    Found(T),
    Missing,
}

/// Two commits compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    pub relation: Relation,
    /// Commits that head has and base has not, oldest first, at most the adapter's bound.
    pub commits: Vec<RawCommit>,
    pub commits_total: u64,
    pub files: Vec<RawFile>,
    /// The forge's list stops at its limit: files are missing (R7).
    pub files_cut: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawCommit {
    pub sha: CommitSha,
    /// The whole message: co-authors stand in it.
    pub message: String,
    pub author: Person,
    pub committer: Person,
    /// Co-authors the forge or the trailers name.
    pub co_authors: Vec<Person>,
}

/// Somebody named in a commit: the account, when the forge knows one for the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub user: Option<ForgeUser>,
    pub name: String,
    /// Made the commit through the forge's own web pages; stands for nobody.
    pub is_forge: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawFile {
    pub path: String,
    pub previous_path: Option<String>,
    pub kind: ChangeKind,
    pub additions: u64,
    pub deletions: u64,
    /// Unified diff without file header; absent for binary and too large files.
    pub patch: Option<String>,
}

/// All files of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    pub entries: Vec<TreeEntry>,
    /// The forge cut the list (R7).
    pub truncated: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    pub path: String,
    pub blob: String,
    /// Bytes; of the pointer, where the content is in large-file storage.
    pub size: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blob {
    Content(Vec<u8>),
    TooLarge { size: Option<u64> },
    Missing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    pub user: ForgeUser,
    pub access: crate::domain::Access,
}

/// A decision on its way to the forge.
#[derive(Debug, Clone, Copy)]
pub struct TellForge<'a> {
    pub repository: &'a Repository,
    pub run: RunId,
    pub environment: &'a EnvironmentName,
    pub lets_run: bool,
    /// Markdown, link and mark first; cut to the forge's limit.
    pub comment: &'a str,
    pub mark: &'a str,
}

/// The forge's immediate answer to a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FirstAnswer {
    Accepted,
    /// It would not take it, for a reason only reading back can tell: too early, partly applied, decided, ended.
    Unclear {
        message: String,
    },
}

/// What the forge has on file about our gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// A decision that carries our mark.
    Ours {
        approved: bool,
    },
    /// Somebody else's answer for this environment.
    Others {
        approved: bool,
        by: Option<String>,
    },
    NotYet,
}
