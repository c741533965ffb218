//! Flags in the order people need them: what is new, what could not be had, what was live before.

use crate::domain::{Evidence, Flag};

/// A heading with its flags, worst first.
#[derive(Debug)]
pub(super) struct Group<'a> {
    pub(super) name: &'static str,
    pub(super) flags: Vec<&'a Flag>,
}

/// The groups that have flags (R8).
pub(super) fn groups(evidence: &Evidence) -> Vec<Group<'_>> {
    let that = |name: &'static str, belongs: fn(&Flag) -> bool| Group {
        name,
        flags: evidence.flags.iter().filter(|flag| belongs(flag)).collect(),
    };
    let all = [
        that("New", |flag| flag.is_new && !flag.is_gap()),
        that("Could not be had or read", Flag::is_gap),
        that("Already live", |flag| !flag.is_new && !flag.is_gap()),
    ];
    all.into_iter().filter(|group| !group.flags.is_empty()).collect()
}
