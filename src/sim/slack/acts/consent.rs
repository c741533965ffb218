//! A person allows the app into the workspace, or does not.
//!
//! Slack: [Installing with OAuth](https://docs.slack.dev/authentication/installing-with-oauth)

use std::collections::HashMap;

use url::Url;

use super::super::SlackSim;
use super::super::state::Code;

impl SlackSim {
    /// Opens Slack's page at `address` as `user` and presses Allow, or Cancel. Gives where the browser goes next.
    ///
    /// # Errors
    /// What Slack's page says instead of asking.
    pub fn consent(&self, user: &str, address: &str, allows: bool) -> Result<String, String> {
        let url = Url::parse(address).map_err(|_| "not an address")?;
        let asked: HashMap<String, String> = url.query_pairs().into_owned().collect();
        let given = |name: &str| asked.get(name).cloned().unwrap_or_default();
        if !address.starts_with(&format!("{}/oauth/v2/authorize?", self.simulator.base_url)) {
            return Err("not Slack's page".to_owned());
        }
        let mut back = Url::parse(&given("redirect_uri")).map_err(|_| "bad_redirect_uri")?;
        self.edit(|state| {
            if given("client_id") != state.oauth.client_id {
                return Err("invalid_client_id".to_owned());
            }
            let wanted: Vec<String> = given("scope").split(',').map(str::to_owned).collect();
            if wanted.iter().any(String::is_empty) {
                return Err("no_scopes".to_owned());
            }
            let answer = if allows {
                let code = state.next_token(32);
                let (redirect, issued) = (given("redirect_uri"), self.simulator.clock.now());
                state.oauth.codes.insert(code.clone(), Code { user: user.to_owned(), redirect, issued });
                state.install.scopes = wanted;
                ("code", code)
            } else {
                ("error", "access_denied".to_owned())
            };
            back.query_pairs_mut().append_pair(answer.0, &answer.1).append_pair("state", &given("state"));
            Ok(back.to_string())
        })
    }
}
