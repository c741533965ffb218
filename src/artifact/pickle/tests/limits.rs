//! Limits, and how much of a file is read.

use std::cell::Cell;

use super::*;
use crate::artifact::pickle::assemble::{bytes, clean, dangerous, pickle, protocol, stack_global};
use crate::artifact::pickle::opcode as op;
use crate::artifact::source::{Source, SourceError, SparseSource};

/// Bytes that are mostly not there, and the number of those that were asked for.
struct Counted<'a> {
    head: &'a [u8],
    size: u64,
    tail: &'a [u8],
    read: Cell<u64>,
}

impl Source for Counted<'_> {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<usize, SourceError> {
        self.read.set(self.read.get() + u64::try_from(buffer.len()).unwrap());
        let tail_start = self.size - u64::try_from(self.tail.len()).unwrap();
        for (at, byte) in (offset..).zip(buffer.iter_mut()) {
            let in_tail = at.checked_sub(tail_start).and_then(|at| self.tail.get(usize::try_from(at).ok()?));
            *byte = self.head.get(usize::try_from(at).unwrap()).or(in_tail).copied().unwrap_or_default();
        }
        Ok(buffer.len().min(usize::try_from(self.size.saturating_sub(offset)).unwrap()))
    }
}

#[test]
fn long_data_is_skipped_and_not_read() {
    let head = [protocol(4), vec![op::BINBYTES8], (1_u64 << 39).to_le_bytes().to_vec()].concat();
    let tail = [b"0".to_vec(), stack_global("os", "system"), b")R.".to_vec()].concat();
    let size = u64::try_from(head.len() + tail.len()).unwrap() + (1 << 39);
    let source = Counted { head: &head, size, tail: &tail, read: Cell::new(0) };
    let stream = read(&source, &[], &mut Budget::new(1000)).unwrap();
    assert_eq!(stream.findings[0].name, "os.system");
    assert!(source.read.get() < 10_000, "{} bytes", source.read.get());
}

#[test]
fn what_is_no_pickle_is_known_from_its_first_bytes() {
    let source = Counted { head: &[], size: 1 << 40, tail: &[], read: Cell::new(0) };
    assert_eq!(read(&source, &[], &mut Budget::new(1000)).unwrap().kind, StreamKind::NotPickles);
    assert!(source.read.get() <= 512);
}

#[test]
fn a_part_that_is_not_here_ends_the_reading() {
    let pickle = dangerous();
    let mut source = SparseSource::new(u64::try_from(pickle.len()).unwrap());
    source.add(0, pickle[..4].to_vec());
    assert_eq!(read(&source, &[], &mut Budget::new(1000)).unwrap_err(), SourceError::Missing);
    source.add(4, pickle[4..].to_vec());
    assert_eq!(read(&source, &[], &mut Budget::new(1000)).unwrap().findings[0].name, "os.system");
}

#[test]
fn too_many_opcodes_are_unscannable_over_all_pickles_together() {
    let stream = read_with(&pickle(&[&b"N0".repeat(100)]), &[], 100);
    assert_eq!(worst(&stream.findings), Verdict::Unscannable);
    let budget = &mut Budget::new(20);
    let many = clean().repeat(10);
    assert_eq!(worst(&read(&many.as_slice(), &[], budget).unwrap().findings), Verdict::Unscannable);
    // Nothing is left for what comes next, and that is said.
    assert_eq!(worst(&read(&clean().as_slice(), &[], budget).unwrap().findings), Verdict::Unscannable);
}

#[test]
fn what_was_found_within_the_limits_is_kept() {
    let bytes = pickle(&[&stack_global("os", "system"), b")R", &b"N0".repeat(100)]);
    assert_eq!(worst(&read_with(&bytes, &[], 50).findings), Verdict::Dangerous);
}

#[test]
fn a_stack_too_deep_is_unscannable() {
    let bytes = pickle(&[&vec![op::NONE; (2 << 20) + 1]]);
    assert_eq!(verdict(&bytes), Verdict::Unscannable);
}

#[test]
fn more_imports_than_any_model_has_are_unscannable() {
    let imports: Vec<u8> =
        (0..5000).flat_map(|number| [stack_global("acme", &format!("C{number}")), vec![op::POP]].concat()).collect();
    let stream = read_all(&pickle(&[&imports, b"N"]));
    assert_eq!(worst(&stream.findings), Verdict::Unscannable);
    assert!(stream.findings.len() < 300, "not more than anybody reads");
}

#[test]
fn many_byte_strings_are_loaded_and_beyond_reason_it_is_unscannable() {
    let load = [b"2".to_vec(), bytes(b"N."), b"\x85R0".to_vec()].concat();
    let stream = |times: usize| {
        let loads = load.repeat(times);
        read_all(&pickle(&[&stack_global("torch.storage", "_load_from_bytes"), &loads]))
    };
    assert_eq!(stream(3000).loaded.len(), 3000);
    assert_eq!(worst(&stream(3000).findings), Verdict::Suspicious);
    assert_eq!(worst(&stream(70_000).findings), Verdict::Unscannable);
}
