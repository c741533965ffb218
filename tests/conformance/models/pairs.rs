//! Pairs of cards, with the flags that a reviewer expects.
