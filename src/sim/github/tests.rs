//! The simulated GitHub, driven from outside: over HTTP, with signed webhooks, by a clock moved by hand.

mod answers;
mod checks;
mod decisions;
mod deliveries;
mod life;
mod limits;
mod shapes;
mod sign_in;
mod teams;
mod world;
