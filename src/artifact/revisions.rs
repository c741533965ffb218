//! Models and images that code loads by a name which can move.
