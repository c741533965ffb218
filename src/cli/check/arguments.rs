//! What can be typed after `countersign check`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::checks::rules::external::CheckName;

pub(in crate::cli) const EXAMPLES: &str = "\
Examples:
  countersign check --base v1.0
  countersign check --repo ~/models/sentiment --base v1.0 --head main
  countersign check --base none                     a first deployment: nothing is live
  countersign check --base v1.0 --format json | jq .verdict
  countersign check --base v1.0 --fail-on approve   fail where somebody would have to approve
  countersign check --base v1.0 --format evidence > evidence.json    for `countersign policy simulate`
  countersign check --base v1.0 --run-check toxicity=./toxicity.py    ask a check of your own

In a GitHub Actions job, after actions/checkout with `fetch-depth: 0`:
  countersign check --base origin/main --format markdown >> \"$GITHUB_STEP_SUMMARY\"
  countersign check --base origin/main --format sarif --output countersign.sarif

Only commits are read, nothing that the repository configures is run, and nothing leaves this machine. Pull requests,
accounts and what other tools said are known at the forge only, so they are not part of this. A command of --run-check
gets what was found as JSON on its standard input and writes findings or SARIF; it runs in the repository's folder.

Exit codes: 0 nothing blocks, 1 something does (see --fail-on), 2 wrong use or bad input, 3 an outside fault.";

/// Which commits are compared, by which rules, and how the answer is written.
#[derive(Debug, Clone, Args)]
pub struct CheckArguments {
    /// The git repository
    #[arg(long, value_name = "PATH", default_value = ".")]
    pub repo: PathBuf,
    /// What is live: a commit, branch or tag; `none` for a first deployment
    #[arg(long, value_name = "REV", required_unless_present = "schema")]
    pub base: Option<String>,
    /// What would be deployed: a commit, branch or tag
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub head: String,
    /// Where it would be deployed to
    #[arg(long, value_name = "NAME", default_value = "production")]
    pub environment: String,
    /// A policy file, instead of the repository's own
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// Write the report to a file
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Ask a command as a check: in place of the policy's service of that name, or besides; may be repeated
    #[arg(long = "run-check", value_name = "NAME=COMMAND", value_parser = named_command)]
    pub run_checks: Vec<NamedCommand>,
    /// What makes the exit code 1
    #[arg(long, value_enum, value_name = "VERDICT", default_value_t = FailOn::Block)]
    pub fail_on: FailOn,
    /// Print the JSON Schema of `--format json`, and do nothing else
    #[arg(long, exclusive = true)]
    pub schema: bool,
}

/// A command by the name of its check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedCommand {
    pub name: String,
    pub command: String,
}

fn named_command(text: &str) -> Result<NamedCommand, String> {
    let (name, command) = text.split_once('=').ok_or("write NAME=COMMAND")?;
    let name = CheckName::parse(name).ok_or_else(|| {
        format!("a name has 1 to {} visible characters, without space around it", CheckName::MAX_CHARS)
    })?;
    if command.trim().is_empty() {
        return Err("write NAME=COMMAND, with a command".to_owned());
    }
    Ok(NamedCommand { name: name.as_str().to_owned(), command: command.to_owned() })
}

/// How the report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For a terminal
    Text,
    /// One document for machines; its schema is printed by --schema
    Json,
    /// GitHub Flavored Markdown, for a job summary or a comment
    Markdown,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// The evidence whole, as the server stores it: for `policy simulate --evidence`
    Evidence,
}

/// The mildest verdict that counts as a no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// A flag that cannot be approved away
    Block,
    /// Also a flag that asks for somebody's approval
    Approve,
}
