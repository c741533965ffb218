//! The one way of every call: pause, token, round trip, limits, one new token on a 401, redirects, classification.

use hyper::http::HeaderValue;
use hyper::http::header::LOCATION;
use hyper::{Method, StatusCode};
use secrecy::SecretString;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::{InstallationId, Repository};
use crate::ports::code::Presence;
use crate::ports::{Class, PortError};

use super::classify::{no_answer, refusal, unreadable};
use super::client::GithubForge;
use super::limits::{Bucket, Limit};
use super::path::repository_path;
use super::permissions::Purpose;
use super::remembered::Question;
use super::tokens::{Token, TokenGiven, TokenKey, TokenWish};
use super::transport::{Answer, Call, Trouble};
use super::wire::RepositoryRow;

/// Longest answer read where nothing else is said, in bytes.
pub(super) const MAX_ANSWER_BYTES: usize = 16 * 1024 * 1024;
/// What GitHub answers unless asked otherwise.
pub(super) const MEDIA_TYPE: &str = "application/vnd.github+json";
/// Redirects followed for one read.
const MAX_REDIRECTS: usize = 3;

/// A call about one repository, or about what its owner has besides.
#[derive(Clone, Copy)]
pub(super) struct Errand<'a> {
    pub repository: &'a Repository,
    pub purpose: Purpose,
    /// In a few words, for the error: `read the workflow run`.
    pub doing: &'a str,
    pub max_bytes: usize,
    /// Asked for again with its mark. Not for what a decision rests on: that is read whole, every time.
    pub is_remembered: bool,
    /// The media type asked for.
    pub accept: &'static str,
    /// A search, which counts against an allowance of its own.
    pub is_search: bool,
}

impl<'a> Errand<'a> {
    pub fn new(repository: &'a Repository, purpose: Purpose, doing: &'a str) -> Self {
        let (max_bytes, accept) = (MAX_ANSWER_BYTES, MEDIA_TYPE);
        Self { repository, purpose, doing, max_bytes, is_remembered: false, accept, is_search: false }
    }

    pub const fn remembered(self) -> Self {
        Self { is_remembered: true, ..self }
    }

    fn question(&self, path: &str) -> Question {
        let Repository { id, installation, .. } = self.repository;
        Question { installation: *installation, repository: *id, purpose: self.purpose, path: path.to_owned() }
    }

    const fn token_key(&self) -> TokenKey {
        let Repository { id, installation, .. } = self.repository;
        let repository = if self.purpose.is_of_organisation() { None } else { Some(*id) };
        TokenKey { installation: *installation, repository, purpose: self.purpose }
    }
}

/// What is asked, before there is a token.
struct Ask<'a> {
    method: Method,
    path: &'a str,
    body: Option<&'a str>,
    etag: Option<&'a HeaderValue>,
}

impl<'a> Ask<'a> {
    fn call(&self, bearer: &'a SecretString, accept: &'static str, max_bytes: usize) -> Call<'a> {
        let (method, path, etag) = (self.method.clone(), self.path, self.etag);
        Call { method, path, bearer, body: self.body.map(str::to_owned), accept, etag, max_bytes }
    }
}

/// A read that came to an answer, or to one that is too long.
pub(super) enum Fetched {
    Answer(Answer),
    TooLong { size: Option<u64> },
}

/// Where a read led.
pub(super) enum Followed {
    Here(Fetched),
    /// Outside of the API: a capability, and never told our token.
    Elsewhere {
        address: String,
    },
}

impl GithubForge {
    /// Reads `rest` of the repository's path; whatever is no success is an error.
    pub(super) async fn read<T: DeserializeOwned>(&self, errand: Errand<'_>, rest: &str) -> Result<T, PortError> {
        let answer = self.fetch_whole(errand, rest).await?;
        if answer.status != StatusCode::OK {
            return Err(refusal(&answer, &Method::GET, errand.doing));
        }
        serde_json::from_slice(&answer.body).map_err(|error| unreadable(errand.doing, &error))
    }

