//! A check outside of this server: a service over HTTP, or a command on this machine.

use std::time::Duration;

use super::PortResult;

/// Asks checks. Every call is bounded in time and in bytes; every failure has its class.
pub trait Checker: Send + Sync + 'static {
    /// Hands over the evidence. Asking again with the same id is the same question.
    fn ask<'a>(&'a self, ask: &'a CheckAsk) -> PortResult<'a, CheckAnswer>;
}

/// One question to one check.
#[derive(Clone, PartialEq, Eq)]
pub struct CheckAsk {
    /// Nobody can guess it: whoever knows it may answer.
    pub id: String,
    /// The check's name in the policy.
    pub name: String,
    /// Where it is asked; empty for what has no address.
    pub address: String,
    /// For the whole try.
    pub timeout: Duration,
    /// JSON: what the check is to judge.
    pub body: String,
}

/// The id is a capability, and the body may be long.
impl std::fmt::Debug for CheckAsk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CheckAsk").field("name", &self.name).field("address", &self.address).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckAnswer {
    /// Findings or a report, as it came: of at most the reader's limit.
    Now(Vec<u8>),
    /// It took the question, and calls back.
    Later,
}
