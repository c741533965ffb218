//! The record: what is kept of everything that happened, in a form whose tampering shows.
//!
//! Every entry is canonical JSON, hashed into a chain. What people typed is kept beside it and can be erased without
//! breaking the chain. Pure: storing is the store's business.

pub mod canonical;
pub mod chain;
pub mod entry;

pub use chain::{Break, Head, Link, Row, Summary, Verifier, verify};
pub use entry::{Entry, Text, Unreadable, replay};
