//! A pull request, what it starts from, and its comments.

use serde::Deserialize;

use super::{FileRow, ShaRow};
use crate::github::payload::AccountPart;

#[derive(Deserialize)]
pub struct PullDetail {
    pub number: u64,
    pub state: String,
    pub user: Option<AccountPart>,
    pub head: EndRow,
    pub base: EndRow,
}

/// The same for its labels.
#[derive(Deserialize)]
pub struct LabelledRow {
    #[serde(default)]
    pub labels: Vec<LabelRow>,
}

#[derive(Deserialize)]
pub struct LabelRow {
    pub name: Option<String>,
}

#[derive(Deserialize)]
pub struct EndRow {
    pub sha: String,
    #[serde(rename = "ref", default)]
    pub reference: String,
}

/// The part of a comparison that says where two branches part.
#[derive(Deserialize)]
pub struct StartRow {
    pub merge_base_commit: ShaRow,
    #[serde(default)]
    pub files: Option<Vec<FileRow>>,
}

#[derive(Deserialize)]
pub struct CommentRow {
    pub id: u64,
    pub body: Option<String>,
    pub user: Option<AccountPart>,
    pub performed_via_github_app: Option<CommentAppRow>,
}

#[derive(Deserialize)]
pub struct CommentAppRow {
    pub id: Option<u64>,
}
