//! Commits, trees, files and pull requests.
//!
//! GitHub: "Get a commit", "Get a tree", "Get a blob", "List pull requests associated with a commit".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::{Method, StatusCode};

use crate::domain::{CommitSha, EntryKind, PullRequest, Repository};
use crate::ports::PortError;
use crate::ports::code::{Blob, Presence, RawCommit, Tree, TreeEntry};

use super::api::{Errand, Fetched};
use super::classify::{refusal, unreadable};
use super::client::GithubForge;
use super::path::encoded;
use super::permissions::Purpose;
use super::wire::{BlobRow, CommitRow, PullRow, RepositoryRow, ShaRow, TreeItem, TreeRow};

/// 100,000 entries with their addresses.
const MAX_TREE_BYTES: usize = 96 * 1024 * 1024;
const PULLS_PER_PAGE: usize = 100;
const MAX_PULL_PAGES: usize = 10;
/// What a blob's answer holds besides the content, in bytes.
const BLOB_FRAME_BYTES: usize = 16 * 1024;

impl GithubForge {
    pub(super) async fn one_commit(
        &self,
        repository: &Repository,
        sha: &CommitSha,
    ) -> Result<Presence<RawCommit>, PortError> {
        let errand = Errand::new(repository, Purpose::Study, "read a commit");
        // The commit's files are not wanted: one is the least that can be asked for.
        let found: Presence<CommitRow> = self.seek(errand, &format!("/commits/{sha}?per_page=1")).await?;
        let Presence::Found(row) = found else { return Ok(Presence::Missing) };
        if row.sha != sha.as_str() {
            return Err(PortError::retry(errand.doing, "the answer is about another commit"));
        }
        self.raw_commit(&row, errand.doing).map(Presence::Found)
    }

    pub(super) async fn whole_tree(
        &self,
        repository: &Repository,
        commit: &CommitSha,
    ) -> Result<Presence<Tree>, PortError> {
        let errand = Errand::new(repository, Purpose::Study, "list the files of a commit");
        let errand = Errand { max_bytes: MAX_TREE_BYTES, ..errand };
        let found: Presence<TreeRow> = self.seek(errand, &format!("/git/trees/{commit}?recursive=1")).await?;
        let Presence::Found(row) = found else { return Ok(Presence::Missing) };
        let entries = row.tree.into_iter().filter_map(tree_entry).collect();
        Ok(Presence::Found(Tree { entries, truncated: row.truncated }))
    }

    pub(super) async fn blob_content(
        &self,
        repository: &Repository,
        blob: &str,
        max_bytes: usize,
    ) -> Result<Blob, PortError> {
        let errand = Errand::new(repository, Purpose::Study, "read a file");
        let errand = Errand { max_bytes: answer_bytes(max_bytes), ..errand };
        let answer = match self.fetch(errand, &format!("/git/blobs/{}", encoded(blob))).await? {
            Fetched::Answer(answer) => answer,
            Fetched::TooLong { .. } => return Ok(Blob::TooLarge { size: None }),
        };
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => {
                return Ok(Blob::Missing);
            }
            _ => return Err(refusal(&answer, &Method::GET, errand.doing)),
        }
        let row: BlobRow = serde_json::from_slice(&answer.body).map_err(|error| unreadable(errand.doing, &error))?;
        content(row, blob, max_bytes).map_err(|why| PortError::retry(errand.doing, why))
    }

    pub(super) async fn pull_requests_of(
        &self,
        repository: &Repository,
        commit: &CommitSha,
    ) -> Result<Vec<PullRequest>, PortError> {
        let errand = Errand::new(repository, Purpose::Study, "find a commit's pull requests").remembered();
        let mut pulls = Vec::new();
        for page in 1..=MAX_PULL_PAGES {
            let rest = format!("/commits/{commit}/pulls?per_page={PULLS_PER_PAGE}&page={page}");
            let rows: Vec<PullRow> = self.read(errand, &rest).await?;
            let is_last = rows.len() < PULLS_PER_PAGE;
            pulls.extend(rows.into_iter().map(PullRow::pull_request));
            if is_last {
                return Ok(pulls);
            }
        }
        Err(PortError::permanent(errand.doing, "there are too many"))
    }

    pub(super) async fn default_branch_commit(&self, repository: &Repository) -> Result<CommitSha, PortError> {
        let errand = Errand::new(repository, Purpose::Study, "read the default branch").remembered();
        let row: RepositoryRow = self.read(errand, "").await?;
        if row.id != repository.id.get() {
            return Err(PortError::permanent(errand.doing, "another repository has the name now"));
        }
        let branch = row.default_branch.ok_or_else(|| PortError::retry(errand.doing, "no default branch is named"))?;
        let head: ShaRow = self.read(errand, &format!("/commits/{}?per_page=1", encoded(&branch))).await?;
        CommitSha::parse(&head.sha).ok_or_else(|| PortError::retry(errand.doing, "the branch has no commit id"))
    }
}

