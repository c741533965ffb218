//! Against published cards, weights, evaluations and signatures, with the verdicts of the tools people use today.

mod cards;
mod checkpoints;
mod evaluations;
mod fairness;
mod formats;
mod globals;
mod model_files;
mod pairs;
mod sarif;
mod signing;
mod thresholds;
mod weights;
