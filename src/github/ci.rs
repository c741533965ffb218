//! What other tools say about a commit: check runs of other apps, and commit statuses.
//!
//! GitHub: "List check runs for a Git reference" (permission `checks: read`), "Get the combined status for a specific
//! reference" (permission `statuses: read`). Both permissions are optional: a policy that requires check runs needs them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::domain::{CiRun, CiState, CommitSha, Repository};
use crate::ports::{Class, PortError};

use super::api::Errand;
use super::client::GithubForge;
use super::permissions::Purpose;

const PER_PAGE: usize = 100;
/// Most pages of check runs and of statuses. GitHub itself looks at the newest 1,000 check suites.
const MAX_PAGES: usize = 20;
/// Longest address kept, in bytes.
const MAX_URL_BYTES: usize = 2_000;

impl GithubForge {
    /// The newest check run of each name and app, and the newest status of each context. Our own check run says what we
    /// said, and is left out.
    pub(super) async fn ci_of(&self, repository: &Repository, commit: &CommitSha) -> Result<Vec<CiRun>, PortError> {
        let runs = self.check_runs(repository, commit);
        let (runs, statuses) = futures::future::try_join(runs, self.statuses_of(repository, commit)).await?;
        Ok(runs.into_iter().chain(statuses).collect())
    }

    async fn check_runs(&self, repository: &Repository, commit: &CommitSha) -> Result<Vec<CiRun>, PortError> {
        let errand = Errand::new(repository, Purpose::CheckRuns, "read the check runs");
        let path = format!("/commits/{commit}/check-runs?filter=latest");
        let rows = self.pages(errand, &path, |page: CheckRunsPage| page.check_runs).await?;
        let is_ours =
            |row: &CheckRunRow| row.app.as_ref().is_some_and(|app| self.key.is_of(app.id, app.client_id.as_deref()));
        Ok(newest(rows.into_iter().filter(|row| !is_ours(row))))
    }

    async fn statuses_of(&self, repository: &Repository, commit: &CommitSha) -> Result<Vec<CiRun>, PortError> {
        let errand = Errand::new(repository, Purpose::Statuses, "read the commit statuses");
        let rows = self.pages(errand, &format!("/commits/{commit}/status?"), |page: StatusPage| page.statuses).await?;
        Ok(rows.into_iter().map(StatusRow::run).collect())
    }

    /// All pages of a list below `path`, which ends in `?` or in a parameter.
    async fn pages<P: DeserializeOwned, T>(
        &self,
        errand: Errand<'_>,
        path: &str,
        rows_of: impl Fn(P) -> Vec<T>,
    ) -> Result<Vec<T>, PortError> {
        let joint = if path.ends_with('?') { "" } else { "&" };
        let mut all = Vec::new();
        for page in 1..=MAX_PAGES {
            let rest = format!("{path}{joint}per_page={PER_PAGE}&page={page}");
            let answer: P = self.read(errand, &rest).await.map_err(|error| needing(errand.purpose, error))?;
            let rows = rows_of(answer);
            let is_last = rows.len() < PER_PAGE;
            all.extend(rows);
            if is_last {
                return Ok(all);
            }
        }
        Err(PortError::permanent(errand.doing, format!("there are more than {}", MAX_PAGES * PER_PAGE)))
    }
}

/// A lasting refusal of something that is granted apart names what has to be granted.
pub(super) fn needing(purpose: Purpose, error: PortError) -> PortError {
    match error.class {
        Class::Permanent | Class::Gone => {
            let why = format!("{} (needs the permission `{}`)", error.why, purpose.needs());
            PortError::permanent(&error.doing, why)
        }
        Class::Retry { .. } | Class::Unknown => error,
    }
}

#[derive(Deserialize)]
struct CheckRunsPage {
    check_runs: Vec<CheckRunRow>,
}

#[derive(Deserialize)]
struct CheckRunRow {
    id: u64,
    name: String,
    status: String,
    conclusion: Option<String>,
    html_url: Option<String>,
    app: Option<AppRow>,
}

#[derive(Deserialize)]
struct AppRow {
    id: u64,
    slug: Option<String>,
    client_id: Option<String>,
}

#[derive(Deserialize)]
struct StatusPage {
    statuses: Vec<StatusRow>,
}

#[derive(Deserialize)]
struct StatusRow {
    context: String,
    state: String,
    target_url: Option<String>,
}

