//! One integration binary: everything seen from outside the library.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on stops where it is, as unit tests do"
)]

mod config;
mod layering;
