//! Findings that code scanning holds for a commit, as SARIF.
//!
//! GitHub: "List code scanning analyses for a repository", "Get a code scanning analysis for a repository" with the media
//! type `application/sarif+json` (permission `security_events: read`). The list cannot be asked for one commit, so the
//! newest analyses are looked through.

use std::collections::BTreeSet;

use hyper::{Method, StatusCode};
use serde::Deserialize;

use crate::domain::{CommitSha, Repository};
use crate::ports::PortError;

use super::api::{Errand, Fetched};
use super::ci::needing;
use super::classify::{no_answer, refusal};
use super::client::GithubForge;
use super::path::encoded;
use super::permissions::Purpose;
use super::transport::Trouble;

const PER_PAGE: usize = 100;
/// Most pages looked through for a commit's analyses, newest first.
const MAX_PAGES: usize = 5;
/// Most analyses of one commit.
const MAX_ANALYSES: usize = 10;
/// Longest analysis, in bytes.
const MAX_SARIF_BYTES: usize = 16 * 1024 * 1024;
const SARIF: &str = "application/sarif+json";
const DOING: &str = "read the code scanning analyses";

impl GithubForge {
    /// The newest analysis of each tool and category.
    pub(super) async fn analyses_of(
        &self,
        repository: &Repository,
        commit: &CommitSha,
        tool: Option<&str>,
    ) -> Result<Vec<Vec<u8>>, PortError> {
        let errand = Errand::new(repository, Purpose::Scanning, DOING);
        let found = self.analyses(errand, commit, tool).await.map_err(|error| needing(errand.purpose, error))?;
        let mut reports = Vec::with_capacity(found.len());
        for id in found {
            reports.push(self.analysis(errand, id).await.map_err(|error| needing(errand.purpose, error))?);
        }
        Ok(reports)
    }

    async fn analyses(
        &self,
        errand: Errand<'_>,
        commit: &CommitSha,
        tool: Option<&str>,
    ) -> Result<Vec<u64>, PortError> {
        let tool_name = tool.map(|name| format!("&tool_name={}", encoded(name))).unwrap_or_default();
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for page in 1..=MAX_PAGES {
            let rest = format!("/code-scanning/analyses?per_page={PER_PAGE}&page={page}{tool_name}");
            let rows: Vec<AnalysisRow> = self.read(errand, &rest).await?;
            let is_last = rows.len() < PER_PAGE;
            for row in rows.into_iter().filter(|row| row.commit_sha == commit.as_str()) {
                if !row.error.is_empty() {
                    return Err(PortError::permanent(DOING, format!("one of {} failed: {}", row.tool.name, row.error)));
                }
                if tool.is_none_or(|name| row.tool.name == name) && seen.insert((row.tool.name, row.category)) {
                    found.push(row.id);
                }
            }
            if found.len() > MAX_ANALYSES {
                return Err(PortError::permanent(DOING, format!("the commit has more than {MAX_ANALYSES}")));
            }
            if is_last {
                break;
            }
        }
        Ok(found)
    }

    async fn analysis(&self, errand: Errand<'_>, id: u64) -> Result<Vec<u8>, PortError> {
        let errand = Errand { accept: SARIF, max_bytes: MAX_SARIF_BYTES, ..errand };
        match self.fetch(errand, &format!("/code-scanning/analyses/{id}")).await? {
            Fetched::Answer(answer) if answer.status == StatusCode::OK => Ok(answer.body.to_vec()),
            Fetched::Answer(answer) => Err(refusal(&answer, &Method::GET, DOING)),
            Fetched::TooLong { size } => Err(no_answer(Trouble::TooLong { size }, &Method::GET, DOING)),
        }
    }
}

#[derive(Deserialize)]
struct AnalysisRow {
    id: u64,
    commit_sha: String,
    tool: ToolRow,
    /// Tells apart several analyses of one tool: languages, folders.
    category: Option<String>,
    /// Why GitHub could not take the analysis; empty where it could.
    #[serde(default)]
    error: String,
}

#[derive(Deserialize)]
struct ToolRow {
    name: String,
}
