//! Git LFS: where contents are, and parts of them.

use crate::domain::Repository;
use crate::ports::PortError;
use crate::ports::code::{LargeFile, LargeFileAddress, Presence};

use super::client::GithubForge;

impl GithubForge {
    pub(super) async fn large_file_addresses(
        &self,
        _repository: &Repository,
        _wanted: &[LargeFile],
    ) -> Result<Vec<Presence<LargeFileAddress>>, PortError> {
        Err(PortError::permanent("find large files", "not built yet"))
    }

    pub(super) async fn large_file_bytes(
        &self,
        _address: &LargeFileAddress,
        _offset: u64,
        _length: u64,
    ) -> Result<Vec<u8>, PortError> {
        Err(PortError::permanent("read a large file", "not built yet"))
    }
}
