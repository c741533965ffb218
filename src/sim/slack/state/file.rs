//! Files that the app has sent, or is about to.

/// A file, from the moment that an address was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct File {
    pub id: String,
    pub name: String,
    pub title: String,
    pub alt: String,
    /// The byte count that was promised.
    pub length: u64,
    pub bytes: Vec<u8>,
    /// Declared complete: only then it can be shown.
    pub is_complete: bool,
}
