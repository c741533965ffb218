//! What a workflow run left behind: an artifact's zip archive.
//!
//! GitHub: "List workflow run artifacts", "Download an artifact". The download is a redirect to storage on another host,
//! which is never told our token.

use http_body_util::Full;
use hyper::{Method, Request, StatusCode};
use serde::Deserialize;

use crate::domain::{Digest, Repository, RunId};
use crate::ports::PortError;
use crate::ports::code::Presence;

use super::api::{Errand, Fetched, Followed};
use super::classify::{no_answer, refusal};
use super::client::GithubForge;
use super::large_files::address;
use super::large_files::carrier::Reading;
use super::path::encoded;
use super::payload::Moment;
use super::permissions::Purpose;

const DOING: &str = "read a run's artifact";

impl GithubForge {
    /// The newest artifact of that name, of whichever attempt: a re-run of failed jobs keeps what earlier ones left.
    pub(super) async fn artifact_of(
        &self,
        repository: &Repository,
        run: RunId,
        name: &str,
        max_bytes: usize,
    ) -> Result<Presence<Vec<u8>>, PortError> {
        let errand = Errand::new(repository, Purpose::Follow, DOING);
        let rest = format!("/actions/runs/{run}/artifacts?name={}&per_page=100", encoded(name));
        let page: ArtifactsPage = self.read(errand, &rest).await?;
        let newest =
            page.artifacts.into_iter().filter(|row| row.name == name).max_by_key(|row| (row.created_at.0, row.id));
        let Some(row) = newest else { return Ok(Presence::Missing) };
        if row.expired {
            return Err(PortError::permanent(DOING, "it has expired"));
        }
        if usize::try_from(row.size_in_bytes).map_or(true, |size| size > max_bytes) {
            return Err(too_large(max_bytes));
        }
        let zip = self.zip(errand, row.id, max_bytes).await?;
        match row.digest.as_deref().and_then(|text| text.strip_prefix("sha256:")) {
            Some(told) if Digest::parse(told) != Some(Digest::of(&zip)) => {
                Err(PortError::retry(DOING, "it is not the content that GitHub names"))
            }
            _ => Ok(Presence::Found(zip)),
        }
    }

    async fn zip(&self, errand: Errand<'_>, artifact: u64, max_bytes: usize) -> Result<Vec<u8>, PortError> {
        let rest = format!("/actions/artifacts/{artifact}/zip");
        match self.follow(Errand { max_bytes, ..errand }, &rest).await? {
            Followed::Elsewhere { address } => self.download(&address, max_bytes).await,
            Followed::Here(Fetched::Answer(answer)) if answer.status == StatusCode::OK => Ok(answer.body.to_vec()),
            Followed::Here(Fetched::Answer(answer)) => Err(refusal(&answer, &Method::GET, DOING)),
            Followed::Here(Fetched::TooLong { .. }) => Err(too_large(max_bytes)),
        }
    }

    /// From storage, without token and without following further.
    async fn download(&self, address: &str, max_bytes: usize) -> Result<Vec<u8>, PortError> {
        let url = address::checked(address, self.carrier.on_this_machine());
        let url = url.map_err(|why| PortError::permanent(DOING, why))?;
        let request = Request::get(url.as_str()).body(Full::default());
        let request = request.map_err(|_| PortError::permanent(DOING, "its address cannot be called"))?;
        let answer = self.carrier.round_trip(request, |response| match response.status() {
            StatusCode::OK => Reading::Whole { max_bytes },
            _ => Reading::Start { bytes: 0 },
        });
        let answer = answer.await.map_err(|trouble| no_answer(trouble, &Method::GET, DOING))?;
        match answer.status {
            StatusCode::OK => Ok(answer.body.to_vec()),
            // The address works for a minute: the next try gets another one.
            status => Err(PortError::retry(DOING, format!("the storage answered HTTP {}", status.as_u16()))),
        }
    }
}

fn too_large(max_bytes: usize) -> PortError {
    PortError::permanent(DOING, format!("it is larger than {max_bytes} bytes"))
}

#[derive(Deserialize)]
struct ArtifactsPage {
    artifacts: Vec<ArtifactRow>,
}

#[derive(Deserialize)]
struct ArtifactRow {
    id: u64,
    name: String,
    size_in_bytes: u64,
    #[serde(default)]
    expired: bool,
    #[serde(default)]
    created_at: Moment,
    /// `sha256:…` of the archive, since 2025.
    digest: Option<String>,
}
