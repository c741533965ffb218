//! The integration tests, one binary: stories over the simulated world, the store on both databases, and the rules of
//! the house.

mod stories;
