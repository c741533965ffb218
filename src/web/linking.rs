//! The pages on which people link their accounts: `/link/…`. What happens is the engine's; here are addresses, cookies,
//! forms and answers.

mod cookie;
mod page;
mod words;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, RawQuery, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::Markup;
use url::form_urlencoded;

use crate::engine::Engine;
use crate::engine::linking::{self, Over, Page, Returned, Shown, Visitor};
use crate::store::StoreError;

use super::body::{self, Budget};
use cookie::Jar;

/// Longest form taken, in bytes: a proof and an answer.
const MAX_FORM_BYTES: usize = 4 * 1024;
/// Forms go to ourselves only. GitHub is reached by a page that goes on by itself: browsers apply `form-action` to where
/// a form's answer redirects to as well, which may be a company's own sign-in.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const STYLE: &str = include_str!("linking/style.css");

/// What the pages need.
pub struct LinkPages {
    pub engine: Engine,
    /// Where they are, without a slash at its end: with `https`, cookies go over nothing else.
    pub address: String,
}

struct Desk {
    engine: Engine,
    address: String,
    jar: Jar,
    body_timeout: Duration,
    budget: Budget,
}

pub(super) fn routes(pages: LinkPages, (body_timeout, budget): (Duration, Budget)) -> Router {
    let jar = Jar::new(pages.address.starts_with("https:"));
    let desk = Arc::new(Desk { engine: pages.engine, address: pages.address, jar, body_timeout, budget });
    let (arrive, go, back, look, confirm) =
        (Arc::clone(&desk), Arc::clone(&desk), Arc::clone(&desk), Arc::clone(&desk), desk);
    Router::new()
        .route("/link/style.css", get(style))
        .route("/link/callback", get(move |query, headers| async move { back.returned(query, headers).await }))
        .route(
            "/link/confirm",
            get(move |headers| async move { look.look(headers).await })
                .post(move |request| async move { confirm.confirm(request).await }),
        )
        .route(
            "/link/{token}",
            get(move |path, headers| async move { arrive.arrive(path, headers).await })
                .post(move |path, request| async move { go.go(path, request).await }),
        )
}

async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")], STYLE)
}

impl Desk {
    async fn arrive(&self, Path(token): Path<String>, headers: HeaderMap) -> Response {
        let visitor = Visitor { cookie: self.jar.read(&headers), proof: None };
        self.answer(linking::arrive(&self.engine, &token, visitor).await)
    }

    async fn go(&self, Path(token): Path<String>, request: Request) -> Response {
        let (headers, form) = match self.form(request).await {
            Ok(sent) => sent,
            Err(refused) => return refused,
        };
        let visitor = Visitor { cookie: self.jar.read(&headers), proof: form.proof.as_deref() };
        self.answer(linking::go(&self.engine, &token, visitor).await.map(Shown::from))
    }

    async fn returned(&self, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
        let query = query.unwrap_or_default();
        let (state, code, error) = (only(&query, "state"), only(&query, "code"), only(&query, "error"));
        let back = Returned { state: state.as_deref(), code: code.as_deref(), error: error.as_deref() };
        let visitor = Visitor { cookie: self.jar.read(&headers), proof: None };
        self.answer(linking::returned(&self.engine, back, visitor).await.map(Shown::from))
    }

    async fn look(&self, headers: HeaderMap) -> Response {
        let visitor = Visitor { cookie: self.jar.read(&headers), proof: None };
        self.answer(linking::look(&self.engine, visitor).await.map(Shown::from))
    }

    async fn confirm(&self, request: Request) -> Response {
        let (headers, form) = match self.form(request).await {
            Ok(sent) => sent,
            Err(refused) => return refused,
        };
        let yes = match form.answer.as_deref() {
            Some("yes") => true,
            Some("no") => false,
            _ => return self.page(&Page::Over(Over::NotFromHere)),
        };
        let visitor = Visitor { cookie: self.jar.read(&headers), proof: form.proof.as_deref() };
        self.answer(linking::confirm(&self.engine, visitor, yes).await.map(Shown::from))
    }

    /// A form of ours. Browsers say where a request comes from; one that says another site is believed.
    async fn form(&self, request: Request) -> Result<(HeaderMap, Form), Response> {
        let (head, body) = request.into_parts();
        let read = body::read(&head.headers, body, MAX_FORM_BYTES, self.body_timeout, &self.budget).await;
        let read = read.map_err(|error| body::unread(error).into_response())?;
        let from_elsewhere = head.headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin");
        if from_elsewhere {
            return Err(self.page(&Page::Over(Over::NotFromHere)));
        }
        let text = String::from_utf8(read.bytes).unwrap_or_default();
        Ok((head.headers, Form { proof: only(&text, "proof"), answer: only(&text, "answer") }))
    }

    fn answer(&self, shown: Result<Shown, StoreError>) -> Response {
        let shown = match shown {
            Ok(shown) => shown,
            Err(error) => {
                tracing::error!(error = %error, "a link page could not be shown");
                let busy = words::busy();
                return self.drawn(StatusCode::SERVICE_UNAVAILABLE, page::notice(&self.address, &busy));
            }
        };
        let mut response = self.page(&shown.page);
        if let Some(cookie) = shown.cookie.and_then(|secret| self.jar.set(&secret)) {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
        response
    }

    fn page(&self, page: &Page) -> Response {
        if *page == Page::Proven {
            let to = HeaderValue::from_str(&format!("{}/link/confirm", self.address));
            return match to {
                Ok(to) => (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response(),
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            };
        }
        let host = self.engine.forge.host();
        self.drawn(words::status(page), page::draw(&self.address, host, page))
    }

    fn drawn(&self, status: StatusCode, content: Markup) -> Response {
        let policy = HeaderValue::from_static(POLICY);
        (status, [(header::CONTENT_SECURITY_POLICY, policy)], content).into_response()
    }
}

/// What a form of ours carries.
struct Form {
    proof: Option<String>,
    answer: Option<String>,
}

/// The one parameter of that name: none and two are both nothing.
fn only(text: &str, name: &str) -> Option<String> {
    let mut found = form_urlencoded::parse(text.as_bytes()).filter(|(key, _)| key == name).map(|(_, value)| value);
    match (found.next(), found.next()) {
        (Some(value), None) => Some(value.into_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
