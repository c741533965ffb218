//! Check runs and annotations.

use serde::Deserialize;

use crate::domain::CommitSha;
use crate::ports::pulls::PostedSheet;

#[derive(Deserialize)]
pub struct CheckRunsRow {
    pub check_runs: Vec<CheckRunRow>,
}

#[derive(Deserialize)]
pub struct CheckRunRow {
    pub id: u64,
    pub head_sha: String,
    pub external_id: Option<String>,
    pub html_url: Option<String>,
    pub status: Option<String>,
    pub output: Option<OutputRow>,
    pub app: Option<AppRow>,
}

#[derive(Deserialize)]
pub struct OutputRow {
    pub annotations_count: Option<u64>,
}

#[derive(Deserialize)]
pub struct AppRow {
    pub id: Option<u64>,
}

impl CheckRunRow {
    /// Anybody may write our mark into a check run of theirs: the App decides.
    pub fn is_ours(&self, app: u64, commit: &CommitSha, mark: &str) -> bool {
        let of_app = self.app.as_ref().is_some_and(|told| told.id == Some(app));
        of_app && self.head_sha == commit.as_str() && self.external_id.as_deref() == Some(mark)
    }

    pub fn posted(self) -> PostedSheet {
        PostedSheet {
            id: self.id,
            url: self.html_url,
            is_finished: self.status.as_deref() == Some("completed"),
            notes: self.output.and_then(|output| output.annotations_count).unwrap_or_default(),
        }
    }
}

#[derive(Deserialize)]
pub struct AnnotationRow {
    pub path: String,
    pub start_line: u64,
    pub end_line: u64,
    pub annotation_level: Option<String>,
    pub title: Option<String>,
    pub message: Option<String>,
}
