//! Text from strangers: what hides in it, how to shorten it, which secrets to mask.
//!
//! Order for anything shown to people: mask, make visible, then (at the vendor's edge) escape, and cut last.

mod confusable;
mod cut;
mod hidden;
mod secrets;

pub use confusable::{confusable_words, has_confusable};
pub use cut::cut;
pub use hidden::{has_hidden, hidden_characters, visible, visible_lines};
pub use secrets::{SecretKind, mask_secrets};

/// Text from the input as it may stand inside a message of ours: visible, on one line, short.
pub(crate) fn quoted(text: &str) -> String {
    const MAX_CHARS: usize = 80;
    // First cut keeps the work small on huge input, second one counts the escapes.
    cut(&visible(&cut(text, MAX_CHARS)), MAX_CHARS).into_owned()
}
