//! The simulated GitHub: apps, repositories, workflow runs and gates, with real HTTP and signed webhooks.
//!
//! Three parts that never mix: `state` (a plain value, changed by what people and machines do), `routes` (answers
//! derived from it, with the vendor's limits and texts) and `hooks` (signed deliveries when it changes). `book` holds
//! what was asked of it, `faults` what goes wrong on purpose. Nothing moves unless the clock moved and `step` is called.

mod answers;
pub mod book;
mod caller;
mod decide;
mod deliver;
pub mod faults;
mod hooks;
mod jobs;
mod keys;
mod limits;
pub mod options;
mod overlap;
mod reply;
mod routes;
pub mod sample;
mod server;
pub mod state;
mod versions;
mod workflow;

use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::domain::Timestamp;
use crate::ports::Clock;

pub use book::{AuthorizationKind, DecisionPost, Host, RecordedCall, Review, StatusReport};
pub use faults::{Fault, FaultKind};
pub use options::{
    Flavour, GithubOptions, Level, Limits, PayloadShape, RefusalShape, StorageOptions, Timing, TokenFormat,
};
pub use state::State;
pub use state::checks::{Annotation, CheckAction, CheckApp, CheckRun};
pub use state::comments::Comment;
pub use state::commits::{CommitData, NewCommit};
pub use state::deliveries::{Delivery, HookRule, OnTheWay};
pub use state::git::{Blob, Signature};
pub use state::pulls::{MergeMethod, NewPullRequest};
pub use state::repository::Access;
pub use state::runs::{Dispatch, JobPlan, WorkflowRun};

/// A running simulated GitHub. Clones are the same one; it stops when the last is dropped.
#[derive(Debug, Clone)]
pub struct GithubSim {
    shared: Arc<Shared>,
    _servers: Arc<Servers>,
}

/// What the server tasks and the handle share.
#[derive(Debug)]
struct Shared {
    clock: Clock,
    key: keys::AppKey,
    state: Mutex<State>,
    held: watch::Sender<Held>,
}

/// Requests that are held on purpose.
#[derive(Debug, Default)]
struct Held {
    waiting: usize,
    /// How often those that waited were let go.
    releases: u64,
}

impl Shared {
    /// Waits for the next release.
    async fn hold(&self) {
        let mut seen = self.held.subscribe();
        let mut releases = 0;
        self.held.send_modify(|held| {
            held.waiting += 1;
            releases = held.releases;
        });
        // The sender lives as long as this.
        let _ = seen.wait_for(|held| held.releases > releases).await;
        self.held.send_modify(|held| held.waiting -= 1);
    }

    /// Enters the state at the clock's time.
    fn enter<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.now = self.clock.now();
        act(&mut state)
    }
}

#[derive(Debug)]
struct Servers(Vec<AbortHandle>);

impl Drop for Servers {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

impl GithubSim {
    /// Starts an empty GitHub with our App registered, on free ports of 127.0.0.1.
    ///
    /// # Errors
    /// When no port can be bound or no key can be made.
    pub async fn start(clock: Clock, options: GithubOptions) -> std::io::Result<Self> {
        let key = keys::AppKey::of_this_process()?;
        let (api, web, storage) = (bind().await?, bind().await?, bind().await?);
        let address = |listener: &TcpListener| Ok::<_, std::io::Error>(format!("http://{}", listener.local_addr()?));
        let mut urls = state::Urls { api: address(&api)?, web: address(&web)?, storage: address(&storage)? };
        let enterprise = options.flavour == Flavour::Ghes;
        if enterprise {
            urls.api = format!("{}/api/v3", urls.web);
        }
        let state = Mutex::new(State::new(options, urls, clock.now()));
        let shared = Arc::new(Shared { clock, key, state, held: watch::Sender::default() });
        let mut tasks = vec![
            server::serve(web, Host::Web, Arc::clone(&shared)),
            server::serve(storage, Host::Storage, Arc::clone(&shared)),
        ];
        if !enterprise {
            tasks.push(server::serve(api, Host::Api, Arc::clone(&shared)));
        }
        Ok(Self { shared, _servers: Arc::new(Servers(tasks)) })
    }

    /// The API base, e.g. `http://127.0.0.1:PORT` or `http://127.0.0.1:PORT/api/v3`.
    pub fn api_url(&self) -> String {
        self.read(|state| state.urls.api.clone())
    }

    /// The web host, which also serves Git LFS.
    pub fn web_url(&self) -> String {
        self.read(|state| state.urls.web.clone())
    }

    pub fn app_id(&self) -> u64 {
        self.read(|state| state.options.app_id)
    }

    /// The App's private key as GitHub hands it out: PKCS#1, PEM.
    pub fn private_key_pem(&self) -> String {
        self.shared.key.private_pem.clone()
    }

    pub fn webhook_secret(&self) -> String {
        self.read(|state| state.options.webhook_secret.clone())
    }

