//! Accounts as JSON.

use serde_json::{Value, json};

use super::{extend, node_id, wire_time};
use crate::domain::Timestamp;
use crate::sim::github::reply::percent_encoded;
use crate::sim::github::state::State;
use crate::sim::github::state::people::{Account, AccountKind};

/// The day every account and team of this world was opened.
pub(super) const OPENED: Timestamp = Timestamp::from_seconds(1_600_000_000);

impl State {
    /// `simple-user`; `null` for an account that is gone.
    pub(in crate::sim::github) fn simple_user(&self, id: u64) -> Value {
        self.accounts.get(&id).map_or(Value::Null, |account| self.user(account))
    }

    fn user(&self, account: &Account) -> Value {
        let login = percent_encoded(&account.login);
        let api = format!("{}/users/{login}", self.urls.api);
        let (html, kind) = match account.kind {
            AccountKind::User => (format!("{}/{login}", self.urls.web), "User"),
            AccountKind::Organization => (format!("{}/{login}", self.urls.web), "Organization"),
            AccountKind::Bot => (format!("{}/apps/{}", self.urls.web, account.login.trim_end_matches("[bot]")), "Bot"),
        };
        json!({
            "login": account.login,
            "id": account.id,
            "node_id": node_id("U", account.id),
            "avatar_url": format!("{}/avatars/u/{}?v=4", self.urls.web, account.id),
            "gravatar_id": "",
            "url": api,
            "html_url": html,
            "followers_url": format!("{api}/followers"),
            "following_url": format!("{api}/following{{/other_user}}"),
            "gists_url": format!("{api}/gists{{/gist_id}}"),
            "starred_url": format!("{api}/starred{{/owner}}{{/repo}}"),
            "subscriptions_url": format!("{api}/subscriptions"),
            "organizations_url": format!("{api}/orgs"),
            "repos_url": format!("{api}/repos"),
            "events_url": format!("{api}/events{{/privacy}}"),
            "received_events_url": format!("{api}/received_events"),
            "type": kind,
            "user_view_type": "public",
            "site_admin": account.site_admin,
        })
    }

    /// `public-user`, the answer of `GET /users/{login}`.
    pub(in crate::sim::github) fn public_user(&self, account: &Account) -> Value {
        let mut user = self.user(account);
        let more = json!({
            "name": account.name, "company": null, "blog": "", "location": null, "email": account.public_email, "hireable": null,
            "bio": null, "twitter_username": null, "public_repos": 0, "public_gists": 0, "followers": 0,
            "following": 0, "created_at": wire_time(OPENED), "updated_at": wire_time(OPENED),
        });
        extend(&mut user, more);
        user
    }

    /// The `organization` member of webhooks.
    pub(in crate::sim::github) fn organization(&self, account: &Account) -> Value {
        let api = format!("{}/orgs/{}", self.urls.api, account.login);
        json!({
            "login": account.login,
            "id": account.id,
            "node_id": node_id("O", account.id),
            "url": api,
            "repos_url": format!("{api}/repos"),
            "events_url": format!("{api}/events"),
            "hooks_url": format!("{api}/hooks"),
            "issues_url": format!("{api}/issues"),
            "members_url": format!("{api}/members{{/member}}"),
            "public_members_url": format!("{api}/public_members{{/member}}"),
            "avatar_url": format!("{}/avatars/u/{}?v=4", self.urls.web, account.id),
            "description": null,
        })
    }
}
