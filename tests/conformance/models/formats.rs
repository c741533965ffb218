//! Headers of weight files, against the formats' own libraries.
