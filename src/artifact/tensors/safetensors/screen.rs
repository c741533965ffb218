//! What a header's JSON must keep to before a JSON reader sees it: no endless strings, no endless nesting.

use std::io;

use super::HeaderFault;
use crate::artifact::source::{SourceError, Stretch};

/// Longest string, number or run of blanks. Training programs put whole configurations into one value of the metadata.
const TOKEN_LIMIT_BYTES: usize = 16 * 1024 * 1024;
/// The format needs three levels; unknown fields may bring more.
const DEPTH_LIMIT: usize = 100;

/// Bytes on their way to the JSON reader, counted; and what a JSON reader does not tell: which blanks surround the header.
pub(super) struct Screen<'a> {
    from: Stretch<'a>,
    token_bytes: usize,
    depth: usize,
    place: Place,
    other_lead: bool,
    other_padding: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    Between,
    InString,
    AfterBackslash,
    After,
}

impl<'a> Screen<'a> {
    pub fn new(from: Stretch<'a>) -> Self {
        Self { from, token_bytes: 0, depth: 0, place: Place::Before, other_lead: false, other_padding: false }
    }

    /// What surrounds the header though the format forbids it.
    pub fn oddities(&self) -> Vec<String> {
        let lead = self.other_lead.then(|| "the header does not begin with `{`".to_owned());
        let padding = self.other_padding.then(|| "the header is padded with something else than spaces".to_owned());
        lead.into_iter().chain(padding).collect()
    }

    fn see(&mut self, byte: u8) -> Result<(), HeaderFault> {
        self.token_bytes = self.token_bytes.saturating_add(1);
        if self.token_bytes > TOKEN_LIMIT_BYTES {
            return Err(HeaderFault::too_large("bytes in one string of the header", TOKEN_LIMIT_BYTES));
        }
        match (self.place, byte) {
            (Place::InString, b'\\') => self.place = Place::AfterBackslash,
            (Place::AfterBackslash, _) => self.place = Place::InString,
            (Place::InString, b'"') => self.end_token(Place::Between),
            (Place::InString, _) => {}
            (_, b'"') => self.end_token(Place::InString),
            (_, b'{' | b'[') => return self.enter(),
            (_, b'}' | b']') => self.leave(),
            (_, b',' | b':') => self.end_token(self.place),
            (Place::Before, _) => self.other_lead = true,
            (Place::After, _) => self.other_padding |= byte != b' ',
            (Place::Between, _) => {}
        }
        Ok(())
    }

    fn enter(&mut self) -> Result<(), HeaderFault> {
        self.end_token(Place::Between);
        self.depth = self.depth.saturating_add(1);
        match self.depth {
            ..=DEPTH_LIMIT => Ok(()),
            _ => Err(HeaderFault::too_large("levels of lists and objects inside each other", DEPTH_LIMIT)),
        }
    }

    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.end_token(if self.depth == 0 { Place::After } else { Place::Between });
    }

    fn end_token(&mut self, place: Place) {
        self.token_bytes = 0;
        self.place = place;
    }
}

impl io::Read for Screen<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        for byte in buffer.iter().take(count) {
            self.see(*byte).map_err(io::Error::other)?;
        }
        Ok(count)
    }
}

/// The fault behind an error that came through a [`Screen`].
pub(super) fn fault(error: &io::Error) -> HeaderFault {
    let inner = error.get_ref();
    if let Some(fault) = inner.and_then(|inner| inner.downcast_ref::<HeaderFault>()) {
        return fault.clone();
    }
    match inner.and_then(|inner| inner.downcast_ref::<SourceError>()) {
        Some(error) => error.clone().into(),
        None => HeaderFault::Failed { why: error.to_string() },
    }
}
