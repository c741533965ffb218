//! Both vendors in this process, in real time and without limits: the load is what the program can take.

use std::net::SocketAddr;
use std::time::Duration;

use countersign::app::doors::GITHUB_WEBHOOKS;
use countersign::ports::Clock;
use countersign::sim::github::sample::{self, Sample};
use countersign::sim::github::{GithubOptions, GithubSim};
use countersign::sim::slack::{SlackOptions, SlackSim};
use countersign::slack::ROUTES;

#[derive(Clone)]
pub struct Vendors {
    pub github: GithubSim,
    pub slack: SlackSim,
    pub sample: Sample,
}

impl Vendors {
    pub async fn start() -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let github = GithubSim::start(Clock::System, github_options()).await.unwrap();
        let sample = github.edit(sample::fill);
        let slack = SlackOptions { rate_limits: false, ..SlackOptions::default() };
        let slack = SlackSim::start(Clock::System, slack).await.unwrap();
        Self { github, slack, sample }
    }

    /// The same, with clicks going over connections that the program opens.
    pub async fn start_in_socket_mode() -> Self {
        let vendors = Self::start().await;
        vendors.slack.switch_socket_mode(true);
        vendors
    }

    /// Clicks that wait for a connection to be sent over again.
    pub fn unsent_clicks(&self) -> usize {
        self.slack.read(|state| state.socket_mode.unacknowledged.len())
    }

    /// Webhooks and clicks go to the program at that address, whether it runs or not.
    pub fn point_at(&self, address: SocketAddr) {
        self.github.set_webhook_target(&format!("http://{address}{GITHUB_WEBHOOKS}"));
        self.slack.set_interactions_target(&format!("http://{address}{}", ROUTES.interactions));
    }
}

fn github_options() -> GithubOptions {
    let mut options = GithubOptions::default();
    options.limits.requests_per_hour = None;
    options.limits.points_per_minute = None;
    options.timing.too_early_ms = 20;
    options.timing.job_starts_ms = 20;
    options.timing.job_runs_ms = 60;
    options.timing.matrix_decision_takes = Duration::from_millis(5);
    options.deliver_in_parallel = true;
    options
}
