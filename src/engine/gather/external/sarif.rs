//! SARIF reports, from an artifact of the run or from the forge's code scanning.

use crate::artifact::archive;
use crate::artifact::sarif::{self, SarifReport};
use crate::checks::external::{Asked, Weight};
use crate::checks::rules::external::{SarifCheck, SarifSource};
use crate::engine::gather::Proposal;
use crate::engine::gather::reader::Reader;
use crate::ports::{PortError, Presence};

use super::in_time;

/// Largest artifact fetched, packed, in bytes.
pub(super) const MAX_ARTIFACT_BYTES: usize = 8 * 1024 * 1024;
/// Most reports of one check.
const MAX_REPORTS: usize = 20;

pub(super) async fn read(reader: Reader<'_>, proposal: &Proposal<'_>, rule: &SarifCheck) -> Result<Asked, PortError> {
    let weight = if rule.advisory { Weight::Advisory } else { Weight::Required };
    let asked = |kind| Asked::new(rule.name.as_str(), kind, weight);
    match &rule.source {
        SarifSource::Artifact(artifact) => {
            from_artifact(reader, proposal, rule, artifact.as_str(), asked("artifact")).await
        }
        SarifSource::CodeScanning(tool) => {
            from_scanning(reader, proposal, rule, tool.as_str(), asked("code scanning")).await
        }
    }
}

async fn from_artifact(
    reader: Reader<'_>,
    proposal: &Proposal<'_>,
    rule: &SarifCheck,
    name: &str,
    asked: Asked,
) -> Result<Asked, PortError> {
    let Some(run) = proposal.run else {
        return Ok(asked.waiting("it is read from the run that asks to deploy, and there is none yet"));
    };
    let zip = match in_time(reader, reader.host.artifact(reader.repository, run, name, MAX_ARTIFACT_BYTES)).await? {
        Ok(Presence::Found(zip)) => zip,
        Ok(Presence::Missing) => return Ok(asked.waiting(&format!("the run has no artifact {name} yet"))),
        Err(why) => return Ok(asked.failed(&why)),
    };
    let is_report = |file: &str| file.ends_with(".sarif") || file.ends_with(".sarif.json");
    Ok(match archive::files(&zip, is_report) {
        Ok(files) if files.is_empty() => asked.failed(&format!("the artifact {name} holds no .sarif file")),
        Ok(files) => judged(rule, asked, files.iter().map(|file| file.bytes.as_slice())),
        Err(error) => asked.failed(&format!("the artifact {name} cannot be read: {error}")),
    })
}

async fn from_scanning(
    reader: Reader<'_>,
    proposal: &Proposal<'_>,
    rule: &SarifCheck,
    tool: &str,
    asked: Asked,
) -> Result<Asked, PortError> {
    let reports = match in_time(reader, reader.host.analyses(reader.repository, proposal.commit, Some(tool))).await? {
        Ok(reports) => reports,
        Err(why) => return Ok(asked.failed(&why)),
    };
    if reports.is_empty() {
        return Ok(asked.waiting(&format!("code scanning has no analysis of this commit by {tool} yet")));
    }
    Ok(judged(rule, asked, reports.iter().map(Vec::as_slice)))
}

/// One report that cannot be read is a failure, and what the others found stays.
fn judged<'r>(rule: &SarifCheck, asked: Asked, files: impl ExactSizeIterator<Item = &'r [u8]>) -> Asked {
    if files.len() > MAX_REPORTS {
        return asked.failed(&format!("there are more than {MAX_REPORTS} reports"));
    }
    let (mut reports, mut broken): (Vec<SarifReport>, Option<String>) = (Vec::new(), None);
    for file in files {
        match sarif::read(file) {
            Ok(report) => reports.push(report),
            Err(why) => broken = Some(why),
        }
    }
    let asked = asked.reported(rule, &reports);
    match broken {
        Some(why) => asked.failed(&why),
        None => asked,
    }
}
