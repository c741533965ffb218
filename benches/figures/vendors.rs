//! The other side: simulated vendors in this process, or a GitHub that takes every call and never answers.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context as _;
use countersign::ports::Clock;
use countersign::sim::github::sample::{self, Sample};
use countersign::sim::github::state::deliveries::Delivery;
use countersign::sim::github::{Dispatch, GithubOptions, GithubSim};
use countersign::sim::slack::sample::{OCTO, TEAM};
use countersign::sim::slack::{SlackOptions, SlackSim};
use tokio::net::TcpListener;

/// GitHub and Slack, idle and without rate limits.
pub struct Vendors {
    pub github: GithubSim,
    pub slack: SlackSim,
    sample: Sample,
    environments: AtomicUsize,
}

impl Vendors {
    pub async fn start() -> anyhow::Result<Self> {
        let mut options = GithubOptions::default();
        options.limits.requests_per_hour = None;
        options.limits.points_per_minute = None;
        options.timing.too_early_ms = 0;
        options.events = vec!["deployment_protection_rule".to_owned()];
        let github = GithubSim::start(Clock::System, options).await?;
        let sample = github.edit(sample::fill);
        // Deliveries are queued for a target only; this bench sends them itself.
        github.set_webhook_target("http://127.0.0.1:9/");
        let slack =
            SlackSim::start(Clock::System, SlackOptions { rate_limits: false, ..SlackOptions::default() }).await?;
        Ok(Self { github, slack, sample, environments: AtomicUsize::new(1) })
    }

    /// Points Slack's clicks at a server.
    pub fn click_at(&self, server: SocketAddr) {
        self.slack.set_interactions_target(&format!("http://{server}/slack/interactions"));
    }

    /// Starts a deployment to an environment of its own, in which an older commit is live; the delivery that tells of it.
    pub fn deploy(&self) -> anyhow::Result<Delivery> {
        let environment = format!("production-{}", self.environments.fetch_add(1, Ordering::Relaxed));
        let (repository, change) =
            (self.sample.repository, Dispatch::new(self.sample.repository, "main", "mona", &environment));
        let change = change.of_commit(&self.sample.good).triggered_by("push");
        let queued = self.github.edit(|state| {
            state.add_environment(repository, &environment, true);
            state.set_live(repository, &environment, &self.sample.live);
            state.dispatch(change);
            state.queued.pop_front()
        });
        Ok(queued.context("the deployment sent no delivery")?.delivery)
    }

    /// Messages that stand in all channels, replies included.
    pub fn messages(&self) -> usize {
        self.slack.read(|state| state.messages.len())
    }

    pub fn reports(&self) -> usize {
        self.github.read(|state| state.status_reports.len())
    }

    pub fn decisions(&self) -> usize {
        self.github.read(|state| state.decisions.len())
    }

    /// Calls that reached either vendor.
    pub fn calls(&self) -> usize {
        self.github.read(|state| state.calls.len()) + self.slack.read(|state| state.calls.len())
    }
}

/// The identity file: octocat may approve.
pub fn people() -> String {
    format!(
        "[[person]]\ngithub_id = {}\ngithub_login = \"octocat\"\nslack_team = \"{TEAM}\"\nslack_user = \"{OCTO}\"\n",
        sample::OCTOCAT
    )
}

/// The address of a vendor that accepts every connection and says nothing.
pub async fn silence() -> anyhow::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let hold = async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            held.push(stream);
        }
    };
    #[expect(clippy::disallowed_methods, reason = "the silent vendor stands beside the measurement")]
    tokio::spawn(hold);
    Ok(address)
}
