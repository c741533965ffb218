//! A forge in memory: commits with their files, answered from state, with the limits of real ones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use crate::domain::{
    ChangeKind, CiRun, CommitSha, DeploymentId, Digest, EntryKind, EnvironmentName, ForgeUser, ForgeUserId,
    PullRequest, Relation, Repository, RepositoryId, RunId,
};
use crate::ports::code::{
    Blob, CodeHost, Comparison, LargeFile, LargeFileAddress, LiveDeployment, Located, Person, Presence, RawCommit,
    RawFile, Tree, TreeEntry,
};
use crate::ports::{Class, PortError, PortResult};

/// Files the forge lists in a comparison before it stops.
const COMPARED_FILES: usize = 300;

type Files = BTreeMap<String, Vec<u8>>;

/// What a forge is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    Live,
    Compare,
    Commit,
    Tree(u8),
    Blobs,
    Pulls,
    DefaultBranch,
    LargeFiles,
    LargeFileParts,
    Ci,
    Artifact,
    Analyses,
}

#[derive(Default)]
pub(super) struct MemoryForge {
    pub(super) live: Option<CommitSha>,
    pub(super) default_branch: Option<CommitSha>,
    /// Files by path, by commit.
    pub(super) files: BTreeMap<CommitSha, Files>,
    /// Oldest first; each commit's parent is the one before it.
    pub(super) commits: Vec<RawCommit>,
    pub(super) pulls: BTreeMap<CommitSha, Vec<PullRequest>>,
    /// What stands under a path where it is no ordinary file.
    pub(super) kinds: BTreeMap<String, EntryKind>,
    /// Commits whose list of files is cut after the first.
    pub(super) cut_trees: BTreeSet<CommitSha>,
    /// Lists come in another order for each of these.
    pub(super) order: u64,
    /// Contents that were asked for, by their ids.
    pub(super) asked_blobs: Mutex<Vec<String>>,
    /// Questions that are never answered.
    pub(super) hangs: BTreeSet<Question>,
    /// Files whose content the forge does not hand out, by path.
    pub(super) lost: BTreeSet<String>,
    /// Contents of large-file storage by their digest in hex.
    pub(super) large: BTreeMap<String, Vec<u8>>,
    pub(super) ci: Vec<CiRun>,
    /// Zip archives that the run left, by name.
    pub(super) artifacts: BTreeMap<String, Vec<u8>>,
    /// SARIF that the forge's code scanning holds.
    pub(super) analyses: Vec<Vec<u8>>,
    /// Commits that cannot be compared with.
    pub(super) vanished: BTreeSet<CommitSha>,
    /// Renames that the comparison tells: new path to old path.
    pub(super) renames: BTreeMap<String, String>,
    /// The comparison gives no patches.
    pub(super) no_patches: bool,
    /// Every question about pull requests fails so.
    pub(super) pulls_fail: Option<Class>,
    /// The owner's repository, and the commit on its default branch.
    pub(super) owners: Option<(Repository, CommitSha)>,
}

pub(super) fn sha(seed: u8) -> CommitSha {
    CommitSha::parse(&format!("{seed:02x}").repeat(20)).unwrap()
}

pub(super) fn user(id: u64, login: &str) -> ForgeUser {
    ForgeUser { id: ForgeUserId::new(id), login: login.into(), is_bot: login.ends_with("[bot]") }
}

pub(super) fn person(user: Option<ForgeUser>, name: &str) -> Person {
    Person { user, name: name.into(), is_forge: false }
}

impl MemoryForge {
    /// A commit by mona with these files, after all earlier ones. The last one is on the default branch.
    pub(super) fn commit(&mut self, seed: u8, files: &[(&str, &str)]) -> CommitSha {
        let mona = person(Some(user(1, "mona")), "Mona");
        let sha = sha(seed);
        let message = format!("Change number {seed}\n\nWith a body.");
        self.commits.push(RawCommit {
            sha: sha.clone(),
            message,
            author: mona.clone(),
            committer: mona,
            co_authors: Vec::new(),
        });
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        self.files.insert(sha.clone(), files);
        self.default_branch = Some(sha.clone());
        sha
    }

    pub(super) fn pull(&mut self, commit: &CommitSha, number: u64, title: &str, author: Option<ForgeUser>) {
        let url = format!("https://forge.example/acme/sentiment/pull/{number}");
        let pull = PullRequest { number, title: title.into(), url, author, merged: true };
        self.pulls.entry(commit.clone()).or_default().push(pull);
    }

    /// The owner's repository with these files.
    pub(super) fn owners(&mut self, seed: u8, files: &[(&str, &str)]) {
        let ours = super::repository();
        let owners = Repository { id: RepositoryId::new(6), name: "policies".into(), ..ours };
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
        self.files.insert(sha(seed), files);
        self.owners = Some((owners, sha(seed)));
    }

