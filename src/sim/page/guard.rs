//! Who may ask: this machine, from this page. Other pages in the same browser may not (DNS rebinding, forged posts).

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

/// Sent by the page's own script: another site cannot add it without asking first.
const OWN_HEADER: &str = "x-demo";

const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

pub(super) async fn check(request: Request, next: Next) -> Response {
    let mut response = match refusal(request.method(), request.headers()) {
        Some(why) => (StatusCode::FORBIDDEN, why).into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}

fn refusal(method: &Method, headers: &HeaderMap) -> Option<&'static str> {
    let host = text(headers, &header::HOST);
    if !host.is_some_and(is_this_machine) {
        return Some("this page answers under an address of this machine only");
    }
    let origin = text(headers, &header::ORIGIN).map(|origin| origin.strip_prefix("http://").unwrap_or(origin));
    let acts = method == Method::POST;
    let is_foreign = origin.is_some_and(|origin| Some(origin) != host) || !headers.contains_key(OWN_HEADER);
    (acts && is_foreign).then_some("only the demo's own page may act")
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// `127.0.0.1:8080`, `localhost:8080`, `[::1]:8080`
fn is_this_machine(host: &str) -> bool {
    match url::Url::parse(&format!("http://{host}/")).ok().as_ref().and_then(url::Url::host) {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn a_name_that_points_here_is_not_this_machine() {
        for good in ["127.0.0.1:8080", "localhost:1", "[::1]:8080", "localhost"] {
            assert_eq!(refusal(&Method::GET, &headers(&[("host", good)])), None, "{good}");
        }
        for bad in ["evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example", "", "a b"] {
            assert!(refusal(&Method::GET, &headers(&[("host", bad)])).is_some(), "{bad}");
        }
        assert!(refusal(&Method::GET, &HeaderMap::new()).is_some());
    }

    #[test]
    fn another_site_cannot_press_buttons() {
        let host = ("host", "127.0.0.1:8080");
        let own = [host, ("origin", "http://127.0.0.1:8080"), ("x-demo", "1")];
        assert_eq!(refusal(&Method::POST, &headers(&own)), None);
        assert!(
            refusal(&Method::POST, &headers(&[host, ("origin", "http://evil.example"), ("x-demo", "1")])).is_some()
        );
        assert!(refusal(&Method::POST, &headers(&[host, ("origin", "http://127.0.0.1:8080")])).is_some());
        assert!(refusal(&Method::POST, &headers(&[host, ("origin", "null"), ("x-demo", "1")])).is_some());
    }
}
