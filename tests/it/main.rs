//! The integration tests, one binary: stories over the simulated world, the adapters against the simulated vendors,
//! the store on both databases, and the rules of the house.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and starts what it needs"
)]

mod browser;
mod check;
mod config;
mod crash;
mod demo;
mod desk;
mod external;
mod github_client;
mod groups;
mod large_change;
mod layering;
mod links;
mod policy;
mod postgres;
mod previews;
mod signatures;
mod store;
mod stories;
