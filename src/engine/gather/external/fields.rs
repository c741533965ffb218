//! What the workflow says about itself: masked, visible, and verified by nobody.

use crate::artifact::archive;
use crate::artifact::fields::{FILE_NAME, Fields, MAX_NAME_CHARS, MAX_VALUE_CHARS, read_fields};
use crate::checks::fields;
use crate::checks::rules::external::FieldsRule;
use crate::checks::words::plain;
use crate::domain::{Flag, WorkflowField};
use crate::engine::gather::Proposal;
use crate::engine::gather::reader::Reader;
use crate::ports::{PortError, Presence};

use super::in_time;
use super::sarif::MAX_ARTIFACT_BYTES;

/// The fields, and what is wrong with them.
#[derive(Default)]
pub(super) struct FieldsRead {
    pub(super) fields: Vec<WorkflowField>,
    pub(super) flags: Vec<Flag>,
    /// The run has not left them yet.
    pub(super) is_late: bool,
}

pub(super) async fn read(
    reader: Reader<'_>,
    proposal: &Proposal<'_>,
    rule: Option<&FieldsRule>,
) -> Result<FieldsRead, PortError> {
    let (Some(rule), Some(run)) = (rule, proposal.run) else { return Ok(FieldsRead::default()) };
    let name = rule.artifact.as_str();
    let zip = match in_time(reader, reader.host.artifact(reader.repository, run, name, MAX_ARTIFACT_BYTES)).await? {
        Ok(Presence::Found(zip)) => zip,
        // Fields are for people's ease: none are no gap.
        Ok(Presence::Missing) => return Ok(FieldsRead { is_late: true, ..FieldsRead::default() }),
        Err(why) => return Ok(flawed(name, &why)),
    };
    Ok(match archive::files(&zip, |file| file == FILE_NAME) {
        Ok(files) => match files.first() {
            Some(file) => shown(name, read_fields(&file.bytes)),
            None => flawed(name, &format!("it holds no {FILE_NAME}")),
        },
        Err(error) => flawed(name, &error.to_string()),
    })
}

fn flawed(artifact: &str, why: &str) -> FieldsRead {
    FieldsRead { flags: vec![fields::unreadable(artifact, why)], ..FieldsRead::default() }
}

fn shown(artifact: &str, read: Fields) -> FieldsRead {
    let flags = read.fields.iter().flat_map(|(name, value)| fields::check(name, value));
    let flags = flags.chain(read.flaw.as_deref().map(|why| fields::unreadable(artifact, why))).collect();
    let field = |(name, value): &(String, String)| WorkflowField {
        name: plain(name, MAX_NAME_CHARS),
        value: plain(value, MAX_VALUE_CHARS),
    };
    FieldsRead { fields: read.fields.iter().map(field).collect(), flags, is_late: false }
}
