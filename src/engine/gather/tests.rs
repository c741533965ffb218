//! Evidence gathered from a small forge in memory.
