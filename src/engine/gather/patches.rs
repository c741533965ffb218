//! Patches: live -> proposed, as far as the budget reaches. The forge's are taken where they start at the live commit;
//! all others are made here from both contents.

use std::collections::BTreeMap;

use crate::artifact::diff::{DiffLimits, Difference, unified_diff};
use crate::artifact::lfs::{LfsReading, POINTER_LIMIT_BYTES, read_pointer};
use crate::checks::words::{count, listed};
use crate::domain::{FileChange, Patch, Relation};
use crate::ports::{PortError, RawFile};

use super::changes::{is_code, rank};
use super::ground::Ground;
use super::models::is_weights;
use super::notes::Notes;
use super::reader::{Content, Contents, Reader};
use super::trees::Trees;

/// Most files whose contents are read to make a patch.
const MAX_READ_FILES: usize = 40;
/// Largest content that is read for it, in bytes.
const MAX_CONTENT_BYTES: usize = 200_000;
/// Room for one patch, and for all of them, in bytes.
const MAX_PATCH_BYTES: usize = 64_000;
const MAX_PATCHES_BYTES: usize = 400_000;

/// Endings of files that are never text, lower case.
const BINARY_ENDINGS: [&str; 18] = [
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".ico", ".pdf", ".zip", ".gz", ".xz", ".bz2", ".tar", ".zst", ".parquet",
    ".arrow", ".wav", ".mp3", ".mp4",
];

/// Where the patch of a file comes from.
enum Origin {
    Known(Patch),
    /// The forge's own text.
    Told(String),
    /// Both contents.
    Contents,
}

/// The files with their patches. Without a baseline there is nothing to compare with.
pub(super) async fn fill(
    reader: Reader<'_>,
    mut files: Vec<FileChange>,
    trees: &Trees,
    ground: &Ground,
) -> Result<(Vec<FileChange>, Notes), PortError> {
    let mut notes = Notes::default();
    if ground.baseline.commit().is_none() {
        return Ok((files, notes));
    }
    let told = told(ground);
    let mut order: Vec<&mut FileChange> = files.iter_mut().collect();
    order.sort_by(|a, b| (rank(&a.path), &a.path).cmp(&(rank(&b.path), &b.path)));
    let mut planned = plan(order, trees, &told);
    let contents = reader.contents(wanted(&planned)).await?;
    write(&mut planned, &contents, &mut notes);
    tell_missing(planned.iter().map(|(file, _)| &**file), &mut notes);
    Ok((files, notes))
}

/// The forge's changes by path, where its comparison starts at the live commit.
fn told(ground: &Ground) -> BTreeMap<&str, &RawFile> {
    let is_ahead = matches!(ground.relation, Relation::Ahead { .. });
    let files = ground.comparison.iter().filter(|_| is_ahead).flat_map(|comparison| &comparison.files);
    files.map(|file| (file.path.as_str(), file)).collect()
}

fn plan<'f>(
    order: Vec<&'f mut FileChange>,
    trees: &Trees,
    told: &BTreeMap<&str, &RawFile>,
) -> Vec<(&'f mut FileChange, Origin)> {
    let mut to_read = 0;
    let mut planned = Vec::new();
    for file in order {
        let raw = told.get(file.path.as_str()).copied().filter(|raw| raw.previous_path == file.previous_path);
        if let Some(raw) = raw {
            (file.additions, file.deletions) = (Some(raw.additions), Some(raw.deletions));
        }
        let mut origin = origin(file, raw, largest(file, trees));
        if matches!(origin, Origin::Contents) {
            to_read += 1;
            if to_read > MAX_READ_FILES {
                origin = raw.and_then(|raw| raw.patch.clone()).map_or(Origin::Known(Patch::Missing), Origin::Told);
            }
        }
        planned.push((file, origin));
    }
    planned
}

fn origin(file: &FileChange, raw: Option<&RawFile>, largest: u64) -> Origin {
    let has_contents = file.before.is_some() || file.after.is_some();
    let fits = |max: usize| has_contents && usize::try_from(largest).is_ok_and(|size| size <= max);
    if file.before.is_some() && file.before == file.after {
        return Origin::Known(Patch::Text { text: String::new(), lines_cut: 0 });
    }
    match raw.and_then(|raw| raw.patch.as_ref()) {
        // A pointer's patch says nothing to people. Whether it is one, only its whole content tells.
        Some(patch) if patch.contains("oid sha256:") && fits(POINTER_LIMIT_BYTES) => Origin::Contents,
        // A short pickle may pass for text with a forge, which then shows it in letters that are not there.
        Some(_) if is_weights(&file.path) && fits(MAX_CONTENT_BYTES) => Origin::Contents,
        Some(patch) => Origin::Told(patch.clone()),
        None if is_binary_by_name(&file.path) => Origin::Known(Patch::Binary),
        // The forge's word that a file is binary is not taken: attributes in the repository decide it.
        None if fits(MAX_CONTENT_BYTES) => Origin::Contents,
        None => Origin::Known(Patch::Missing),
    }
}

