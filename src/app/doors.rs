//! The four doors: how each vendor's deliveries are recognised, and the one intake behind them.

use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use axum::http::HeaderMap;

use crate::config::ServeSettings;
use crate::domain::{Digest, Request};
use crate::engine::Engine;
use crate::engine::receive::{self, Delivery, Provenance, Source};
use crate::github::{Rejection, WebhookSecrets};
use crate::ports::chat::ChatSignal;
use crate::ports::{Chat, Clock};
use crate::slack::{self, ROUTES, SigningSecrets};
use crate::store::{Store, StoreError};
use crate::web::{Arrival, Door, Intake, IntakeError, Refusal, Taken};

/// GitHub waits ten seconds, Slack three: what could not be stored well before that is said to be busy (P19).
const FORGE_PATIENCE: Duration = Duration::from_secs(8);
pub(super) const CHAT_PATIENCE: Duration = Duration::from_millis(2_500);

/// Where GitHub's webhooks come in; `app-manifest.json` carries the same path.
pub const GITHUB_WEBHOOKS: &str = "/github/webhooks";

/// Where Slack's requests come in; `slack-manifest.json` carries the same paths.
pub const SLACK: slack::Routes = ROUTES;

pub fn all(settings: &ServeSettings, engine: &Engine) -> anyhow::Result<Vec<Door>> {
    let max = settings.limits.max_slack_body_bytes;
    let slack = |path, source| Door {
        path,
        source,
        max_body_bytes: max,
        answer_within: CHAT_PATIENCE,
        authenticate: from_slack(settings, source, engine),
    };
    let mut doors = vec![github(settings)?];
    // In Socket Mode there is nothing at Slack's addresses.
    if settings.slack.takes_http {
        doors.push(slack(ROUTES.interactions, Source::ChatInteraction));
        doors.push(slack(ROUTES.commands, Source::ChatCommand));
        doors.push(slack(ROUTES.events, Source::ChatEvent));
    }
    Ok(doors)
}

fn github(settings: &ServeSettings) -> anyhow::Result<Door> {
    let secrets = WebhookSecrets::new(settings.github.webhook_secrets.clone())
        .map_err(|why| anyhow!("github.webhook_secret: {why}"))?;
    Ok(Door {
        path: GITHUB_WEBHOOKS,
        source: Source::Forge,
        max_body_bytes: settings.limits.max_github_body_bytes,
        answer_within: FORGE_PATIENCE,
        authenticate: Box::new(move |headers, body| match secrets.verify(headers, body) {
            Ok(accepted) => Ok(Arrival::Store { id: Some(accepted.delivery_id), event: accepted.event }),
            Err(Rejection::Unauthorized) => Err(Refusal::Unauthorized),
            Err(Rejection::BadRequest { why }) => Err(Refusal::BadRequest(why.to_owned())),
        }),
    })
}

/// Authentic is what Slack signed; what cannot be read now cannot be read later, so its sender is told at once and nothing
/// is kept of it.
fn from_slack(settings: &ServeSettings, source: Source, engine: &Engine) -> crate::web::Authenticate {
    let secrets = SigningSecrets::new(settings.slack.signing_secrets.iter().cloned());
    let (clock, chat) = (engine.clock.clone(), Arc::clone(&engine.workspace.chat));
    Box::new(move |headers: &HeaderMap, body: &[u8]| {
        secrets.verify(headers, body, clock.now()).map_err(|_| Refusal::Unauthorized)?;
        let text = std::str::from_utf8(body).map_err(|_| Refusal::BadRequest("the body is not UTF-8".to_owned()))?;
        if let Some(challenge) = (source == Source::ChatEvent).then(|| slack::challenge(text)).flatten() {
            return Ok(Arrival::Answer(serde_json::json!({ "challenge": challenge })));
        }
        let arrived = arrived(source, text, &clock);
        chat.interpret(&arrived).map_err(Refusal::BadRequest)?;
        Ok(Arrival::Store { id: Some(arrived.id), event: arrived.event })
    })
}

fn arrived(source: Source, text: &str, clock: &Clock) -> Delivery {
    Delivery {
        source,
        id: slack::delivery_id(source, text),
        event: source.word().to_owned(),
        body: text.to_owned(),
        body_digest: Digest::of(text.as_bytes()),
        received_at: clock.now(),
        provenance: Provenance::Signed,
    }
}

/// Stores a delivery, and says what its acknowledgement must carry.
pub fn intake(engine: &Engine) -> Intake {
    let (store, chat) = (engine.store.clone(), Arc::clone(&engine.workspace.chat));
    Arc::new(move |delivery| {
        let (store, chat) = (store.clone(), Arc::clone(&chat));
        Box::pin(async move { take(&store, chat.as_ref(), delivery).await })
    })
}

/// Stores a delivery, unless its acknowledgement says that its sender has to try again.
pub(super) async fn take(store: &Store, chat: &dyn Chat, delivery: Delivery) -> Result<Taken, IntakeError> {
    if let Some(reply) = acknowledgement(store, chat, &delivery).await? {
        // The view stays open with its errors: nothing was submitted yet.
        return Ok(Taken { duplicate: false, reply: Some(reply) });
    }
    store_only(store, delivery).await
}

/// Stores a delivery whose acknowledgement carries nothing.
pub(super) async fn store_only(store: &Store, delivery: Delivery) -> Result<Taken, IntakeError> {
    let arrival = receive::receive(store, delivery).await.map_err(refusal)?;
    Ok(Taken { duplicate: arrival != receive::Arrival::Stored, reply: None })
}

/// The errors of a submitted view can be told in its acknowledgement only.
async fn acknowledgement(
    store: &Store,
    chat: &dyn Chat,
    delivery: &Delivery,
) -> Result<Option<serde_json::Value>, IntakeError> {
    if delivery.source != Source::ChatInteraction || !delivery.body.contains("view_submission") {
        return Ok(None);
    }
    let request = match chat.interpret(delivery) {
        Ok(ChatSignal::Vote { value, .. } | ChatSignal::Act { value, .. }) => {
            match Request::read_button_value(&value) {
                Some((id, _)) => store.request(&id).await.map_err(refusal)?,
                None => None,
            }
        }
        Ok(_) | Err(_) => None,
    };
    Ok(slack::acknowledgement(delivery, request.as_ref()))
}

fn refusal(error: StoreError) -> IntakeError {
    IntakeError::Unavailable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every address in a manifest, as the path that has to be served.
    fn paths(manifest: &str) -> Vec<String> {
        let host = "https://countersign.example.com";
        let parts = manifest.split('"').filter_map(|part| part.strip_prefix(host));
        parts.filter(|path| !path.is_empty()).map(str::to_owned).collect()
    }

    #[test]
    fn the_manifests_and_the_doors_agree() {
        let github = [GITHUB_WEBHOOKS, crate::app::linking::CALLBACK];
        assert_eq!(paths(include_str!("../../app-manifest.json")), github);
        let mut slack = paths(include_str!("../../slack-manifest.json"));
        slack.sort();
        let mut served = [SLACK.commands, SLACK.events, SLACK.interactions];
        served.sort_unstable();
        assert_eq!(slack, served);
    }
}
