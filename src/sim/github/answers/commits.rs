//! Commits, files and patches as JSON.

use serde_json::{Value, json};

use super::wire_time;
use crate::sim::github::reply::percent_encoded;
use crate::sim::github::state::State;
use crate::sim::github::state::git::{Commit, Files, Signature};
use crate::sim::github::state::history::FileChange;
use crate::sim::github::state::repository::Repository;

impl State {
    /// `commit`, without stats and files.
    pub(in crate::sim::github) fn commit_object(&self, repository: u64, commit: &Commit) -> Value {
        let (api, page) = (self.repository_url(repository), self.repository_page(repository));
        let url = format!("{api}/commits/{}", commit.sha);
        json!({
            "sha": commit.sha,
            "node_id": format!("C_{}", commit.sha),
            "url": url,
            "html_url": format!("{page}/commit/{}", commit.sha),
            "comments_url": format!("{url}/comments"),
            "commit": {
                "author": signature(&commit.author),
                "committer": signature(&commit.committer),
                "message": commit.message,
                "tree": { "sha": commit.tree, "url": format!("{api}/git/trees/{}", commit.tree) },
                "url": format!("{api}/git/commits/{}", commit.sha),
                "comment_count": 0,
                "verification": unsigned(),
            },
            "author": self.account_of(&commit.author),
            "committer": self.account_of(&commit.committer),
            "parents": self.parents(repository, commit, "commits"),
        })
    }

    /// `git-commit`.
    pub(in crate::sim::github) fn git_commit(&self, repository: u64, commit: &Commit) -> Value {
        let (api, page) = (self.repository_url(repository), self.repository_page(repository));
        json!({
            "sha": commit.sha,
            "node_id": format!("C_{}", commit.sha),
            "url": format!("{api}/git/commits/{}", commit.sha),
            "html_url": format!("{page}/commit/{}", commit.sha),
            "author": signature(&commit.author),
            "committer": signature(&commit.committer),
            "tree": { "sha": commit.tree, "url": format!("{api}/git/trees/{}", commit.tree) },
            "message": commit.message,
            "parents": self.parents(repository, commit, "git/commits"),
            "verification": unsigned(),
        })
    }

    /// `simple-commit`, the `head_commit` of runs; `null` when the commit is unknown.
    pub(in crate::sim::github) fn simple_commit(&self, repository: u64, sha: &str) -> Value {
        let commit = self.repositories.get(&repository).and_then(|repository| repository.commits.get(sha));
        let Some(commit) = commit else { return Value::Null };
        json!({
            "id": commit.sha,
            "tree_id": commit.tree,
            "message": commit.message,
            "timestamp": wire_time(commit.committer.at),
            "author": { "name": commit.author.name, "email": commit.author.email },
            "committer": { "name": commit.committer.name, "email": commit.committer.email },
        })
    }

    /// `diff-entry`.
    pub(in crate::sim::github) fn diff_entry(&self, repository: &Repository, head: &str, change: &FileChange) -> Value {
        let lines = repository.line_changes(change, self.options.limits.patch_bytes);
        let (api, page) = (self.repository_url(repository.id), self.repository_page(repository.id));
        let path = encoded_path(&change.path);
        let sha = change.after.as_ref().or(change.before.as_ref()).map(|entry| entry.sha.clone());
        let mut entry = json!({
            "sha": sha,
            "filename": change.path,
            "status": change.status(),
            "additions": lines.additions,
            "deletions": lines.deletions,
            "changes": lines.additions + lines.deletions,
            "blob_url": format!("{page}/blob/{head}/{path}"),
            "raw_url": format!("{page}/raw/{head}/{path}"),
            "contents_url": format!("{api}/contents/{path}?ref={head}"),
        });
        if let Value::Object(entry) = &mut entry {
            lines.patch.map(|patch| entry.insert("patch".to_owned(), Value::String(patch)));
            let previous = change.previous_path.clone();
            previous.map(|path| entry.insert("previous_filename".to_owned(), Value::String(path)));
        }
        entry
    }

    /// What a commit changed against its first parent.
    pub(in crate::sim::github) fn changes_of(&self, repository: &Repository, commit: &Commit) -> Vec<FileChange> {
        let parent = commit.parents.first().and_then(|parent| repository.commits.get(parent));
        let empty = Files::new();
        repository.changes(parent.map_or(&empty, |parent| &*parent.files), &commit.files)
    }

    /// The account of a signature's address; `null` when nobody claims it.
    fn account_of(&self, signature: &Signature) -> Value {
        self.account_by_email(&signature.email).map_or(Value::Null, |account| self.simple_user(account.id))
    }

    fn parents(&self, repository: u64, commit: &Commit, kind: &str) -> Value {
        let (api, page) = (self.repository_url(repository), self.repository_page(repository));
        let parent = |sha: &String| json!({ "sha": sha, "url": format!("{api}/{kind}/{sha}"), "html_url": format!("{page}/commit/{sha}") });
        commit.parents.iter().map(parent).collect()
    }
}

/// A path with every segment encoded.
pub(in crate::sim::github) fn encoded_path(path: &str) -> String {
    path.split('/').map(percent_encoded).collect::<Vec<_>>().join("/")
}

fn signature(signature: &Signature) -> Value {
    json!({ "name": signature.name, "email": signature.email, "date": wire_time(signature.at) })
}

fn unsigned() -> Value {
    json!({ "verified": false, "reason": "unsigned", "signature": null, "payload": null, "verified_at": null })
}
