//! The slow flush: compiled here when there is a C compiler, preloaded into every server that is measured.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Added to each flush.
pub const PAUSE_US: &str = "1000";

/// The compiled library, or nothing where no C compiler works: then nothing is slowed and no flush is counted.
pub fn compile(folder: &Path) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/slowsync.c");
    let library = folder.join("slowsync.so");
    let mut cc = Command::new("cc");
    cc.args(["-O2", "-shared", "-fPIC", "-o"]).arg(&library).arg(source).arg("-ldl");
    let compiled = cc.stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    compiled.then_some(library)
}

/// Flushes so far, from the file the library keeps.
pub fn count(file: &Path) -> Option<u64> {
    let bytes = std::fs::read(file).ok()?;
    Some(u64::from_ne_bytes(bytes.try_into().ok()?))
}
