//! Which one-off answer addresses we post to: Slack's own, nobody else's.

use url::{Host, Url};

use super::settings::SlackSettings;

/// Where Slack's answer addresses live.
const SLACK_HOOKS: &str = "hooks.slack.com";
/// Where files are sent to.
const SLACK_FILES: &str = "files.slack.com";

/// Keeps requests from going where a payload points them (A: a forged `response_url` towards our own network).
#[derive(Debug, Clone)]
pub(super) struct ReplyAddresses {
    /// The simulator's own address, where plain `http` is allowed at all.
    also: Option<Url>,
}

impl ReplyAddresses {
    pub(super) fn new(settings: &SlackSettings) -> Self {
        Self { also: Url::parse(&settings.api_url).ok().filter(|_| settings.allow_http) }
    }

    /// The address, if it may be posted to.
    pub(super) fn allowed(&self, address: &str) -> Option<Url> {
        self.at(SLACK_HOOKS, address)
    }

    /// The address, if a file may be sent there.
    pub(super) fn allowed_for_files(&self, address: &str) -> Option<Url> {
        self.at(SLACK_FILES, address)
    }

    fn at(&self, host: &str, address: &str) -> Option<Url> {
        let url = Url::parse(address).ok()?;
        let has_no_user = url.username().is_empty() && url.password().is_none();
        let at_slack = url.scheme() == "https" && url.host() == Some(Host::Domain(host)) && url.port().is_none();
        let at_simulator = self.also.as_ref().is_some_and(|also| also.origin() == url.origin());
        (has_no_user && (at_slack || at_simulator)).then_some(url)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::sample;

    #[test]
    fn only_slacks_own_host_is_answered_in_production() {
        let addresses = ReplyAddresses::new(&sample::settings());
        assert!(addresses.allowed("https://hooks.slack.com/actions/T0ACME/1/zzz").is_some());
        for bad in [
            "http://hooks.slack.com/actions/1",
            "https://hooks.slack.com.evil.example/actions/1",
            "https://hooks.slack.com:8443/actions/1",
            "https://user@hooks.slack.com/actions/1",
            "http://169.254.169.254/latest/meta-data",
            "http://127.0.0.1:9/api/response/1",
            "file:///etc/passwd",
            "not a url",
        ] {
            assert!(addresses.allowed(bad).is_none() && addresses.allowed_for_files(bad).is_none(), "{bad}");
        }
        assert!(addresses.allowed_for_files("https://files.slack.com/upload/v1/abc").is_some());
        assert!(addresses.allowed_for_files("https://hooks.slack.com/upload/v1/abc").is_none());
    }

    #[test]
    fn the_simulators_own_address_is_answered_where_http_is_allowed() {
        let settings =
            SlackSettings { api_url: "http://127.0.0.1:9/api".into(), allow_http: true, ..sample::settings() };
        let addresses = ReplyAddresses::new(&settings);
        assert!(addresses.allowed("http://127.0.0.1:9/response/1").is_some());
        assert!(addresses.allowed("http://127.0.0.1:10/response/1").is_none());
    }
}
