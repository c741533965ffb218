//! Evaluation files beside the card: what was measured, read into the card's own terms.
