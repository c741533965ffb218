//! Pull requests as JSON.

use serde_json::{Value, json};

use super::{extend, node_id, wire_time, wire_time_or_null};
use crate::sim::github::state::State;
use crate::sim::github::state::pulls::{PullRequest, PullReview};

impl State {
    /// `pull-request-simple`: what lists and the protection rule webhook hold. It lacks `merged`, `additions` and others.
    pub(in crate::sim::github) fn pull_simple(&self, repository: u64, pull: &PullRequest) -> Value {
        let (api, page) = (self.repository_url(repository), self.repository_page(repository));
        let number = pull.number;
        let (url, html) = (format!("{api}/pulls/{number}"), format!("{page}/pull/{number}"));
        let issue = format!("{api}/issues/{number}");
        let statuses = format!("{api}/statuses/{}", pull.head_sha);
        let mut object = json!({
            "url": url,
            "id": pull.id,
            "node_id": node_id("PR", pull.id),
            "html_url": html,
            "diff_url": format!("{html}.diff"),
            "patch_url": format!("{html}.patch"),
            "issue_url": issue,
            "number": number,
            "state": if pull.open { "open" } else { "closed" },
            "locked": false,
            "title": pull.title,
            "user": self.simple_user(pull.user),
            "body": pull.body,
            "created_at": wire_time(pull.created_at),
            "updated_at": wire_time(pull.updated_at),
            "closed_at": wire_time_or_null(pull.closed_at),
            "merged_at": wire_time_or_null(pull.merged_at),
            "merge_commit_sha": pull.merge_commit,
            "assignee": null,
            "assignees": [],
            "requested_reviewers": [],
            "requested_teams": [],
            "labels": [],
            "milestone": null,
            "draft": pull.draft,
            "commits_url": format!("{url}/commits"),
            "review_comments_url": format!("{url}/comments"),
            "review_comment_url": format!("{api}/pulls/comments{{/number}}"),
            "comments_url": format!("{issue}/comments"),
            "statuses_url": statuses,
            "head": self.pull_head(repository, pull),
            "base": self.pull_end(repository, &pull.base_ref, &pull.base_sha),
            "author_association": "CONTRIBUTOR",
            "auto_merge": null,
            "active_lock_reason": null,
        });
        let hrefs = [
            ("self", url.clone()),
            ("html", html),
            ("comments", format!("{issue}/comments")),
            ("issue", issue),
            ("review_comments", format!("{url}/comments")),
            ("review_comment", format!("{api}/pulls/comments{{/number}}")),
            ("commits", format!("{url}/commits")),
            ("statuses", statuses),
        ];
        let links = hrefs.into_iter().map(|(name, href)| (name.to_owned(), json!({ "href": href })));
        extend(&mut object, json!({ "_links": Value::Object(links.collect()) }));
        object
    }

    /// `pull-request`, whole.
    pub(in crate::sim::github) fn pull_full(&self, repository: u64, pull: &PullRequest) -> Value {
        let mut object = self.pull_simple(repository, pull);
        let changes = self.pull_changes(repository, pull);
        let repo = self.repository(repository);
        let lines = changes.iter().map(|change| repo.line_changes(change, self.options.limits.patch_bytes));
        let (additions, deletions) = lines.fold((0, 0), |sum, one| (sum.0 + one.additions, sum.1 + one.deletions));
        let more = json!({
            "merged": pull.merged_at.is_some(),
            "mergeable": pull.open.then_some(true),
            "rebaseable": pull.open.then_some(true),
            "mergeable_state": if pull.open { "clean" } else { "unknown" },
            "merged_by": pull.merged_by.map(|by| self.simple_user(by)),
            "comments": 0,
            "review_comments": 0,
            "maintainer_can_modify": false,
            "commits": pull.commits.len(),
            "additions": additions,
            "deletions": deletions,
            "changed_files": changes.len(),
        });
        extend(&mut object, more);
        object
    }

    /// `pull-request-minimal`, as runs list them.
    pub(in crate::sim::github) fn pull_minimal(&self, repository: u64, pull: &PullRequest) -> Value {
        let api = self.repository_url(repository);
        let repo = json!({ "id": repository, "url": api, "name": self.repository(repository).name });
        json!({
            "id": pull.id,
            "number": pull.number,
            "url": format!("{api}/pulls/{}", pull.number),
            "head": { "ref": pull.head_ref, "sha": pull.head_sha, "repo": repo },
            "base": { "ref": pull.base_ref, "sha": pull.base_sha, "repo": repo },
        })
    }

    /// `pull-request-review`.
    pub(in crate::sim::github) fn pull_review(
        &self,
        repository: u64,
        pull: &PullRequest,
        review: &PullReview,
    ) -> Value {
        let api = format!("{}/pulls/{}", self.repository_url(repository), pull.number);
        let page = self.repository_page(repository);
        let html = format!("{page}/pull/{}#pullrequestreview-{}", pull.number, review.id);
        json!({
            "id": review.id,
            "node_id": node_id("PRR", review.id),
            "user": self.simple_user(review.user),
            "body": review.body,
            "state": review.state,
            "html_url": html,
            "pull_request_url": api,
            "author_association": "MEMBER",
            "_links": { "html": { "href": html }, "pull_request": { "href": api } },
            "submitted_at": wire_time(review.at),
            "commit_id": review.commit,
        })
    }

    /// The files a pull request changes: from where it branched off to its head.
    pub(in crate::sim::github) fn pull_changes(
        &self,
        repository: u64,
        pull: &PullRequest,
    ) -> Vec<crate::sim::github::state::history::FileChange> {
        let repo = self.repository(repository);
        let empty = crate::sim::github::state::git::Files::new();
        let from = repo.merge_base(&pull.base_sha, &pull.head_sha).map_or(&empty, |commit| &*commit.files);
        let to = repo.commits.get(&pull.head_sha).map_or(&empty, |commit| &*commit.files);
        repo.changes(from, to)
    }

    /// A fork that was deleted has no repository any more; its commits can be had all the same.
    fn pull_head(&self, repository: u64, pull: &PullRequest) -> Value {
        let mut end = self.pull_end(repository, &pull.head_ref, &pull.head_sha);
        if pull.from_fork {
            extend(&mut end, json!({ "repo": null, "label": format!("fork:{}", pull.head_ref) }));
        }
        end
    }

    fn pull_end(&self, repository: u64, reference: &str, sha: &str) -> Value {
        let owner = self.repository(repository).owner;
        let login = self.accounts.get(&owner).map(|owner| owner.login.as_str()).unwrap_or_default();
        json!({
            "label": format!("{login}:{reference}"),
            "ref": reference,
            "sha": sha,
            "user": self.simple_user(owner),
            "repo": self.hook_repository(repository),
        })
    }
}
