//! What operators see of the running server: log lines and metrics. Secrets are in neither, because their types cannot
//! be printed; bodies, signatures and the reasons people typed are never put into a field.

pub mod logs;
pub mod metrics;