/// A commit may have several suites with runs of one name: the newest counts, as on the pull request's page.
fn newest(rows: impl Iterator<Item = CheckRunRow>) -> Vec<CiRun> {
    let mut newest: BTreeMap<(String, Option<u64>), CheckRunRow> = BTreeMap::new();
    for row in rows {
        let key = (row.name.clone(), row.app.as_ref().map(|app| app.id));
        match newest.get(&key) {
            Some(known) if known.id >= row.id => {}
            _ => drop(newest.insert(key, row)),
        }
    }
    newest.into_values().map(CheckRunRow::run).collect()
}

impl CheckRunRow {
    fn run(self) -> CiRun {
        let detail = match (self.status.as_str(), self.conclusion) {
            ("completed", Some(conclusion)) => conclusion,
            _ => self.status,
        };
        CiRun {
            state: state_of_run(&detail),
            detail,
            name: self.name,
            url: self.html_url.filter(|url| is_page(url)),
            app: self.app.and_then(|app| app.slug),
        }
    }
}

/// What is not known has not passed.
fn state_of_run(word: &str) -> CiState {
    match word {
        "success" => CiState::Passed,
        "neutral" | "skipped" => CiState::Neutral,
        "queued" | "in_progress" | "waiting" | "requested" | "pending" => CiState::Pending,
        // action_required, cancelled, failure, stale, startup_failure, timed_out, and whatever comes later
        _ => CiState::Failed,
    }
}

impl StatusRow {
    fn run(self) -> CiRun {
        let state = match self.state.as_str() {
            "success" => CiState::Passed,
            "pending" => CiState::Pending,
            _ => CiState::Failed,
        };
        let url = self.target_url.filter(|url| is_page(url));
        CiRun { name: self.context, state, detail: self.state, url, app: None }
    }
}

fn is_page(url: &str) -> bool {
    url.starts_with("https://") && url.len() <= MAX_URL_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: u64, name: &str, app: u64, status: &str, conclusion: Option<&str>) -> CheckRunRow {
        let app = AppRow { id: app, slug: Some(format!("app-{app}")), client_id: None };
        let html_url = Some("https://github.com/acme/sentiment/runs/1".to_owned());
        let conclusion = conclusion.map(str::to_owned);
        CheckRunRow { id, name: name.into(), status: status.into(), conclusion, html_url, app: Some(app) }
    }

    #[test]
    fn the_newest_run_of_a_name_and_an_app_counts() {
        let rows = [
            row(2, "eval", 1, "completed", Some("failure")),
            row(3, "eval", 1, "completed", Some("success")),
            row(1, "eval", 2, "completed", Some("timed_out")),
        ];
        let found = newest(rows.into_iter());
        let told: Vec<_> = found.iter().map(|run| (run.app.as_deref().unwrap(), run.state)).collect();
        assert_eq!(told, [("app-1", CiState::Passed), ("app-2", CiState::Failed)]);
    }

    #[test]
    fn only_a_success_has_passed() {
        let state = |status, conclusion| row(1, "eval", 1, status, conclusion).run().state;
        assert_eq!(state("completed", Some("success")), CiState::Passed);
        for conclusion in ["failure", "cancelled", "timed_out", "action_required", "stale", "startup_failure", "new"] {
            assert_eq!(state("completed", Some(conclusion)), CiState::Failed, "{conclusion}");
        }
        for conclusion in ["neutral", "skipped"] {
            assert_eq!(state("completed", Some(conclusion)), CiState::Neutral, "{conclusion}");
        }
        for status in ["queued", "in_progress", "waiting", "requested", "pending"] {
            assert_eq!(state(status, None), CiState::Pending, "{status}");
        }
        assert_eq!(state("completed", None), CiState::Failed);
        // A run that is started again keeps its old conclusion for a moment.
        assert_eq!(state("in_progress", Some("success")), CiState::Pending);
    }

    #[test]
    fn a_status_has_no_app_and_only_https_addresses_are_kept() {
        let status = |state: &str, url: &str| {
            StatusRow { context: "ci".into(), state: state.into(), target_url: Some(url.into()) }.run()
        };
        let run = status("error", "javascript:alert(1)");
        assert_eq!((run.state, run.app, run.url), (CiState::Failed, None, None));
        assert!(status("success", "https://ci.acme.example/1").url.is_some());
    }
}
