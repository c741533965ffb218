//! `countersign card`: what is read from a model card, with the line of each fact.

mod arguments;
mod shown;

use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::artifact::card::{CARD_LIMIT_BYTES, FrontMatter, read_card};

use super::arguments::Format;
use super::failure::{Failure, NO};
use super::{colour, table};

pub use arguments::CardArguments;
pub(super) use arguments::EXAMPLES;

pub(super) fn run(arguments: &CardArguments) -> Result<ExitCode, Failure> {
    let bytes = read(&arguments.file)?;
    let card = read_card(&bytes);
    let text = match arguments.format {
        Format::Text => shown::text(&arguments.file.display().to_string(), &card, colour::is_wanted()),
        Format::Json => {
            format!("{}\n", serde_json::to_string_pretty(&card).context("cannot write the card as JSON")?)
        }
    };
    table::print_raw(&text).context("cannot write the card")?;
    let is_unreadable = matches!(card.front_matter, FrontMatter::Unreadable { .. });
    Ok(if is_unreadable { ExitCode::from(NO) } else { ExitCode::SUCCESS })
}

/// As many bytes as tell that a card is too large, and no more.
fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let name = file.display();
    let metadata = file.metadata().map_err(|error| Failure::BadInput(format!("cannot look at `{name}`: {error}")))?;
    if !metadata.is_file() {
        return Err(Failure::BadInput(format!("`{name}` is not a file")));
    }
    let mut bytes = Vec::new();
    let most = u64::try_from(CARD_LIMIT_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let opened = File::open(file).with_context(|| format!("cannot open `{name}`"))?;
    opened.take(most).read_to_end(&mut bytes).with_context(|| format!("cannot read `{name}`"))?;
    Ok(bytes)
}
