//! The answer, for people and for machines.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::artifact::scan::{Format, ScanFinding, Verdict};
use crate::artifact::tensors::is_unsafe_path;
use crate::checks::words::{count, plain, size};
use crate::report::text::COLUMNS;
use crate::report::text::screen::{Look, Screen};

use super::files::Found;
use super::{HeaderFacts, Scanned, worst};

/// Longest texts shown, in characters. A path is longer than 4,096 bytes on no system.
const MAX_PATH_CHARS: usize = 4_096;
const MAX_NAME_CHARS: usize = 200;
const MAX_WHY_CHARS: usize = 400;
/// Most files named that one file reads.
const MAX_EXTERNAL_FILES: usize = 8;
/// Columns at most for the names of findings.
const MAX_NAME_COLUMNS: usize = 24;

/// One line per file, what was found in it below, and how many there were of each kind. Of several files, plain text that
/// nothing was found in is only counted: beside weights it is noise.
pub(super) fn text(scanned: &[Scanned], found: &Found, has_colour: bool) -> String {
    let mut screen = Screen::new(COLUMNS, has_colour);
    let shown: Vec<&Scanned> = scanned.iter().filter(|one| scanned.len() == 1 || !is_mere_text(one)).collect();
    let room = shown.iter().map(|one| word(one).len()).max().unwrap_or_default();
    for one in shown {
        file(&mut screen, one, room);
    }
    for (folder, why) in &found.unlisted {
        let folder = plain(&folder.display().to_string(), MAX_PATH_CHARS);
        screen.row(Look::Warning, UNREAD, room, &format!("{folder} ({why})"));
    }
    screen.blank();
    screen.line(Look::Bold, &closing(scanned, found));
    for left_out in left_out(found) {
        screen.line(Look::Plain, &left_out);
    }
    screen.finish()
}

/// The same as one document. Verdicts are `clean`, `suspicious`, `unscannable` and `dangerous`; a file that could not be read
/// has none.
pub(super) fn json(scanned: &[Scanned], found: &Found) -> String {
    let unlisted: Vec<Value> =
        found.unlisted.iter().map(|(path, why)| json!({"path": path.display().to_string(), "fault": why})).collect();
    let document = json!({
        "verdict": worst(scanned),
        "files": scanned.iter().map(document).collect::<Vec<_>>(),
        "unlisted_folders": unlisted,
        "links_not_followed": found.links,
        "git_folders_left_out": found.git_folders,
        "not_regular_files": found.others,
        "incomplete": found.cut,
    });
    format!("{document:#}\n")
}

fn document(one: &Scanned) -> Value {
    let scan = one.scan.as_ref();
    json!({
        "path": one.path,
        "bytes": one.bytes,
        "verdict": scan.map(|scan| scan.verdict),
        "format": scan.map(|scan| scan.format),
        "has_pickle": scan.map(|scan| scan.has_pickle),
        "findings": scan.map(|scan| &scan.findings),
        "header": one.header,
        "header_fault": scan.and_then(|scan| scan.header_fault.as_ref()),
        "fault": one.fault,
    })
}

const UNREAD: &str = "could not be read";
const POINTER: &str = "stands for another file";
/// Claims no more than what was looked for.
const CLEAN: &str = Verdict::Clean.words();

fn word(one: &Scanned) -> &'static str {
    match &one.scan {
        None => UNREAD,
        Some(scan) if scan.is_pointer() => POINTER,
        Some(scan) => match scan.verdict {
            Verdict::Clean => CLEAN,
            Verdict::Suspicious => "suspicious",
            Verdict::Unscannable if one.fault.is_some() => UNREAD,
            Verdict::Unscannable => "unscannable",
            Verdict::Dangerous => "dangerous",
        },
    }
}

/// Text, or nothing, with nothing found in it.
fn is_mere_text(one: &Scanned) -> bool {
    let is_text = one.scan.as_ref().is_some_and(|scan| matches!(scan.format, Format::Text | Format::Empty));
    is_text && word(one) == CLEAN && !one.is_odd()
}

fn look(word: &str) -> Look {
    match word {
        "dangerous" => Look::Alarm,
        CLEAN => Look::Plain,
        _ => Look::Warning,
    }
}

/// `dangerous  models/a.pkl (pickle, 1.2 kB)`, and below it what was found.
fn file(screen: &mut Screen, one: &Scanned, room: usize) {
    let path = plain(&one.path, MAX_PATH_CHARS);
    screen.row(look(word(one)), word(one), room, &format!("{path} ({})", what(one)));
    let Some(scan) = &one.scan else { return };
    let names = scan.findings.iter().map(|finding| finding.name.chars().count());
    let room = names.max().unwrap_or_default().min(MAX_NAME_COLUMNS);
    for finding in &scan.findings {
        screen.item(Look::Plain, &plain(&finding.name, MAX_NAME_CHARS), room, &why(finding));
    }
    if let Some(fault) = &scan.header_fault {
        screen.item(Look::Plain, "", room, &format!("Its header cannot be read: {}.", plain(fault, MAX_WHY_CHARS)));
    }
    for line in one.header.iter().flat_map(header) {
        screen.item(Look::Plain, "", room, &line);
    }
}

