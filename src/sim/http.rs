//! The smallest HTTP/1.1 client: one request over one loopback connection. The simulators deliver webhooks and clicks with it.

use std::io::{Error, ErrorKind};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

/// What the receiver answered. Header names are in lower case, in the order received.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of that name (any case).
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// The most of an answer that is read.
const ANSWER_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Posts `body` to a plain `http://` address. `Host`, `Content-Length` and `Connection` are added.
///
/// # Errors
/// `TimedOut` when the whole exchange takes longer than `timeout`; otherwise what the connection said. An answer that
/// ends early is an error, an answer of any status is not.
pub async fn post(
    url: &str,
    headers: &[(String, String)],
    body: &[u8],
    timeout: Duration,
) -> std::io::Result<Response> {
    request("POST", url, headers, body, timeout).await
}

/// As [`post`], with any method.
///
/// # Errors
/// As [`post`].
pub async fn request(
    method: &str,
    url: &str,
    headers: &[(String, String)],
    body: &[u8],
    timeout: Duration,
) -> std::io::Result<Response> {
    match tokio::time::timeout(timeout, exchange(method, url, headers, body)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Error::new(ErrorKind::TimedOut, "timed out")),
    }
}

async fn exchange(method: &str, url: &str, headers: &[(String, String)], body: &[u8]) -> std::io::Result<Response> {
    let url = Url::parse(url).map_err(|fault| Error::new(ErrorKind::InvalidInput, fault))?;
    let (host, port) = address(&url)?;
    let mut stream = TcpStream::connect((host.as_str(), port)).await?;
    let mut head = request_head(method, &url, headers)?;
    head.push_str(&format!("Host: {host}:{port}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len()));
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    stream.flush().await?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES_MAX).read_to_end(&mut answer).await?;
    parse(&answer)
}

fn address(url: &Url) -> std::io::Result<(String, u16)> {
    if url.scheme() != "http" {
        return Err(Error::new(ErrorKind::InvalidInput, "only http:// addresses can be posted to"));
    }
    let host = url.host_str().ok_or_else(|| Error::new(ErrorKind::InvalidInput, "the address has no host"))?;
    Ok((host.trim_matches(['[', ']']).to_owned(), url.port_or_known_default().unwrap_or(80)))
}

fn request_head(method: &str, url: &Url, headers: &[(String, String)]) -> std::io::Result<String> {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut head = format!("{method} {}{query} HTTP/1.1\r\n", url.path());
    for (name, value) in headers {
        if name.contains(['\r', '\n', ':']) || value.contains(['\r', '\n']) {
            return Err(Error::new(ErrorKind::InvalidInput, "a header cannot hold a line break"));
        }
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    Ok(head)
}

/// Reads a whole answer; interim answers (1xx) before it are skipped.
fn parse(answer: &[u8]) -> std::io::Result<Response> {
    let mut rest = answer;
    loop {
        let (head, body) = split_once(rest, b"\r\n\r\n").ok_or_else(ended_early)?;
        let head = String::from_utf8_lossy(head).into_owned();
        let mut response = parse_head(&head)?;
        if (100..200).contains(&response.status) {
            rest = body;
            continue;
        }
        response.body = whole_body(&response, body)?;
        return Ok(response);
    }
}

fn parse_head(head: &str) -> std::io::Result<Response> {
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let status = status.ok_or_else(|| Error::new(ErrorKind::InvalidData, "not an HTTP answer"))?;
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()));
    Ok(Response { status, headers: headers.collect(), body: Vec::new() })
}

fn whole_body(response: &Response, body: &[u8]) -> std::io::Result<Vec<u8>> {
    if response.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        return unchunk(body);
    }
    let Some(length) = response.header("content-length").and_then(|value| value.parse::<usize>().ok()) else {
        return Ok(body.to_vec());
    };
    body.get(..length).map(<[u8]>::to_vec).ok_or_else(ended_early)
}

fn unchunk(mut body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let (size, rest) = split_once(body, b"\r\n").ok_or_else(ended_early)?;
        let size = String::from_utf8_lossy(size).split(';').next().unwrap_or_default().trim().to_owned();
        let size = usize::from_str_radix(&size, 16).map_err(|fault| Error::new(ErrorKind::InvalidData, fault))?;
        if size == 0 {
            return Ok(whole);
        }
        whole.extend_from_slice(rest.get(..size).ok_or_else(ended_early)?);
        body = rest.get(size..).and_then(|rest| rest.strip_prefix(b"\r\n")).ok_or_else(ended_early)?;
    }
}

fn split_once<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(mark.len()).position(|window| window == mark)?;
    Some((bytes.get(..at)?, bytes.get(at + mark.len()..)?))
}

fn ended_early() -> Error {
    Error::new(ErrorKind::UnexpectedEof, "the answer ended early")
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    async fn answering(answer: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        #[expect(clippy::disallowed_methods, reason = "the receiver of a test runs beside it")]
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = vec![0; 4096];
            let read = stream.read(&mut request).await.unwrap();
            assert!(request[..read].starts_with(b"POST /hook?a=b HTTP/1.1\r\n"));
            stream.write_all(answer).await.unwrap();
        });
        format!("http://{address}/hook?a=b")
    }

    async fn post_to(url: &str) -> std::io::Result<Response> {
        let headers = [("X-Test".to_owned(), "yes".to_owned())];
        post(url, &headers, b"{}", Duration::from_secs(5)).await
    }

    #[tokio::test]
    async fn an_answer_with_a_length_is_read_whole() {
        let url = answering(b"HTTP/1.1 202 Accepted\r\nX-Seen: 1\r\nContent-Length: 2\r\n\r\nok").await;
        let response = post_to(&url).await.unwrap();
        assert_eq!((response.status, response.body.as_slice()), (202, b"ok".as_slice()));
        assert_eq!(response.header("X-SEEN"), Some("1"));
    }

    #[tokio::test]
    async fn chunks_are_joined() {
        let url =
            answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n").await;
        assert_eq!(post_to(&url).await.unwrap().body, b"abc");
    }

    #[tokio::test]
    async fn an_answer_cut_short_is_an_error() {
        let url = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").await;
        assert_eq!(post_to(&url).await.unwrap_err().kind(), ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn a_line_break_in_a_header_is_refused() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let headers = [("X-Test".to_owned(), "a\r\nb".to_owned())];
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let refused = post(&url, &headers, b"", Duration::from_secs(1)).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidInput);
    }

    #[tokio::test]
    async fn a_silent_receiver_times_out() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let outcome = post(&url, &[], b"", Duration::from_millis(50)).await;
        assert_eq!(outcome.unwrap_err().kind(), ErrorKind::TimedOut);
    }
}
