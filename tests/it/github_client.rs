//! The GitHub adapter against the simulated GitHub: tokens, limits, lost answers, renamed repositories, every question.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

mod deciding;
mod identity;
mod large_files;
mod reading;
mod signing_in;
mod teams;
mod trouble;

use std::time::Duration;

use countersign::domain::time::MINUTE_MS;
use countersign::domain::{
    Access, CommitSha, DeploymentId, EntryKind, EnvironmentName, InstallationId, JobState, Relation, Repository,
    RepositoryId, RunId, Timestamp,
};
use countersign::github::{GithubForge, GithubSettings, Timeouts};
use countersign::ports::CodeHost as _;
use countersign::ports::code::{Blob, Presence};
use countersign::ports::forge::{Answered, FirstAnswer, Forge, TellForge};
use countersign::ports::{Class, Clock, PortError};
use countersign::sim::github::sample::{self, Sample};
use countersign::sim::github::{
    Fault, FaultKind, Flavour, GithubOptions, GithubSim, RecordedCall, RefusalShape, Review,
};

/// The simulated GitHub with its sample, and our client of it, on one clock moved by hand.
struct Scene {
    sim: GithubSim,
    sample: Sample,
    clock: Clock,
    forge: GithubForge,
    repository: Repository,
    production: EnvironmentName,
}

impl Scene {
    async fn new() -> Self {
        Self::of(GithubOptions::default()).await
    }

    async fn of(options: GithubOptions) -> Self {
        let clock = Clock::manual(Timestamp::parse_rfc3339("2026-03-02T09:00:00Z").unwrap());
        let sim = GithubSim::start(clock.clone(), options).await.unwrap();
        let sample = sim.edit(sample::fill);
        let forge = GithubForge::new(&settings(&sim), clock.clone()).unwrap();
        let repository = Repository {
            id: RepositoryId::new(sample.repository),
            owner: "acme".to_owned(),
            name: "sentiment".to_owned(),
            installation: InstallationId::new(sample.installation),
        };
        let production = EnvironmentName::parse("production").unwrap();
        Self { sim, sample, clock, forge, repository, production }
    }

    /// A run that waits for us, old enough to be decided.
    async fn waiting_run(&self) -> RunId {
        self.waiting(self.sample.good_change()).await
    }

    async fn waiting(&self, dispatch: countersign::sim::github::Dispatch) -> RunId {
        let run = self.sim.dispatch(dispatch);
        self.clock.advance(2_000);
        self.settle().await;
        RunId::new(run)
    }

    async fn settle(&self) {
        while self.sim.step().await > 0 {}
    }

    async fn decide(&self, run: RunId, mark: &str) -> Result<FirstAnswer, PortError> {
        let comment = format!("{mark} approved by ana");
        let telling = TellForge {
            repository: &self.repository,
            run,
            environment: &self.production,
            lets_run: true,
            comment: &comment,
            mark,
        };
        self.forge.decide(&telling).await
    }

    async fn answered(&self, run: RunId, mark: &str) -> Answered {
        self.forge.answered(&self.repository, run, &self.production, mark).await.unwrap()
    }

    async fn default_branch(&self) -> Result<CommitSha, PortError> {
        self.forge.default_branch(&self.repository).await
    }

    fn token_calls(&self) -> Vec<RecordedCall> {
        self.sim.calls().into_iter().filter(|call| call.path.ends_with("/access_tokens")).collect()
    }

    fn finish(&self) {
        assert!(self.sim.unexpected_calls().is_empty(), "{:?}", self.sim.unexpected_calls());
    }
}

fn settings(sim: &GithubSim) -> GithubSettings {
    GithubSettings {
        api_url: sim.api_url(),
        web_url: sim.web_url(),
        app_id: sim.app_id().to_string(),
        private_key: sim.private_key_pem().into(),
        sign_in: None,
        allow_http: true,
        timeouts: Timeouts::default(),
    }
}

fn sha(text: &str) -> CommitSha {
    CommitSha::parse(text).unwrap()
}

fn found<T>(presence: Presence<T>) -> T {
    match presence {
        Presence::Found(found) => found,
        Presence::Missing => panic!("missing"),
    }
}
