//! What a weight file would do when it is loaded, decided by its content and never by its name.

mod arrays;
mod detect;
mod findings;
mod hdf5;
mod header;
mod kinds;
mod look;
mod members;
mod onnx;
mod unpack;

pub use detect::detect;
pub(super) use findings::Findings;

use serde::Serialize;

use super::source::{Source, SourceError};

/// What a scan goes by.
#[derive(Debug, Clone, Copy, Default)]
pub struct ScanOptions<'a> {
    /// Imports that the team allows besides the allow-list, such as `sklearn.*`. Nothing dangerous becomes allowed by them.
    pub allow_globals: &'a [String],
    pub limits: Limits,
}

/// How much is looked at in one file. Beyond any of them it is unscannable, and what was found before counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Opcodes of all pickles together.
    pub opcodes: u64,
    /// Containers inside containers.
    pub depth: u8,
    /// Members of one container that hold more than plain data.
    pub members: u32,
    /// Bytes that compressed data takes when unpacked, all together.
    pub unpacked_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { opcodes: 10_000_000, depth: 3, members: 200, unpacked_bytes: 64 << 20 }
    }
}

/// Scans one file. `name_hint_not_trusted` can make the answer worse, never better: what is named like a pickle and is nothing
/// known is unscannable.
///
/// # Errors
/// [`SourceError::Missing`] when a part of the file is not here: no answer is given on half a file. Other failures to read
/// are findings.
pub fn scan(
    name_hint_not_trusted: &str,
    source: &dyn Source,
    options: &ScanOptions<'_>,
) -> Result<FileScan, SourceError> {
    look::scan(name_hint_not_trusted, source, options)
}

/// The answer for one file, mildest first. Nothing is ever called safe: `Clean` says only that no import outside the
/// allow-list was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No imports outside the allow-list.
    Clean,
    /// Imports that are on no list.
    Suspicious,
    /// Too large, encrypted, broken, or of an unknown kind: never to be taken for clean.
    Unscannable,
    /// Runs something when it is loaded.
    Dangerous,
}

impl Verdict {
    /// The verdict in words, for a reviewer. `Clean` claims no more than what was looked for.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Clean => "no imports outside the allow-list",
            Self::Suspicious => "imports that are on no list, or an archive that readers take in different ways",
            Self::Unscannable => "could not be scanned to its end",
            Self::Dangerous => "runs something when it is loaded",
        }
    }
}

/// What a file is, by content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    Safetensors,
    Gguf,
    Onnx,
    /// Keras v3: a zip with `config.json`.
    Keras,
    /// HDF5; Keras v2 keeps its models in it.
    Hdf5,
    /// A zip as `torch.save` writes it since 1.6.
    TorchZip,
    /// Several pickles and raw storages, as `torch.save` wrote before.
    TorchLegacy,
    Npy,
    Npz,
    /// One or more pickles, also joblib's.
    Pickle,
    Zip,
    Gzip,
    Zlib,
    Bzip2,
    Xz,
    Lzma,
    Tar,
    /// An archive or compressed file of a kind that is not read: 7z, rar, zstd and others.
    OtherArchive,
    /// A pointer to large-file storage: it stands for another file, and its own verdict says nothing about that one.
    LfsPointer,
    /// Text that is no model format.
    Text,
    Empty,
    Unknown,
}

/// One thing found in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScanFinding {
    pub verdict: Verdict,
    /// What was found: `os.system`; empty where it is about the file as a whole.
    pub name: String,
    /// Why that matters, in one sentence without its subject's name.
    pub why: String,
    /// Path inside containers, outermost first: `archive/data.pkl`.
    pub member: Option<String>,
    /// Byte position in the innermost member.
    pub position: Option<u64>,
}

/// Everything found in one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileScan {
    pub format: Format,
    /// The worst of the findings; `Clean` without any.
    pub verdict: Verdict,
    /// Worst first, then by member and position.
    pub findings: Vec<ScanFinding>,
    /// A pickle is in it, whatever it does.
    pub has_pickle: bool,
    /// Tensors and metadata, for formats whose header says them.
    pub header: Option<super::tensors::Header>,
    /// Why such a header could not be read: what is wrong with it, and where.
    pub header_fault: Option<String>,
}

impl FileScan {
    /// It only stands for another file, which was not looked at.
    pub fn is_pointer(&self) -> bool {
        self.format == Format::LfsPointer
    }
}

#[cfg(test)]
mod tests;
