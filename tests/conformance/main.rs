//! Against the vendors' own material: published payloads, signature vectors, API documents, and a corpus of bad input.
//!
//! The material lies outside this repository: `COUNTERSIGN_TEST_REFERENCES` names its folder, and without it these tests fail.
//! `tests/conformance/run` sets everything up and runs them; `cargo test` leaves them out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and starts what it needs"
)]

mod bad_input;
mod blocks;
mod examples;
mod models;
mod policies;
mod prism;
mod references;
mod repositories;
mod signatures;
mod slack_payloads;
mod upstream;
mod webhooks;
