//! A scan of what is here of a file, and the memory of earlier ones.

use std::sync::Arc;

use crate::artifact::scan::{self, FileScan, Limits, ScanOptions};
use crate::artifact::source::{Source, SourceError};
use crate::domain::{Digest, RepositoryId};

use super::targets::Target;

/// What a scan depends on, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::engine::gather) struct ScanKey {
    repository: RepositoryId,
    /// The content: by its SHA-256, or its id in git.
    content: String,
    /// Ending of the file's name: what is named like a pickle must be one.
    ending: String,
    /// What the policy allows.
    allowed: Digest,
}

impl ScanKey {
    pub(super) fn of(repository: RepositoryId, target: &Target<'_>) -> Self {
        let name = target.path.rsplit('/').next().unwrap_or_default().to_lowercase();
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_owned()).unwrap_or_default();
        let allowed = Digest::of_json(&target.allowed);
        Self { repository, content: target.content.key(), ending, allowed }
    }
}

/// Scans as much as is here.
///
/// This is work without a pause: some 100 ms for the most that is ever here of one file. The server's other tasks run on
/// its other threads meanwhile, and between two scans this one lets them go first; so it needs no thread of its own.
pub(super) fn examine(target: &Target<'_>, source: &dyn Source) -> Result<Arc<FileScan>, SourceError> {
    let options = ScanOptions { allow_globals: &target.allowed, limits: Limits::default() };
    scan::scan(target.path, source, &options).map(Arc::new)
}

/// What a scan takes in memory, about.
pub(in crate::engine::gather) fn bytes_of(scan: &FileScan) -> usize {
    const ENTRY_BYTES: usize = 96;
    let findings = scan.findings.iter().map(|finding| {
        ENTRY_BYTES + finding.name.len() + finding.why.len() + finding.member.as_ref().map_or(0, String::len)
    });
    let header = scan.header.iter().flat_map(|header| {
        let tensors = header.tensors.iter().map(|(name, tensor)| {
            ENTRY_BYTES + name.len() + tensor.dtype.len() + tensor.shape.len() * size_of::<u64>()
        });
        let metadata = header.metadata.iter().map(|(key, value)| ENTRY_BYTES + key.len() + value.len());
        let templates = header.chat_template.iter().chain(header.named_templates.values()).map(String::len);
        let lists = [&header.external_files, &header.custom_code, &header.oddities];
        let texts = lists.into_iter().flatten().map(|text| ENTRY_BYTES + text.len());
        tensors.chain(metadata).chain(templates).chain(texts)
    });
    findings.chain(header).fold(size_of::<FileScan>(), usize::saturating_add)
}
