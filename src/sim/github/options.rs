//! How this GitHub behaves: which product it is, its limits, its timings and the shapes it sends.
//!
//! The defaults are the strict ones of github.com. Everything here can be changed while it runs, through `GithubSim::edit`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::time::{DAY_MS, HOUR_MS, SECOND_MS};
use crate::ports::Clock;

/// Which GitHub product is simulated. It decides the form of the addresses, the retention and whether limits are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flavour {
    #[default]
    GithubCom,
    /// GitHub Enterprise Server: the API lives below `/api/v3` of the web host, limits are off, tokens are the short ones.
    Ghes,
    /// Enterprise Cloud with data residency: as github.com, but nothing at all is answered without a token.
    GheCom,
}

/// How much a permission allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Read,
    Write,
}

/// Permissions by GitHub's names, e.g. `deployments`.
pub type Permissions = BTreeMap<String, Level>;

/// The two forms of installation tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TokenFormat {
    /// `ghs_` and 36 characters.
    Short,
    /// `ghs_<app id>_<JWT>`, about 520 characters (since April 2026; never on GHES).
    #[default]
    Stateless,
}

/// The two forms in which a refused decision has been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RefusalShape {
    /// The text is the `message`.
    #[default]
    Message,
    /// `message` is `Validation Failed` and `errors` is a string, not a list.
    ErrorsString,
}

/// Which published or captured shape the webhooks have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PayloadShape {
    /// `deployment_protection_rule` without the top-level `sha` and `ref` (captures of 2024).
    pub without_sha_and_ref: bool,
    /// `deployment: null`, which the 2026 schema allows.
    pub deployment_null: bool,
    /// `pull_requests: []` even where the branch has pull requests.
    pub no_pull_requests: bool,
    /// A callback address on another host: a client must never call it.
    pub foreign_callback: bool,
    /// A gated job also sends `workflow_job.queued` before it waits (seen in 2023).
    pub queued_before_waiting: bool,
    /// REST answers `pending` where webhooks say `waiting` (the published REST list of states has no `waiting`).
    pub rest_waiting_as_pending: bool,
}

/// GitHub's published limits. Tests lower them instead of building huge repositories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Requests per hour and installation; `None`: no primary limit (GHES).
    pub requests_per_hour: Option<u64>,
    /// Points per minute: GET 1, others 5; `None`: no secondary limit.
    pub points_per_minute: Option<u64>,
    pub compare_commits: usize,
    pub compare_files: usize,
    pub commit_files: usize,
    pub pull_files: usize,
    pub tree_entries: usize,
    pub tree_bytes: usize,
    /// A file's patch is left out above this many bytes of either side.
    pub patch_bytes: u64,
    pub contents_full_bytes: u64,
    pub contents_raw_bytes: u64,
    pub directory_entries: usize,
    pub comment_characters: usize,
    pub status_reports: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            requests_per_hour: Some(5_000),
            points_per_minute: Some(900),
            compare_commits: 250,
            compare_files: 300,
            commit_files: 3_000,
            pull_files: 3_000,
            tree_entries: 100_000,
            tree_bytes: 7 * 1024 * 1024,
            patch_bytes: 512 * 1024,
            contents_full_bytes: 1024 * 1024,
            contents_raw_bytes: 100 * 1024 * 1024,
            directory_entries: 1_000,
            comment_characters: 1_024,
            status_reports: 10,
        }
    }
}

/// Durations in milliseconds of the simulated clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timing {
    /// A decision sooner than this after the gate opened is answered 422, as if nothing were pending.
    pub too_early_ms: i64,
    /// From `queued` to `in_progress`.
    pub job_starts_ms: i64,
    /// From `in_progress` to `completed`.
    pub job_runs_ms: i64,
    /// A gate nobody answered fails its job.
    pub gate_expires_ms: i64,
    pub deliveries_kept_ms: i64,
    /// A receiver that takes longer (real time) has its connection closed.
    pub delivery_timeout: Duration,
    /// How long (real time) a decision on a matrix takes; another one for the same gate meanwhile collides with it.
    pub matrix_decision_takes: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            too_early_ms: SECOND_MS,
            job_starts_ms: SECOND_MS,
            job_runs_ms: 3 * SECOND_MS,
            gate_expires_ms: 30 * DAY_MS,
            deliveries_kept_ms: 3 * DAY_MS,
            delivery_timeout: Duration::from_secs(10),
            matrix_decision_takes: Duration::from_millis(15),
        }
    }
}

