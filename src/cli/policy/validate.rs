//! `countersign policy validate`

use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::ValidateArguments;
use super::given::Given;
use crate::cli::arguments::Format;
use crate::cli::failure::{Failure, NO};
use crate::cli::table;
use crate::policy::finding::Finding;
use crate::policy::place::FileRole;
use crate::policy::show;
use crate::policy::validate::{OwnerFile, findings};
use crate::ports::Clock;

pub(super) fn run(arguments: &ValidateArguments) -> Result<ExitCode, Failure> {
    let owner = arguments.owner.as_deref().map(|path| Given::open(path, FileRole::Owner)).transpose()?;
    let mut files = Vec::new();
    for path in &arguments.files {
        files.push(Given::open(path, FileRole::Repository)?);
    }
    let reports = looked_through(&files, owner.as_ref());
    let has_error = reports.iter().flat_map(|report| &report.findings).any(Finding::is_error);
    let text = match arguments.format {
        Format::Text => text(&reports),
        Format::Json => format!("{:#}\n", document(&reports, !has_error)),
    };
    table::print_raw(&text).context("cannot write")?;
    Ok(if has_error { ExitCode::from(NO) } else { ExitCode::SUCCESS })
}

/// What was found in one file.
struct Report<'a> {
    about: &'a Given,
    findings: Vec<Finding>,
}

/// The owner's file by itself, then each repository's beside it: what is the owner's to correct is told once.
fn looked_through<'a>(files: &'a [Given], owner: Option<&'a Given>) -> Vec<Report<'a>> {
    let now = Clock::System.now();
    let beside = owner.map_or(OwnerFile::NotGiven, |owner| OwnerFile::Present(&owner.file));
    let of_owner = owner.map(|owner| Report { about: owner, findings: findings(None, beside, now) });
    let of_files = files.iter().map(|given| {
        let mut findings = findings(Some(&given.file), beside, now);
        findings.retain(|finding| finding.place.role == FileRole::Repository);
        Report { about: given, findings }
    });
    of_owner.into_iter().chain(of_files).collect()
}

fn text(reports: &[Report<'_>]) -> String {
    let mut text = String::new();
    for Report { about, findings } in reports {
        text.push_str(&show::text(findings, &[about.shown()]));
        text.push_str(&format!("{}: {}\n", show::name(&about.name), show::counted(findings)));
    }
    text
}

fn document(reports: &[Report<'_>], is_valid: bool) -> Value {
    let findings: Vec<Value> =
        reports.iter().flat_map(|report| show::json(&report.findings, &[report.about.shown()])).collect();
    let files: Vec<Value> = reports
        .iter()
        .map(|report| {
            let is_valid = !report.findings.iter().any(Finding::is_error);
            json!({ "file": report.about.name, "bytes": report.about.bytes.len(), "valid": is_valid })
        })
        .collect();
    json!({ "version": 1, "valid": is_valid, "files": files, "findings": findings })
}
