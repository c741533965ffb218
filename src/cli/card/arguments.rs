//! What can be typed after `countersign card`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::Format;

pub(in crate::cli) const EXAMPLES: &str = "\
Examples:
  countersign card README.md
  countersign card --format json README.md | jq '.results[] | {metric: .key.metric_type, value: .value.text, line}'

A card is a README.md with YAML front matter, as the Hugging Face Hub reads it. Values are shown as they are written; what
other readers may see differently is listed as a problem.

Exit codes: 0 the card was read, 1 its front matter cannot be read, 2 wrong use, 3 the file could not be read.";

/// Which card is read.
#[derive(Debug, Clone, Args)]
pub struct CardArguments {
    /// The model card
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}
