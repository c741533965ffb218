//! The only loop: receive, advance, perform.

pub mod gather;
pub mod receive;
