//! Git LFS: where contents are, and parts of them.
//!
//! The web host answers a batch of pointers with addresses in storage, which is another host. Our token goes to the web
//! host and nowhere else; what has to be sent to storage comes with each address.

pub(super) mod address;
mod batch;
pub(super) mod carrier;
mod part;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::Full;
use hyper::http::HeaderValue;
use hyper::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use hyper::{Method, Request, StatusCode};
use secrecy::{ExposeSecret, SecretString};

use crate::domain::Repository;
use crate::ports::PortError;
use crate::ports::code::{LargeFile, LargeFileAddress, Located};

use super::api::{Errand, limited};
use super::classify::{no_answer, refusal, unreadable};
use super::client::GithubForge;
use super::limits::{Bucket, Limit};
use super::permissions::Purpose;
use super::transport::Answer;
use batch::{Batch, BatchAnswer, MEDIA_TYPE, OBJECTS_PER_CALL};
use carrier::Reading;

pub use carrier::Carrier;

/// Longest answer to a batch, in bytes: a hundred addresses with their signatures.
const MAX_BATCH_BYTES: usize = 4 * 1024 * 1024;
const DOING: &str = "find large files";

impl GithubForge {
    pub(super) async fn large_file_addresses(
        &self,
        repository: &Repository,
        wanted: &[LargeFile],
    ) -> Result<Vec<Located>, PortError> {
        let mut located = Vec::with_capacity(wanted.len());
        for some in wanted.chunks(OBJECTS_PER_CALL) {
            let answer = self.batch(repository, some).await?;
            located.extend(answer.located(some, self.carrier.on_this_machine()));
        }
        Ok(located)
    }

    pub(super) async fn large_file_bytes(
        &self,
        address: &LargeFileAddress,
        offset: u64,
        length: u64,
    ) -> Result<Vec<u8>, PortError> {
        part::read(&self.carrier, address, offset, length).await
    }

    async fn batch(&self, repository: &Repository, wanted: &[LargeFile]) -> Result<BatchAnswer, PortError> {
        let body = serde_json::to_string(&Batch::download(wanted)).map_err(|why| PortError::permanent(DOING, why))?;
        let mut answer = self.batch_call(repository, &body).await?;
        if answer.status.is_redirection() {
            // A renamed repository. The address is not followed: it would be told our token.
            let present = self.present_name(repository).await?;
            answer = self.batch_call(&present, &body).await?;
        }
        // Asking twice does no harm, so it is classified as a read.
        if answer.status != StatusCode::OK {
            return Err(refusal(&answer, &Method::GET, DOING));
        }
        let read: BatchAnswer = serde_json::from_slice(&answer.body).map_err(|error| unreadable(DOING, &error))?;
        if !read.is_basic() {
            return Err(PortError::permanent(DOING, "the forge offers a way of transfer that was not asked for"));
        }
        Ok(read)
    }

    /// One call with the token; with a new one, once, if GitHub does not know it any more.
    async fn batch_call(&self, repository: &Repository, body: &str) -> Result<Answer, PortError> {
        let errand = Errand::new(repository, Purpose::Study, DOING);
        let token = self.token_for(errand).await?;
        let answer = self.batch_once(repository, &token, body).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        self.forget_token(errand, &token).await;
        let token = self.token_for(errand).await?;
        self.batch_once(repository, &token, body).await
    }

    async fn batch_once(&self, repository: &Repository, token: &SecretString, body: &str) -> Result<Answer, PortError> {
        let bucket = Bucket::LargeFiles(repository.installation);
        if let Some(left_ms) = self.pauses.left_ms(bucket, self.clock.now()) {
            return Err(limited(left_ms, DOING));
        }
        let request = Request::post(self.page(repository, ".git/info/lfs/objects/batch"))
            .header(AUTHORIZATION, basic(token)?)
            .header(ACCEPT, MEDIA_TYPE)
            .header(CONTENT_TYPE, MEDIA_TYPE)
            .body(Full::from(body.to_owned()))
            .map_err(|_| PortError::permanent(DOING, "the repository's name is not usable"))?;
        let answer = self.carrier.round_trip(request, |_| Reading::Whole { max_bytes: MAX_BATCH_BYTES }).await;
        let answer = answer.map_err(|trouble| no_answer(trouble, &Method::GET, DOING))?;
        let now = self.clock.now();
        match self.pauses.note(bucket, Limit::of(&answer, now), now) {
            Some(left_ms) => Err(limited(left_ms, DOING)),
            None => Ok(answer),
        }
    }
}

/// GitHub: "Authenticating as a GitHub App installation", HTTP-based Git access.
fn basic(token: &SecretString) -> Result<HeaderValue, PortError> {
    let pair = STANDARD.encode(format!("x-access-token:{}", token.expose_secret()));
    let value = HeaderValue::from_str(&format!("Basic {pair}"));
    let mut value = value.map_err(|_| PortError::permanent(DOING, "the token cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
