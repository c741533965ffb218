//! What an approval takes besides the click: where it takes anything, the button asks for it first.

use crate::domain::{Evidence, Flag, FlagBrief, Newer, Request, Timestamp, flags_to_tick, newer_to_mind};

use super::message::flag_words;

/// What has to be said with an approval. Empty: a click is enough.
#[derive(Debug)]
pub(super) struct Needs<'a> {
    pub(super) comment: bool,
    /// Flags that have to be ticked one by one.
    pub(super) ticks: Vec<&'a FlagBrief>,
    /// A newer request is open.
    pub(super) newer: Option<&'a Newer>,
}

impl<'a> Needs<'a> {
    pub(super) fn of(request: &'a Request, at: Timestamp) -> Self {
        Self {
            comment: request.policies().any(|policy| policy.approve.comment_required),
            ticks: flags_to_tick(request, at),
            newer: newer_to_mind(request),
        }
    }

    pub(super) const fn is_nothing(&self) -> bool {
        !self.comment && self.ticks.is_empty() && self.newer.is_none()
    }
}

/// The sentence of a flag that has to be ticked; what it is about where the evidence does not tell it.
pub(super) fn tick_words(brief: &FlagBrief, evidence: Option<&Evidence>) -> String {
    let flags = evidence.map(|evidence| evidence.flags.as_slice()).unwrap_or_default();
    let is_it = |flag: &&Flag| {
        flag.code == brief.code && flag.subject == brief.subject && flag.fingerprint().short() == brief.print
    };
    match flags.iter().find(is_it) {
        Some(flag) => flag_words(flag).to_owned(),
        None => format!("{} ({})", brief.code, brief.subject),
    }
}