/// Files, links and submodules, which are kept because a change of theirs is a change of what ships. A submodule's id is
/// a commit elsewhere, so its content is missing when it is asked for.
fn tree_entry(item: TreeItem) -> Option<TreeEntry> {
    let kind = match item.kind.as_str() {
        "tree" => return None,
        // Older answers call a submodule so.
        "commit" | "submodule" => EntryKind::Submodule,
        _ => EntryKind::of_mode(&item.mode),
    };
    Some(TreeEntry { path: item.path, blob: item.sha, size: item.size.unwrap_or_default(), kind })
}

/// Four characters for three bytes, a line end every 60, doubled by its escape.
fn answer_bytes(max_bytes: usize) -> usize {
    max_bytes.saturating_mul(3).div_ceil(2).saturating_add(BLOB_FRAME_BYTES)
}

fn content(row: BlobRow, blob: &str, max_bytes: usize) -> Result<Blob, &'static str> {
    if row.sha != blob {
        return Err("the answer is about another file");
    }
    let larger = |size: u64| usize::try_from(size).map_or(true, |size| size > max_bytes);
    if row.size.is_some_and(larger) {
        return Ok(Blob::TooLarge { size: row.size });
    }
    let bytes = match row.encoding.as_str() {
        "base64" => decoded(row.content).ok_or("the content is not base64")?,
        "utf-8" => row.content.into_bytes(),
        _ => return Err("the content's encoding is unknown"),
    };
    if row.size.is_some_and(|size| u64::try_from(bytes.len()) != Ok(size)) {
        return Err("the content is not as long as it should be");
    }
    let fits = bytes.len() <= max_bytes;
    Ok(if fits { Blob::Content(bytes) } else { Blob::TooLarge { size: u64::try_from(bytes.len()).ok() } })
}

fn decoded(content: String) -> Option<Vec<u8>> {
    let mut content = content.into_bytes();
    content.retain(|byte| !byte.is_ascii_whitespace());
    STANDARD.decode(content).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(content: &str, size: u64) -> BlobRow {
        BlobRow { sha: "b1".to_owned(), size: Some(size), encoding: "base64".to_owned(), content: content.to_owned() }
    }

    #[test]
    fn wrapped_base64_is_read() {
        let read = content(row("aGVs\nbG8=\n", 5), "b1", 5).unwrap();
        assert_eq!(read, Blob::Content(b"hello".to_vec()));
    }

    #[test]
    fn a_file_above_the_limit_is_too_large_with_its_size() {
        assert_eq!(content(row("aGVsbG8=", 5), "b1", 4).unwrap(), Blob::TooLarge { size: Some(5) });
    }

    #[test]
    fn cut_or_foreign_content_is_refused() {
        assert!(content(row("aGVs", 5), "b1", 10).is_err());
        assert!(content(row("aGVsbG8=", 5), "b2", 10).is_err());
        assert!(content(row("%%%", 5), "b1", 10).is_err());
    }
}
