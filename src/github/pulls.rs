//! A pull request as it is now: its newest commit, where it starts from, and the paths it changes.
//!
//! GitHub: "Get a pull request", "Compare two commits". A pull request from a fork is read like any other: its commits can
//! be reached through the repository it is opened in.

use crate::domain::{CommitSha, Repository};
use crate::ports::PortError;
use crate::ports::code::Presence;
use crate::ports::pulls::PullState;

use super::api::Errand;
use super::client::GithubForge;
use super::permissions::Purpose;
use super::wire::pulls::{LabelledRow, PullDetail, StartRow};
use super::wire::user;

/// GitHub lists no more files than these, and does not say that it stopped.
const MAX_FILES: usize = 300;
/// 300 patches in one answer.
const MAX_COMPARE_BYTES: usize = 64 * 1024 * 1024;
/// More labels than GitHub lets a pull request have.
const MAX_LABELS: usize = 200;
/// Longest branch name kept, in characters.
const MAX_NAME_CHARS: usize = 300;

impl GithubForge {
    pub(super) async fn pull_state(
        &self,
        repository: &Repository,
        number: u64,
    ) -> Result<Presence<PullState>, PortError> {
        let errand = Errand::new(repository, Purpose::Study, "read the pull request");
        let row: PullDetail = match self.read(errand, &format!("/pulls/{number}")).await {
            Err(error) if error.is_gone() => return Ok(Presence::Missing),
            row => row?,
        };
        if row.number != number {
            return Err(PortError::retry(errand.doing, "the answer is about another pull request"));
        }
        let commit = |sha: &str| {
            CommitSha::parse(sha).ok_or_else(|| PortError::retry(errand.doing, "one of its commits has no commit id"))
        };
        let (head, base) = (commit(&row.head.sha)?, commit(&row.base.sha)?);
        let is_open = row.state == "open";
        let extent = if is_open { self.extent(repository, &base, &head).await? } else { Extent::unknown() };
        Ok(Presence::Found(PullState {
            head,
            is_open,
            author: user(row.user.as_ref()),
            base: row.base.reference.chars().filter(|c| !c.is_control()).take(MAX_NAME_CHARS).collect(),
            start: extent.start,
            changed: extent.paths,
            changed_cut: extent.is_cut,
        }))
    }

    pub(super) async fn labels_of(&self, repository: &Repository, number: u64) -> Result<Vec<String>, PortError> {
        let errand = Errand::new(repository, Purpose::Study, "read the labels of a pull request");
        let row: LabelledRow = self.read(errand, &format!("/pulls/{number}")).await?;
        Ok(row.labels.into_iter().filter_map(|label| label.name).take(MAX_LABELS).collect())
    }

    async fn extent(&self, repository: &Repository, base: &CommitSha, head: &CommitSha) -> Result<Extent, PortError> {
        let errand = Errand::new(repository, Purpose::Study, "read what the pull request changes");
        let errand = Errand { max_bytes: MAX_COMPARE_BYTES, ..errand };
        // Files come with the first page, whatever its length.
        let found: Presence<StartRow> =
            self.seek(errand, &format!("/compare/{base}...{head}?per_page=1&page=1")).await?;
        let Presence::Found(row) = found else { return Ok(Extent::unknown()) };
        let files = row.files.unwrap_or_default();
        let is_cut = files.len() >= MAX_FILES;
        let paths = files.into_iter().flat_map(|file| [Some(file.filename), file.previous_filename]).flatten();
        Ok(Extent { start: CommitSha::parse(&row.merge_base_commit.sha), paths: paths.collect(), is_cut })
    }
}

struct Extent {
    start: Option<CommitSha>,
    paths: Vec<String>,
    is_cut: bool,
}

impl Extent {
    const fn unknown() -> Self {
        Self { start: None, paths: Vec::new(), is_cut: true }
    }
}
