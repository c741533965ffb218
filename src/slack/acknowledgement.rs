//! What Slack is told at once, in the answer to its own request.

use std::collections::HashMap;

use slack_morphism::prelude::{SlackViewSubmissionErrorsResponse, SlackViewSubmissionResponse};

use crate::domain::Request;
use crate::engine::receive::{Delivery, Source};

use super::modal::{DENY_CALLBACK, REASON_ACTION, REASON_BLOCK};
use super::payload::{Envelope, Interaction};
use super::preferences;

/// The body of the 200 that acknowledges `delivery`; `None` means an empty one.
///
/// A submitted view's errors can be told here only: a denial that needs a reason and has none keeps its view open. `request`
/// is the one the view was drawn for, as far as it is known.
///
/// Slack: [Modals, displaying errors](https://docs.slack.dev/surfaces/modals)
pub fn acknowledgement(delivery: &Delivery, request: Option<&Request>) -> Option<serde_json::Value> {
    if delivery.source != Source::ChatInteraction {
        return None;
    }
    let interaction = Interaction::read(&delivery.body).ok()?;
    if is_submission_of(&interaction, preferences::CALLBACK) {
        let (block, why) = preferences::read(&interaction).err()?;
        return Some(errors(block, &why));
    }
    let needs_reason = request?.policies().any(|policy| policy.deny.reason_required) && request?.is_undecided();
    let typed = interaction.typed(REASON_BLOCK, REASON_ACTION).unwrap_or_default();
    (is_denial(&interaction) && needs_reason && typed.trim().is_empty()).then(reason_missing)
}

/// The challenge of Slack's address check; the route sends it back as plain text.
///
/// Slack: [url_verification](https://docs.slack.dev/reference/events/url_verification)
pub fn challenge(body: &str) -> Option<String> {
    /// Longest challenge sent back; Slack's have 52 characters.
    const MAX_BYTES: usize = 1_024;
    let envelope = Envelope::read(body).ok()?;
    envelope.challenge.filter(|challenge| envelope.kind == "url_verification" && challenge.len() <= MAX_BYTES)
}

fn is_denial(interaction: &Interaction) -> bool {
    is_submission_of(interaction, DENY_CALLBACK)
}

fn is_submission_of(interaction: &Interaction, callback_id: &str) -> bool {
    let callback = interaction.view.as_ref().and_then(|view| view.callback_id.as_deref());
    interaction.kind == "view_submission" && callback == Some(callback_id)
}

fn reason_missing() -> serde_json::Value {
    errors(REASON_BLOCK, "The policy asks for a reason. Say in a sentence why this must not go live.")
}

fn errors(block: &str, words: &str) -> serde_json::Value {
    let errors = HashMap::from([(block.to_owned(), words.to_owned())]);
    let response = SlackViewSubmissionResponse::Errors(SlackViewSubmissionErrorsResponse::new(errors));
    serde_json::to_value(response).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slack::sample;

    #[test]
    fn a_denial_without_its_reason_keeps_the_view_open() {
        let mut request = sample::open_request();
        request.policy.as_mut().unwrap().own.deny.reason_required = true;
        let answer = acknowledgement(&sample::denial(&request, Some("  ")), Some(&request)).unwrap();
        assert_eq!(answer["response_action"], "errors");
        assert!(answer["errors"]["reason"].as_str().unwrap().contains("reason"));
        assert_eq!(acknowledgement(&sample::denial(&request, None), Some(&request)), Some(answer));
        assert_eq!(acknowledgement(&sample::denial(&request, Some("drift")), Some(&request)), None);
        assert_eq!(acknowledgement(&sample::denial(&request, None), None), None);
    }

    #[test]
    fn a_denial_may_do_without_a_reason_where_the_policy_does() {
        let request = sample::open_request();
        assert_eq!(acknowledgement(&sample::denial(&request, None), Some(&request)), None);
    }

    #[test]
    fn only_an_address_check_is_answered_with_its_challenge() {
        assert_eq!(challenge(r#"{"type":"url_verification","challenge":"abc"}"#).as_deref(), Some("abc"));
        assert_eq!(challenge(r#"{"type":"event_callback","challenge":"abc"}"#), None);
        assert_eq!(challenge("challenge=abc"), None);
    }
}
