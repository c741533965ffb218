//! Pickles one after the other, as files hold them: which of a file's bytes are pickles, and what all of them do.

use super::evidence::{self, Weight};
use super::fault::Fault;
use super::findings;
use super::imports::Judgements;
use super::input::Input;
use super::machine::{Budget, Machine, Reader, Run};
use crate::artifact::container::wide;
use crate::artifact::scan::{Findings, ScanFinding};
use crate::artifact::source::{Source, SourceError};

/// Pickles in a torch file from before 1.6: magic number, protocol, system, the object, keys of the storages. Raw bytes follow.
const TORCH_LEGACY_PICKLES: u64 = 5;

/// A file's bytes, read as pickles.
#[derive(Debug, Default)]
pub struct Stream {
    pub kind: StreamKind,
    /// What was found, with positions.
    pub findings: Vec<ScanFinding>,
    /// Byte strings that are loaded as files of their own: position and length.
    pub loaded: Vec<(u64, u64)>,
    /// Where bytes begin that follow the last pickle and are none.
    pub rest: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StreamKind {
    /// Nothing that a reader of pickles would take far.
    #[default]
    NotPickles,
    /// As before, but only because the bytes end here.
    TooShortToTell,
    Pickles,
    TorchLegacy,
}

/// Runs every pickle from the start of `source` on.
///
/// # Errors
/// When a part of the source is not here. Other failures to read are findings.
pub fn read(source: &dyn Source, allow_globals: &[String], budget: &mut Budget) -> Result<Stream, SourceError> {
    let (stream, has_arrays) = read_as(source, Reader::Joblib, allow_globals, budget)?;
    if !has_arrays {
        return Ok(stream);
    }
    // Another reader than joblib takes the arrays' bytes for opcodes: what those do counts, where they end does not.
    let (plain, _) = read_as(source, Reader::Plain, allow_globals, budget)?;
    let mut found = Findings::default();
    let more = plain.findings.into_iter().filter(|finding| !finding.name.is_empty());
    stream.findings.into_iter().chain(more).for_each(|finding| found.add(finding));
    let loaded = [stream.loaded, plain.loaded].concat();
    Ok(Stream { findings: found.sorted(), loaded, ..stream })
}

fn read_as(
    source: &dyn Source,
    reader: Reader,
    allow_globals: &[String],
    budget: &mut Budget,
) -> Result<(Stream, bool), SourceError> {
    let (mut input, mut judgements) = (Input::new(source), Judgements::new(allow_globals));
    let (mut stream, mut found) = (Stream::default(), Findings::default());
    let (mut weight, mut has_arrays, mut is_torch, mut pickles) = (Weight::None, false, false, 0_u64);
    while !input.is_at_end() {
        let start = input.position();
        let mut run = Machine::new(&mut input, budget, &mut judgements, reader).run();
        let this = evidence::weigh(&run, input.is_at_end());
        stop_unread(&input, this.max(weight))?;
        if this == Weight::None {
            end_at_other_bytes(&mut stream, &run, start, weight);
            break;
        }
        is_torch |= pickles == 0 && run.is_torch_magic;
        weight = weight.max(this);
        pickles += 1;
        has_arrays |= run.has_arrays;
        if reader == Reader::Plain {
            // An array's bytes may look like anything: only what is named well enough to be found counts.
            run.odd.clear();
            run.imports.retain(|import| import.judgement.is_plausible);
        }
        findings::add(&run, &mut found);
        stream.loaded.extend(run.loaded);
        if run.fault.is_some() || (is_torch && pickles == TORCH_LEGACY_PICKLES) {
            break;
        }
    }
    stream.findings = found.sorted();
    stream.kind = match weight {
        Weight::Strong if is_torch => StreamKind::TorchLegacy,
        Weight::Strong => StreamKind::Pickles,
        Weight::Weak if input.is_at_end() && stream.rest.is_none() && pickles > 0 => StreamKind::Pickles,
        Weight::Weak | Weight::None => return Ok((not_pickles(&stream), false)),
    };
    if let Some(rest) = stream.rest
        && is_padding(source, rest)?
    {
        stream.rest = None;
    }
    Ok((stream, has_arrays))
}

/// The bytes from `start` on are no pickle, though some may come before.
fn end_at_other_bytes(stream: &mut Stream, run: &Run, start: u64, weight: Weight) {
    stream.rest = Some(start);
    if weight == Weight::None && run.fault == Some(Fault::End) {
        stream.kind = StreamKind::TooShortToTell;
    }
}

fn not_pickles(stream: &Stream) -> Stream {
    Stream { kind: stream.kind, ..Stream::default() }
}

/// What is not here ends the reading. What cannot be read does so unless it is a finding of a pickle's.
fn stop_unread(input: &Input<'_>, weight: Weight) -> Result<(), SourceError> {
    match input.failure() {
        Some(SourceError::Failed(_)) if weight == Weight::Strong => Ok(()),
        Some(error) => Err(error.clone()),
        None => Ok(()),
    }
}

/// Only zeros and white space up to the end: nobody reads them.
fn is_padding(source: &dyn Source, start: u64) -> Result<bool, SourceError> {
    const PADDING_LIMIT: u64 = 64 << 10;
    let length = source.size().saturating_sub(start);
    if length > PADDING_LIMIT {
        return Ok(false);
    }
    let mut buffer = [0; 4096];
    let mut at = start;
    while at < source.size() {
        let read = match source.read_at(at, &mut buffer) {
            Ok(read) if read > 0 => read,
            Err(SourceError::Missing) => return Err(SourceError::Missing),
            _ => return Ok(false),
        };
        let bytes = buffer.get(..read).unwrap_or_default();
        if !bytes.iter().all(|byte| *byte == 0 || byte.is_ascii_whitespace()) {
            return Ok(false);
        }
        at = at.saturating_add(wide(read));
    }
    Ok(true)
}