    /// The App's client id and a client secret.
    pub fn sign_in_credentials(&self) -> (String, String) {
        self.read(|state| (state.client_id(), state.client_secret()))
    }

    /// Makes that the App's one callback URL.
    pub fn set_callback(&self, url: &str) {
        self.edit(|state| state.sign_ins.callbacks = vec![url.to_owned()]);
    }

    /// Points the App's webhook at that address, and makes it active.
    pub fn set_webhook_target(&self, url: &str) {
        self.edit(|state| state.webhook_target = Some(url.to_owned()));
    }

    /// Changes the state as people would. Webhooks it causes are queued for `step`.
    pub fn edit<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        self.shared.enter(change)
    }

    pub fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        self.shared.enter(|state| look(state))
    }

    /// Starts a workflow run; the answer is its id.
    pub fn dispatch(&self, dispatch: Dispatch) -> u64 {
        self.edit(|state| state.dispatch(dispatch))
    }

    /// Runs a finished run again. False when GitHub would refuse.
    pub fn rerun(&self, run: u64, actor: &str) -> bool {
        self.edit(|state| state.rerun(run, actor))
    }

    /// Cancels a run. False when it is over.
    pub fn cancel(&self, run: u64, actor: &str) -> bool {
        self.edit(|state| state.cancel(run, actor))
    }

    /// An admin starts all waiting jobs. False when nothing could be forced.
    pub fn bypass(&self, run: u64, actor: &str) -> bool {
        self.edit(|state| state.bypass(run, actor))
    }

    /// More jobs of an unfinished run reach that environment.
    pub fn later_wave(&self, run: u64, environment: &str, jobs: usize) {
        self.edit(|state| state.later_wave(run, environment, jobs));
    }

    /// Sends a delivery again under its GUID. False when GitHub no longer keeps it.
    pub fn redeliver(&self, guid: &str) -> bool {
        self.edit(|state| state.redeliver(guid))
    }

    /// Does everything that is due by the clock: jobs move, webhooks are sent and their answers recorded.
    /// Returns how many things it did.
    pub async fn step(&self) -> usize {
        let (moved, parcels, parallel) = self.edit(|state| {
            let mut moved = 0;
            while state.advance_one() {
                moved += 1;
            }
            (moved, state.take_due_deliveries(), state.options.deliver_in_parallel)
        });
        let sent = parcels.len();
        if parallel {
            let delivered = futures::future::join_all(parcels.into_iter().map(deliver::send)).await;
            self.edit(|state| state.deliveries.extend(delivered));
        } else {
            for parcel in parcels {
                let delivered = deliver::send(parcel).await;
                self.edit(|state| state.deliveries.push(delivered));
            }
        }
        moved + sent
    }

    /// When `step` has something to do next; in the past when it has already.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.read(|state| {
            let delivery = state.queued.iter().map(|queued| queued.due).min();
            let job = state.next_job_step().map(|(due, ..)| due);
            delivery.into_iter().chain(job).min()
        })
    }

    /// Every request so far.
    pub fn calls(&self) -> Vec<RecordedCall> {
        self.read(|state| state.calls.clone())
    }

    /// Requests no route took, and tokens sent where none belongs.
    pub fn unexpected_calls(&self) -> Vec<RecordedCall> {
        self.read(|state| state.calls.iter().filter(|call| call.unexpected).cloned().collect())
    }

    /// Every decision posted for that run and environment (any case), accepted or not, oldest first.
    pub fn decisions(&self, run: u64, environment: &str) -> Vec<DecisionPost> {
        let environment = environment.to_lowercase();
        let wanted = |post: &&DecisionPost| post.run == run && post.environment.to_lowercase() == environment;
        self.read(|state| state.decisions.iter().filter(wanted).cloned().collect())
    }

    /// Every status report posted for that run and environment (any case), accepted or not, oldest first.
    pub fn status_reports(&self, run: u64, environment: &str) -> Vec<StatusReport> {
        let environment = environment.to_lowercase();
        let wanted = |post: &&StatusReport| post.run == run && post.environment.to_lowercase() == environment;
        self.read(|state| state.status_reports.iter().filter(wanted).cloned().collect())
    }

    pub fn run(&self, id: u64) -> Option<WorkflowRun> {
        self.read(|state| state.runs.get(&id).cloned())
    }

    /// Every delivery sent so far, in the order sent.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.read(|state| state.deliveries.clone())
    }

    /// How many requests are held right now.
    pub fn held(&self) -> usize {
        self.shared.held.borrow().waiting
    }

    /// Lets go of the requests that are held.
    pub fn release(&self) {
        self.shared.held.send_modify(|held| held.releases += 1);
    }

    /// Makes something go wrong.
    pub fn fault(&self, fault: Fault) {
        self.edit(|state| state.faults.push(fault));
    }
}

async fn bind() -> std::io::Result<TcpListener> {
    TcpListener::bind("127.0.0.1:0").await
}

#[cfg(test)]
mod tests;