    /// Commits of the owner's are in the owner's repository, and all others are not.
    fn files_in(&self, repository: &Repository, commit: &CommitSha) -> Option<&Files> {
        let is_owners = |(owners, at): &(Repository, CommitSha)| (owners == repository) == (at == commit);
        self.files.get(commit).filter(|_| self.owners.as_ref().is_none_or(is_owners))
    }

    fn position(&self, sha: &CommitSha) -> usize {
        self.commits.iter().position(|commit| commit.sha == *sha).unwrap()
    }

    /// Three-dot: from the common ancestor to head.
    fn comparison(&self, base: &CommitSha, head: &CommitSha) -> Comparison {
        let (from, to) = (self.position(base), self.position(head));
        let by = u64::try_from(from.abs_diff(to)).unwrap();
        let relation = if from < to { Relation::Ahead { by } } else { Relation::Behind { by } };
        let commits = self.commits.get(from + 1..to + 1).unwrap_or_default().to_vec();
        let mut files = if from < to { self.raw_files(base, head) } else { Vec::new() };
        let files_cut = files.len() > COMPARED_FILES;
        files.truncate(COMPARED_FILES);
        Comparison { relation, commits_total: u64::try_from(commits.len()).unwrap(), commits, files, files_cut }
    }

    fn raw_files(&self, base: &CommitSha, head: &CommitSha) -> Vec<RawFile> {
        let (old, new) = (&self.files[base], &self.files[head]);
        let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        let is_told =
            |path: &&&String| old.get(**path) != new.get(**path) && !self.renames.values().any(|from| from == **path);
        paths.iter().filter(is_told).map(|path| self.raw_file(path, old, new)).collect()
    }

    fn raw_file(&self, path: &str, old: &Files, new: &Files) -> RawFile {
        let previous_path = self.renames.get(path).cloned();
        let pointer = new.get(path).filter(|content| content.starts_with(b"version ")).map(|_| "+oid sha256:\n");
        let patch = || format!("@@ -1 +1 @@\n-told old\n+told new\n{}", pointer.unwrap_or_default());
        RawFile {
            path: path.to_owned(),
            kind: match (old.contains_key(path), new.contains_key(path)) {
                _ if previous_path.is_some() => ChangeKind::Renamed,
                (false, _) => ChangeKind::Added,
                (true, false) => ChangeKind::Removed,
                (true, true) => ChangeKind::Modified,
            },
            previous_path,
            additions: 1,
            deletions: 1,
            patch: (!self.no_patches).then(patch),
        }
    }
}

/// The id of a content; not git's own, and as good here.
pub(super) fn blob_id(content: &[u8]) -> String {
    Digest::of(content).to_string()[..40].to_owned()
}

impl MemoryForge {
    fn large_file(&self, file: &LargeFile) -> Located {
        let url = file.oid.to_string();
        match self.large.contains_key(&url) {
            true => Located::At(LargeFileAddress { url, headers: Vec::new(), size: file.size }),
            false => Located::Missing,
        }
    }
}

fn ok<'a, T: Send + 'a>(value: T) -> PortResult<'a, T> {
    Box::pin(async move { Ok(value) })
}

