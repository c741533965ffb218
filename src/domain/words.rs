//! Text that people typed and may later have erased: kept out of the hashed record, which holds a salted hash instead.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something a person typed: a reason, a comment, a name. In an audit record it is replaced by a salted hash and kept
/// in a side table from which it can be erased without breaking the chain.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Words {
    words: String,
}

impl Words {
    /// Longest text kept, in characters; the rest is cut and an ellipsis shows it.
    pub const MAX_CHARS: usize = 3_000;

    pub fn new(text: &str) -> Self {
        let mut kept: String = text.trim().chars().filter(|c| *c != '\0').take(Self::MAX_CHARS + 1).collect();
        if kept.chars().count() > Self::MAX_CHARS {
            kept = kept.chars().take(Self::MAX_CHARS - 1).collect();
            kept.push('…');
        }
        Self { words: kept }
    }

    pub fn as_str(&self) -> &str {
        &self.words
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// Reasons are never logged: only their length is shown.
impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Words({} characters)", self.words.chars().count())
    }
}
