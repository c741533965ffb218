//! Neighbouring checkpoints of a real model: false alarms.
