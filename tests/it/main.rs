//! One integration binary.

mod config;
mod layering;
