//! The state of the simulated GitHub: a plain value. Routes read it, people and machines change it, hooks tell of it.

pub mod checks;
pub mod comments;
pub mod commits;
pub mod deliveries;
pub mod deployments;
pub mod environments;
pub mod git;
pub mod history;
pub mod installations;
pub mod large_files;
pub mod outside;
pub mod people;
pub mod pulls;
pub mod repository;
pub mod runs;
pub mod sign_in;
pub mod teams;

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::domain::Timestamp;

use super::book::{DecisionPost, RecordedCall, Review, StatusReport};
use super::faults::Fault;
use super::limits::Buckets;
use super::options::GithubOptions;
use deliveries::{Delivery, HookRule, QueuedDelivery};
use installations::{Installation, TokenGrant};
use large_files::LargeFiles;
use people::Account;
use repository::Repository;
use runs::WorkflowRun;
use teams::Team;

/// Where the simulated hosts listen. No slash at the end.
#[derive(Debug, Clone, Default)]
pub struct Urls {
    pub api: String,
    pub web: String,
    /// Another host: media of Git LFS.
    pub storage: String,
}

/// Everything GitHub knows.
#[derive(Debug)]
pub struct State {
    pub options: GithubOptions,
    pub urls: Urls,
    /// The time of what is happening; set from the clock whenever the state is entered.
    pub now: Timestamp,
    /// Where the App's webhook points; `None`: the webhook is inactive and nothing is sent or listed.
    pub webhook_target: Option<String>,
    pub accounts: BTreeMap<u64, Account>,
    pub teams: Vec<Team>,
    pub repositories: BTreeMap<u64, Repository>,
    pub installations: BTreeMap<u64, Installation>,
    pub runs: BTreeMap<u64, WorkflowRun>,
    pub lfs: LargeFiles,
    /// Oldest first.
    pub artifacts: Vec<outside::Artifact>,
    pub analyses: Vec<outside::Analysis>,
    pub tokens: HashMap<String, TokenGrant>,
    pub sign_ins: sign_in::SignIns,
    pub queued: VecDeque<QueuedDelivery>,
    pub deliveries: Vec<Delivery>,
    /// What happens to webhooks on their way: late, never, twice.
    pub hook_rules: Vec<HookRule>,
    pub faults: Vec<Fault>,
    pub calls: Vec<RecordedCall>,
    pub decisions: Vec<DecisionPost>,
    pub status_reports: Vec<StatusReport>,
    pub reviews: Vec<Review>,
    pub(super) buckets: Buckets,
    /// Decisions being answered right now, by run and environment.
    pub(super) in_flight: HashMap<super::overlap::GateKey, super::overlap::InFlight>,
    last_id: u64,
}

impl State {
    pub(super) fn new(options: GithubOptions, urls: Urls, now: Timestamp) -> Self {
        let mut state = Self {
            options,
            urls,
            now,
            webhook_target: None,
            accounts: BTreeMap::new(),
            teams: Vec::new(),
            repositories: BTreeMap::new(),
            installations: BTreeMap::new(),
            runs: BTreeMap::new(),
            lfs: LargeFiles::default(),
            artifacts: Vec::new(),
            analyses: Vec::new(),
            tokens: HashMap::new(),
            sign_ins: sign_in::SignIns::default(),
            queued: VecDeque::new(),
            deliveries: Vec::new(),
            hook_rules: Vec::new(),
            faults: Vec::new(),
            calls: Vec::new(),
            decisions: Vec::new(),
            status_reports: Vec::new(),
            reviews: Vec::new(),
            buckets: Buckets::default(),
            in_flight: HashMap::new(),
            last_id: 10_000_000,
        };
        state.add_vendor_accounts();
        state
    }

    /// A number never used before in this world: ids of runs, jobs, deployments, deliveries.
    pub fn fresh_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }
}
