//! Bytes of a model repository -> facts. Everything here reads hostile input: pure, bounded, without I/O, clock or logging.
//!
//! A reader never fails as a whole: what it could not read is a fact too, with the reason and the line, because "not readable"
//! must never look like "nothing there".

pub mod archive;
pub mod card;
pub mod container;
pub mod diff;
pub mod evaluations;
pub mod fields;
pub mod findings;
pub mod icalendar;
pub mod interface;
pub mod json;
pub mod lfs;
pub mod metrics;
pub mod pickle;
pub mod problem;
pub mod revisions;
pub mod sarif;
pub mod scan;
pub mod signing;
pub mod source;
pub mod tensors;
pub mod text;
pub mod workflow;
pub(crate) mod yaml;
