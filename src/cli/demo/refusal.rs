//! What the demo will not do: listen for other machines, or start beside real credentials (A27).

use std::ffi::OsString;
use std::net::SocketAddr;

/// Settings of a real server: whoever has them in the environment did not mean to start a demo.
const REAL: [&str; 4] = ["COUNTERSIGN_GITHUB__", "COUNTERSIGN_SLACK__", "COUNTERSIGN_DATABASE__", "COUNTERSIGN_CONFIG"];

/// # Errors
/// The sentence that names the first such variable.
pub(super) fn of_credentials(environment: impl Iterator<Item = (OsString, OsString)>) -> Result<(), String> {
    let names = environment.map(|(name, _)| name.to_string_lossy().into_owned());
    let mut real = names.filter(|name| REAL.iter().any(|prefix| name.starts_with(prefix)));
    match real.next() {
        Some(name) => Err(format!(
            "`{name}` is set: the demo takes no settings and no credentials, and reaches neither GitHub nor Slack; \
             unset it, or run `countersign serve`"
        )),
        None => Ok(()),
    }
}

/// # Errors
/// The sentence that says why not.
pub(super) fn of_address(listen: SocketAddr) -> Result<(), String> {
    if listen.ip().is_loopback() {
        return Ok(());
    }
    Err(format!(
        "the demo listens on this machine only: `--listen {listen}` is no loopback address, try 127.0.0.1:{}",
        listen.port()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_credentials_are_refused_by_name() {
        let with = |name: &str| of_credentials([(OsString::from(name), OsString::from("x"))].into_iter());
        assert!(with("COUNTERSIGN_SLACK__BOT_TOKEN_FILE").unwrap_err().contains("`COUNTERSIGN_SLACK__BOT_TOKEN_FILE`"));
        assert!(with("COUNTERSIGN_GITHUB__PRIVATE_KEY").is_err());
        assert!(with("COUNTERSIGN_CONFIG").is_err());
        assert!(with("COUNTERSIGN_TEST_SLACK_NDJSON").is_ok());
        assert!(with("PATH").is_ok());
    }

    #[test]
    fn only_loopback_addresses_are_taken() {
        for good in ["127.0.0.1:8080", "[::1]:0", "127.8.8.8:1"] {
            assert!(of_address(good.parse().unwrap()).is_ok(), "{good}");
        }
        for bad in ["0.0.0.0:8080", "[::]:8080", "192.0.2.7:80"] {
            assert!(of_address(bad.parse().unwrap()).is_err(), "{bad}");
        }
    }
}
