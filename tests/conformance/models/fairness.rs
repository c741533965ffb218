//! Reports by slice, against fairlearn.
