//! Stories: what people do and what both vendors' books say afterwards. The clock is moved by hand.

mod deciding;
mod faults;
mod gathering;
mod racing;
mod refusing;
mod replicas;
mod restarting;
mod running;
pub mod stage;
mod waiting;
