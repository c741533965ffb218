//! What a check outside is told: the evidence without its texts, bounded.

use serde::Serialize;
use serde_json::Value;

use crate::checks::words::plain;
use crate::domain::{ChangeKind, CommitSha, Digest, Evidence, Severity};
use crate::engine::gather::Proposal;

/// Version of what is sent; another one when a member changes its meaning or goes.
const VERSION: u32 = 1;
/// Most files and weight files told.
const MAX_FILES: usize = 3_000;
/// Longest sentence of a flag told, in characters.
const MESSAGE_CHARS: usize = 400;

/// What is the same for every check and every try.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Question {
    version: u32,
    repository: String,
    environment: String,
    commit: CommitSha,
    /// What is live; null for a first deployment.
    base: Option<CommitSha>,
    models: Vec<Model>,
    files: Vec<File>,
    /// Changed files that are not among `files`.
    files_left_out: usize,
    flags: Vec<FlagTold>,
}

#[derive(Debug, Clone, Serialize)]
struct Model {
    name: String,
    card: String,
    card_sha256: Option<Digest>,
    weights: Vec<Weights>,
}

#[derive(Debug, Clone, Serialize)]
struct Weights {
    path: String,
    /// SHA-256 and size of the proposed content; null where it is gone, and where only its git id is known.
    sha256: Option<Digest>,
    size: Option<u64>,
}

#[derive(Debug, Clone, Serialize)]
struct File {
    path: String,
    change: ChangeKind,
    /// Git ids of the contents.
    before: Option<String>,
    after: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct FlagTold {
    code: String,
    severity: Severity,
    subject: String,
    message: String,
    is_new: bool,
}

impl Question {
    /// What our own checks found is told; what others found is not, so that no answer changes another question.
    pub(super) fn about(proposal: &Proposal<'_>, evidence: &Evidence) -> Self {
        let models = evidence.models.iter().map(|model| Model {
            name: model.name.clone(),
            card: model.card_path.clone(),
            card_sha256: model.card_after,
            weights: model.weights.iter().take(MAX_FILES).map(weights).collect(),
        });
        let files = evidence.files.iter().take(MAX_FILES).map(|file| File {
            path: file.path.clone(),
            change: file.kind,
            before: file.before.clone(),
            after: file.after.clone(),
        });
        let flags = evidence.flags.iter().map(|flag| FlagTold {
            code: flag.code.clone(),
            severity: flag.severity,
            subject: flag.subject.clone(),
            message: plain(&flag.message, MESSAGE_CHARS),
            is_new: flag.is_new,
        });
        Self {
            version: VERSION,
            repository: proposal.repository.full_name(),
            environment: proposal.environment.to_string(),
            commit: evidence.commit.clone(),
            base: evidence.baseline.commit().cloned(),
            models: models.collect(),
            files: files.collect(),
            files_left_out: evidence.files.len().saturating_sub(MAX_FILES),
            flags: flags.collect(),
        }
    }

    /// What an answer belongs to.
    pub(super) fn digest(&self) -> Digest {
        Digest::of_json(self)
    }

    /// The body for one check: with its name, the id of this question, and where a later answer goes.
    pub(super) fn body(&self, check: &str, id: &str, callback: Option<&str>) -> String {
        let mut body = serde_json::to_value(self).unwrap_or_default();
        if let Value::Object(members) = &mut body {
            members.insert("check".to_owned(), check.into());
            members.insert("id".to_owned(), id.into());
            members.insert("callback".to_owned(), callback.into());
        }
        body.to_string()
    }
}

fn weights(change: &crate::domain::WeightChange) -> Weights {
    let after = change.after.as_ref();
    Weights { path: change.path.clone(), sha256: after.and_then(|file| file.digest), size: after.map(|file| file.size) }
}
