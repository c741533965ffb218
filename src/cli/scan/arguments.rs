//! What can be typed after `countersign scan`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::arguments::Format;

pub(in crate::cli) const EXAMPLES: &str = "\
Examples:
  countersign scan model.safetensors
  countersign scan --strict models/
  countersign scan --allow-global 'sklearn.*' model.joblib
  countersign scan --format json models/ | jq '.files[] | select(.verdict == \"dangerous\") | .path'

Folders are scanned with all that is below them but for what git keeps in `.git`.
Files are recognised by content, not by name, and nothing in them is run or loaded. Pickles are read opcode by opcode, in
archives too; of tensors only the list is read, so size hardly matters. A file in which nothing was found has \"no
imports outside the allow-list\"; no file is ever called safe.

Exit codes: 0 nothing dangerous, 1 something is (with --strict: or is not known to be harmless), 2 wrong use, 3 a file could
not be read.";

/// Which files are scanned, and what counts as a no.
#[derive(Debug, Clone, Args)]
pub struct ScanArguments {
    /// Files, and folders with everything below them; symbolic links below a folder are not followed
    #[arg(value_name = "FILE|DIR", required = true)]
    pub paths: Vec<PathBuf>,
    /// Imports that you allow besides the allow-list, such as `sklearn.*`; may be repeated. Nothing dangerous becomes allowed
    #[arg(long, value_name = "PATTERN")]
    pub allow_global: Vec<String>,
    /// Exit 1 also for what is suspicious or could not be scanned to its end
    #[arg(long)]
    pub strict: bool,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}
