//! Signatures, against the reference implementation.
