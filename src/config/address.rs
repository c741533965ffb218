//! Addresses of the vendors' interfaces: which are refused, and which web address belongs to one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// The metadata services of clouds, which hand out credentials to whoever asks from inside (A12).
const METADATA_NAMES: [&str; 3] = ["metadata.google.internal", "metadata.goog", "instance-data.ec2.internal"];
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// An address tokens may be sent to: https (http on loopback only), no credentials, query or fragment in it, no
/// metadata service. The result has no slash at its end. `Err` says what is wrong, without repeating credentials.
pub fn api_address(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text.trim()).map_err(|_| "is not a web address")?;
    let host = url.host().ok_or("has no host")?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user name or password");
    }
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&host) => {}
        "http" => return Err("must start with https:// (http only on loopback), or tokens would travel unencrypted"),
        _ => return Err("must start with https://"),
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must not have a query or fragment");
    }
    if is_forbidden(&host) {
        return Err("is the address of a metadata service or of no host, not of an API");
    }
    Ok(without_last_slash(url))
}

/// GitHub's web address for an API address: `https://api.github.com` belongs to `https://github.com`,
/// `https://HOST/api/v3` to `https://HOST`, `https://api.SUBDOMAIN.ghe.com` to `https://SUBDOMAIN.ghe.com`.
pub fn web_address(api: &Url) -> Url {
    let mut web = api.clone();
    if let Some(path) = api.path().trim_end_matches('/').strip_suffix("/api/v3") {
        web.set_path(path);
    } else if let Some(host) = api.host_str().and_then(|host| host.strip_prefix("api.")).map(str::to_owned) {
        // An `Err` would only mean a host that cannot be set; what was parsed once can.
        let _ = web.set_host(Some(&host));
        web.set_path("");
    }
    without_last_slash(web)
}

/// An address for people: http is allowed, they may be inside a company's network.
pub fn web_page_address(text: &str) -> Result<Url, &'static str> {
    let url = Url::parse(text.trim()).map_err(|_| "is not a web address")?;
    let right_scheme = matches!(url.scheme(), "https" | "http");
    let bare =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if right_scheme && bare && url.host().is_some() {
        Ok(without_last_slash(url))
    } else {
        Err("must be like https://host, without user name, query or fragment")
    }
}

fn without_last_slash(mut url: Url) -> Url {
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    url
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

fn is_forbidden(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => METADATA_NAMES.contains(&name.trim_end_matches('.')),
        Host::Ipv4(ip) => forbidden_v4(*ip),
        Host::Ipv6(ip) => match ip.to_canonical() {
            IpAddr::V4(ip) => forbidden_v4(ip),
            IpAddr::V6(ip) => {
                ip.is_unspecified() || ip.is_multicast() || ip.is_unicast_link_local() || ip == METADATA_V6
            }
        },
    }
}

fn forbidden_v4(ip: Ipv4Addr) -> bool {
    ip.is_link_local() || ip.is_unspecified() || ip.is_multicast() || ip.is_broadcast()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn web(api: &str) -> String {
        web_address(&api_address(api).unwrap()).to_string()
    }

    #[test]
    fn the_web_address_follows_from_the_api_address() {
        assert_eq!(web("https://api.github.com"), "https://github.com/");
        assert_eq!(web("https://ghe.acme.example/api/v3/"), "https://ghe.acme.example/");
        assert_eq!(web("https://api.acme.ghe.com"), "https://acme.ghe.com/");
        assert_eq!(web("http://127.0.0.1:4010/api/v3"), "http://127.0.0.1:4010/");
        assert_eq!(web("http://127.0.0.1:4010"), "http://127.0.0.1:4010/");
    }

    #[test]
    fn unencrypted_addresses_are_for_loopback_only() {
        assert!(api_address("http://ghe.example/api/v3").is_err());
        for loopback in ["http://127.0.0.1:9/", "http://localhost:9", "http://[::1]:9"] {
            assert!(api_address(loopback).is_ok(), "{loopback}");
        }
    }

    #[test]
    fn addresses_that_would_leak_tokens_are_refused() {
        let bad = [
            "https://169.254.169.254/",
            "https://[::ffff:169.254.169.254]/",
            "https://[fd00:ec2::254]/",
            "https://metadata.google.internal/",
            "https://0.0.0.0/",
            "https://u:p@ghe.example/api/v3",
            "https://api.github.com/?token=1",
            "ftp://api.github.com",
            "file:///etc/passwd",
            "api.github.com",
            "",
        ];
        for address in bad {
            assert!(api_address(address).is_err(), "{address}");
        }
    }
}
