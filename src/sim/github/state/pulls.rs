//! Pull requests: opened, reviewed, merged.

use crate::domain::Timestamp;

use super::State;
use super::commits::NewCommit;
use super::git::Files;

/// How a pull request becomes part of its base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeMethod {
    /// A merge commit with two parents.
    Merge,
    /// One new commit by the author of the pull request.
    Squash,
}

#[derive(Debug, Clone)]
pub struct PullReview {
    pub id: u64,
    pub user: u64,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`.
    pub state: String,
    pub body: String,
    pub commit: String,
    pub at: Timestamp,
}

#[derive(Debug, Clone)]
pub struct PullRequest {
    pub id: u64,
    pub number: u64,
    pub title: String,
    pub body: Option<String>,
    pub user: u64,
    pub open: bool,
    pub draft: bool,
    /// Its branch is in another repository: nothing here names it.
    pub from_fork: bool,
    pub head_ref: String,
    pub head_sha: String,
    pub base_ref: String,
    pub base_sha: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub merged_at: Option<Timestamp>,
    pub merged_by: Option<u64>,
    pub merge_commit: Option<String>,
    /// Oldest first.
    pub commits: Vec<String>,
    pub reviews: Vec<PullReview>,
}

/// A pull request to be opened: `head` into the default branch.
#[derive(Debug, Clone)]
pub struct NewPullRequest {
    pub author: u64,
    pub title: String,
    pub body: Option<String>,
    pub head: String,
}

impl State {
    /// Opens a pull request from the tip of the branch `head`; the answer is its number.
    pub fn open_pull_request(&mut self, repository: u64, new: NewPullRequest) -> u64 {
        let head_sha = self.repository(repository).branches.get(&new.head).cloned().unwrap_or_default();
        self.open_at(repository, new, head_sha, false)
    }

    /// Opens a pull request from a fork: its newest commit is no branch's here.
    pub fn open_fork_pull_request(&mut self, repository: u64, new: NewPullRequest, head_sha: &str) -> u64 {
        self.open_at(repository, new, head_sha.to_owned(), true)
    }

    fn open_at(&mut self, repository: u64, new: NewPullRequest, head_sha: String, from_fork: bool) -> u64 {
        let (id, created_at) = (self.fresh_id(), self.now);
        let repo = self.repository_mut(repository);
        let number = repo.pulls.keys().last().map_or(1, |last| last + 1);
        let base_ref = repo.default_branch.clone();
        let base_sha = repo.branches.get(&base_ref).cloned().unwrap_or_default();
        let commits = repo.commits_between(Some(&base_sha), &head_sha);
        let commits = commits.into_iter().map(|commit| commit.sha.clone()).collect();
        let author = new.author;
        let pull = PullRequest {
            id,
            number,
            title: new.title,
            body: new.body,
            user: new.author,
            open: true,
            draft: false,
            from_fork,
            head_ref: new.head,
            head_sha,
            base_ref,
            base_sha,
            created_at,
            updated_at: created_at,
            closed_at: None,
            merged_at: None,
            merged_by: None,
            merge_commit: None,
            commits,
            reviews: Vec::new(),
        };
        repo.pulls.insert(number, pull);
        self.tell_pull(repository, number, "opened", serde_json::json!({}), author);
        number
    }

    /// Closes without merging.
    pub fn close_pull_request(&mut self, repository: u64, number: u64, by: u64) {
        let now = self.now;
        let Some(pull) = self.repository_mut(repository).pulls.get_mut(&number) else { return };
        (pull.open, pull.closed_at, pull.updated_at) = (false, Some(now), now);
        self.tell_pull(repository, number, "closed", serde_json::json!({}), by);
    }

    pub fn reopen_pull_request(&mut self, repository: u64, number: u64, by: u64) {
        let now = self.now;
        let Some(pull) = self.repository_mut(repository).pulls.get_mut(&number) else { return };
        (pull.open, pull.closed_at, pull.updated_at) = (true, None, now);
        self.tell_pull(repository, number, "reopened", serde_json::json!({}), by);
    }

    /// Makes it a draft, or ready for review.
    pub fn set_draft(&mut self, repository: u64, number: u64, draft: bool, by: u64) {
        let Some(pull) = self.repository_mut(repository).pulls.get_mut(&number) else { return };
        pull.draft = draft;
        let action = if draft { "converted_to_draft" } else { "ready_for_review" };
        self.tell_pull(repository, number, action, serde_json::json!({}), by);
    }

    /// Points it at another base branch.
    pub fn retarget_pull_request(&mut self, repository: u64, number: u64, base: &str, by: u64) {
        let tip = self.repository(repository).branches.get(base).cloned().unwrap_or_default();
        let Some(pull) = self.repository_mut(repository).pulls.get_mut(&number) else { return };
        let changes =
            serde_json::json!({ "base": { "ref": { "from": pull.base_ref }, "sha": { "from": pull.base_sha } } });
        pull.base_ref = base.to_owned();
        pull.base_sha = tip;
        self.tell_pull(repository, number, "edited", serde_json::json!({ "changes": changes }), by);
    }

    /// New commits on a branch are new commits of the pull requests from it.
    pub(super) fn synchronize_pulls(&mut self, repository: u64, branch: &str, sha: &str) {
        let pulls = self.repository(repository).pulls.values();
        let from = pulls.filter(|pull| pull.open && !pull.from_fork && pull.head_ref == branch && pull.head_sha != sha);
        let numbers: Vec<u64> = from.map(|pull| pull.number).collect();
        for number in numbers {
            self.move_pull(repository, number, sha);
        }
    }

    /// Gives a pull request another newest commit.
    pub fn move_pull(&mut self, repository: u64, number: u64, sha: &str) {
        let now = self.now;
        let repo = self.repository(repository);
        let Some(pull) = repo.pulls.get(&number) else { return };
        let commits = repo.commits_between(Some(&pull.base_sha), sha);
        let commits: Vec<String> = commits.into_iter().map(|commit| commit.sha.clone()).collect();
        let (before, user) = (pull.head_sha.clone(), pull.user);
        if let Some(pull) = self.repository_mut(repository).pulls.get_mut(&number) {
            pull.head_sha = sha.to_owned();
            pull.commits = commits;
            pull.updated_at = now;
        }
        let more = serde_json::json!({ "before": before, "after": sha });
        self.tell_pull(repository, number, "synchronize", more, user);
    }

    /// Adds a review: `APPROVED`, `CHANGES_REQUESTED` or `COMMENTED`.
    pub fn review_pull_request(&mut self, repository: u64, number: u64, user: u64, state: &str) {
        let (id, at) = (self.fresh_id(), self.now);
        let Some(pull) = self.repository_mut(repository).pulls.get_mut(&number) else { return };
        let commit = pull.head_sha.clone();
        pull.reviews.push(PullReview { id, user, state: state.to_owned(), body: String::new(), commit, at });
    }

    /// Merges into the base branch; the answer is the commit now at its tip.
    pub fn merge_pull_request(&mut self, repository: u64, number: u64, by: u64, method: MergeMethod) -> String {
        let Some(pull) = self.repository(repository).pulls.get(&number).cloned() else { return String::new() };
        let tip = self.repository(repository).branches.get(&pull.base_ref).cloned().unwrap_or_default();
        let new = match method {
            MergeMethod::Merge => {
                let message = format!("Merge pull request #{number} from {}\n\n{}", pull.head_ref, pull.title);
                NewCommit::new(by, &message).on(&tip).on(&pull.head_sha)
            }
            MergeMethod::Squash => NewCommit::new(pull.user, &format!("{} (#{number})", pull.title)).on(&tip),
        };
        let new = self.with_changes_of(repository, &pull, new.committed_by(super::people::WEB_FLOW));
        let sha = self.commit(repository, new);
        self.set_branch(repository, &pull.base_ref, &sha);
        let now = self.now;
        if let Some(pull) = self.repository_mut(repository).pulls.get_mut(&number) {
            pull.open = false;
            (pull.closed_at, pull.updated_at) = (Some(now), now);
            pull.merged_at = Some(now);
            pull.merged_by = Some(by);
            pull.merge_commit = Some(sha.clone());
        }
        self.tell_pull(repository, number, "closed", serde_json::json!({}), by);
        sha
    }

    fn with_changes_of(&self, repository: u64, pull: &PullRequest, mut new: NewCommit) -> NewCommit {
        let repo = self.repository(repository);
        let empty = Files::new();
        let files = |sha: &str| repo.commits.get(sha).map_or(&empty, |commit| &*commit.files);
        let from = repo.merge_base(&pull.base_sha, &pull.head_sha).map_or(&empty, |commit| &*commit.files);
        for change in repo.changes(from, files(&pull.head_sha)) {
            if let Some(gone) = change.previous_path.as_ref().or(change.after.is_none().then_some(&change.path)) {
                new = new.delete(gone);
            }
            if let Some(blob) = change.after.as_ref().and_then(|entry| repo.blobs.get(&entry.sha)) {
                new = new.write(&change.path, blob.clone());
            }
        }
        new
    }
}