/// What a header says besides the tensors.
fn header(header: &HeaderFacts) -> Vec<String> {
    let odd = header.custom_code.iter().chain(&header.oddities).map(|oddity| plain(oddity, MAX_WHY_CHARS));
    let external = header.external_files.iter().map(|file| {
        let outside = if is_unsafe_path(file) { ", which leads out of its folder" } else { "" };
        format!("Loading it reads another file: {}{outside}.", plain(file, MAX_NAME_CHARS))
    });
    let (shown, all) = (MAX_EXTERNAL_FILES, header.external_files.len());
    let more = all.checked_sub(shown).filter(|more| *more > 0);
    let more = more.map(|more| format!("Loading it reads {more} more files; --format json has all."));
    odd.chain(external.take(shown)).chain(more).collect()
}

fn what(one: &Scanned) -> String {
    let Some(scan) = &one.scan else { return one.fault.clone().unwrap_or_default() };
    let mut words = vec![format(scan.format).to_owned(), size(one.bytes)];
    words.extend(one.header.as_ref().map(|header| header.summary.clone()));
    words.join(", ")
}

/// `It is called when the file is loaded. [archive/data.pkl, byte 24]`
fn why(finding: &ScanFinding) -> String {
    let member = finding.member.as_deref().map(|member| plain(member, MAX_NAME_CHARS));
    let position = finding.position.map(|position| format!("byte {position}"));
    let place: Vec<String> = member.into_iter().chain(position).collect();
    let why = plain(&finding.why, MAX_WHY_CHARS);
    if place.is_empty() { why } else { format!("{why} [{}]", place.join(", ")) }
}

/// `4 files: 1 dangerous, 3 with no imports outside the allow-list.`
fn closing(scanned: &[Scanned], found: &Found) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in scanned {
        *counts.entry(word(one)).or_default() += 1;
    }
    let worst_first = ["dangerous", "unscannable", "suspicious", UNREAD, POINTER];
    let bad = worst_first.iter().filter_map(|word| Some(format!("{} {word}", counts.get(word)?)));
    let unknown = scanned.iter().filter(|one| word(one) == CLEAN && one.is_of_unknown_kind()).count();
    let texts = scanned.iter().filter(|one| is_mere_text(one)).count();
    let of_them = [(unknown, "of an unknown kind"), (texts, "plain text")];
    let of_them: Vec<String> =
        of_them.iter().filter(|(number, _)| *number > 0).map(|(number, words)| format!("{number} {words}")).collect();
    let of_them = if of_them.is_empty() { String::new() } else { format!(" ({})", of_them.join(", ")) };
    let clean = counts.get(CLEAN).map(|number| format!("{number} with {CLEAN}{of_them}"));
    let counts: Vec<String> = bad.chain(clean).collect();
    let unlisted = found.unlisted.len();
    let unlisted =
        if unlisted == 0 { String::new() } else { format!("; {} could not be listed", count(unlisted, "folder")) };
    format!("{}: {}{unlisted}.", count(scanned.len(), "file"), counts.join(", "))
}

fn left_out(found: &Found) -> Vec<String> {
    let links = (found.links > 0).then(|| format!("{} not followed.", count(found.links, "symbolic link")));
    let gits = (found.git_folders > 0).then(|| format!("{} of git left out.", count(found.git_folders, "folder")));
    let others = (found.others > 0).then(|| format!("{} not opened.", count(found.others, "pipe, socket or device")));
    let cut = found.cut.map(|why| format!("Not everything was scanned: {why}."));
    [links, gits, others, cut].into_iter().flatten().collect()
}

const fn format(format: Format) -> &'static str {
    match format {
        Format::Safetensors => "safetensors",
        Format::Gguf => "GGUF",
        Format::Onnx => "ONNX",
        Format::Keras => "Keras",
        Format::Hdf5 => "HDF5",
        Format::TorchZip => "PyTorch zip",
        Format::TorchLegacy => "old PyTorch file",
        Format::Npy => "NumPy array",
        Format::Npz => "NumPy archive",
        Format::Pickle => "pickle",
        Format::Zip => "zip",
        Format::Gzip => "gzip",
        Format::Zlib => "zlib",
        Format::Bzip2 => "bzip2",
        Format::Xz => "xz",
        Format::Lzma => "lzma",
        Format::Tar => "tar",
        Format::OtherArchive => "archive of another kind",
        Format::LfsPointer => "pointer to large-file storage",
        Format::Text => "text",
        Format::Empty => "empty",
        Format::Unknown => "of an unknown kind",
    }
}
