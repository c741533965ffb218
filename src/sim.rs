//! The simulated world: a GitHub and a Slack with state, speaking real HTTP on loopback.
//!
//! For each vendor three parts that never mix: state, routes (answers derived from state), hooks (signed deliveries
//! when state changes). `countersign demo` and the tests share it. Wire structs here are written apart from the adapters'.

pub mod git;
pub mod github;
pub mod http;
pub mod local;
pub mod page;
pub mod script;
pub mod slack;
pub mod world;
