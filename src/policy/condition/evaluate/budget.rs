//! How much one evaluation may look at. Counted, not timed, so that it ends at the same place everywhere.

use super::fault::{Evaluated, Fault};
use crate::policy::condition::{MAX_ITEMS, MAX_STEPS, MAX_TEXT_BYTES};

/// What is left of the limits.
pub(super) struct Budget {
    steps: u64,
    items: u64,
    text_bytes: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { steps: MAX_STEPS, items: MAX_ITEMS, text_bytes: MAX_TEXT_BYTES }
    }
}

impl Budget {
    pub(super) fn step<'a>(&mut self) -> Evaluated<'a, ()> {
        let left = self.steps.checked_sub(1);
        self.steps = left.ok_or_else(|| Fault::Limit(format!("it takes more than {MAX_STEPS} operations")))?;
        Ok(())
    }

    pub(super) fn item<'a>(&mut self) -> Evaluated<'a, ()> {
        let left = self.items.checked_sub(1);
        self.items = left.ok_or_else(|| Fault::Limit(format!("it looks at more than {MAX_ITEMS} items")))?;
        Ok(())
    }

    pub(super) fn text<'a>(&mut self, bytes: usize) -> Evaluated<'a, ()> {
        let left = self.text_bytes.checked_sub(u64::try_from(bytes).unwrap_or(u64::MAX));
        self.text_bytes =
            left.ok_or_else(|| Fault::Limit(format!("it searches more than {MAX_TEXT_BYTES} bytes of text")))?;
        Ok(())
    }
}