    /// Reads something named by a commit: 404, 409 (empty repository) and 422 (no such commit) mean that it is missing.
    pub(super) async fn seek<T: DeserializeOwned>(
        &self,
        errand: Errand<'_>,
        rest: &str,
    ) -> Result<Presence<T>, PortError> {
        let answer = self.fetch_whole(errand, rest).await?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY => {
                return Ok(Presence::Missing);
            }
            _ => return Err(refusal(&answer, &Method::GET, errand.doing)),
        }
        let found = serde_json::from_slice(&answer.body).map_err(|error| unreadable(errand.doing, &error))?;
        Ok(Presence::Found(found))
    }

    /// Reads something that is not of the repository, with its installation's token. `None`: it is not there.
    pub(super) async fn read_elsewhere<T: DeserializeOwned>(
        &self,
        errand: Errand<'_>,
        path: &str,
    ) -> Result<Option<T>, PortError> {
        let answer = match self.look_up(errand, path).await? {
            Fetched::Answer(answer) => answer,
            Fetched::TooLong { size } => {
                return Err(no_answer(Trouble::TooLong { size }, &Method::GET, errand.doing));
            }
        };
        match answer.status {
            StatusCode::OK => serde_json::from_slice(&answer.body).map(Some).map_err(|e| unreadable(errand.doing, &e)),
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(refusal(&answer, &Method::GET, errand.doing)),
        }
    }

    async fn fetch_whole(&self, errand: Errand<'_>, rest: &str) -> Result<Answer, PortError> {
        match self.fetch(errand, rest).await? {
            Fetched::Answer(answer) => Ok(answer),
            Fetched::TooLong { size } => Err(no_answer(Trouble::TooLong { size }, &Method::GET, errand.doing)),
        }
    }

    /// Reads, following redirects of a renamed repository within the API.
    pub(super) async fn fetch(&self, errand: Errand<'_>, rest: &str) -> Result<Fetched, PortError> {
        match self.follow(errand, rest).await? {
            Followed::Here(fetched) => Ok(fetched),
            Followed::Elsewhere { .. } => Err(PortError::permanent(errand.doing, "redirected elsewhere")),
        }
    }

    /// Reads, following redirects within the API, to an answer or to an address outside of it.
    pub(super) async fn follow(&self, errand: Errand<'_>, rest: &str) -> Result<Followed, PortError> {
        let mut path = repository_path(errand.repository, rest);
        for _ in 0..=MAX_REDIRECTS {
            let answer = match self.look_up(errand, &path).await? {
                Fetched::Answer(answer) if is_redirect(answer.status) => answer,
                fetched => return Ok(Followed::Here(fetched)),
            };
            let Some(next) = path_of_redirect(&answer, &self.addresses.api) else {
                let address = answer.headers.get(LOCATION).and_then(|value| value.to_str().ok());
                return Ok(Followed::Elsewhere { address: address.unwrap_or_default().to_owned() });
            };
            path = next;
        }
        Err(PortError::permanent(errand.doing, "redirected too often"))
    }

    /// One read; of a remembered answer only whether it still holds.
    async fn look_up(&self, errand: Errand<'_>, path: &str) -> Result<Fetched, PortError> {
        let ask = Ask { method: Method::GET, path, body: None, etag: None };
        if !errand.is_remembered {
            return self.authorised(errand, ask).await;
        }
        let question = errand.question(path);
        let known = self.remembered.known(&question);
        let etag = known.as_ref().map(|known| &known.etag);
        match (self.authorised(errand, Ask { etag, ..ask }).await?, known) {
            (Fetched::Answer(answer), Some(known)) if answer.status == StatusCode::NOT_MODIFIED => {
                Ok(Fetched::Answer(known.again(answer)))
            }
            (Fetched::Answer(answer), _) => {
                self.remembered.note(question, &answer);
                Ok(Fetched::Answer(answer))
            }
            (too_long @ Fetched::TooLong { .. }, _) => Ok(too_long),
        }
    }

    /// Writes with POST.
    pub(super) async fn post<B: Serialize>(
        &self,
        errand: Errand<'_>,
        rest: &str,
        body: &B,
    ) -> Result<Answer, PortError> {
        self.change(errand, Method::POST, rest, body).await
    }

    /// Writes. A redirect means that nothing was written: the repository's present name is looked up by its id, and
    /// the write goes there, once.
    pub(super) async fn change<B: Serialize>(
        &self,
        errand: Errand<'_>,
        method: Method,
        rest: &str,
        body: &B,
    ) -> Result<Answer, PortError> {
        let body = serde_json::to_string(body).map_err(|error| PortError::permanent(errand.doing, error))?;
        let answer = self.write(errand, &method, &repository_path(errand.repository, rest), &body).await?;
        if !is_redirect(answer.status) && answer.status != StatusCode::PERMANENT_REDIRECT {
            return Ok(answer);
        }
        let present = self.present_name(errand.repository).await?;
        let answer = self.write(errand, &method, &repository_path(&present, rest), &body).await?;
        if answer.status.is_redirection() {
            return Err(PortError::permanent(errand.doing, "redirected again"));
        }
        Ok(answer)
    }

    async fn write(&self, errand: Errand<'_>, method: &Method, path: &str, body: &str) -> Result<Answer, PortError> {
        match self.authorised(errand, Ask { method: method.clone(), path, body: Some(body), etag: None }).await? {
            Fetched::Answer(answer) => Ok(answer),
            Fetched::TooLong { .. } => Err(PortError::new(Class::Unknown, errand.doing, "the answer is too long")),
        }
    }

    pub(super) async fn present_name(&self, repository: &Repository) -> Result<Repository, PortError> {
        let errand = Errand::new(repository, Purpose::Study, "find the renamed repository");
        let row: RepositoryRow = self.read(errand, "").await?;
        row.address(repository).ok_or_else(|| PortError::permanent(errand.doing, "another repository has the name now"))
    }

    /// One call with the errand's token; with a new one, once, if GitHub does not know it any more.
    async fn authorised(&self, errand: Errand<'_>, ask: Ask<'_>) -> Result<Fetched, PortError> {
        let installation = errand.repository.installation;
        let bucket = if errand.is_search { Bucket::Search(installation) } else { Bucket::Installation(installation) };
        let key = errand.token_key();
        self.not_paused(bucket, errand.doing)?;
        let token = self.token(key).await?;
        match self.send(bucket, ask.call(&token, errand.accept, errand.max_bytes), errand.doing).await? {
            Fetched::Answer(answer) if answer.status == StatusCode::UNAUTHORIZED => {}
            fetched => return Ok(fetched),
        }
        self.tokens.forget(key, &token).await;
        let token = self.token(key).await?;
        self.send(bucket, ask.call(&token, errand.accept, errand.max_bytes), errand.doing).await
    }

    /// The token of an errand that does not go to the API.
    pub(super) async fn token_for(&self, errand: Errand<'_>) -> Result<SecretString, PortError> {
        self.token(errand.token_key()).await
    }

    pub(super) async fn forget_token(&self, errand: Errand<'_>, refused: &SecretString) {
        self.tokens.forget(errand.token_key(), refused).await;
    }

    async fn token(&self, key: TokenKey) -> Result<SecretString, PortError> {
        self.tokens.get(key, self.clock.now(), self.mint(key)).await
    }

    /// Asks for a token that can do what `key` says and nothing else. Asking twice does no harm, so nothing is unknown.
    async fn mint(&self, key: TokenKey) -> Result<Token, PortError> {
        let doing = "get an installation token";
        let minted = self.mint_once(key, doing).await;
        minted.map_err(|error| match error.class {
            Class::Unknown => PortError { class: Class::Retry { after_ms: None }, ..error },
            _ => error,
        })
    }

    async fn mint_once(&self, key: TokenKey, doing: &str) -> Result<Token, PortError> {
        let (jwt, answer) = self.wish_for_token(key.installation, &TokenWish::of(key), doing).await?;
        match answer.status {
            StatusCode::CREATED => {}
            StatusCode::UNAUTHORIZED => return Err(identity_refused(&answer, doing)),
            StatusCode::NOT_FOUND if !self.is_known_app(&jwt, doing).await? => {
                return Err(identity_refused(&answer, doing));
            }
            _ => return Err(refusal(&answer, &Method::POST, doing)),
        }
        let given: TokenGiven = serde_json::from_slice(&answer.body).map_err(|error| unreadable(doing, &error))?;
        Ok(given.into())
    }

    /// Asks for a token of an installation, as the App itself.
    pub(super) async fn wish_for_token<W: Serialize>(
        &self,
        installation: InstallationId,
        wish: &W,
        doing: &str,
    ) -> Result<(SecretString, Answer), PortError> {
        let jwt = self.key.jwt(self.clock.now()).map_err(|error| PortError::permanent(doing, error))?;
        let body = serde_json::to_string(wish).map_err(|error| PortError::permanent(doing, error))?;
        let path = format!("/app/installations/{installation}/access_tokens");
        let ask = Ask { method: Method::POST, path: &path, body: Some(&body), etag: None };
        let call = ask.call(&jwt, MEDIA_TYPE, MAX_ANSWER_BYTES);
        match self.send(Bucket::App, call, doing).await? {
            Fetched::Answer(answer) => Ok((jwt, answer)),
            Fetched::TooLong { .. } => Err(PortError::retry(doing, "the answer is too long")),
        }
    }

    /// GitHub answers 404 to an App id it does not know, as it does to an installation that is gone. Only the second may
    /// end a request. GitHub: "Get the authenticated app".
    async fn is_known_app(&self, jwt: &SecretString, doing: &str) -> Result<bool, PortError> {
        let ask = Ask { method: Method::GET, path: "/app", body: None, etag: None };
        let call = ask.call(jwt, MEDIA_TYPE, MAX_ANSWER_BYTES);
        match self.send(Bucket::App, call, doing).await? {
            Fetched::TooLong { .. } => Err(PortError::retry(doing, "the answer is too long")),
            Fetched::Answer(answer) => match answer.status {
                StatusCode::OK => Ok(true),
                StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED => Ok(false),
                _ => Err(refusal(&answer, &Method::GET, doing)),
            },
        }
    }

    /// One round trip in a bucket that is not paused; a refusal for a limit pauses it.
    pub(super) async fn send(&self, bucket: Bucket, call: Call<'_>, doing: &str) -> Result<Fetched, PortError> {
        self.not_paused(bucket, doing)?;
        let method = call.method.clone();
        let answer = match self.transport.round_trip(call).await {
            Ok(answer) => answer,
            Err(Trouble::TooLong { size }) => return Ok(Fetched::TooLong { size }),
            Err(trouble) => return Err(no_answer(trouble, &method, doing)),
        };
        let now = self.clock.now();
        match self.pauses.note(bucket, Limit::of(&answer, now), now) {
            Some(left_ms) => Err(limited(left_ms, doing)),
            None => Ok(Fetched::Answer(answer)),
        }
    }

    fn not_paused(&self, bucket: Bucket, doing: &str) -> Result<(), PortError> {
        self.pauses.left_ms(bucket, self.clock.now()).map_or(Ok(()), |left_ms| Err(limited(left_ms, doing)))
    }
}

