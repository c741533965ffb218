//! A workflow run with all its attempts: who started them, and when.
//!
//! GitHub: "Get a workflow run", "Get a workflow run attempt".

use crate::domain::{CommitSha, ForgeUser, Repository, Run, RunId, Timestamp};
use crate::ports::PortError;
use crate::ports::forge::RunState;

use super::api::Errand;
use super::client::GithubForge;
use super::permissions::Purpose;
use super::wire::{RunRow, user};

/// Most attempts read. A run with more is refused rather than judged without knowing who started it.
const MAX_ATTEMPTS: u32 = 100;
/// Longest title, ref and workflow name kept, in characters.
pub(super) const MAX_TEXT_CHARS: usize = 500;

impl GithubForge {
    pub(super) async fn run_state(&self, repository: &Repository, run: RunId) -> Result<RunState, PortError> {
        let errand = Errand::new(repository, Purpose::Follow, "read the workflow run");
        let latest: RunRow = self.read(errand, &format!("/actions/runs/{run}")).await?;
        is_that_run(&latest, repository, run, errand.doing)?;
        let mut attempts = self.earlier_attempts(repository, run, latest.attempt()).await?;
        attempts.push(latest);
        run_state(&attempts, errand.doing)
    }

    async fn earlier_attempts(
        &self,
        repository: &Repository,
        run: RunId,
        latest: u32,
    ) -> Result<Vec<RunRow>, PortError> {
        let errand = Errand::new(repository, Purpose::Follow, "read the run's earlier attempts");
        if latest > MAX_ATTEMPTS {
            return Err(PortError::permanent(errand.doing, format!("the run has {latest} attempts")));
        }
        let mut attempts = Vec::new();
        for attempt in 1..latest {
            let row: RunRow =
                self.read(errand, &format!("/actions/runs/{run}/attempts/{attempt}")).await.map_err(unread)?;
            is_that_run(&row, repository, run, errand.doing)?;
            attempts.push(row);
        }
        Ok(attempts)
    }
}

/// The run is there, so an attempt that is not does not mean that the run is gone.
fn unread(error: PortError) -> PortError {
    if error.is_gone() { PortError::permanent(&error.doing, error.why) } else { error }
}

/// An answer about something else is no answer.
pub(super) fn is_that_run(row: &RunRow, repository: &Repository, run: RunId, doing: &str) -> Result<(), PortError> {
    let same_repository = row.repository.as_ref().is_none_or(|told| told.id == repository.id.get());
    if row.id == run.get() && same_repository {
        return Ok(());
    }
    Err(PortError::retry(doing, "the answer is about another run"))
}

/// `attempts`: the first attempt first, the latest last; never empty.
fn run_state(attempts: &[RunRow], doing: &str) -> Result<RunState, PortError> {
    let latest = attempts.last().ok_or_else(|| PortError::retry(doing, "no attempt is known"))?;
    let commit = CommitSha::parse(&latest.head_sha);
    Ok(RunState {
        run: run(latest, actors(attempts)),
        attempt_starts: attempts.iter().map(started_at).collect::<Option<_>>().unwrap_or_default(),
        commit: commit.ok_or_else(|| PortError::retry(doing, "the run's commit is no commit id"))?,
        conclusion: latest.conclusion.clone(),
    })
}

fn run(latest: &RunRow, actors: Vec<ForgeUser>) -> Run {
    let workflow = latest.name.as_deref().unwrap_or_default();
    Run {
        title: bounded(latest.display_title.as_deref().unwrap_or(workflow)),
        number: latest.run_number.unwrap_or_default(),
        attempt: latest.attempt(),
        url: bounded(latest.html_url.as_deref().unwrap_or_default()),
        trigger: bounded(latest.event.as_deref().unwrap_or_default()),
        reference: bounded(latest.head_branch.as_deref().unwrap_or_default()),
        workflow: bounded(workflow),
        actors,
    }
}

/// A first attempt started when the run was made, where nothing else is said.
fn started_at(row: &RunRow) -> Option<Timestamp> {
    row.run_started_at.0.or_else(|| row.created_at.0.filter(|_| row.attempt() == 1))
}

/// Everybody who started any attempt, once each, the newest last.
fn actors(attempts: &[RunRow]) -> Vec<ForgeUser> {
    let named = attempts.iter().flat_map(|row| [row.actor.as_ref(), row.triggering_actor.as_ref()]);
    let mut actors: Vec<ForgeUser> = Vec::new();
    for actor in named.filter_map(user) {
        actors.retain(|known| known.id != actor.id);
        actors.push(actor);
    }
    actors
}

fn bounded(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(MAX_TEXT_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(number: u32, started: &str, actor: u64, by: u64) -> RunRow {
        let text = format!(
            r#"{{"id":9,"run_attempt":{number},"head_sha":"{}","run_started_at":"{started}","name":"Deploy",
                "actor":{{"id":{actor},"login":"u{actor}","type":"User"}},
                "triggering_actor":{{"id":{by},"login":"u{by}","type":"User"}},"repository":{{"id":5}}}}"#,
            "a1".repeat(20)
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn everybody_who_started_an_attempt_is_an_actor_the_newest_last() {
        let attempts = [
            attempt(1, "2026-01-01T00:00:00Z", 1, 1),
            attempt(2, "2026-01-01T01:00:00Z", 1, 2),
            attempt(3, "2026-01-01T02:00:00Z", 1, 3),
        ];
        let state = run_state(&attempts, "test").unwrap();
        let ids: Vec<u64> = state.run.actors.iter().map(|actor| actor.id.get()).collect();
        assert_eq!(ids, [2, 1, 3]);
        assert_eq!(state.attempt_starts.len(), 3);
        assert_eq!((state.run.attempt, state.run.title.as_str()), (3, "Deploy"));
    }

    #[test]
    fn starts_are_told_for_all_attempts_or_for_none() {
        let attempts = [attempt(1, "2026-01-01T00:00:00Z", 1, 1), attempt(2, "soon", 1, 1)];
        assert_eq!(run_state(&attempts, "test").unwrap().attempt_starts, []);
    }

    #[test]
    fn an_answer_about_another_run_or_repository_is_refused() {
        let repository = Repository {
            id: crate::domain::RepositoryId::new(5),
            owner: "acme".to_owned(),
            name: "scorer".to_owned(),
            installation: crate::domain::InstallationId::new(1),
        };
        let row = attempt(1, "2026-01-01T00:00:00Z", 1, 1);
        assert!(is_that_run(&row, &repository, RunId::new(9), "test").is_ok());
        assert!(is_that_run(&row, &repository, RunId::new(8), "test").is_err());
        let other = Repository { id: crate::domain::RepositoryId::new(6), ..repository };
        assert!(is_that_run(&row, &other, RunId::new(9), "test").is_err());
    }
}