/// How the storage of Git LFS behaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageOptions {
    /// The right to read goes along as an `Authorization` header; else it is signed into the address.
    pub wants_header: bool,
    /// Parts of contents are to be had; else every answer is the whole content.
    pub gives_parts: bool,
    /// How long an address works, in milliseconds of the simulated clock.
    pub address_lasts_ms: i64,
    /// Objects in one batch.
    pub batch_objects: usize,
}

impl Default for StorageOptions {
    fn default() -> Self {
        Self { wants_header: false, gives_parts: true, address_lasts_ms: HOUR_MS, batch_objects: 100 }
    }
}

/// Everything that can be chosen about the simulated GitHub and the App registered on it.
#[derive(Debug, Clone)]
pub struct GithubOptions {
    pub flavour: Flavour,
    pub app_id: u64,
    pub app_slug: String,
    pub app_name: String,
    pub webhook_secret: String,
    /// What the App asks for; what an installation granted may lag behind.
    pub permissions: Permissions,
    /// Subscribed events; `installation*` is always sent.
    pub events: Vec<String>,
    /// The clock by which a JWT's times are judged; `None`: the simulated one. A client whose JWTs follow the
    /// system's clock needs `Some(Clock::System)` here when the simulated clock is moved by hand.
    pub jwt_clock: Option<Clock>,
    pub token_format: TokenFormat,
    pub refusal_shape: RefusalShape,
    pub payload: PayloadShape,
    pub limits: Limits,
    pub timing: Timing,
    pub storage: StorageOptions,
    /// All deliveries that are due are sent at once instead of one after the other.
    pub deliver_in_parallel: bool,
}

impl Default for GithubOptions {
    fn default() -> Self {
        Self {
            flavour: Flavour::GithubCom,
            app_id: 4_711,
            app_slug: "countersign".to_owned(),
            app_name: "Countersign".to_owned(),
            webhook_secret: "It's a secret of this simulation".to_owned(),
            permissions: default_permissions(),
            events: DEFAULT_EVENTS.iter().map(|event| (*event).to_owned()).collect(),
            jwt_clock: None,
            token_format: TokenFormat::Stateless,
            refusal_shape: RefusalShape::Message,
            payload: PayloadShape::default(),
            limits: Limits::default(),
            timing: Timing::default(),
            storage: StorageOptions::default(),
            deliver_in_parallel: false,
        }
    }
}

impl GithubOptions {
    /// The usual options of that product: GHES has no rate limits, short tokens, 30 s for an answer, 7 days of deliveries.
    pub fn of(flavour: Flavour) -> Self {
        let mut options = Self { flavour, ..Self::default() };
        if flavour == Flavour::Ghes {
            options.token_format = TokenFormat::Short;
            options.limits.requests_per_hour = None;
            options.limits.points_per_minute = None;
            options.timing.delivery_timeout = Duration::from_secs(30);
            options.timing.deliveries_kept_ms = 7 * DAY_MS;
        }
        options
    }
}

const DEFAULT_EVENTS: [&str; 9] = [
    "check_run",
    "check_suite",
    "deployment_protection_rule",
    "deployment_review",
    "deployment_status",
    "deployment",
    "pull_request",
    "workflow_job",
    "workflow_run",
];

fn default_permissions() -> Permissions {
    let read = ["actions", "contents", "pull_requests", "metadata", "statuses", "members"];
    let read = read.into_iter().map(|name| (name.to_owned(), Level::Read));
    let write = ["checks", "deployments"].map(|name| (name.to_owned(), Level::Write));
    read.chain(write).collect()
}
