//! Files of numpy arrays: raw numbers, or pickles.

use super::Verdict;
use super::look::{Look, Place, finding};
use crate::artifact::container::{Part, npy};
use crate::artifact::pickle::StreamKind;
use crate::artifact::source::{Source, SourceError};

/// Arrays one after the other in a file.
const ARRAYS_LIMIT: usize = 10_000;

impl Look<'_> {
    pub(super) fn npy(&mut self, source: &dyn Source, place: &Place) -> Result<(), SourceError> {
        let mut at = 0;
        for _ in 0..ARRAYS_LIMIT {
            let Some(array) = npy::read(source, at)? else {
                let why = "Bytes follow the array that are no array.".to_owned();
                self.found(finding(Verdict::Suspicious, why, Some(at)), place);
                self.content(&Part::new(source, at, u64::MAX), &place.part("(behind the array)"))?;
                return Ok(());
            };
            match self.array(source, &array, place)? {
                Some(end) if end < source.size() => at = end,
                _ => return Ok(()),
            }
        }
        self.say(Verdict::Unscannable, place, format!("It has more than {ARRAYS_LIMIT} arrays."));
        Ok(())
    }

    /// One array; gives where it ends, where that can be told.
    fn array(&mut self, source: &dyn Source, array: &npy::Npy, place: &Place) -> Result<Option<u64>, SourceError> {
        let data = Part::new(source, array.data, u64::MAX);
        let mut stream = self.stream(&data)?;
        let is_pickle = matches!(stream.kind, StreamKind::Pickles | StreamKind::TorchLegacy);
        if !is_pickle && !matches!(array.elements, npy::Elements::Raw(_)) {
            let why =
                "The array should hold Python objects or has no readable header, and no pickle follows.".to_owned();
            self.found(finding(Verdict::Unscannable, why, Some(array.data)), place);
        }
        let end = match array.elements {
            npy::Elements::Raw(Some(bytes)) => Some(array.data.saturating_add(bytes)),
            _ => stream.rest.map(|rest| array.data.saturating_add(rest)),
        };
        if is_pickle {
            // Another array may follow the pickle of one.
            if let Some(rest) = stream.rest
                && npy::read(&data, rest)?.is_some()
            {
                stream.rest = None;
            }
            let has_rest = stream.rest.is_some();
            self.pickles(stream, source, array.data, place)?;
            return Ok(end.filter(|_| !has_rest));
        }
        Ok(end)
    }
}
