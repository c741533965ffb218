//! The cookie that keeps one visitor in one browser.

use axum::http::{HeaderMap, HeaderValue, header};

/// How long browsers keep it, in seconds: longer than an attempt lives.
const KEPT_SECONDS: u32 = 30 * 60;

/// Our cookie's name and attributes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Jar {
    is_secure: bool,
}

impl Jar {
    /// Over https, browsers neither send it over anything else nor let another host set it.
    pub(super) const fn new(is_secure: bool) -> Self {
        Self { is_secure }
    }

    const fn name(self) -> &'static str {
        if self.is_secure { "__Host-countersign-link" } else { "countersign-link" }
    }

    /// What a request carries: one cookie of our name, or nothing.
    pub(super) fn read(self, headers: &HeaderMap) -> Option<&str> {
        let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let mut ours = pairs.filter(|(name, _)| *name == self.name()).map(|(_, value)| value);
        match (ours.next(), ours.next()) {
            (Some(value), None) => Some(value),
            _ => None,
        }
    }

    /// Scripts cannot read it. It comes along when the forge sends somebody back, and with no other site's forms.
    pub(super) fn set(self, secret: &str) -> Option<HeaderValue> {
        let secure = if self.is_secure { "; Secure" } else { "" };
        let cookie =
            format!("{}={secret}; Path=/; Max-Age={KEPT_SECONDS}; HttpOnly; SameSite=Lax{secure}", self.name());
        HeaderValue::from_str(&cookie).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookies: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_static(cookie));
        }
        headers
    }

    #[test]
    fn one_cookie_of_ours_is_read_and_two_are_none() {
        let jar = Jar::new(true);
        assert_eq!(jar.read(&headers(&["a=1; __Host-countersign-link=abc; b=2"])), Some("abc"));
        assert_eq!(jar.read(&headers(&["countersign-link=abc"])), None, "a cookie that any host could set");
        assert_eq!(jar.read(&headers(&["__Host-countersign-link=a", "__Host-countersign-link=b"])), None);
        assert_eq!(jar.read(&headers(&[])), None);
    }

    #[test]
    fn it_is_kept_from_scripts_other_sites_and_plain_http() {
        let set = |secure| Jar::new(secure).set("abc").unwrap().to_str().unwrap().to_owned();
        assert_eq!(set(true), "__Host-countersign-link=abc; Path=/; Max-Age=1800; HttpOnly; SameSite=Lax; Secure");
        assert!(!set(false).contains("Secure"), "this machine, without TLS");
    }
}
