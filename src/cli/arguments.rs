//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  countersign demo
  countersign serve --config /etc/countersign.toml
  COUNTERSIGN_SLACK__BOT_TOKEN_FILE=/run/secrets/bot-token countersign serve

Exit codes: 0 good, 1 the answer is no, 2 wrong use or bad input, 3 an outside fault.
Settings: config.default.toml lists all of them, with the environment variable that sets each.";

/// Decides, with people in Slack, whether a machine-learning model may go live.
#[derive(Debug, Parser)]
#[command(name = "countersign", version, about, after_help = EXAMPLES, arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server
    #[command(after_help = "Example:\n  countersign serve --config /etc/countersign.toml\n\nSIGTERM and SIGINT stop it within 10 seconds; nothing acknowledged is lost.")]
    Serve(SettingsArguments),
    /// Show the whole loop on this machine, with a simulated GitHub and Slack in the browser
    #[command(after_help = DEMO_EXAMPLES)]
    Demo(DemoArguments),
}

const DEMO_EXAMPLES: &str = "\
Examples:
  countersign demo
  countersign demo --repo ~/models/sentiment --base v1.0 --head main
  countersign demo --script deny

Nothing leaves this machine. A story exits 0 only if the simulated GitHub saw what the story promises.";

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
}

/// Where settings come from.
#[derive(Debug, Clone, Args)]
pub struct SettingsArguments {
    /// Settings file (TOML); the environment overrides it
    #[arg(long, value_name = "FILE", env = "COUNTERSIGN_CONFIG")]
    pub config: Option<PathBuf>,
}

/// How a table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns for people
    Text,
    /// One JSON document for machines
    Json,
}
