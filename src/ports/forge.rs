//! The forge: where runs and environments live, and where the decision is told. GitHub today.

use crate::domain::{
    Ask, CommitSha, DeploymentId, EnvironmentName, ForgeUser, JobMove, Repository, RequestKey, Run, RunId, Standing,
    TeamId, Timestamp,
};
use crate::engine::receive::Delivery;

use super::PortResult;
use super::code::{CodeHost, Presence};
use super::pulls::{PostedSheet, PullState, SheetContent};

/// A forge. Every call is bounded in time and in bytes; every failure has its class.
pub trait Forge: CodeHost {
    /// The host that keys carry: `github.com`, or the enterprise server's name.
    fn host(&self) -> &str;

    /// Reads a stored delivery, without looking anything up. `Err` says why an authentic delivery is unusable.
    fn interpret(&self, delivery: &Delivery) -> Result<ForgeSignal, String>;

    /// The run as it is now, with everybody who started any of its attempts, and when each attempt started.
    fn run<'a>(&'a self, repository: &'a Repository, run: RunId) -> PortResult<'a, RunState>;

    /// What the holder of `login` may do in the repository, and who that is today. `Missing`: nobody has this login.
    fn permission<'a>(&'a self, repository: &'a Repository, login: &'a str) -> PortResult<'a, Presence<Permission>>;

    /// An account as its profile shows it to everybody. `Missing`: nobody has this login.
    fn profile<'a>(&'a self, repository: &'a Repository, login: &'a str) -> PortResult<'a, Presence<Profile>>;

    /// A few accounts whose profiles show an address like this one, by login: each still has to be looked at.
    fn logins_by_email<'a>(&'a self, repository: &'a Repository, email: &'a str) -> PortResult<'a, Vec<String>>;

    /// Where somebody goes to say which account is theirs; `None` where the operator has not set that up.
    fn sign_in_address(&self, sign_in: SignIn<'_>) -> Option<String>;

    /// Who signed in, by the code that the forge gave them and the verifier of the challenge they went there with. Works
    /// once. Nothing that could act in their name is kept.
    fn signed_in<'a>(&'a self, code: &'a str, verifier: &'a str) -> PortResult<'a, SignedIn>;

    /// The team of that name in the repository's own organisation. `Missing`: there is none, or none we may see.
    fn team<'a>(
        &'a self,
        repository: &'a Repository,
        organisation: &'a str,
        slug: &'a str,
    ) -> PortResult<'a, Presence<TeamId>>;

    /// Everybody in the team that has that name now and in the teams below it, at most the adapter's bound: more are an error.
    fn team_members<'a>(
        &'a self,
        repository: &'a Repository,
        organisation: &'a str,
        slug: &'a str,
    ) -> PortResult<'a, Presence<Vec<ForgeUser>>>;

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

    /// Cancels the run. Needs a permission of its own, which is asked for only where a policy uses it (R32).
    fn cancel_run<'a>(&'a self, repository: &'a Repository, run: RunId) -> PortResult<'a, ()>;

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

    /// A pull request as it is now, and what it changes.
    fn pull_request<'a>(&'a self, repository: &'a Repository, number: u64) -> PortResult<'a, Presence<PullState>>;

    /// Our sheet beside a commit, by its mark; the newest where there are several.
    fn find_sheet<'a>(
        &'a self,
        repository: &'a Repository,
        commit: &'a CommitSha,
        mark: &'a str,
    ) -> PortResult<'a, Option<PostedSheet>>;

    /// Shows a sheet: in the place of `posted`, or a new one. Notes that are there already are not repeated.
    fn show_sheet<'a>(
        &'a self,
        posted: Option<&'a PostedSheet>,
        content: &'a SheetContent<'a>,
    ) -> PortResult<'a, PostedSheet>;

    /// Our one comment on a pull request: edited where it is, known by its id or found by its mark, else posted. The id;
    /// `Missing` when the comment of a known id was deleted. Needs a permission of its own.
    fn show_comment<'a>(
        &'a self,
        repository: &'a Repository,
        number: u64,
        mark: &'a str,
        posted: Option<u64>,
        text: &'a str,
    ) -> PortResult<'a, Presence<u64>>;
}

/// What a forge's delivery means to us.
#[derive(Debug, Clone, PartialEq)]
pub enum ForgeSignal {
    /// A job waits for us. The attempt is not in the delivery: it is looked up.
    Asked(Box<AskSignal>),
    /// A job's deployment moved.
    JobMoved { repository: crate::domain::RepositoryId, job: JobMove },
    /// A run was asked for. `number`: counted per workflow.
    RunRequested { repository: crate::domain::RepositoryId, workflow: String, number: u64 },
    /// A run ended.
    RunEnded {
        repository: crate::domain::RepositoryId,
        run: RunId,
        attempt: u32,
        conclusion: String,
        by: Option<String>,
    },
    /// A pull request was opened or closed, has a new commit or another base.
    PullRequestMoved { repository: Repository, number: u64, head: CommitSha, is_open: bool },
    /// Somebody pressed a button of a sheet of ours, the forge's own for "again" when it has no name.
    SheetPressed { repository: Repository, commit: CommitSha, mark: String, button: Option<String> },
    /// Somebody wants all sheets beside a commit again.
    SheetsPressed { repository: Repository, commit: CommitSha },
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
    pub fn with_run(&self, id: crate::domain::RequestId, host: &str, workspace: &str, attempt: u32, run: Run) -> Ask {
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
            workspace: workspace.to_owned(),
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
pub struct Permission {
    pub user: ForgeUser,
    pub access: crate::domain::Access,
}

/// An account as its owner shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    pub user: ForgeUser,
    /// Neither a bot nor an organisation.
    pub is_person: bool,
    /// An address of theirs that the forge has verified, where they show one.
    pub email: Option<String>,
}

/// Somebody's way to the forge and back (OAuth 2.0 with PKCE).
#[derive(Debug, Clone, Copy)]
pub struct SignIn<'a> {
    /// Comes back with the answer.
    pub state: &'a str,
    /// SHA-256 of the verifier, base64url.
    pub challenge: &'a str,
}

/// What the forge says of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedIn {
    Person(ForgeUser),
    /// An account, and not a person's.
    Other {
        login: String,
    },
    /// It does not take the code; why, in its words.
    Refused {
        why: String,
    },
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
