//! What can be typed after `countersign policy`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli::arguments::Format;

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

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Find every mistake in policy files
    #[command(after_help = VALIDATE_EXAMPLES)]
    Validate(ValidateArguments),
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaFormat {
    /// JSON Schema, for editors
    Json,
    /// The reference in Markdown, for people
    Markdown,
}
