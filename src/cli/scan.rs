//! `countersign scan`: what weight files would do when they are loaded, by the code that scans for the gate.

mod arguments;
mod file;
mod files;
mod progress;
mod shown;
mod work;

use std::process::ExitCode;

use anyhow::Context as _;
use serde::Serialize;

use crate::artifact::scan::{FileScan, Format, Verdict};
use crate::artifact::tensors::{Header, is_unsafe_path};

use super::arguments::Format as PrintFormat;
use super::failure::{Failure, NO, OUTSIDE_FAULT};
use super::{colour, table};

pub(super) use arguments::EXAMPLES;
pub use arguments::ScanArguments;

pub(super) fn run(arguments: &ScanArguments) -> Result<ExitCode, Failure> {
    let found = files::find(&arguments.paths)?;
    let scanned = work::scan_all(&found.files, &arguments.allow_global);
    let text = match arguments.format {
        PrintFormat::Text => shown::text(&scanned, &found, colour::is_wanted()),
        PrintFormat::Json => shown::json(&scanned, &found),
    };
    table::print_raw(&text).context("cannot write the report")?;
    Ok(exit_code(&scanned, &found, arguments.strict))
}

/// One file, and what came of it.
#[derive(Debug)]
struct Scanned {
    /// As typed, or below a folder as typed.
    path: String,
    bytes: u64,
    /// None where nothing of it could be read. Without its header, which may be large.
    scan: Option<FileScan>,
    header: Option<HeaderFacts>,
    /// What the system said when it would not give the file's bytes.
    fault: Option<String>,
}

/// What people want to know of a header.
#[derive(Debug, Serialize)]
struct HeaderFacts {
    summary: String,
    tensors: usize,
    parameters: Option<u64>,
    external_files: Vec<String>,
    custom_code: Vec<String>,
    oddities: Vec<String>,
}

impl From<Header> for HeaderFacts {
    fn from(header: Header) -> Self {
        Self {
            summary: header.summary(),
            tensors: header.tensors.len(),
            parameters: header.parameters,
            external_files: header.external_files,
            custom_code: header.custom_code,
            oddities: header.oddities,
        }
    }
}

/// What is dangerous outranks a fault: what was found stays found. A fault outranks all else: there is no answer.
fn exit_code(scanned: &[Scanned], found: &files::Found, is_strict: bool) -> ExitCode {
    let worst = worst(scanned);
    if worst == Verdict::Dangerous {
        return ExitCode::from(NO);
    }
    if !found.is_whole() || scanned.iter().any(|one| one.fault.is_some()) {
        return ExitCode::from(OUTSIDE_FAULT);
    }
    let is_no = is_strict && (worst > Verdict::Clean || scanned.iter().any(Scanned::is_odd));
    if is_no { ExitCode::from(NO) } else { ExitCode::SUCCESS }
}

impl Scanned {
    fn is_of_unknown_kind(&self) -> bool {
        self.scan.as_ref().is_some_and(|scan| scan.format == Format::Unknown)
    }

    /// Its header could not be read, or has it read files outside of its folder.
    fn is_odd(&self) -> bool {
        let has_fault = self.scan.as_ref().is_some_and(|scan| scan.header_fault.is_some());
        has_fault || self.header.iter().flat_map(|header| &header.external_files).any(|file| is_unsafe_path(file))
    }
}

fn worst(scanned: &[Scanned]) -> Verdict {
    scanned.iter().filter_map(|one| one.scan.as_ref()).map(|scan| scan.verdict).max().unwrap_or(Verdict::Clean)
}
