//! What can be typed after `countersign policy`.

mod simulate;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::arguments::Format;

pub use simulate::{Expected, PersonArgument, SimulateArguments, VoteArgument};

const VALIDATE_EXAMPLES: &str = "\
Examples:
  countersign policy validate .github/countersign.yml
  countersign policy validate --owner ../.github/.github/countersign.yml .github/countersign.yml
  countersign policy validate --owner .github/countersign.yml
  countersign policy validate --format json policies/*.yml | jq '.findings[] | select(.level == \"error\")'

Every mistake is told at once, with its place in the file and what would be right. The gate goes by the same rules: a file with an
error holds all requests of its repository; warnings do not.

Exit codes: 0 no errors, 1 errors, 2 wrong use or a file that cannot be opened.";

const SCHEMA_EXAMPLES: &str = "\
Examples:
  countersign policy schema > policy.schema.json
  countersign policy schema --format markdown > policy-reference.md";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  countersign policy explain --environment production
  countersign policy explain --repo ~/models/sentiment --environment production --at v1.2
  countersign policy explain --owner-file ../.github/.github/countersign.yml --environment staging
  countersign policy explain --policy new-policy.yml --environment production --format json

Every line says where it comes from: a line of the repository's file, of the owner's, the server's settings, or what is built in.
Of a repository only a commit is read; --policy takes a file that is not committed. Without a file the built-in rules hold.

Exit codes: 0 explained, 1 the file has mistakes (printed as `policy validate` does) or holds every request for the
environment, 2 wrong use or bad input, 3 an outside fault.";

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Find every mistake in policy files
    #[command(after_help = VALIDATE_EXAMPLES)]
    Validate(ValidateArguments),
    /// Say in words what holds for an environment, each line with its source
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArguments),
    /// Say what would happen under a policy file if people voted like that, and why
    #[command(after_help = simulate::EXAMPLES)]
    Simulate(Box<SimulateArguments>),
    /// Print what a policy file may say: its JSON Schema, or the reference
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema {
        #[arg(long, value_enum, default_value_t = SchemaFormat::Json)]
        format: SchemaFormat,
    },
}

/// Which files are looked through.
#[derive(Debug, Clone, Args)]
pub struct ValidateArguments {
    /// Policy files of repositories
    #[arg(value_name = "FILE", required_unless_present = "owner")]
    pub files: Vec<PathBuf>,
    /// The file of the owner's .github repository, whose defaults, groups and floor the others build on
    #[arg(long, value_name = "FILE")]
    pub owner: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// What is explained.
#[derive(Debug, Clone, Args)]
pub struct ExplainArguments {
    /// The git repository
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub repo: PathBuf,
    /// The environment
    #[arg(long, value_name = "NAME")]
    pub environment: String,
    /// Where its policy file is read: a commit, branch or tag
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub at: String,
    /// A policy file, instead of the repository's own
    #[arg(long, value_name = "FILE", conflicts_with_all = ["repo", "at"])]
    pub policy: Option<PathBuf>,
    /// The file of the owner's .github repository
    #[arg(long, value_name = "FILE")]
    pub owner_file: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaFormat {
    /// JSON Schema, for editors
    Json,
    /// The reference in Markdown, for people
    Markdown,
}
