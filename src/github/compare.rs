//! Two commits compared, page by page.
//!
//! GitHub: "Compare two commits": with paging all commits come, the files on the first page only, at most 300.

use crate::domain::{ChangeKind, CommitSha, Relation, Repository};
use crate::ports::PortError;
use crate::ports::code::{Comparison, Presence, RawFile};

use super::api::Errand;
use super::client::GithubForge;
use super::permissions::Purpose;
use super::wire::{CommitRow, CompareRow, FileRow};

const PER_PAGE: usize = 100;
/// Most commits read; `commits_total` tells how many there are.
const MAX_COMMITS: usize = 1_000;
/// GitHub lists no more files than these, and does not say that it stopped.
const MAX_FILES: usize = 300;
/// 300 patches and 100 commits in one answer.
const MAX_COMPARE_BYTES: usize = 64 * 1024 * 1024;

impl GithubForge {
    pub(super) async fn comparison(
        &self,
        repository: &Repository,
        base: &CommitSha,
        head: &CommitSha,
    ) -> Result<Presence<Comparison>, PortError> {
        let errand = Errand::new(repository, Purpose::Study, "compare live with proposed");
        let errand = Errand { max_bytes: MAX_COMPARE_BYTES, ..errand };
        let Presence::Found(mut first) = self.compare_page(errand, base, head, 1).await? else {
            return Ok(Presence::Missing);
        };
        is_about(&first, base, errand.doing)?;
        let later = self.later_commits(errand, base, head, &first).await?;
        first.commits.extend(later);
        self.assembled(first, head, errand.doing).map(Presence::Found)
    }

    async fn compare_page(
        &self,
        errand: Errand<'_>,
        base: &CommitSha,
        head: &CommitSha,
        page: usize,
    ) -> Result<Presence<CompareRow>, PortError> {
        self.seek(errand, &format!("/compare/{base}...{head}?per_page={PER_PAGE}&page={page}")).await
    }

    async fn later_commits(
        &self,
        errand: Errand<'_>,
        base: &CommitSha,
        head: &CommitSha,
        first: &CompareRow,
    ) -> Result<Vec<CommitRow>, PortError> {
        let total = usize::try_from(first.total_commits).unwrap_or(usize::MAX);
        let wanted = total.min(MAX_COMMITS);
        let mut later: Vec<CommitRow> = Vec::new();
        let mut page = 1;
        while first.commits.len() + later.len() < wanted {
            page += 1;
            let Presence::Found(next) = self.compare_page(errand, base, head, page).await? else {
                return Err(PortError::retry(errand.doing, "a later page is missing"));
            };
            is_about(&next, base, errand.doing)?;
            if next.commits.is_empty() {
                return Err(PortError::retry(errand.doing, "commits are missing"));
            }
            later.extend(next.commits);
        }
        Ok(later)
    }

    fn assembled(&self, row: CompareRow, head: &CommitSha, doing: &str) -> Result<Comparison, PortError> {
        let relation = relation(&row).ok_or_else(|| PortError::retry(doing, "the relation is unknown"))?;
        let all_read = u64::try_from(row.commits.len()).is_ok_and(|read| read >= row.total_commits);
        let has_head = row.commits.iter().any(|commit| commit.sha == head.as_str());
        if all_read && row.total_commits > 0 && !has_head {
            return Err(PortError::retry(doing, "the answer is about another commit"));
        }
        let files = row.files.unwrap_or_default();
        Ok(Comparison {
            relation,
            commits: row.commits.iter().map(|commit| self.raw_commit(commit, doing)).collect::<Result<_, _>>()?,
            commits_total: row.total_commits,
            files_cut: files.len() >= MAX_FILES,
            files: files.into_iter().map(raw_file).collect(),
        })
    }
}

fn is_about(row: &CompareRow, base: &CommitSha, doing: &str) -> Result<(), PortError> {
    if row.base_commit.sha == base.as_str() {
        return Ok(());
    }
    Err(PortError::retry(doing, "the answer is about another commit"))
}

fn relation(row: &CompareRow) -> Option<Relation> {
    match row.status.as_str() {
        "identical" => Some(Relation::Same),
        "ahead" => Some(Relation::Ahead { by: row.ahead_by }),
        "behind" => Some(Relation::Behind { by: row.behind_by }),
        "diverged" => Some(Relation::Diverged { ahead: row.ahead_by, behind: row.behind_by }),
        _ => None,
    }
}

fn raw_file(row: FileRow) -> RawFile {
    RawFile {
        kind: change_kind(&row.status),
        path: row.filename,
        previous_path: row.previous_filename,
        additions: row.additions,
        deletions: row.deletions,
        patch: row.patch,
    }
}

/// `copied` leaves the source in place, so it is an addition; `changed` is a change of mode or type.
fn change_kind(status: &str) -> ChangeKind {
    match status {
        "added" | "copied" => ChangeKind::Added,
        "removed" => ChangeKind::Removed,
        "renamed" => ChangeKind::Renamed,
        _ => ChangeKind::Modified,
    }
}
