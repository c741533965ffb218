//! Weight files: known by their ending, told apart by content. Pointers to large storage are read, weights never are.

use crate::artifact::lfs::{LfsReading, POINTER_LIMIT_BYTES, read_pointer};
use crate::checks::words::plain;
use crate::checks::{PointerState, ScanState, WeightFacts, WeightSide};
use crate::domain::{Digest, WeightFile};
use crate::engine::gather::notes::Notes;
use crate::engine::gather::reader::{Content, Contents};
use crate::ports::TreeEntry;

use super::MAX_PATH_CHARS;

/// Endings of weight files, lower case.
const WEIGHT_ENDINGS: [&str; 17] = [
    ".safetensors",
    ".bin",
    ".pt",
    ".pth",
    ".ckpt",
    ".pkl",
    ".pickle",
    ".joblib",
    ".onnx",
    ".gguf",
    ".keras",
    ".h5",
    ".tflite",
    ".npy",
    ".npz",
    ".msgpack",
    ".pb",
];

pub(in crate::engine::gather) fn is_weights(path: &str) -> bool {
    let lower = path.to_lowercase();
    WEIGHT_ENDINGS.iter().any(|ending| lower.ends_with(ending))
}

/// One weight file in both lists.
pub(super) struct Weight<'t> {
    pub(super) path: &'t str,
    pub(super) live: Option<&'t TreeEntry>,
    pub(super) proposed: Option<&'t TreeEntry>,
}

impl Weight<'_> {
    pub(super) fn is_changed(&self) -> bool {
        self.live.map(|entry| &entry.blob) != self.proposed.map(|entry| &entry.blob)
    }
}

/// What has to be read: whatever is small enough to be a pointer.
pub(super) fn wanted<'w>(weights: &'w [Weight<'_>]) -> impl Iterator<Item = (String, usize)> + 'w {
    let sides = weights.iter().flat_map(|weight| [weight.live, weight.proposed]).flatten();
    sides.filter(|entry| may_be_pointer(entry)).map(|entry| (entry.blob.clone(), POINTER_LIMIT_BYTES))
}

fn may_be_pointer(entry: &TreeEntry) -> bool {
    usize::try_from(entry.size).is_ok_and(|size| size < POINTER_LIMIT_BYTES)
}

pub(super) fn facts(weight: &Weight<'_>, contents: &Contents, notes: &mut Notes) -> WeightFacts {
    let mut side = |entry: Option<&TreeEntry>| entry.map(|entry| side(entry, contents, notes));
    WeightFacts { path: weight.path.to_owned(), before: side(weight.live), after: side(weight.proposed) }
}

fn side(entry: &TreeEntry, contents: &Contents, notes: &mut Notes) -> WeightSide {
    let known = |digest, size, pointer| WeightSide {
        blob: entry.blob.clone(),
        file: WeightFile { digest, size, ..WeightFile::default() },
        pointer,
        scan: ScanState::NotLooked,
    };
    if !may_be_pointer(entry) {
        return known(None, entry.size, PointerState::NotOne);
    }
    let bytes = match contents.get(&entry.blob) {
        Some(Content::Bytes(bytes)) => bytes,
        Some(Content::Unread { .. }) | None => {
            let path = plain(&entry.path, MAX_PATH_CHARS);
            notes.gap(&path, Some(entry.blob.clone()), format!("Which weights {path} stands for cannot be read."));
            return known(None, entry.size, PointerState::NotOne);
        }
    };
    match read_pointer(bytes) {
        LfsReading::Pointer(pointer) if !bytes.is_empty() => {
            known(Some(pointer.oid), pointer.size, PointerState::Valid)
        }
        LfsReading::Invalid { reason } => {
            known(Some(Digest::of(bytes)), entry.size, PointerState::Invalid { why: reason })
        }
        LfsReading::Pointer(_) | LfsReading::NotAPointer => {
            known(Some(Digest::of(bytes)), entry.size, PointerState::NotOne)
        }
    }
}
