//! Patches of changed files, as far as a forge would give them.

use gix::ObjectId;

use crate::artifact::diff::{DiffLimits, Difference, unified_diff};
use crate::domain::ChangeKind;
use crate::ports::code::{Blob, RawFile};

use super::LocalError;
use super::compare::Pair;
use super::opened::Opened;

/// Most files with a patch: where GitHub stops, too.
const MAX_FILES: usize = 300;
/// Largest content that is compared, and room for all patches, in bytes.
const MAX_CONTENT_BYTES: usize = 200_000;
const MAX_PATCHES_BYTES: usize = 4 * 1024 * 1024;
/// Room for one patch, in bytes.
const MAX_PATCH_BYTES: usize = 64_000;

/// The first files, by path, that are text on both sides. The others are left out: nothing is said about what was not compared.
pub(super) fn between(opened: &Opened, pairs: &[Pair]) -> Result<Vec<RawFile>, LocalError> {
    let (mut files, mut bytes) = (Vec::new(), 0_usize);
    for pair in pairs.iter().take(MAX_FILES) {
        let Some(file) = file(opened, pair)? else { continue };
        bytes = bytes.saturating_add(file.patch.as_ref().map_or(0, String::len));
        if bytes > MAX_PATCHES_BYTES {
            break;
        }
        files.push(file);
    }
    Ok(files)
}

fn file(opened: &Opened, pair: &Pair) -> Result<Option<RawFile>, LocalError> {
    let (Some(before), Some(after)) = (text(opened, pair.before)?, text(opened, pair.after)?) else { return Ok(None) };
    let limits = DiffLimits { lines: usize::MAX, bytes: MAX_PATCH_BYTES, ..DiffLimits::default() };
    let Difference::Changed(diff) = unified_diff(&before, &after, limits) else { return Ok(None) };
    // A patch that was cut would look whole: whoever needs it makes it, and says so.
    if diff.cut.is_some() {
        return Ok(None);
    }
    let kind = match (pair.before, pair.after) {
        (None, _) => ChangeKind::Added,
        (_, None) => ChangeKind::Removed,
        _ => ChangeKind::Modified,
    };
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    Ok(Some(RawFile {
        path: pair.path.clone(),
        previous_path: None,
        kind,
        additions: number(diff.added),
        deletions: number(diff.removed),
        patch: Some(diff.text),
    }))
}

/// A side's text, empty where there is no such side; `None` where it is no text, too large or not here.
fn text(opened: &Opened, id: Option<ObjectId>) -> Result<Option<String>, LocalError> {
    let Some(id) = id else { return Ok(Some(String::new())) };
    Ok(match opened.content(id, MAX_CONTENT_BYTES)? {
        Blob::Content(bytes) if bytes.contains(&0) => None,
        Blob::Content(bytes) => String::from_utf8(bytes).ok(),
        Blob::TooLarge { .. } | Blob::Missing => None,
    })
}
