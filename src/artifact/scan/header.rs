//! Headers of the formats that say what tensors they hold.

use super::Format;
use crate::artifact::source::{Source, SourceError};
use crate::artifact::tensors::{Header, HeaderFault, gguf, keras, npy, onnx, safetensors};

/// What the header of a file says, or why there is none: `Err` inside in words. `keras_config`: the `config.json` of a Keras
/// file, which was read with the archive.
///
/// # Errors
/// [`SourceError::Missing`] when a part of the file is not here.
pub(super) fn header(
    format: Format,
    source: &dyn Source,
    keras_config: Option<&[u8]>,
) -> Result<Option<Result<Header, String>>, SourceError> {
    let read = match format {
        Format::Safetensors => safetensors::read(source),
        Format::Gguf => gguf::read(source),
        Format::Onnx => onnx::read(source),
        Format::Npy => npy::read(source),
        Format::Keras => match keras_config {
            Some(config) => keras::read_config(config),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    match read {
        Err(HeaderFault::Missing) => Err(SourceError::Missing),
        Ok(header) => Ok(Some(Ok(header))),
        Err(fault) => Ok(Some(Err(fault.to_string()))),
    }
}
