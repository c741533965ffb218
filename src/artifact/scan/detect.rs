//! The format of a file, without scanning it.

use super::kinds::{self, Kind};
use super::{Format, members, onnx};
use crate::artifact::container::{wide, zip};
use crate::artifact::lfs::{self, LfsReading};
use crate::artifact::pickle::{self, Budget, StreamKind};
use crate::artifact::source::{Source, SourceError};

/// Opcodes after which a pickle is known for one.
const OPCODES: u64 = 4096;

/// What a file is, by content. It reads little: the first and last bytes, and an archive's directory.
///
/// # Errors
/// When a part of the file is not here, or reading fails.
pub fn detect(source: &dyn Source) -> Result<Format, SourceError> {
    if source.size() == 0 {
        return Ok(Format::Empty);
    }
    let head = kinds::head(source)?;
    if source.size() == wide(head.len()) && lfs::read_pointer(&head) != LfsReading::NotAPointer {
        return Ok(Format::LfsPointer);
    }
    match pickle::read(source, &[], &mut Budget::new(OPCODES))?.kind {
        StreamKind::Pickles => return Ok(Format::Pickle),
        StreamKind::TorchLegacy => return Ok(Format::TorchLegacy),
        StreamKind::NotPickles | StreamKind::TooShortToTell => {}
    }
    let kind = kinds::of(&head, source.size());
    if !matches!(kind, Kind::Zip | Kind::Other) {
        return Ok(kind.format());
    }
    // An archive may have other bytes in front.
    if let Some(archive) = zip::read(source)? {
        return members::format(&archive, source);
    }
    if kind == Kind::Zip {
        return Ok(Format::Zip);
    }
    without_magic(source, &head)
}

/// Formats that no first bytes give away.
pub fn without_magic(source: &dyn Source, head: &[u8]) -> Result<Format, SourceError> {
    if onnx::is_onnx(source)? {
        return Ok(Format::Onnx);
    }
    if kinds::is_text(head) {
        return Ok(Format::Text);
    }
    Ok(if kinds::is_hdf5_behind_user_block(source)? { Format::Hdf5 } else { Format::Unknown })
}
