//! Check runs, annotations and comments as JSON.

use serde_json::{Value, json};

use super::{extend, node_id, wire_time, wire_time_or_null};
use crate::sim::github::reply::percent_encoded;
use crate::sim::github::state::State;
use crate::sim::github::state::checks::{Annotation, CheckApp, CheckRun};
use crate::sim::github::state::comments::Comment;

impl State {
    /// `check-run`.
    pub(in crate::sim::github) fn check_run(&self, repository: u64, run: &CheckRun) -> Value {
        let (api, page) = (self.repository_url(repository), self.repository_page(repository));
        let url = format!("{api}/check-runs/{}", run.id);
        let html_url = format!("{page}/runs/{}", run.id);
        json!({
            "id": run.id,
            "node_id": node_id("CR", run.id),
            "head_sha": run.head_sha,
            "external_id": run.external_id,
            "url": url,
            "html_url": html_url,
            "details_url": run.details_url.as_ref().unwrap_or(&html_url),
            "name": run.name,
            "status": run.status,
            "conclusion": run.conclusion,
            "started_at": wire_time(run.started_at),
            "completed_at": wire_time_or_null(run.completed_at),
            "check_suite": { "id": run.suite },
            "output": {
                "title": run.output.title, "summary": run.output.summary, "text": run.output.text,
                "annotations_count": run.annotations.len(),
                "annotations_url": format!("{url}/annotations"),
            },
            "app": self.check_app(run.app),
            "pull_requests": self.pulls_at(repository, &run.head_sha),
        })
    }

    /// `check-annotation`.
    pub(in crate::sim::github) fn check_annotation(
        &self,
        repository: u64,
        run: &CheckRun,
        annotation: &Annotation,
    ) -> Value {
        let (page, path) = (self.repository_page(repository), &annotation.path);
        let encoded = path.split('/').map(percent_encoded).collect::<Vec<_>>().join("/");
        json!({
            "path": path,
            "blob_href": format!("{page}/blob/{}/{encoded}", run.head_sha),
            "start_line": annotation.start_line,
            "start_column": null,
            "end_line": annotation.end_line,
            "end_column": null,
            "annotation_level": annotation.level,
            "title": annotation.title,
            "message": annotation.message,
            "raw_details": null,
        })
    }

    /// The `check_suite` of webhooks.
    pub(in crate::sim::github) fn check_suite_object(&self, repository: u64, sha: &str, suite: u64) -> Value {
        let api = self.repository_url(repository);
        let runs = self.repository(repository).check_runs.iter().filter(|run| run.suite == suite).count();
        json!({
            "id": suite,
            "node_id": node_id("CS", suite),
            "head_branch": null,
            "head_sha": sha,
            "status": "queued",
            "conclusion": null,
            "url": format!("{api}/check-suites/{suite}"),
            "before": null,
            "after": sha,
            "pull_requests": self.pulls_at(repository, sha),
            "app": self.check_app(CheckApp::Ours),
            "created_at": wire_time(self.now),
            "updated_at": wire_time(self.now),
            "latest_check_runs_count": runs,
            "check_runs_url": format!("{api}/check-suites/{suite}/check-runs"),
            "head_commit": self.simple_commit(repository, sha),
        })
    }

    /// `issue-comment`.
    pub(in crate::sim::github) fn comment_object(&self, repository: u64, comment: &Comment) -> Value {
        let (api, page) = (self.repository_url(repository), self.repository_page(repository));
        let Comment { id, pull, .. } = comment;
        let mut object = json!({
            "id": id,
            "node_id": node_id("IC", *id),
            "url": format!("{api}/issues/comments/{id}"),
            "html_url": format!("{page}/pull/{pull}#issuecomment-{id}"),
            "issue_url": format!("{api}/issues/{pull}"),
            "body": comment.body,
            "user": self.simple_user(comment.user),
            "created_at": wire_time(comment.created_at),
            "updated_at": wire_time(comment.updated_at),
            "author_association": "CONTRIBUTOR",
        });
        let app = if comment.by_app { self.our_app() } else { Value::Null };
        extend(&mut object, json!({ "performed_via_github_app": app }));
        object
    }

    fn check_app(&self, app: CheckApp) -> Value {
        match app {
            CheckApp::Actions => self.actions_app(),
            CheckApp::Ours => self.our_app(),
        }
    }

    /// Open pull requests of this repository's branches whose newest commit it is. GitHub names none from forks.
    fn pulls_at(&self, repository: u64, sha: &str) -> Value {
        let pulls = self.repository(repository).pulls.values();
        let at = pulls.filter(|pull| pull.open && pull.head_sha == sha && !pull.from_fork);
        at.map(|pull| self.pull_minimal(repository, pull)).collect()
    }
}
