//! Models, data sets and images that code takes by a name which can move: without a commit, without a digest.
//!
//! Read are Python sources and notebooks, Dockerfiles, and YAML of Compose and Kubernetes. Only what is written out counts: a
//! name in a variable, an argument of a build, or a template may be anything and is not guessed at.

mod calls;
mod dockerfile;
mod images;
mod names;
mod notebook;
mod python;

use serde::Serialize;

/// Larger files are not read.
pub const SOURCE_LIMIT_BYTES: usize = 2 * 1024 * 1024;
/// Larger notebooks are not read; most of one is output.
pub const NOTEBOOK_LIMIT_BYTES: usize = 16 * 1024 * 1024;
/// At most this many are listed per file.
pub const UNPINNED_LIMIT: usize = 500;

/// What a file takes by a name that can move.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Revisions {
    /// In file order.
    pub unpinned: Vec<UnpinnedRevision>,
    /// Found and not listed.
    pub more: usize,
    /// Why the file, or the rest of it, could not be read: what is not listed may be there all the same.
    pub problem: Option<RevisionProblem>,
}

/// One use of such a name. Texts are as the file has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnpinnedRevision {
    /// Of a notebook: its number, from 1, among all cells.
    pub cell: Option<usize>,
    /// In the file, or in the cell, from 1.
    pub line: usize,
    /// `AutoModel.from_pretrained`, `FROM`, `image`.
    pub call: String,
    /// `acme/sentiment`, `python`.
    pub name: String,
    /// A branch or tag, if one is given.
    pub revision: Option<String>,
    /// Python from there is run when it is loaded.
    pub trusts_remote_code: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RevisionProblem {
    pub line: usize,
    /// For people.
    pub why: String,
}

/// Whether a path is one that [`read`] knows what to do with.
pub fn is_read(path: &str) -> bool {
    Kind::of(path).is_some()
}

/// Reads a file by what its path says it is; other files hold nothing.
pub fn read(path: &str, text: &str) -> Revisions {
    let Some(kind) = Kind::of(path) else { return Revisions::default() };
    let limit = if kind == Kind::Notebook { NOTEBOOK_LIMIT_BYTES } else { SOURCE_LIMIT_BYTES };
    if text.len() > limit {
        return Revisions { problem: Some(problem(1, "the file is too large to be read")), ..Revisions::default() };
    }
    let mut found = match kind {
        Kind::Python => calls::read(text),
        Kind::Notebook => notebook::read(text),
        Kind::Dockerfile => dockerfile::read(text),
        Kind::Yaml => images::read_yaml(text),
    };
    found.unpinned.sort_by_key(|one| (one.cell, one.line));
    found.more += found.unpinned.len().saturating_sub(UNPINNED_LIMIT);
    found.unpinned.truncate(UNPINNED_LIMIT);
    found
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Python,
    Notebook,
    Dockerfile,
    Yaml,
}

impl Kind {
    fn of(path: &str) -> Option<Self> {
        let path = path.to_lowercase();
        let name = path.rsplit('/').next().unwrap_or_default();
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        match ending {
            "py" => Some(Self::Python),
            "ipynb" => Some(Self::Notebook),
            // Workflows have a reader of their own.
            "yml" | "yaml" => (!path.starts_with(".github/")).then_some(Self::Yaml),
            "dockerfile" | "containerfile" => Some(Self::Dockerfile),
            _ => {
                let first = name.split('.').next().unwrap_or_default();
                matches!(first, "dockerfile" | "containerfile").then_some(Self::Dockerfile)
            }
        }
    }
}

fn problem(line: usize, why: &str) -> RevisionProblem {
    RevisionProblem { line, why: why.to_owned() }
}

/// A full commit id.
fn is_full_sha(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
