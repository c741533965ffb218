//! The book: every request, decision, status report and human review GitHub saw. Tests check promises against it.

use crate::domain::Timestamp;

/// Which of the simulated hosts was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    Api,
    Web,
    /// Where Git LFS media lies; a token sent there has leaked.
    Storage,
}

/// How a request identified itself. The secret itself is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorizationKind {
    None,
    Jwt,
    InstallationToken,
    UserToken,
    Basic,
    Other,
}

#[derive(Debug, Clone)]
pub struct RecordedCall {
    pub at: Timestamp,
    pub host: Host,
    pub method: String,
    /// As sent, without the query and without `/api/v3`.
    pub path: String,
    pub query: String,
    pub body: String,
    /// The answer's status; also when the connection was cut after acting. 0: cut before.
    pub status: u16,
    pub authorization: AuthorizationKind,
    /// No such route here: the client called something this GitHub does not know.
    pub unexpected: bool,
    /// The caller never saw the answer.
    pub cut: bool,
}

/// One POST to `deployment_protection_rule` with a state, accepted or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionPost {
    pub at: Timestamp,
    pub run: u64,
    /// The attempt that was current, and so the one it hit.
    pub attempt: u32,
    pub environment: String,
    pub state: String,
    pub comment: Option<String>,
    pub status: u16,
    /// GitHub's text when it was refused.
    pub message: Option<String>,
    /// The jobs whose gate it settled.
    pub jobs: Vec<u64>,
}

/// One POST to `deployment_protection_rule` without a state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReport {
    pub at: Timestamp,
    pub run: u64,
    pub attempt: u32,
    pub environment: String,
    pub comment: String,
    pub status: u16,
}

/// One line of a run's review history (`approvals`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    pub run: u64,
    pub environment: u64,
    /// `approved`, `rejected` or `pending` (a status report).
    pub state: String,
    pub user: u64,
    pub comment: String,
}