/// The path of a redirect that stays below our API base; the address itself is never called.
fn path_of_redirect(answer: &Answer, api_base: &str) -> Option<String> {
    let location = answer.headers.get(LOCATION)?.to_str().ok()?;
    let path = location.strip_prefix(api_base).unwrap_or(location);
    let climbs = path.split(['/', '?']).any(|segment| segment == "." || segment == "..");
    let plain = path.starts_with('/') && !path.starts_with("//") && !climbs;
    plain.then(|| path.to_owned())
}

/// GitHub: "a renamed repository answers 301, 302 or 307".
const fn is_redirect(status: StatusCode) -> bool {
    matches!(status, StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::TEMPORARY_REDIRECT)
}

pub(super) fn limited(left_ms: i64, doing: &str) -> PortError {
    PortError::new(Class::Retry { after_ms: Some(left_ms) }, doing, "GitHub's rate limit is used up")
}

/// GitHub's clock is in the answer's `date`: a wrong clock of ours and a wrong key look alike otherwise.
fn identity_refused(answer: &Answer, doing: &str) -> PortError {
    let told = super::classify::told(answer);
    let date = answer.headers.get("date").and_then(|date| date.to_str().ok()).unwrap_or("unknown");
    let why =
        format!("{told}; check `github.app_id`, `github.private_key` and this machine's clock (GitHub's: {date})");
    PortError::permanent(doing, why)
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;
    use hyper::body::Bytes;

    use super::*;

    fn redirected(location: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(LOCATION, location.parse().unwrap());
        let answer = Answer { status: StatusCode::MOVED_PERMANENTLY, headers, body: Bytes::new() };
        path_of_redirect(&answer, "https://git.acme.example/api/v3")
    }

    #[test]
    fn redirects_stay_below_our_api() {
        let compare = "/repositories/5/compare/a...b?per_page=100";
        assert_eq!(redirected(&format!("https://git.acme.example/api/v3{compare}")).as_deref(), Some(compare));
        assert_eq!(redirected(compare).as_deref(), Some(compare));
        let elsewhere = [
            "https://evil.example/api/v3/repositories/5",
            "http://git.acme.example/api/v3/repositories/5",
            "https://git.acme.example/api/v3.evil.example/x",
            "https://git.acme.example/api/v3/../../admin",
            "https://git.acme.example/login",
            "//evil.example/x",
            "repositories/5",
        ];
        for location in elsewhere {
            assert_eq!(redirected(location), None, "{location}");
        }
    }
}
