use super::*;
use crate::artifact::scan::{ScanFinding, Verdict};

mod arrays;
mod evidence;
mod limits;
mod names;
mod properties;
mod streams;

fn read_with(bytes: &[u8], allow_globals: &[String], opcodes: u64) -> Stream {
    read(&bytes, allow_globals, &mut Budget::new(opcodes)).unwrap()
}

fn read_all(bytes: &[u8]) -> Stream {
    read_with(bytes, &[], 10_000_000)
}

/// The worst of what is found in some bytes.
fn verdict(bytes: &[u8]) -> Verdict {
    worst(&read_all(bytes).findings)
}

fn worst(findings: &[ScanFinding]) -> Verdict {
    findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Clean)
}

/// Names found, in order.
fn found(bytes: &[u8]) -> Vec<String> {
    read_all(bytes).findings.into_iter().map(|finding| finding.name).collect()
}
