//! The integration tests, one binary: stories over the simulated world, the adapters against the simulated vendors,
//! the store on both databases, and the rules of the house.

mod github_client;
mod stories;
