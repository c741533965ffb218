//! Installing by consent: sends a person to the vendor, and takes them back.

use std::sync::Arc;

use axum::extract::RawQuery;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::future::BoxFuture;

use super::answer::Problem;

/// Sent to the browser that begins, and asked of the one that comes back.
const COOKIE: &str = "countersign_consent";
const COOKIE_SECONDS: u32 = 600;
/// Longest value of an argument taken, in bytes.
const MAX_VALUE_BYTES: usize = 2_048;

/// Where consent begins and ends.
#[derive(Clone)]
pub struct ConsentDoor {
    pub begin_path: &'static str,
    pub end_path: &'static str,
    pub begin: Arc<dyn Fn() -> BoxFuture<'static, Result<Begun, ConsentRefusal>> + Send + Sync>,
    /// Gives what the person reads.
    pub end: Arc<dyn Fn(Returned) -> BoxFuture<'static, Result<String, ConsentRefusal>> + Send + Sync>,
}

/// A consent that is asked for.
pub struct Begun {
    /// Where the person goes.
    pub location: String,
    /// What their browser keeps meanwhile.
    pub cookie: String,
    /// Keep the cookie off plain HTTP.
    pub is_https: bool,
}

/// Somebody who came back.
pub struct Returned {
    pub code: Option<String>,
    /// Why there is no code, in the vendor's word.
    pub error: Option<String>,
    pub state: Option<String>,
    pub cookie: Option<String>,
}

/// Why nothing was installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentRefusal {
    /// Not begun here, by another browser, too long ago, or used already.
    Unknown,
    /// The person said no.
    Declined,
    /// The vendor said no, in its own word.
    Refused(String),
    /// For another place than the operator's.
    Elsewhere,
    Unavailable(String),
}

pub(super) async fn begin(door: Arc<ConsentDoor>) -> Response {
    match (door.begin)().await {
        Ok(begun) => redirected(&begun, door.end_path)
            .unwrap_or_else(|| Problem::unavailable("the address to go to cannot be written").into_response()),
        Err(refusal) => refused(refusal).into_response(),
    }
}

pub(super) async fn end(door: Arc<ConsentDoor>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    let query = query.unwrap_or_default();
    let argument = |name: &str| {
        let mut found = url::form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
        let value = found.next().map(|(_, value)| value.into_owned());
        value.filter(|value| found.next().is_none() && (1..=MAX_VALUE_BYTES).contains(&value.len()))
    };
    let (code, error, state) = (argument("code"), argument("error"), argument("state"));
    let returned = Returned { code, error, state, cookie: cookie(&headers) };
    match (door.end)(returned).await {
        Ok(words) => ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], words).into_response(),
        Err(refusal) => refused(refusal).into_response(),
    }
}

fn redirected(begun: &Begun, path: &str) -> Option<Response> {
    let secure = if begun.is_https { "; Secure" } else { "" };
    let cookie =
        format!("{COOKIE}={}; Path={path}; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{secure}", begun.cookie);
    let mut response = StatusCode::FOUND.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_str(&begun.location).ok()?);
    headers.insert(header::SET_COOKIE, HeaderValue::from_str(&cookie).ok()?);
    Some(response)
}

/// The one cookie of ours; two are as good as none.
fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut ours =
        all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='));
    let value = ours.next()?.to_owned();
    (ours.next().is_none() && value.len() <= MAX_VALUE_BYTES).then_some(value)
}

fn refused(refusal: ConsentRefusal) -> Problem {
    match refusal {
        ConsentRefusal::Unknown => {
            Problem::bad_request("this was not begun here, in this browser and within ten minutes: begin again")
        }
        ConsentRefusal::Declined => {
            Problem::new(StatusCode::FORBIDDEN, "declined", "nothing is installed: it was not allowed")
        }
        ConsentRefusal::Refused(why) => Problem::new(StatusCode::FORBIDDEN, "refused", why),
        ConsentRefusal::Elsewhere => Problem::new(
            StatusCode::FORBIDDEN,
            "elsewhere",
            "this server is not for that workspace, so nothing is kept: remove the app there again",
        ),
        ConsentRefusal::Unavailable(what) => Problem::unavailable(what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (header::COOKIE, HeaderValue::from_str(line).unwrap())).collect()
    }

    #[test]
    fn the_one_cookie_of_ours_is_found_among_others() {
        assert_eq!(cookie(&headers(&["a=b; countersign_consent=c1; d=e"])).as_deref(), Some("c1"));
        assert_eq!(cookie(&headers(&["countersign_consent=c1", "countersign_consent=c2"])), None);
        assert_eq!(cookie(&headers(&["countersign_consent2=c1"])), None);
        assert_eq!(cookie(&HeaderMap::new()), None);
    }

    #[test]
    fn the_browser_keeps_its_half_to_itself() {
        let begun = Begun { location: "https://slack.com/x".into(), cookie: "c1".into(), is_https: true };
        let response = redirected(&begun, "/back").unwrap();
        assert_eq!(response.status(), StatusCode::FOUND);
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        for part in ["countersign_consent=c1", "Path=/back", "HttpOnly", "SameSite=Lax", "Secure"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let broken = Begun { location: "https://slack.com/\nx".into(), ..begun };
        assert!(redirected(&broken, "/back").is_none());
    }
}
