//! Countersign decides, with people, whether a machine-learning model may go live.
//!
//! Imports point inwards, ring by ring; `tests/it/layering.rs` holds the table. `ARCHITECTURE.md` is the map.

// The simulated vendors answer with deep JSON literals.
#![recursion_limit = "256"]

pub mod domain;

pub mod artifact;
pub mod audit;
pub mod checks;
pub mod policy;
pub mod report;

pub mod ports;
pub mod store;

pub mod engine;

pub mod external;
pub mod github;
pub mod local;
pub mod slack;
pub mod web;

pub mod app;
pub mod cli;
pub mod config;
pub mod sim;
pub mod telemetry;