fn is_binary_by_name(path: &str) -> bool {
    let lower = path.to_lowercase();
    is_weights(path) || BINARY_ENDINGS.iter().any(|ending| lower.ends_with(ending))
}

/// The larger side's size in bytes.
fn largest(file: &FileChange, trees: &Trees) -> u64 {
    let old = trees.live.get(file.previous_path.as_deref().unwrap_or(&file.path)).filter(|_| file.before.is_some());
    let new = trees.proposed.get(&file.path).filter(|_| file.after.is_some());
    old.into_iter().chain(new).map(|entry| entry.size).max().unwrap_or_default()
}

fn wanted(planned: &[(&mut FileChange, Origin)]) -> BTreeMap<String, usize> {
    let read = planned.iter().filter(|(_, origin)| matches!(origin, Origin::Contents));
    let blobs = read.flat_map(|(file, _)| file.before.iter().chain(&file.after));
    blobs.map(|blob| (blob.clone(), MAX_CONTENT_BYTES)).collect()
}

fn write(planned: &mut [(&mut FileChange, Origin)], contents: &Contents, notes: &mut Notes) {
    let mut room = MAX_PATCHES_BYTES;
    for (file, origin) in planned {
        let (text, lines_cut) = match origin {
            Origin::Known(patch) => {
                file.patch = patch.clone();
                continue;
            }
            Origin::Told(text) => (std::mem::take(text), 0),
            Origin::Contents => match made(file, contents) {
                Ok(made) => made,
                Err(patch) => {
                    file.patch = patch;
                    continue;
                }
            },
        };
        let clean = notes.patch(&file.path, &text, is_code(&file.path));
        let (text, cut) = cut_lines(clean, room.min(MAX_PATCH_BYTES));
        room = room.saturating_sub(text.len());
        file.patch = match text.is_empty() && cut > 0 {
            true => Patch::Missing,
            false => Patch::Text { text, lines_cut: lines_cut + cut },
        };
    }
}

/// The diff of both contents and the number of lines left out; `Err` where it is no text, or there is no content.
fn made(file: &mut FileChange, contents: &Contents) -> Result<(String, u64), Patch> {
    let before = side(file.before.as_deref(), contents)?;
    let after = side(file.after.as_deref(), contents)?;
    let limits = DiffLimits { lines: usize::MAX, bytes: MAX_PATCH_BYTES, ..DiffLimits::default() };
    match unified_diff(before, after, limits) {
        Difference::Same => Ok((String::new(), 0)),
        Difference::TooLarge { .. } => Err(Patch::Missing),
        Difference::Changed(diff) => {
            (file.additions, file.deletions) = (number(diff.added), number(diff.removed));
            let cut = diff.cut.map_or(0, |cut| cut.total.saturating_sub(cut.shown));
            Ok((diff.text, number(cut).unwrap_or(u64::MAX)))
        }
    }
}

fn side<'c>(blob: Option<&str>, contents: &'c Contents) -> Result<&'c str, Patch> {
    let Some(blob) = blob else { return Ok("") };
    match contents.get(blob) {
        Some(Content::Bytes(bytes)) if is_pointer(bytes) => Err(Patch::Binary),
        Some(Content::Bytes(bytes)) if bytes.contains(&0) => Err(Patch::Binary),
        Some(Content::Bytes(bytes)) => std::str::from_utf8(bytes).map_err(|_| Patch::Binary),
        Some(Content::Unread { .. }) | None => Err(Patch::Missing),
    }
}

fn is_pointer(bytes: &[u8]) -> bool {
    !bytes.is_empty() && matches!(read_pointer(bytes), LfsReading::Pointer(_))
}

fn number(count: usize) -> Option<u64> {
    u64::try_from(count).ok()
}

/// Whole lines of `text` that fit, and how many do not.
fn cut_lines(mut text: String, max_bytes: usize) -> (String, u64) {
    if text.len() <= max_bytes {
        return (text, 0);
    }
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        if end + line.len() > max_bytes {
            break;
        }
        end += line.len();
    }
    let cut = text.get(end..).unwrap_or_default().lines().count();
    text.truncate(end);
    (text, number(cut).unwrap_or(u64::MAX))
}

/// What is not shown is said once, for all files together.
fn tell_missing<'f>(files: impl Iterator<Item = &'f FileChange>, notes: &mut Notes) {
    let is_cut = |file: &&FileChange| match &file.patch {
        Patch::Missing => true,
        Patch::Text { lines_cut, .. } => *lines_cut > 0,
        Patch::Binary => false,
    };
    let cut: Vec<&FileChange> = files.filter(is_cut).collect();
    if cut.is_empty() {
        return;
    }
    let contents: Vec<String> = cut.iter().map(|file| format!("{} {:?}", file.path, file.after)).collect();
    let names = listed(cut.iter().map(|file| file.path.as_str()));
    let value = crate::domain::Digest::of_json(&contents).to_string();
    notes.gap("patches", Some(value), format!("The diff of {} is missing or cut: {names}.", count(cut.len(), "file")));
}
