//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

const EXAMPLES: &str = "\
Examples:
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
