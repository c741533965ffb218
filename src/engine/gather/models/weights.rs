//! Weight files: known by their ending, told apart by content.

mod inside;

use crate::artifact::lfs::{LfsReading, POINTER_LIMIT_BYTES, read_pointer};
use crate::checks::words::plain;
use crate::checks::{PointerState, ScanState, WeightFacts, WeightSide};
use crate::domain::{Digest, WeightChange, WeightFile};
use crate::engine::gather::changes::is_same;
use crate::engine::gather::notes::Notes;
use crate::engine::gather::reader::{Content, Contents};
use crate::engine::gather::scans::Scans;
use crate::ports::TreeEntry;

use super::MAX_PATH_CHARS;
use super::places::Place;

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

/// One file in both lists.
#[derive(Clone, Copy)]
pub(in crate::engine::gather) struct Weight<'t> {
    pub(in crate::engine::gather) path: &'t str,
    pub(in crate::engine::gather) live: Option<&'t TreeEntry>,
    pub(in crate::engine::gather) proposed: Option<&'t TreeEntry>,
    /// It is named like weights. Others are weights only if their content is.
    pub(in crate::engine::gather) is_named: bool,
}

impl Weight<'_> {
    pub(in crate::engine::gather) fn is_changed(&self) -> bool {
        match (self.live, self.proposed) {
            (Some(live), Some(proposed)) => !is_same(live, proposed),
            (live, proposed) => live.is_some() || proposed.is_some(),
        }
    }
}

/// What has to be read of a place: whatever is small enough to be a pointer.
pub(super) fn wanted(place: &Place<'_>) -> Vec<(String, usize)> {
    let sides = place.weights.iter().chain(&place.others).flat_map(|weight| [weight.live, weight.proposed]).flatten();
    sides.filter(|entry| may_be_pointer(entry)).map(|entry| (entry.blob.clone(), POINTER_LIMIT_BYTES)).collect()
}

/// Whether it is small enough to stand for another file, and no link.
pub(in crate::engine::gather) fn may_be_pointer(entry: &TreeEntry) -> bool {
    entry.kind.is_content() && usize::try_from(entry.size).is_ok_and(|size| size < POINTER_LIMIT_BYTES)
}

/// The weights of a place, for the checks and for people; files that are named otherwise among them, if they are weights.
pub(super) fn facts(
    place: &Place<'_>,
    pointers: &Contents,
    scans: &mut Scans,
    notes: &mut Notes,
) -> Vec<(WeightFacts, WeightChange)> {
    let mut all = Vec::new();
    for weight in place.weights.iter().chain(&place.others) {
        let mut view = View { pointers, scans, notes };
        let before = weight.live.map(|entry| view.side(weight, entry));
        let after = weight.proposed.map(|entry| view.side(weight, entry));
        if weight.is_named || is_model(weight, after.as_ref(), notes) {
            all.push(inside::told(WeightFacts { path: weight.path.to_owned(), before, after }));
        }
    }
    all
}

/// Whether the content of a file that is not named like weights is some. Not to know it is a gap.
fn is_model(weight: &Weight<'_>, after: Option<&WeightSide>, notes: &mut Notes) -> bool {
    match after.map(|side| &side.scan) {
        Some(ScanState::Scanned(scan)) => inside::is_model(scan),
        Some(ScanState::Unscanned { why }) => {
            let path = plain(weight.path, MAX_PATH_CHARS);
            let value = after.map(|side| side.blob.clone());
            notes.gap(&path, value, format!("Whether {path} is a weight file could not be told: {why}."));
            false
        }
        Some(ScanState::NotLooked) | None => false,
    }
}

struct View<'a> {
    pointers: &'a Contents,
    scans: &'a mut Scans,
    notes: &'a mut Notes,
}

impl View<'_> {
    fn side(&mut self, weight: &Weight<'_>, entry: &TreeEntry) -> WeightSide {
        let (digest, size, pointer) = self.identity(weight, entry);
        WeightSide {
            blob: entry.blob.clone(),
            file: WeightFile { digest, size, ..WeightFile::default() },
            pointer,
            scan: self.scans.take(weight.path, &entry.blob),
        }
    }

    /// Digest and size of what the file is, or stands for.
    fn identity(&mut self, weight: &Weight<'_>, entry: &TreeEntry) -> (Option<Digest>, u64, PointerState) {
        if !may_be_pointer(entry) {
            return (None, entry.size, PointerState::NotOne);
        }
        let bytes = match self.pointers.get(&entry.blob) {
            Some(Content::Bytes(bytes)) => bytes,
            Some(Content::Unread { .. }) | None => {
                if weight.is_named {
                    let path = plain(&entry.path, MAX_PATH_CHARS);
                    let message = format!("Which weights {path} stands for cannot be read.");
                    self.notes.gap(&path, Some(entry.blob.clone()), message);
                }
                return (None, entry.size, PointerState::NotOne);
            }
        };
        match read_pointer(bytes) {
            LfsReading::Pointer(pointer) if !bytes.is_empty() => (Some(pointer.oid), pointer.size, PointerState::Valid),
            LfsReading::Invalid { reason } => {
                (Some(Digest::of(bytes)), entry.size, PointerState::Invalid { why: reason })
            }
            LfsReading::Pointer(_) | LfsReading::NotAPointer => {
                (Some(Digest::of(bytes)), entry.size, PointerState::NotOne)
            }
        }
    }
}
