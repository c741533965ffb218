//! One binary for all integration tests.

mod github_client;
