//! Addresses of stored contents: which ones are called, and what is sent along.
//!
//! They come from the forge's own answer over TLS, so their host is not ours to choose: an enterprise server may well
//! keep its storage on a private network. What no storage has is refused all the same: plain http, credentials in the
//! address, and the machine's own or link-local addresses, where metadata services listen.

use std::net::IpAddr;

use url::{Host, Url};

/// Most headers that are sent along, and most bytes of them together.
const MAX_HEADERS: usize = 20;
const MAX_HEADER_BYTES: usize = 16 * 1024;

/// Headers that are ours to set, or that belong to one connection.
const OURS: [&str; 10] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "proxy-authorization",
    "range",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// The address, if it may be called. `on_this_machine`: the forge itself is a simulated one over http on this machine.
pub fn checked(address: &str, on_this_machine: bool) -> Result<Url, &'static str> {
    let url = Url::parse(address).map_err(|_| "its address cannot be read")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("its address holds credentials");
    }
    let host = url.host().ok_or("its address names no host")?;
    let is_local = is_of_this_machine(&host);
    match url.scheme() {
        "https" if !is_local => Ok(url),
        "http" | "https" if is_local && on_this_machine => Ok(url),
        "http" | "https" if is_local => Err("its address is on this machine"),
        _ => Err("its address is not an https one"),
    }
}

/// Loopback, link-local and unspecified ones, by name or by number.
fn is_of_this_machine(host: &Host<&str>) -> bool {
    let address = match host {
        Host::Domain(name) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            return name == "localhost" || name.ends_with(".localhost");
        }
        Host::Ipv4(address) => IpAddr::V4(*address),
        Host::Ipv6(address) => address.to_ipv4_mapped().map_or(IpAddr::V6(*address), IpAddr::V4),
    };
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_link_local() || address.is_unspecified(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unicast_link_local() || address.is_unspecified(),
    }
}

/// The headers to send along, without those that are ours.
pub fn headers(given: Vec<(String, String)>) -> Result<Vec<(String, String)>, &'static str> {
    let bytes =
        given.iter().fold(0_usize, |sum, (name, value)| sum.saturating_add(name.len()).saturating_add(value.len()));
    if given.len() > MAX_HEADERS || bytes > MAX_HEADER_BYTES {
        return Err("too much would have to be sent along");
    }
    let is_theirs = |(name, _): &(String, String)| !OURS.contains(&name.to_ascii_lowercase().as_str());
    Ok(given.into_iter().filter(is_theirs).collect())
}

/// Whether headers meant for one address may go to the other.
pub fn same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host() == other.host()
        && one.port_or_known_default() == other.port_or_known_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storage_is_called_over_https_only() {
        assert!(checked("https://media.acme.example/a?sig=1", false).is_ok());
        assert!(checked("https://10.0.0.7/a", false).is_ok(), "an enterprise server's own network");
        for bad in ["http://media.acme.example/a", "ftp://media.acme.example/a", "file:///etc/passwd", "media", ""] {
            assert!(checked(bad, false).is_err() && checked(bad, true).is_err(), "{bad}");
        }
        assert!(checked("https://user:pass@media.acme.example/a", false).is_err());
    }

    #[test]
    fn this_machine_is_called_only_by_a_world_that_lives_on_it() {
        let local = [
            "https://127.0.0.1/a",
            "https://localhost/a",
            "https://metadata.localhost./a",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/a",
            "https://[::ffff:127.0.0.1]/a",
            "https://[fe80::1]/a",
            "https://0.0.0.0/a",
            "http://127.0.0.1:9/a",
        ];
        for address in local {
            assert_eq!(checked(address, false), Err("its address is on this machine"), "{address}");
            assert!(checked(address, true).is_ok(), "{address}");
        }
    }

    #[test]
    fn headers_that_are_ours_are_left_out_and_too_many_refused() {
        let pair = |name: &str| (name.to_owned(), "x".to_owned());
        let kept = headers(vec![pair("Authorization"), pair("Range"), pair("HOST"), pair("x-ms-date")]).unwrap();
        assert_eq!(kept, [pair("Authorization"), pair("x-ms-date")]);
        assert!(headers(vec![pair("a"); 21]).is_err());
        assert!(headers(vec![("a".to_owned(), "x".repeat(MAX_HEADER_BYTES))]).is_err());
    }

    #[test]
    fn another_port_or_scheme_is_another_origin() {
        let url = |text: &str| Url::parse(text).unwrap();
        let one = url("https://media.acme.example/a");
        assert!(same_origin(&one, &url("https://media.acme.example:443/b")));
        for other in ["https://media.acme.example:8443/a", "http://media.acme.example/a", "https://acme.example/a"] {
            assert!(!same_origin(&one, &url(other)), "{other}");
        }
    }
}
