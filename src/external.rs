//! Checks outside of this server: services over HTTP, and commands on this machine.
//!
//! A service is sent the evidence and answers with findings, at once or later; both ways are signed as Standard Webhooks
//! say. `docs/checks.md` is the description for whoever writes one.

mod address;
mod command;
mod http;
mod signature;

pub use address::AllowedHost;
pub use command::CommandChecker;
pub use http::{HttpChecker, HttpSettings};
pub use signature::{SigningSecrets, Unauthorized};
