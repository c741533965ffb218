//! Comments on pull requests.

use crate::domain::Timestamp;

use super::State;

#[derive(Debug, Clone)]
pub struct Comment {
    pub id: u64,
    pub pull: u64,
    pub user: u64,
    /// Written by the App under test.
    pub by_app: bool,
    pub body: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl State {
    /// Adds a comment of a person; the answer is its id.
    pub fn comment_on_pull_request(&mut self, repository: u64, pull: u64, user: u64, body: &str) -> u64 {
        self.add_comment(repository, pull, user, body, false)
    }

    /// Somebody with write access deletes a comment.
    pub fn delete_comment(&mut self, repository: u64, id: u64) {
        self.repository_mut(repository).comments.retain(|comment| comment.id != id);
    }

    /// Comments on a pull request, oldest first.
    pub fn comments_on(&self, repository: u64, pull: u64) -> Vec<Comment> {
        self.repository(repository).comments.iter().filter(|comment| comment.pull == pull).cloned().collect()
    }

    pub(in crate::sim::github) fn add_comment(
        &mut self,
        repository: u64,
        pull: u64,
        user: u64,
        body: &str,
        by_app: bool,
    ) -> u64 {
        let (id, now) = (self.fresh_id(), self.now);
        let comment = Comment { id, pull, user, by_app, body: body.to_owned(), created_at: now, updated_at: now };
        self.repository_mut(repository).comments.push(comment);
        id
    }
}
