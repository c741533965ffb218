//! Scanning many files side by side.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::artifact::scan::{Limits, ScanOptions, scan};
use crate::artifact::source::Source as _;

use super::file::FileSource;
use super::progress::Progress;
use super::{HeaderFacts, Scanned};

/// More files at once wait for the disk, not for us.
const MAX_THREADS: usize = 16;

/// Scans all of them; the answers are in the order of the files.
pub(super) fn scan_all(files: &[PathBuf], allow_globals: &[String]) -> Vec<Scanned> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MAX_THREADS).min(files.len());
    let next = AtomicUsize::new(0);
    let (done, answers) = mpsc::channel();
    let mut scanned: Vec<Option<Scanned>> = files.iter().map(|_| None).collect();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (done, next) = (done.clone(), &next);
            scope.spawn(move || {
                while let Some((at, path)) = taken(files, next) {
                    // Nobody listens any more only when the whole program ends.
                    let _ = done.send((at, scan_one(path, allow_globals)));
                }
            });
        }
        // The last sender is gone when the last thread is done.
        drop(done);
        let mut progress = Progress::new(files.len());
        while let Some((at, answer)) = progress.wait(&answers) {
            if let Some(place) = scanned.get_mut(at) {
                *place = Some(answer);
            }
        }
    });
    let ended_early = |path: &PathBuf| failed(path, 0, "scanning it ended early".to_owned());
    files.iter().zip(scanned).map(|(path, answer)| answer.unwrap_or_else(|| ended_early(path))).collect()
}

fn taken<'a>(files: &'a [PathBuf], next: &AtomicUsize) -> Option<(usize, &'a Path)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    Some((at, files.get(at)?))
}

fn scan_one(path: &Path, allow_globals: &[String]) -> Scanned {
    let source = match FileSource::open(path) {
        Ok(source) => source,
        Err(error) => return failed(path, 0, error.to_string()),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let options = ScanOptions { allow_globals, limits: Limits::default() };
    match scan(&name, &source, &options) {
        Ok(mut scan) => Scanned {
            path: path.display().to_string(),
            bytes: source.size(),
            header: scan.header.take().map(HeaderFacts::from),
            scan: Some(scan),
            fault: source.failure(),
        },
        Err(error) => failed(path, source.size(), error.to_string()),
    }
}

fn failed(path: &Path, bytes: u64, why: String) -> Scanned {
    Scanned { path: path.display().to_string(), bytes, scan: None, header: None, fault: Some(why) }
}
