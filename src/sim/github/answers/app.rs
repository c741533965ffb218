//! Apps, installations and deliveries as JSON.

use serde_json::{Map, Value, json};

use super::{node_id, wire_time, wire_time_or_null};
use crate::domain::Timestamp;
use crate::sim::github::state::State;
use crate::sim::github::state::deliveries::Delivery;
use crate::sim::github::state::installations::Installation;
use crate::sim::github::state::people::{AccountKind, GITHUB_ORGANIZATION};

const ACTIONS_APP: u64 = 15_368;
const REGISTERED: Timestamp = Timestamp::from_seconds(1_700_000_000);

impl State {
    /// The App behind workflows.
    pub(in crate::sim::github) fn actions_app(&self) -> Value {
        json!({
            "id": ACTIONS_APP,
            "client_id": "Iv1.05c79e9ad1f6bdfa",
            "slug": "github-actions",
            "node_id": node_id("A", ACTIONS_APP),
            "owner": self.simple_user(GITHUB_ORGANIZATION),
            "name": "GitHub Actions",
            "description": "Automate your workflow from idea to production",
            "external_url": "https://help.github.com/en/actions",
            "html_url": format!("{}/apps/github-actions", self.urls.web),
            "created_at": wire_time(REGISTERED),
            "updated_at": wire_time(REGISTERED),
            "permissions": { "actions": "write", "checks": "write", "contents": "write", "deployments": "write", "metadata": "read" },
            "events": ["workflow_dispatch", "workflow_run"],
        })
    }

    /// `integration`: our App, the answer of `GET /app`.
    pub(in crate::sim::github) fn our_app(&self) -> Value {
        let owner = self.installations.values().next().map_or(GITHUB_ORGANIZATION, |one| one.account);
        json!({
            "id": self.options.app_id,
            "slug": self.options.app_slug,
            "client_id": self.client_id(),
            "node_id": node_id("A", self.options.app_id),
            "owner": self.simple_user(owner),
            "name": self.options.app_name,
            "description": null,
            "external_url": "https://countersign.example",
            "html_url": format!("{}/apps/{}", self.urls.web, self.options.app_slug),
            "created_at": wire_time(REGISTERED),
            "updated_at": wire_time(REGISTERED),
            "permissions": self.options.permissions,
            "events": self.options.events,
            "installations_count": self.installations.len(),
        })
    }

    /// The App's client id, the recommended `iss` of its JWTs.
    pub(in crate::sim::github) fn client_id(&self) -> String {
        format!("Iv23li{:014}", self.options.app_id)
    }

    /// `installation`.
    pub(in crate::sim::github) fn installation_object(&self, installation: &Installation) -> Value {
        let kind = self.accounts.get(&installation.account).map(|account| account.kind);
        let organization = kind == Some(AccountKind::Organization);
        let login = self.accounts.get(&installation.account).map(|account| account.login.as_str()).unwrap_or_default();
        let api = format!("{}/app/installations/{}", self.urls.api, installation.id);
        let settings = if organization { format!("organizations/{login}/settings") } else { "settings".to_owned() };
        json!({
            "id": installation.id,
            "client_id": self.client_id(),
            "account": self.simple_user(installation.account),
            "repository_selection": "selected",
            "access_tokens_url": format!("{api}/access_tokens"),
            "repositories_url": format!("{}/installation/repositories", self.urls.api),
            "html_url": format!("{}/{settings}/installations/{}", self.urls.web, installation.id),
            "app_id": self.options.app_id,
            "app_slug": self.options.app_slug,
            "target_id": installation.account,
            "target_type": if organization { "Organization" } else { "User" },
            "permissions": installation.permissions,
            "events": self.options.events,
            "created_at": wire_time(installation.created_at),
            "updated_at": wire_time(installation.created_at),
            "single_file_name": null,
            "has_multiple_single_files": false,
            "single_file_paths": [],
            "suspended_by": installation.suspended_at.map(|_| self.simple_user(installation.account)),
            "suspended_at": wire_time_or_null(installation.suspended_at),
        })
    }

    /// `hook-delivery-item`.
    pub(in crate::sim::github) fn delivery_item(&self, delivery: &Delivery) -> Value {
        json!({
            "id": delivery.id,
            "guid": delivery.guid,
            "delivered_at": wire_time(delivery.delivered_at),
            "redelivery": delivery.redelivery,
            "duration": (delivery.duration.as_secs_f64() * 100.0).round() / 100.0,
            "status": delivery.status,
            "status_code": delivery.status_code,
            "event": delivery.event,
            "action": delivery.action,
            "installation_id": delivery.installation,
            "repository_id": delivery.repository,
            "throttled_at": null,
        })
    }

    /// `hook-delivery`: the payload is the whole event, re-serialised.
    pub(in crate::sim::github) fn delivery_detail(&self, delivery: &Delivery) -> Value {
        let mut object = self.delivery_item(delivery);
        let payload: Value = serde_json::from_slice(&delivery.body).unwrap_or(Value::Null);
        let answered = delivery.status_code != 0;
        let more = json!({
            "url": self.webhook_target.clone().unwrap_or_default(),
            "request": { "headers": headers(&delivery.request_headers), "payload": payload },
            "response": {
                "headers": if answered { headers(&delivery.response_headers) } else { Value::Null },
                "payload": answered.then_some(&delivery.response_body),
            },
        });
        super::extend(&mut object, more);
        object
    }
}

fn headers(headers: &[(String, String)]) -> Value {
    let pairs = headers.iter().map(|(name, value)| (name.clone(), Value::String(value.clone())));
    Value::Object(pairs.collect::<Map<_, _>>())
}
