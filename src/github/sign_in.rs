//! Somebody signs in, and we learn who they are and nothing else: the user token answers one question and is dropped.
//!
//! GitHub: "Generating a user access token for a GitHub App" (web application flow, with PKCE), "Get the authenticated user",
//! "Delete an app token".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::http::HeaderValue;
use hyper::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use hyper::{Method, Request, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;
use url::form_urlencoded::Serializer;

use crate::ports::forge::{SignIn, SignedIn};
use crate::ports::{Class, PortError};

use super::api::MEDIA_TYPE;
use super::classify::{no_answer, refusal, unreadable};
use super::client::GithubForge;
use super::large_files::carrier::Reading;
use super::path::encoded;
use super::payload::AccountPart;
use super::settings::SignInSettings;
use super::transport::{API_VERSION, Answer};

/// Longest answer read, in bytes: a token, or one account.
const MAX_ANSWER_BYTES: usize = 256 * 1024;
/// Longest words of GitHub's that are passed on, in characters.
const MAX_WHY_CHARS: usize = 200;
const FORM: &str = "application/x-www-form-urlencoded";
/// What [`AccountPart::kind`] says of a person's account.
pub(super) const PERSON: &str = "User";

/// The answer of the token endpoint. Errors come with status 200.
#[derive(Deserialize)]
struct TokenAnswer {
    access_token: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

impl GithubForge {
    /// The account picker is asked for every time: GitHub would send people who once said yes straight back, and nobody
    /// would have seen which account it is about.
    pub(super) fn authorize_address(&self, sign_in: SignIn<'_>) -> Option<String> {
        let settings = self.sign_in.as_ref()?;
        let mut url = Url::parse(&format!("{}/login/oauth/authorize", self.addresses.web)).ok()?;
        url.query_pairs_mut()
            .append_pair("client_id", &settings.client_id)
            .append_pair("redirect_uri", &settings.callback)
            .append_pair("state", sign_in.state)
            .append_pair("code_challenge", sign_in.challenge)
            .append_pair("code_challenge_method", "S256")
            .append_pair("prompt", "select_account")
            .append_pair("allow_signup", "false");
        Some(url.into())
    }

    pub(super) async fn who_signed_in(&self, code: &str, verifier: &str) -> Result<SignedIn, PortError> {
        let doing = "ask who signed in";
        let settings = self.sign_in.as_ref().ok_or_else(|| PortError::permanent(doing, "it is not set up"))?;
        let token = match self.exchange(settings, code, verifier).await? {
            Ok(token) => token,
            Err(why) => return Ok(SignedIn::Refused { why }),
        };
        let account = self.account_of(&token, doing).await;
        self.revoke(settings, token).await;
        let account = account?;
        let is_person = account.kind.as_deref() == Some(PERSON);
        match account.user() {
            Some(user) if is_person && !user.is_bot => Ok(SignedIn::Person(user)),
            Some(user) => Ok(SignedIn::Other { login: user.login }),
            None => Err(PortError::permanent(doing, "the answer names no account")),
        }
    }

    /// The code for a token; `Err` inside is GitHub's refusal. A code works once: a lost answer means to start again.
    async fn exchange(
        &self,
        settings: &SignInSettings,
        code: &str,
        verifier: &str,
    ) -> Result<Result<SecretString, String>, PortError> {
        let doing = "exchange the code of a sign-in";
        let form = Serializer::new(String::new())
            .append_pair("client_id", &settings.client_id)
            .append_pair("client_secret", settings.client_secret.expose_secret())
            .append_pair("code", code)
            .append_pair("redirect_uri", &settings.callback)
            .append_pair("code_verifier", verifier)
            .finish();
        let request = Request::post(format!("{}/login/oauth/access_token", self.addresses.web))
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, FORM)
            .body(Full::from(form))
            .map_err(|error| PortError::permanent(doing, error))?;
        let answer = self.carried(request, doing).await?;
        if answer.status != StatusCode::OK {
            return Err(refusal(&answer, &Method::POST, doing));
        }
        let answer: TokenAnswer = serde_json::from_slice(&answer.body).map_err(|error| unreadable(doing, &error))?;
        match (answer.access_token, answer.error) {
            (Some(token), None) => Ok(Ok(SecretString::from(token))),
            (_, Some(error)) => {
                let why = answer.error_description.map_or(error.clone(), |words| format!("{error}: {words}"));
                Ok(Err(why.chars().filter(|c| !c.is_control()).take(MAX_WHY_CHARS).collect()))
            }
            (None, None) => Err(PortError::new(Class::Unknown, doing, "the answer holds neither token nor error")),
        }
    }

    async fn account_of(&self, token: &SecretString, doing: &str) -> Result<AccountPart, PortError> {
        let bearer = sensitive(&format!("Bearer {}", token.expose_secret()), doing)?;
        let request = self.api_request(Method::GET, "/user", bearer, String::new(), doing)?;
        let answer = self.carried(request, doing).await?;
        if answer.status != StatusCode::OK {
            return Err(refusal(&answer, &Method::GET, doing));
        }
        serde_json::from_slice(&answer.body).map_err(|error| unreadable(doing, &error))
    }

    /// Takes the token's power away, for it would live eight hours. Nothing waits for it to succeed: we have dropped it.
    async fn revoke(&self, settings: &SignInSettings, token: SecretString) {
        let doing = "revoke the token of a sign-in";
        let revoked = async {
            let credentials = format!("{}:{}", settings.client_id, settings.client_secret.expose_secret());
            let basic = sensitive(&format!("Basic {}", STANDARD.encode(credentials)), doing)?;
            let path = format!("/applications/{}/token", encoded(&settings.client_id));
            let body = serde_json::json!({ "access_token": token.expose_secret() }).to_string();
            let answer = self.carried(self.api_request(Method::DELETE, &path, basic, body, doing)?, doing).await?;
            if answer.status == StatusCode::NO_CONTENT { Ok(()) } else { Err(refusal(&answer, &Method::DELETE, doing)) }
        };
        if let Err(error) = revoked.await {
            tracing::info!(error = %error, "a user token was dropped, and not revoked at GitHub: it ends by itself");
        }
    }

    fn api_request(
        &self,
        method: Method,
        path: &str,
        authorization: HeaderValue,
        body: String,
        doing: &str,
    ) -> Result<Request<Full<Bytes>>, PortError> {
        Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.addresses.api))
            .header(AUTHORIZATION, authorization)
            .header(ACCEPT, MEDIA_TYPE)
            .header(CONTENT_TYPE, "application/json")
            .header("x-github-api-version", API_VERSION)
            .body(Full::from(body))
            .map_err(|error| PortError::permanent(doing, error))
    }

    async fn carried(&self, request: Request<Full<Bytes>>, doing: &str) -> Result<Answer, PortError> {
        let method = request.method().clone();
        let whole = |_: &hyper::Response<_>| Reading::Whole { max_bytes: MAX_ANSWER_BYTES };
        self.carrier.round_trip(request, whole).await.map_err(|trouble| no_answer(trouble, &method, doing))
    }
}

fn sensitive(value: &str, doing: &str) -> Result<HeaderValue, PortError> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| PortError::permanent(doing, "a credential cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}
