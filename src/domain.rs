//! Pure values and decisions: no I/O, no clock, no randomness, no vendor's wire words.

pub mod time;

pub use time::Timestamp;
