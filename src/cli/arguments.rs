//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::card::{self, CardArguments};
use super::check::{self, CheckArguments};
use super::demo::{self, DemoArguments};
use super::freeze::FreezeCommand;
use super::identity::IdentityCommand;
use super::policy::PolicyCommand;
use super::scan::{self, ScanArguments};

const EXAMPLES: &str = "\
Examples:
  countersign demo
  countersign check --base v1.0
  countersign scan models/
  countersign card README.md
  countersign policy validate .github/countersign.yml
  countersign policy explain --environment production
  countersign serve --config /etc/countersign.toml
  COUNTERSIGN_SLACK__BOT_TOKEN_FILE=/run/secrets/bot-token countersign serve
  countersign requests list
  countersign identity list
  countersign freeze call production --for 4h --reason incident-12
  countersign audit show 01890a5d-ac96-774b-bcce-b302099a8057
  countersign audit verify --format json

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
    #[command(
        after_help = "Example:\n  countersign serve --config /etc/countersign.toml\n\nSIGTERM and SIGINT stop it within 10 seconds; nothing acknowledged is lost."
    )]
    Serve(SettingsArguments),
    /// Say what the gate would say about a local git repository
    #[command(after_help = check::EXAMPLES)]
    Check(CheckArguments),
    /// Say what weight files would do when they are loaded
    #[command(after_help = scan::EXAMPLES)]
    Scan(ScanArguments),
    /// Show what is read from a model card, with the line of each fact
    #[command(after_help = card::EXAMPLES)]
    Card(CardArguments),
    /// Look a policy file through, explain it, try it, and print what it may say
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Look at requests: what waits, what was decided
    #[command(subcommand)]
    Requests(RequestsCommand),
    /// Look at the record of everything that happened, and verify it
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Say which Slack account and which GitHub account are one person
    #[command(subcommand)]
    Identity(IdentityCommand),
    /// Hold what would go live, for a while
    #[command(subcommand)]
    Freeze(FreezeCommand),
    /// Show the whole loop on this machine, with a simulated GitHub and Slack in the browser
    #[command(after_help = demo::EXAMPLES)]
    Demo(DemoArguments),
}

#[derive(Debug, Subcommand)]
pub enum RequestsCommand {
    /// List the requests that wait for a decision, newest first
    #[command(after_help = "Examples:\n  countersign requests list\n  countersign requests list --all --format json")]
    List {
        /// Decided and ended ones too
        #[arg(long)]
        all: bool,
        /// At most so many
        #[arg(long, default_value_t = 50, value_name = "NUMBER")]
        limit: usize,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        #[command(flatten)]
        settings: SettingsArguments,
    },
    /// Show one request
    #[command(after_help = "Example:\n  countersign requests show 01890a5d-ac96-774b-bcce-b302099a8057")]
    Show {
        /// The request's id
        #[arg(value_name = "REQUEST")]
        request: String,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        #[command(flatten)]
        settings: SettingsArguments,
    },
}

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// List the record, oldest first
    #[command(
        after_help = "Examples:\n  countersign audit list\n  countersign audit list --after 500 --limit 100 --format json"
    )]
    List {
        /// Only what comes after this number
        #[arg(long, default_value_t = 0, value_name = "SEQ")]
        after: u64,
        /// At most so many
        #[arg(long, default_value_t = 100, value_name = "NUMBER")]
        limit: usize,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        #[command(flatten)]
        settings: SettingsArguments,
    },
    /// Tell everything that happened to one request: who asked, who voted on what evidence, what was refused and why
    #[command(after_help = "Example:\n  countersign audit show 01890a5d-ac96-774b-bcce-b302099a8057")]
    Show {
        /// The request's id
        #[arg(value_name = "REQUEST")]
        request: String,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        #[command(flatten)]
        settings: SettingsArguments,
    },
    /// Check that nothing in the record was changed, left out or put in; exit code 1 if something was
    #[command(
        after_help = "Examples:\n  countersign audit verify\n  countersign audit verify --head 1042:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n\nA cut-off end shows only against a head written down elsewhere: keep the one this prints."
    )]
    Verify {
        /// A head written down earlier, NUMBER:SHA256; may be repeated
        #[arg(long, value_name = "HEAD")]
        head: Vec<String>,
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
        #[command(flatten)]
        settings: SettingsArguments,
    },
}

impl RequestsCommand {
    pub const fn settings(&self) -> &SettingsArguments {
        match self {
            Self::List { settings, .. } | Self::Show { settings, .. } => settings,
        }
    }
}

impl AuditCommand {
    pub const fn settings(&self) -> &SettingsArguments {
        match self {
            Self::List { settings, .. } | Self::Show { settings, .. } | Self::Verify { settings, .. } => settings,
        }
    }
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
