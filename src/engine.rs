//! The only loop: receive, advance, perform.

pub mod receive;
