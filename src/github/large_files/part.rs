//! A stretch of a stored content, by a range request.
//!
//! HTTP: RFC 9110, "Range Requests". A server may send the whole content instead; then only its start is to be had.

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, LOCATION, RANGE, RETRY_AFTER};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use url::Url;

use crate::domain::time::SECOND_MS;
use crate::github::classify::no_answer;
use crate::github::transport::Answer;
use crate::ports::code::LargeFileAddress;
use crate::ports::{Class, PortError};

use super::address;
use super::carrier::{Carrier, Reading};

/// Redirects followed from one address.
const MAX_REDIRECTS: usize = 2;
/// Most bytes thrown away before the wanted ones, where a server sends the whole content.
const MAX_SKIPPED_BYTES: u64 = 1024 * 1024;
const DOING: &str = "read a large file";

/// Bytes `offset .. offset + length`.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    offset: u64,
    length: u64,
    /// Of the whole content, as its pointer says.
    size: u64,
}

/// Reads a stretch of the content at `address`; less at its end.
pub async fn read(
    carrier: &Carrier,
    address: &LargeFileAddress,
    offset: u64,
    length: u64,
) -> Result<Vec<u8>, PortError> {
    let length = length.min(address.size.saturating_sub(offset));
    if length == 0 {
        return Ok(Vec::new());
    }
    let stretch = Stretch { offset, length, size: address.size };
    let check = |text: &str| address::checked(text, carrier.on_this_machine()).map_err(permanent);
    let first = check(&address.url)?;
    let mut url = first.clone();
    for _ in 0..=MAX_REDIRECTS {
        // What was handed out for one host is for that host.
        let headers = if address::same_origin(&url, &first) { address.headers.as_slice() } else { &[] };
        let request = request(&url, headers, stretch)?;
        let answer = carrier.round_trip(request, |response| stretch.reading(response)).await;
        let answer = answer.map_err(|trouble| no_answer(trouble, &Method::GET, DOING))?;
        if !answer.status.is_redirection() {
            return stretch.taken_from(&answer);
        }
        url = check(redirect(&url, &answer).ok_or_else(|| permanent("redirected nowhere"))?.as_str())?;
    }
    Err(permanent("redirected too often"))
}

fn permanent(why: impl std::fmt::Display) -> PortError {
    PortError::permanent(DOING, why)
}

fn request(url: &Url, headers: &[(String, String)], stretch: Stretch) -> Result<Request<Full<Bytes>>, PortError> {
    let mut request = Request::get(url.as_str()).header(RANGE, stretch.header());
    for (name, value) in headers {
        request = request.header(name, value);
    }
    // The error would quote the address, which is a capability.
    request.body(Full::default()).map_err(|_| permanent("what has to be sent along is no header"))
}

fn redirect(from: &Url, answer: &Answer) -> Option<Url> {
    from.join(answer.headers.get(LOCATION)?.to_str().ok()?).ok()
}

impl Stretch {
    fn end(self) -> u64 {
        self.offset.saturating_add(self.length)
    }

    fn header(self) -> String {
        format!("bytes={}-{}", self.offset, self.end().saturating_sub(1))
    }

    /// An error's page is not read: nobody shows it.
    fn reading(self, response: &Response<Incoming>) -> Reading {
        let bytes = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        match response.status() {
            StatusCode::PARTIAL_CONTENT => Reading::Whole { max_bytes: bytes(self.length) },
            StatusCode::OK if self.offset <= MAX_SKIPPED_BYTES => Reading::Start { bytes: bytes(self.end()) },
            _ => Reading::Start { bytes: 0 },
        }
    }

    fn taken_from(self, answer: &Answer) -> Result<Vec<u8>, PortError> {
        match answer.status {
            StatusCode::PARTIAL_CONTENT | StatusCode::OK if is_encoded(&answer.headers) => {
                Err(permanent("the storage sends another encoding than was asked for"))
            }
            StatusCode::PARTIAL_CONTENT => self.part(answer),
            StatusCode::OK => self.start(answer),
            status => Err(refusal(status, &answer.headers)),
        }
    }

    fn part(self, answer: &Answer) -> Result<Vec<u8>, PortError> {
        let told = answer.headers.get(CONTENT_RANGE).and_then(|value| value.to_str().ok()).and_then(content_range);
        let (first, last, total) = told.ok_or_else(|| permanent("the answer does not say which part it is"))?;
        self.check_size(total)?;
        if first != self.offset || last < first || last >= self.end() {
            return Err(permanent("the answer is another part than was asked for"));
        }
        if u64::try_from(answer.body.len()).ok() != last.checked_sub(first).and_then(|span| span.checked_add(1)) {
            return Err(PortError::retry(DOING, "the answer was cut"));
        }
        Ok(answer.body.to_vec())
    }

