//! The corpus of bad model files.
