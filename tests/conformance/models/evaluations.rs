//! Evaluation files of several tools.
