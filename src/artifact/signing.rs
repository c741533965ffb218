//! OpenSSF model signatures (model.sig): who signed, over which digests.