impl MemoryForge {
    /// Answers, unless that question is one of those that are not.
    fn or_hang<'a, T: Send + 'a>(&self, question: Question, answer: PortResult<'a, T>) -> PortResult<'a, T> {
        if self.hangs.contains(&question) { Box::pin(std::future::pending()) } else { answer }
    }
}

impl CodeHost for MemoryForge {
    fn live<'a>(
        &'a self,
        _: &'a Repository,
        _: &'a EnvironmentName,
        except: &'a [DeploymentId],
    ) -> PortResult<'a, Option<LiveDeployment>> {
        assert_eq!(except, [DeploymentId::new(90)], "the request's own jobs are left out");
        let deployment = DeploymentId::new(80);
        let live = self.live.clone().map(|commit| LiveDeployment { deployment, commit, since: None });
        self.or_hang(Question::Live, ok(live))
    }

    fn compare<'a>(
        &'a self,
        _: &'a Repository,
        base: &'a CommitSha,
        head: &'a CommitSha,
    ) -> PortResult<'a, Presence<Comparison>> {
        let answer = match self.vanished.contains(base) {
            true => Presence::Missing,
            false => Presence::Found(self.comparison(base, head)),
        };
        self.or_hang(Question::Compare, ok(answer))
    }

    fn commit<'a>(&'a self, _: &'a Repository, sha: &'a CommitSha) -> PortResult<'a, Presence<RawCommit>> {
        let found = self.commits.iter().find(|commit| commit.sha == *sha).cloned();
        self.or_hang(Question::Commit, ok(found.map_or(Presence::Missing, Presence::Found)))
    }

    fn tree<'a>(&'a self, repository: &'a Repository, commit: &'a CommitSha) -> PortResult<'a, Presence<Tree>> {
        let hung = self.hangs.iter().any(|question| matches!(question, Question::Tree(seed) if sha(*seed) == *commit));
        if hung {
            return Box::pin(std::future::pending());
        }
        let Some(files) = self.files_in(repository, commit) else { return ok(Presence::Missing) };
        let truncated = self.cut_trees.contains(commit);
        let entry = |(path, content): (&String, &Vec<u8>)| TreeEntry {
            path: path.clone(),
            blob: blob_id(content),
            size: u64::try_from(content.len()).unwrap(),
            kind: self.kinds.get(path).copied().unwrap_or_default(),
        };
        let mut entries: Vec<TreeEntry> =
            files.iter().map(entry).take(if truncated { 1 } else { usize::MAX }).collect();
        if self.order > 0 {
            entries.sort_by_key(|entry| Digest::of(format!("{} {}", self.order, entry.path).as_bytes()).to_string());
        }
        ok(Presence::Found(Tree { entries, truncated }))
    }

    fn blob<'a>(&'a self, repository: &'a Repository, blob: &'a str, max_bytes: usize) -> PortResult<'a, Blob> {
        let files = self.files.keys().filter_map(|commit| self.files_in(repository, commit));
        let mut files = files.flatten().filter(|(_, content)| blob_id(content) == blob);
        let is_lost = files.clone().any(|(path, _)| self.lost.contains(path));
        let answer = match files.next().map(|(_, content)| content).filter(|_| !is_lost) {
            Some(content) if content.len() > max_bytes => Blob::TooLarge { size: None },
            Some(content) => Blob::Content(content.clone()),
            None => Blob::Missing,
        };
        self.asked_blobs.lock().unwrap().push(blob.to_owned());
        self.or_hang(Question::Blobs, ok(answer))
    }

    fn pull_requests<'a>(&'a self, _: &'a Repository, commit: &'a CommitSha) -> PortResult<'a, Vec<PullRequest>> {
        match self.pulls_fail {
            Some(class) => Box::pin(async move { Err(PortError::new(class, "find pull requests", "HTTP 500")) }),
            None => self.or_hang(Question::Pulls, ok(self.pulls.get(commit).cloned().unwrap_or_default())),
        }
    }

    fn default_branch<'a>(&'a self, repository: &'a Repository) -> PortResult<'a, CommitSha> {
        let owners = self.owners.iter().find(|(owners, _)| owners == repository);
        let commit = owners.map(|(_, commit)| commit).or(self.default_branch.as_ref());
        self.or_hang(Question::DefaultBranch, ok(commit.cloned().unwrap()))
    }

    fn owners_repository<'a>(&'a self, _: &'a Repository) -> PortResult<'a, Presence<Repository>> {
        ok(self.owners.clone().map_or(Presence::Missing, |(repository, _)| Presence::Found(repository)))
    }

    fn labels<'a>(&'a self, _: &'a Repository, _: u64) -> PortResult<'a, Vec<String>> {
        ok(Vec::new())
    }

    fn large_files<'a>(&'a self, _: &'a Repository, wanted: &'a [LargeFile]) -> PortResult<'a, Vec<Located>> {
        self.or_hang(Question::LargeFiles, ok(wanted.iter().map(|file| self.large_file(file)).collect()))
    }

    fn large_file_part<'a>(
        &'a self,
        address: &'a LargeFileAddress,
        offset: u64,
        length: u64,
    ) -> PortResult<'a, Vec<u8>> {
        let content = self.large.get(&address.url).cloned().unwrap_or_default();
        let start = usize::try_from(offset).unwrap().min(content.len());
        let end = start.saturating_add(usize::try_from(length).unwrap()).min(content.len());
        self.or_hang(Question::LargeFileParts, ok(content[start..end].to_vec()))
    }

    fn ci<'a>(&'a self, _: &'a Repository, _: &'a CommitSha) -> PortResult<'a, Vec<CiRun>> {
        self.or_hang(Question::Ci, ok(self.ci.clone()))
    }

    fn artifact<'a>(
        &'a self,
        _: &'a Repository,
        _: RunId,
        name: &'a str,
        _: usize,
    ) -> PortResult<'a, Presence<Vec<u8>>> {
        let artifact = self.artifacts.get(name).cloned().map_or(Presence::Missing, Presence::Found);
        self.or_hang(Question::Artifact, ok(artifact))
    }

    fn analyses<'a>(&'a self, _: &'a Repository, _: &'a CommitSha, _: Option<&'a str>) -> PortResult<'a, Vec<Vec<u8>>> {
        self.or_hang(Question::Analyses, ok(self.analyses.clone()))
    }

    fn compare_url(&self, repository: &Repository, base: &CommitSha, head: &CommitSha) -> String {
        format!("https://forge.example/{}/compare/{base}...{head}", repository.full_name())
    }

    fn commit_url(&self, repository: &Repository, commit: &CommitSha) -> String {
        format!("https://forge.example/{}/commit/{commit}", repository.full_name())
    }
}
