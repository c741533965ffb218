//! safetensors: eight bytes that say how long the header is, the header as JSON, then the tensors without gaps.
//!
//! huggingface/safetensors: README.md, "Format"; safetensors/src/tensor.rs for what its reader accepts beyond that text.

mod json;
mod layout;
mod screen;

use std::io::BufReader;

use serde::de::DeserializeSeed as _;

use super::{HEADER_LIMIT_BYTES, Header, HeaderFault};
use crate::artifact::source::{Source, Stretch};
use json::Contents;
use screen::Screen;

/// Reads the header of a safetensors file.
///
/// # Errors
/// When a part of it is missing, it is not what the format demands, or it is larger than the limits.
pub fn read(source: &dyn Source) -> Result<Header, HeaderFault> {
    let length = header_length(source)?;
    let contents = parse(source, length)?;
    let room = source.size().saturating_sub(LENGTH_BYTES).saturating_sub(length);
    layout::check(&contents.tensors, room)?;
    let mut header = contents.header;
    header.tensors = contents.tensors.into_iter().map(|(name, stored)| (name, stored.tensor)).collect();
    header.count_parameters();
    Ok(header)
}

const LENGTH_BYTES: u64 = 8;

fn header_length(source: &dyn Source) -> Result<u64, HeaderFault> {
    if source.size() < LENGTH_BYTES {
        return Err(HeaderFault::invalid(format!("the file has {} bytes, a header's length takes 8", source.size())));
    }
    let length = super::cursor::Cursor::new(source).u64()?;
    if length > HEADER_LIMIT_BYTES {
        let why =
            format!("the header would be {length} bytes long, more than the {HEADER_LIMIT_BYTES} the format allows");
        return Err(HeaderFault::Invalid { why });
    }
    if length > source.size().saturating_sub(LENGTH_BYTES) {
        let why = format!("the header would be {length} bytes long, and the file has only {} in all", source.size());
        return Err(HeaderFault::Invalid { why });
    }
    Ok(length)
}

/// Reads the JSON piece by piece; the text is never in memory as a whole.
fn parse(source: &dyn Source, length: u64) -> Result<Contents, HeaderFault> {
    let mut contents = Contents::default();
    let mut screen = Screen::new(Stretch::new(source, LENGTH_BYTES, length));
    let mut reader = serde_json::Deserializer::from_reader(BufReader::with_capacity(BUFFER_BYTES, &mut screen));
    let read = json::Tensors(&mut contents).deserialize(&mut reader).and_then(|()| reader.end());
    drop(reader);
    if let Err(error) = read {
        return Err(contents.fault.take().unwrap_or_else(|| json_fault(error)));
    }
    screen.oddities().into_iter().for_each(|oddity| contents.header.add_oddity(oddity));
    Ok(contents)
}

const BUFFER_BYTES: usize = 64 * 1024;

/// What a JSON reader's error means: reading failed, a limit was passed, or the text is wrong.
fn json_fault(error: serde_json::Error) -> HeaderFault {
    if error.is_io() {
        return screen::fault(&error.into());
    }
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = error.to_string();
    let message = crate::artifact::text::quoted(message.strip_suffix(&place).unwrap_or(&message));
    HeaderFault::invalid(format!("the header's JSON is wrong{place}: {message}"))
}

#[cfg(test)]
mod tests;
