//! Whole weight files, against what loading them would do.
