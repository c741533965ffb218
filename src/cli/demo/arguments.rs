//! What can be typed after `countersign demo`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::sim::script::Story;

pub(in crate::cli) const EXAMPLES: &str = "\
Examples:
  countersign demo
  countersign demo --repo ~/models/sentiment --base v1.0 --head main
  countersign demo --script deny

Nothing leaves this machine. A story exits 0 only if the simulated vendors saw what the story promises.";

/// What is shown, and where.
#[derive(Debug, Clone, Args)]
pub struct DemoArguments {
    /// Where the page is served: an address of this machine
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// A local git repository to deploy from, instead of the sample
    #[arg(long, value_name = "PATH", requires = "base", requires = "head", conflicts_with = "script")]
    pub repo: Option<PathBuf>,
    /// What is live: a commit, branch or tag of the repository
    #[arg(long, value_name = "REV", requires = "repo")]
    pub base: Option<String>,
    /// What somebody wants to deploy: a commit, branch or tag of the repository
    #[arg(long, value_name = "REV", requires = "repo")]
    pub head: Option<String>,
    /// Tell a story without a browser, and exit
    #[arg(long, value_name = "STORY", value_enum)]
    pub script: Option<StoryName>,
}

/// The stories by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum StoryName {
    /// A better model is approved, and goes live
    Approve,
    /// A risky model is denied, with a reason
    Deny,
    /// Two people approve at the same moment, one of them twice
    DoubleClick,
    /// People who may not decide press the buttons
    Outsider,
    /// The run is started again: the old approval does not carry over
    Rerun,
    /// Twenty-nine jobs ask at once, and three more come late
    Matrix,
    /// A risky model needs two people, one after the other
    TwoGates,
    /// Nobody decides: people are reminded, then the job is turned away
    Expiry,
    /// What was approved waits while production is frozen
    Freeze,
    /// One person lets it through in an emergency, another one reviews that
    BreakGlass,
    /// A newer deployment takes the place of an older one
    Supersede,
}

impl From<StoryName> for Story {
    fn from(name: StoryName) -> Self {
        match name {
            StoryName::Approve => Self::Approve,
            StoryName::Deny => Self::Deny,
            StoryName::DoubleClick => Self::DoubleClick,
            StoryName::Outsider => Self::Outsider,
            StoryName::Rerun => Self::Rerun,
            StoryName::Matrix => Self::Matrix,
            StoryName::TwoGates => Self::TwoGates,
            StoryName::Expiry => Self::Expiry,
            StoryName::Freeze => Self::Freeze,
            StoryName::BreakGlass => Self::BreakGlass,
            StoryName::Supersede => Self::Supersede,
        }
    }
}