    fn start(self, answer: &Answer) -> Result<Vec<u8>, PortError> {
        if self.offset > MAX_SKIPPED_BYTES {
            return Err(permanent("the storage gives no parts of files"));
        }
        let told = answer.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        self.check_size(told)?;
        let (from, to) = (usize::try_from(self.offset).ok(), usize::try_from(self.end()).ok());
        let stretch = from.zip(to).and_then(|(from, to)| answer.body.get(from..to));
        stretch.map(<[u8]>::to_vec).ok_or_else(|| PortError::retry(DOING, "the answer was cut"))
    }

    /// A content of another size is not the one the pointer stands for.
    fn check_size(self, told: Option<u64>) -> Result<(), PortError> {
        match told {
            Some(told) if told != self.size => {
                Err(permanent(format!("the storage has {told} bytes, and the pointer says {}", self.size)))
            }
            _ => Ok(()),
        }
    }
}

fn is_encoded(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_ENCODING).is_some_and(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// `bytes 0-99/1234` or `bytes 0-99/*`: first, last, size of the whole.
fn content_range(text: &str) -> Option<(u64, u64, Option<u64>)> {
    let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let total = if total == "*" { None } else { Some(total.parse().ok()?) };
    Some((first.parse().ok()?, last.parse().ok()?, total))
}

/// An address works for a while only, and says no in several ways after that: the caller asks for another one, once.
fn refusal(status: StatusCode, headers: &HeaderMap) -> PortError {
    let why = format!("the storage answered HTTP {}", status.as_u16());
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::GONE => {
            PortError::new(Class::Gone, DOING, why)
        }
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => {
            PortError::new(Class::Retry { after_ms: retry_after_ms(headers) }, DOING, why)
        }
        StatusCode::RANGE_NOT_SATISFIABLE => permanent("the storage has fewer bytes than the pointer says"),
        status if status.is_server_error() => {
            PortError::new(Class::Retry { after_ms: retry_after_ms(headers) }, DOING, why)
        }
        _ => permanent(why),
    }
}

fn retry_after_ms(headers: &HeaderMap) -> Option<i64> {
    let seconds: i64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(seconds.saturating_mul(SECOND_MS))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRETCH: Stretch = Stretch { offset: 4, length: 3, size: 10 };

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &'static [u8]) -> Answer {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Answer { status: StatusCode::from_u16(status).unwrap(), headers: map, body: Bytes::from_static(body) }
    }

    fn taken(status: u16, headers: &[(&'static str, &str)], body: &'static [u8]) -> Result<Vec<u8>, Class> {
        STRETCH.taken_from(&answer(status, headers, body)).map_err(|error| error.class)
    }

    #[test]
    fn a_part_is_believed_only_where_it_says_which_one_it_is() {
        let range = |value: &'static str| [("content-range", value)];
        assert_eq!(taken(206, &range("bytes 4-6/10"), b"efg"), Ok(b"efg".to_vec()));
        assert_eq!(taken(206, &range("bytes 4-5/*"), b"ef"), Ok(b"ef".to_vec()), "a part of it");
        for other in ["bytes 0-2/10", "bytes 4-7/10", "bytes 4-3/10", "bytes 4-6/11", "bytes 4-6", "items 4-6/10"] {
            assert_eq!(taken(206, &range(other), b"efg"), Err(Class::Permanent), "{other}");
        }
        assert_eq!(taken(206, &[], b"efg"), Err(Class::Permanent));
        assert_eq!(taken(206, &range("bytes 4-6/10"), b"ef"), Err(Class::Retry { after_ms: None }));
        let encoded = [("content-range", "bytes 4-6/10"), ("content-encoding", "gzip")];
        assert_eq!(taken(206, &encoded, b"efg"), Err(Class::Permanent));
    }

    #[test]
    fn of_a_whole_content_only_the_start_is_taken() {
        assert_eq!(taken(200, &[("content-length", "10")], b"abcdefg"), Ok(b"efg".to_vec()));
        assert_eq!(taken(200, &[], b"abcde"), Err(Class::Retry { after_ms: None }));
        assert_eq!(taken(200, &[("content-length", "9")], b"abcdefg"), Err(Class::Permanent));
        let far = Stretch { offset: MAX_SKIPPED_BYTES + 1, length: 1, size: u64::MAX };
        let error = far.taken_from(&answer(200, &[], b"")).unwrap_err();
        assert_eq!((error.class, error.why.as_str()), (Class::Permanent, "the storage gives no parts of files"));
    }

    #[test]
    fn refusals_are_classified_by_what_helps() {
        for gone in [401, 403, 404, 410] {
            assert_eq!(taken(gone, &[], b""), Err(Class::Gone), "{gone}");
        }
        assert_eq!(taken(503, &[("retry-after", "7")], b""), Err(Class::Retry { after_ms: Some(7_000) }));
        assert_eq!(taken(429, &[], b""), Err(Class::Retry { after_ms: None }));
        assert_eq!(taken(416, &[], b""), Err(Class::Permanent));
        assert_eq!(taken(400, &[], b""), Err(Class::Permanent));
    }
}
