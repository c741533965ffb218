//! A git repository on disk, written object by object, for whoever needs one to try something on. No program is started.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use gix::objs::tree::{Entry, EntryKind};
use gix::{ObjectId, Repository};

/// Seconds between two commits; the first is made one such step after the start of 2026.
const STEP_SECONDS: i64 = 3_600;
const START_SECONDS: i64 = 1_767_225_600;

/// Who makes a commit: name and address.
pub type Who<'a> = (&'a str, &'a str);

/// The repository with what would be in its working tree, which stays empty.
pub struct GitFolder {
    path: PathBuf,
    repository: Repository,
    files: Files,
    tip: Option<ObjectId>,
    /// The files of every commit, to go back to.
    history: BTreeMap<String, Files>,
    commits: i64,
}

type Files = BTreeMap<String, (EntryKind, ObjectId)>;

impl GitFolder {
    /// Makes an empty repository in a folder that has none, with `main` as its branch.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn create(path: &Path) -> anyhow::Result<Self> {
        gix::init(path).with_context(|| format!("cannot make a repository in {}", path.display()))?;
        let repository = gix::open_opts(path, gix::open::Options::isolated())?;
        let path = path.to_owned();
        Ok(Self { path, repository, files: Files::new(), tip: None, history: BTreeMap::new(), commits: 0 })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where git keeps its own files.
    pub fn git_dir(&self) -> PathBuf {
        self.path.join(".git")
    }

    /// Puts a file into what is committed next.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, path: &str, content: impl AsRef<[u8]>) -> anyhow::Result<()> {
        let id = self.repository.write_blob(content)?.detach();
        self.files.insert(path.to_owned(), (EntryKind::Blob, id));
        Ok(())
    }

    /// The same for a symbolic link.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn link(&mut self, path: &str, target: &str) -> anyhow::Result<()> {
        let id = self.repository.write_blob(target)?.detach();
        self.files.insert(path.to_owned(), (EntryKind::Link, id));
        Ok(())
    }

    /// The same for a submodule at a commit that is elsewhere.
    ///
    /// # Errors
    /// When `commit` is no commit id.
    pub fn submodule(&mut self, path: &str, commit: &str) -> anyhow::Result<()> {
        let id = ObjectId::from_hex(commit.as_bytes())?;
        self.files.insert(path.to_owned(), (EntryKind::Commit, id));
        Ok(())
    }

    pub fn remove(&mut self, path: &str) {
        self.files.remove(path);
    }

    pub fn clear(&mut self) {
        self.files.clear();
    }

    /// Commits what was put in, on top of the last commit, and moves `main` there. Answers with the commit's id.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn commit(&mut self, who: Who<'_>, message: &str) -> anyhow::Result<String> {
        let tree = self.tree("", &self.files)?;
        self.commits += 1;
        let (name, email) = who;
        let time = gix::date::Time { seconds: START_SECONDS + self.commits * STEP_SECONDS, offset: 0 };
        let signature = gix::actor::Signature { name: name.into(), email: email.into(), time };
        let commit = gix::objs::Commit {
            tree,
            parents: self.tip.into_iter().collect(),
            author: signature.clone(),
            committer: signature,
            encoding: None,
            message: message.into(),
            extra_headers: Vec::new(),
        };
        let id = self.repository.write_object(&commit)?.detach();
        self.tip = Some(id);
        self.history.insert(id.to_string(), self.files.clone());
        self.point("refs/heads/main", &id.to_string())?;
        Ok(id.to_string())
    }

    /// Goes on from an earlier commit; without one, from nothing.
    ///
    /// # Errors
    /// When the commit was not made here.
    pub fn go_on_from(&mut self, commit: Option<&str>) -> anyhow::Result<()> {
        let Some(commit) = commit else {
            (self.files, self.tip) = (Files::new(), None);
            return Ok(());
        };
        self.files = self.history.get(commit).context("a commit made here")?.clone();
        self.tip = Some(ObjectId::from_hex(commit.as_bytes())?);
        Ok(())
    }

    /// Makes a name, such as `refs/tags/v1`, stand for an object.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn point(&self, name: &str, target: &str) -> anyhow::Result<()> {
        let file = self.git_dir().join(name);
        fs::create_dir_all(file.parent().context("a name with a folder")?)?;
        Ok(fs::write(file, format!("{target}\n"))?)
    }

    /// Writes the folder at `prefix`, its subfolders first.
    fn tree(&self, prefix: &str, files: &Files) -> anyhow::Result<ObjectId> {
        let mut here: BTreeMap<&str, Option<(EntryKind, ObjectId)>> = BTreeMap::new();
        for (path, file) in files.range(prefix.to_owned()..) {
            let Some(rest) = path.strip_prefix(prefix) else { break };
            match rest.split_once('/') {
                Some((folder, _)) => here.insert(folder, None),
                None => here.insert(rest, Some(*file)),
            };
        }
        let mut entries = Vec::with_capacity(here.len());
        for (name, file) in here {
            let (kind, oid) = match file {
                Some(file) => file,
                None => (EntryKind::Tree, self.tree(&format!("{prefix}{name}/"), files)?),
            };
            entries.push(Entry { mode: kind.into(), filename: name.into(), oid });
        }
        entries.sort();
        Ok(self.repository.write_object(&gix::objs::Tree { entries })?.detach())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANA: Who<'_> = ("Ana Lima", "ana@acme.example");

    #[test]
    fn objects_are_those_that_git_would_write() {
        let folder = tempfile::tempdir().unwrap();
        let mut git = GitFolder::create(folder.path()).unwrap();
        git.write("b/c.txt", "c\n").unwrap();
        git.write("b.txt", "b\n").unwrap();
        let commit = git.commit(ANA, "First\n").unwrap();
        let found = gix::open(folder.path()).unwrap();
        assert_eq!(found.head_id().unwrap().to_string(), commit);
        let tree = found.head_tree_id().unwrap().to_string();
        // `git write-tree` says the same.
        assert_eq!(tree, "844be1ac77d65d7a0e902382bbca930b7589b6b4");
    }
}
