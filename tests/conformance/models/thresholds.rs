//! Limits on metrics, vector by vector.
