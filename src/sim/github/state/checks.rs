//! Check runs: those of other systems, and those of the App under test with everything they show.

use crate::domain::Timestamp;

use super::State;

/// Whose check run it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckApp {
    /// A workflow's.
    Actions,
    /// The App under test.
    Ours,
}

/// A check run on a commit.
#[derive(Debug, Clone)]
pub struct CheckRun {
    pub id: u64,
    /// One suite for each App and commit.
    pub suite: u64,
    pub app: CheckApp,
    pub name: String,
    pub head_sha: String,
    pub external_id: String,
    pub details_url: Option<String>,
    /// `queued`, `in_progress`, `completed`
    pub status: String,
    pub conclusion: Option<String>,
    pub started_at: Timestamp,
    pub completed_at: Option<Timestamp>,
    pub output: CheckOutput,
    /// Added to by every update; nothing takes one away.
    pub annotations: Vec<Annotation>,
    pub actions: Vec<CheckAction>,
}

/// What a check run says.
#[derive(Debug, Clone, Default)]
pub struct CheckOutput {
    pub title: Option<String>,
    pub summary: Option<String>,
    pub text: Option<String>,
}

/// A remark on lines of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    pub path: String,
    pub start_line: u64,
    pub end_line: u64,
    pub level: String,
    pub title: Option<String>,
    pub message: String,
}

/// A button of a completed check run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckAction {
    pub label: String,
    pub description: String,
    pub identifier: String,
}

impl State {
    /// Reports a finished check run of a workflow, e.g. (`bias-eval`, `success`).
    pub fn add_check_run(&mut self, repository: u64, sha: &str, name: &str, conclusion: &str) -> u64 {
        let id = self.fresh_id();
        let suite = self.check_suite(repository, sha, CheckApp::Actions);
        let check_run = CheckRun {
            id,
            suite,
            app: CheckApp::Actions,
            name: name.to_owned(),
            head_sha: sha.to_owned(),
            external_id: String::new(),
            details_url: None,
            status: "completed".to_owned(),
            conclusion: Some(conclusion.to_owned()),
            started_at: self.now,
            completed_at: Some(self.now),
            output: CheckOutput::default(),
            annotations: Vec::new(),
            actions: Vec::new(),
        };
        self.repository_mut(repository).check_runs.push(check_run);
        id
    }

    /// The suite of that App's check runs on a commit, made with the first of them.
    pub(in crate::sim::github) fn check_suite(&mut self, repository: u64, sha: &str, app: CheckApp) -> u64 {
        let runs = &self.repository(repository).check_runs;
        let known = runs.iter().find(|run| run.head_sha == sha && run.app == app).map(|run| run.suite);
        known.unwrap_or_else(|| self.fresh_id())
    }

    /// Check runs of the App under test, oldest first.
    pub fn own_check_runs(&self, repository: u64) -> Vec<CheckRun> {
        let runs = self.repository(repository).check_runs.iter();
        runs.filter(|run| run.app == CheckApp::Ours).cloned().collect()
    }

    /// Somebody presses *Re-run* on a check run. GitHub leaves it as it is and tells its App.
    pub fn rerequest_check_run(&mut self, repository: u64, id: u64, by: u64) {
        self.tell_check_run(repository, id, "rerequested", None, by);
    }

    /// Somebody presses a button of a completed check run. False when it has no such button.
    pub fn press_check_action(&mut self, repository: u64, id: u64, identifier: &str, by: u64) -> bool {
        let run = self.repository(repository).check_runs.iter().find(|run| run.id == id);
        let has = |run: &CheckRun| {
            run.status == "completed" && run.actions.iter().any(|action| action.identifier == identifier)
        };
        if !run.is_some_and(has) {
            return false;
        }
        self.tell_check_run(repository, id, "requested_action", Some(identifier), by);
        true
    }

    /// Somebody presses *Re-run all checks*: every App with check runs on the commit is told, of which ours is one.
    pub fn rerequest_check_suite(&mut self, repository: u64, sha: &str, by: u64) {
        self.tell_check_suite(repository, sha, "rerequested", by);
    }
}
