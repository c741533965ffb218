//! `countersign policy schema`

use std::process::ExitCode;

use anyhow::Context as _;

use super::SchemaFormat;
use crate::cli::failure::Failure;
use crate::cli::table;
use crate::policy::schema;

pub(super) fn run(format: SchemaFormat) -> Result<ExitCode, Failure> {
    let text = match format {
        SchemaFormat::Json => schema::json(),
        SchemaFormat::Markdown => schema::reference(),
    };
    table::print_raw(&text).context("cannot write")?;
    Ok(ExitCode::SUCCESS)
}
