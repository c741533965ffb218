//! The repository as a code host.

use std::future::ready;

use crate::domain::{CiRun, CommitSha, DeploymentId, EnvironmentName, PullRequest, Repository, RunId};
use crate::ports::code::{
    Blob, CodeHost, Comparison, LargeFile, LargeFileAddress, LiveDeployment, Located, Presence, RawCommit, Tree,
};
use crate::ports::{PortError, PortResult};

use super::host::LocalHost;
use super::opened::Opened;
use super::{LocalError, people};

use gix::ObjectId;

/// The deployment that made the base live: there was none, so its number is nobody's.
const MADE_UP: DeploymentId = DeploymentId::new(0);

impl CodeHost for LocalHost {
    fn live<'a>(
        &'a self,
        _: &'a Repository,
        _: &'a EnvironmentName,
        _: &'a [DeploymentId],
    ) -> PortResult<'a, Option<LiveDeployment>> {
        let live = self.base().map(|base| LiveDeployment { deployment: MADE_UP, commit: base.clone(), since: None });
        Box::pin(ready(Ok(live)))
    }

    fn compare<'a>(
        &'a self,
        _: &'a Repository,
        base: &'a CommitSha,
        head: &'a CommitSha,
    ) -> PortResult<'a, Presence<Comparison>> {
        let (base, head) = (base.clone(), head.clone());
        self.answer("compare live with proposed", move |opened| opened.comparison(&base, &head))
    }

    fn commit<'a>(&'a self, _: &'a Repository, sha: &'a CommitSha) -> PortResult<'a, Presence<RawCommit>> {
        let sha = sha.clone();
        self.answer("read a commit", move |opened| match opened.known(&sha)? {
            Some(id) => people::commit(&opened.here, id).map(Presence::Found),
            None => Ok(Presence::Missing),
        })
    }

    fn tree<'a>(&'a self, _: &'a Repository, commit: &'a CommitSha) -> PortResult<'a, Presence<Tree>> {
        let commit = commit.clone();
        self.answer("list the files of a commit", move |opened| opened.whole_tree(&commit))
    }

    fn blob<'a>(&'a self, _: &'a Repository, blob: &'a str, max_bytes: usize) -> PortResult<'a, Blob> {
        let id = ObjectId::from_hex(blob.as_bytes());
        self.answer("read a file", move |opened| match id {
            Ok(id) => opened.content(id, max_bytes),
            Err(_) => Ok(Blob::Missing),
        })
    }

    /// Git knows of none.
    fn pull_requests<'a>(&'a self, _: &'a Repository, _: &'a CommitSha) -> PortResult<'a, Vec<PullRequest>> {
        Box::pin(ready(Ok(Vec::new())))
    }

    /// The proposed commit: what its policy would be if it were there already.
    fn default_branch<'a>(&'a self, _: &'a Repository) -> PortResult<'a, CommitSha> {
        Box::pin(ready(Ok(self.head().clone())))
    }

    /// Nor of owners.
    fn owners_repository<'a>(&'a self, _: &'a Repository) -> PortResult<'a, Presence<Repository>> {
        Box::pin(ready(Ok(Presence::Missing)))
    }

    fn labels<'a>(&'a self, _: &'a Repository, _: u64) -> PortResult<'a, Vec<String>> {
        Box::pin(ready(Ok(Vec::new())))
    }

    fn large_files<'a>(&'a self, _: &'a Repository, wanted: &'a [LargeFile]) -> PortResult<'a, Vec<Located>> {
        let wanted = wanted.to_vec();
        self.answer("find large files", move |opened| {
            Ok(wanted.iter().map(|wanted| opened.large_file(wanted)).collect())
        })
    }

    fn large_file_part<'a>(
        &'a self,
        address: &'a LargeFileAddress,
        offset: u64,
        length: u64,
    ) -> PortResult<'a, Vec<u8>> {
        let address = address.clone();
        self.answer("read a large file", move |opened| {
            let bytes = opened.large_file_bytes(&address, offset, length);
            bytes.map_err(|error| LocalError::unreadable("a large file", &error))
        })
    }

    /// Git knows of none.
    fn ci<'a>(&'a self, _: &'a Repository, _: &'a CommitSha) -> PortResult<'a, Vec<CiRun>> {
        Box::pin(ready(Ok(Vec::new())))
    }

    fn artifact<'a>(&'a self, _: &'a Repository, _: RunId, _: &'a str, _: usize) -> PortResult<'a, Presence<Vec<u8>>> {
        Box::pin(ready(Ok(Presence::Missing)))
    }

    fn analyses<'a>(&'a self, _: &'a Repository, _: &'a CommitSha, _: Option<&'a str>) -> PortResult<'a, Vec<Vec<u8>>> {
        Box::pin(ready(Ok(Vec::new())))
    }

    /// There is no page; an empty address is shown nowhere.
    fn compare_url(&self, _: &Repository, _: &CommitSha, _: &CommitSha) -> String {
        String::new()
    }

    fn commit_url(&self, _: &Repository, _: &CommitSha) -> String {
        String::new()
    }
}

impl LocalHost {
    /// What cannot be read now cannot be read later: nobody else changes the repository meanwhile.
    fn answer<'a, T: Send + 'static>(
        &'a self,
        doing: &'static str,
        question: impl FnOnce(&Opened) -> Result<T, LocalError> + Send + 'static,
    ) -> PortResult<'a, T> {
        let answer = self.reader.ask(question);
        Box::pin(async move { answer.await.map_err(|error| PortError::permanent(doing, error)) })
    }
}
