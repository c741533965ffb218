//! The code host that evidence is gathered from.

use crate::domain::{CiRun, CommitSha, DeploymentId, EnvironmentName, PullRequest, Repository, RunId};
use crate::ports::PortResult;
use crate::ports::code::{
    Blob, CodeHost, Comparison, LargeFile, LargeFileAddress, LiveDeployment, Located, Presence, RawCommit, Tree,
};

use super::client::GithubForge;

impl CodeHost for GithubForge {
    fn live<'a>(
        &'a self,
        repository: &'a Repository,
        environment: &'a EnvironmentName,
        except: &'a [DeploymentId],
    ) -> PortResult<'a, Option<LiveDeployment>> {
        Box::pin(self.live_deployment(repository, environment, except))
    }

    fn compare<'a>(
        &'a self,
        repository: &'a Repository,
        base: &'a CommitSha,
        head: &'a CommitSha,
    ) -> PortResult<'a, Presence<Comparison>> {
        Box::pin(self.comparison(repository, base, head))
    }

    fn commit<'a>(&'a self, repository: &'a Repository, sha: &'a CommitSha) -> PortResult<'a, Presence<RawCommit>> {
        Box::pin(self.one_commit(repository, sha))
    }

    fn tree<'a>(&'a self, repository: &'a Repository, commit: &'a CommitSha) -> PortResult<'a, Presence<Tree>> {
        Box::pin(self.whole_tree(repository, commit))
    }

    fn blob<'a>(&'a self, repository: &'a Repository, blob: &'a str, max_bytes: usize) -> PortResult<'a, Blob> {
        Box::pin(self.blob_content(repository, blob, max_bytes))
    }

    fn pull_requests<'a>(
        &'a self,
        repository: &'a Repository,
        commit: &'a CommitSha,
    ) -> PortResult<'a, Vec<PullRequest>> {
        Box::pin(self.pull_requests_of(repository, commit))
    }

    fn default_branch<'a>(&'a self, repository: &'a Repository) -> PortResult<'a, CommitSha> {
        Box::pin(self.default_branch_commit(repository))
    }

    fn owners_repository<'a>(&'a self, repository: &'a Repository) -> PortResult<'a, Presence<Repository>> {
        Box::pin(self.owners_policies(repository))
    }

    fn labels<'a>(&'a self, repository: &'a Repository, number: u64) -> PortResult<'a, Vec<String>> {
        Box::pin(self.labels_of(repository, number))
    }

    fn large_files<'a>(&'a self, repository: &'a Repository, wanted: &'a [LargeFile]) -> PortResult<'a, Vec<Located>> {
        Box::pin(self.large_file_addresses(repository, wanted))
    }

    fn large_file_part<'a>(
        &'a self,
        address: &'a LargeFileAddress,
        offset: u64,
        length: u64,
    ) -> PortResult<'a, Vec<u8>> {
        Box::pin(self.large_file_bytes(address, offset, length))
    }

    fn ci<'a>(&'a self, repository: &'a Repository, commit: &'a CommitSha) -> PortResult<'a, Vec<CiRun>> {
        Box::pin(self.ci_of(repository, commit))
    }

    fn artifact<'a>(
        &'a self,
        repository: &'a Repository,
        run: RunId,
        name: &'a str,
        max_bytes: usize,
    ) -> PortResult<'a, Presence<Vec<u8>>> {
        Box::pin(self.artifact_of(repository, run, name, max_bytes))
    }

    fn analyses<'a>(
        &'a self,
        repository: &'a Repository,
        commit: &'a CommitSha,
        tool: Option<&'a str>,
    ) -> PortResult<'a, Vec<Vec<u8>>> {
        Box::pin(self.analyses_of(repository, commit, tool))
    }

    fn compare_url(&self, repository: &Repository, base: &CommitSha, head: &CommitSha) -> String {
        self.page(repository, &format!("/compare/{base}...{head}"))
    }

    fn commit_url(&self, repository: &Repository, commit: &CommitSha) -> String {
        self.page(repository, &format!("/commit/{commit}"))
    }
}
