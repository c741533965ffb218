//! The real program between the simulated vendors: killed at random moments under load, stopped in order, and started
//! wrongly. What it promised must stand in the vendors' books and in its own (P1, P3, P4, P5, P9).

mod books;
mod clicks;
mod killing;
mod load;
mod messages;
pub mod program;
mod starting;
mod stopping;
pub mod vendors;
