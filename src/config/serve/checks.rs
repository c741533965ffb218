//! Checks of the settings about services that policies may ask.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};
use url::Url;

use crate::config::settings::HttpCheckSettings;

use super::{HttpCheckAccess, Problems};

const HOSTS: &str = "checks.http.allow_hosts";
const SECRET: &str = "checks.http.signing_secret";
const SECRET_PREFIX: &str = "whsec_";
/// Bytes of a secret, as Standard Webhooks recommends.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
const HTTPS_PORT: u16 = 443;

pub(super) fn http(checks: &HttpCheckSettings, problems: &mut Problems) -> HttpCheckAccess {
    let mut access = HttpCheckAccess { allow_private: checks.allow_private, ..HttpCheckAccess::default() };
    for text in &checks.allow_hosts {
        match host(text) {
            Some(host) => access.hosts.push(host),
            None => problems
                .wrong(HOSTS, &format!("has `{text}`, which is no host: write checks.acme.example or host:8443")),
        }
    }
    for text in &checks.signing_secret {
        match secret(text) {
            Ok(bytes) => access.secrets.push(bytes),
            Err(what) => problems.wrong(SECRET, what),
        }
    }
    if !access.hosts.is_empty() && checks.signing_secret.is_empty() {
        problems.missing(SECRET);
    }
    access
}

/// A host, or a host and a port.
fn host(text: &str) -> Option<(String, u16)> {
    let url = Url::parse(&format!("https://{}", text.trim())).ok()?;
    let no_more = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let nobody = url.username().is_empty() && url.password().is_none();
    (no_more && nobody).then_some((url.host_str()?.to_owned(), url.port().unwrap_or(HTTPS_PORT)))
}

/// The bytes of a secret.
fn secret(text: &SecretString) -> Result<SecretSlice<u8>, &'static str> {
    let encoded = text.expose_secret().trim().strip_prefix(SECRET_PREFIX);
    let encoded = encoded.ok_or("must start with whsec_, as in Standard Webhooks")?;
    let bytes = STANDARD.decode(encoded).map_err(|_| "must be base64 after whsec_")?;
    if SECRET_BYTES.contains(&bytes.len()) { Ok(bytes.into()) } else { Err("must have 24 to 64 bytes after whsec_") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(hosts: &[&str], secrets: &[String]) -> (HttpCheckAccess, Vec<String>) {
        let settings = HttpCheckSettings {
            allow_hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            signing_secret: secrets.iter().map(|secret| SecretString::from(secret.as_str())).collect(),
            allow_private: false,
        };
        let mut problems = Problems::default();
        let access = http(&settings, &mut problems);
        (access, problems.all.iter().map(ToString::to_string).collect())
    }

    fn good() -> String {
        format!("whsec_{}", STANDARD.encode([7; 32]))
    }

    #[test]
    fn hosts_have_a_port_and_secrets_are_bytes() {
        let (access, problems) = checked(&["Checks.acme.example", "10.0.0.7:8443"], &[good()]);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(access.hosts, [("checks.acme.example".to_owned(), 443), ("10.0.0.7".to_owned(), 8443)]);
        assert_eq!(access.secrets[0].expose_secret(), [7; 32]);
        assert!(checked(&[], &[]).1.is_empty(), "nobody needs to ask anybody");
    }

    #[test]
    fn what_is_no_host_and_no_secret_is_told_without_repeating_it() {
        for bad in ["", "https://a.example", "a.example/x", "user@a.example", "a.example?x"] {
            assert_eq!(checked(&[bad], &[good()]).1.len(), 1, "{bad}");
        }
        let short = format!("whsec_{}", STANDARD.encode([7; 23]));
        for bad in [&good()[6..], "whsec_%%%", &short] {
            let told = checked(&[], &[bad.to_owned()]).1;
            assert!(told.len() == 1 && !told[0].contains(bad), "{told:?}");
        }
        assert_eq!(checked(&["a.example"], &[]).1.len(), 1, "asking needs a secret");
    }
}
