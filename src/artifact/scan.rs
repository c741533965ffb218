//! What a weight file would do when it is loaded, decided by its content and never by its name.

use serde::Serialize;

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
    Tar,
    /// A pointer to large-file storage.
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
}
