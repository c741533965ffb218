//! A local repository in the simulated GitHub.
