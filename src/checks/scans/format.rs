//! What a file's name promises, and what its content is.

use crate::artifact::scan::Format;

/// The promise of a name that the content does not keep; none where it keeps it, or where the name promises nothing.
pub(super) fn promised(path: &str, content: Format) -> Option<&'static str> {
    let lower = path.to_lowercase();
    let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
    let (promise, kept): (_, &[Format]) = match ending {
        "safetensors" => ("safetensors", &[Format::Safetensors]),
        "gguf" => ("GGUF", &[Format::Gguf]),
        "onnx" => ("ONNX", &[Format::Onnx]),
        "keras" => ("a Keras model", &[Format::Keras]),
        "h5" => ("HDF5", &[Format::Hdf5]),
        "npy" => ("a NumPy array", &[Format::Npy]),
        "npz" => ("a NumPy archive", &[Format::Npz, Format::Zip]),
        "pt" | "pth" | "ckpt" => {
            ("a PyTorch file", &[Format::TorchZip, Format::TorchLegacy, Format::Pickle, Format::Zip])
        }
        _ => return None,
    };
    // What could not be told, or stands for another file, has a finding of its own.
    let is_known = !matches!(content, Format::Unknown | Format::Empty | Format::LfsPointer);
    (is_known && !kept.contains(&content)).then_some(promise)
}

pub const fn words(format: Format) -> &'static str {
    match format {
        Format::Safetensors => "safetensors",
        Format::Gguf => "GGUF",
        Format::Onnx => "ONNX",
        Format::Keras => "a Keras model",
        Format::Hdf5 => "HDF5",
        Format::TorchZip => "a PyTorch zip",
        Format::TorchLegacy => "an old PyTorch file",
        Format::Npy => "a NumPy array",
        Format::Npz => "a NumPy archive",
        Format::Pickle => "a pickle",
        Format::Zip => "a zip",
        Format::Gzip => "a gzip stream",
        Format::Zlib => "a zlib stream",
        Format::Bzip2 => "a bzip2 stream",
        Format::Xz => "an xz stream",
        Format::Lzma => "an lzma stream",
        Format::Tar => "a tar archive",
        Format::OtherArchive => "an archive of another kind",
        Format::LfsPointer => "a pointer to large-file storage",
        Format::Text => "text",
        Format::Empty => "empty",
        Format::Unknown => "of an unknown kind",
    }
}
