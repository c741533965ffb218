//! Where checks may be asked: hosts that the operator lists, at addresses that are not this network's own (P26).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// A host that may be asked, with its port: `checks.acme.example`, `10.0.0.7:8443`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHost {
    host: String,
    port: u16,
}

impl AllowedHost {
    /// `host` as addresses carry it: lower case, brackets around an IPv6 one.
    pub fn new(host: &str, port: u16) -> Self {
        Self { host: host.to_owned(), port }
    }

    pub fn is_of(&self, url: &Url) -> bool {
        url.host_str() == Some(self.host.as_str()) && url.port_or_known_default() == Some(self.port)
    }
}

/// An address, if it may be asked: https to a listed host; http only to this machine, and only where private addresses
/// are allowed.
///
/// # Errors
/// Says which setting is in the way.
pub fn checked(address: &str, hosts: &[AllowedHost], allow_private: bool) -> Result<Url, String> {
    let url = Url::parse(address).map_err(|_| "its address cannot be read".to_owned())?;
    let host = url.host().ok_or_else(|| "its address names no host".to_owned())?;
    if !hosts.iter().any(|allowed| allowed.is_of(&url)) {
        let shown = url.host_str().unwrap_or_default();
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        return Err(format!(
            "{shown}{port} is not among the hosts that this server asks (setting checks.http.allow_hosts)"
        ));
    }
    match url.scheme() {
        "https" => {}
        "http" if allow_private && is_this_machine(&host) => {}
        _ => return Err("its address must start with https://".to_owned()),
    }
    if let Some(ip) = literal(&host)
        && !may_be_called(ip, allow_private)
    {
        return Err(PRIVATE.to_owned());
    }
    Ok(url)
}

/// What is said of an address that is not asked.
pub const PRIVATE: &str =
    "its address is a private, local or reserved one (setting checks.http.allow_private allows private ones)";

/// Whether an address may be called, whatever name led to it. Link-local addresses, where clouds keep their metadata
/// services, and what is no host's address never may.
pub fn may_be_called(ip: IpAddr, allow_private: bool) -> bool {
    match embedded(ip) {
        IpAddr::V4(ip) => {
            let never = ip.is_link_local() || ip.is_unspecified() || ip.is_multicast() || ip.is_broadcast();
            !never && (allow_private || !is_private_v4(ip))
        }
        IpAddr::V6(ip) => {
            let never = ip.is_unspecified() || ip.is_multicast() || ip.is_unicast_link_local() || ip == METADATA_V6;
            !never && (allow_private || !is_private_v6(ip))
        }
    }
}

/// Amazon's metadata service stands in the middle of the private range.
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// The IPv4 address inside a mapped, translated (NAT64) or tunnelled (6to4) one: that is where it leads.
fn embedded(ip: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = ip else { return ip };
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let pair = |high: u16, low: u16| {
        let ([w, x], [y, z]) = (high.to_be_bytes(), low.to_be_bytes());
        IpAddr::V4(Ipv4Addr::new(w, x, y, z))
    };
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0xffff | 0) if v6 != Ipv6Addr::LOCALHOST && v6 != Ipv6Addr::UNSPECIFIED => pair(g, h),
        (0x64, 0xff9b, ..) => pair(g, h),
        (0x2002, ..) => pair(b, c),
        _ => ip,
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let benchmark = a == 198 && (b == 18 || b == 19);
    let special = (a == 192 && b == 0 && c == 0) || a == 0 || a >= 240;
    ip.is_private() || ip.is_loopback() || ip.is_documentation() || shared || benchmark || special
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    let documentation = first == 0x2001 && second == 0xdb8;
    let site_local = first & 0xffc0 == 0xfec0;
    ip.is_loopback() || ip.is_unique_local() || documentation || site_local
}

fn literal(host: &Host<&str>) -> Option<IpAddr> {
    match host {
        Host::Ipv4(ip) => Some(IpAddr::V4(*ip)),
        Host::Ipv6(ip) => Some(IpAddr::V6(*ip)),
        Host::Domain(_) => None,
    }
}

fn is_this_machine(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(names: &[&str]) -> Vec<AllowedHost> {
        let host = |name: &&str| match name.split_once(':') {
            Some((host, port)) => AllowedHost::new(host, port.parse().unwrap()),
            None => AllowedHost::new(name, 443),
        };
        names.iter().map(host).collect()
    }

    #[test]
    fn only_listed_hosts_and_ports_are_asked() {
        let listed = hosts(&["checks.acme.example", "other.acme.example:8443"]);
        let ok = |address: &str| checked(address, &listed, false).is_ok();
        assert!(ok("https://checks.acme.example/toxicity") && ok("https://other.acme.example:8443/"));
        for bad in [
            "https://checks.acme.example:8443/",
            "https://other.acme.example/",
            "https://evil.example/",
            "https://checks.acme.example.evil.example/",
            "https://evil.example/https://checks.acme.example/",
            "https://checks.acme.example@evil.example/",
            "http://checks.acme.example:443/",
            "ftp://checks.acme.example:443/",
        ] {
            assert!(!ok(bad), "{bad}");
        }
    }

    #[test]
    fn a_listed_private_address_is_asked_only_where_that_is_allowed() {
        let listed = hosts(&["10.0.0.7", "127.0.0.1:9", "localhost:9", "169.254.169.254"]);
        for address in ["https://10.0.0.7/", "https://127.0.0.1:9/", "http://127.0.0.1:9/"] {
            assert!(checked(address, &listed, false).is_err(), "{address}");
            assert!(checked(address, &listed, true).is_ok(), "{address}");
        }
        assert!(checked("http://localhost:9/", &listed, true).is_ok());
        assert!(checked("https://169.254.169.254/", &listed, true).is_err(), "never a metadata service");
    }

    #[test]
    fn addresses_that_lead_inside_are_known_in_every_dress() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let private = [
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "127.0.0.1",
            "100.64.0.1",
            "0.1.2.3",
            "192.0.0.8",
            "198.18.0.1",
            "240.0.0.1",
            "::1",
            "fd12::1",
            "fec0::1",
            "::ffff:10.1.2.3",
            "64:ff9b::a01:203",
            "2002:a01:203::1",
            "::127.0.0.1",
        ];
        for address in private {
            assert!(!may_be_called(ip(address), false), "{address}");
            assert!(may_be_called(ip(address), true), "{address}");
        }
        let never = [
            "169.254.169.254",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "fe80::1",
            "ff02::1",
            "fd00:ec2::254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
        ];
        for address in never {
            assert!(!may_be_called(ip(address), true), "{address}");
        }
        for address in ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"] {
            assert!(may_be_called(ip(address), false), "{address}");
        }
    }
}
