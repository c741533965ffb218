//! What Slack is told at once, in the answer to its own request.

use std::collections::HashMap;

use slack_morphism::prelude::{SlackViewSubmissionErrorsResponse, SlackViewSubmissionResponse};

use crate::domain::Request;
use crate::engine::receive::{Delivery, Source};
use crate::ports::chat::Question;

use super::approval::Needs;
use super::modal::ask::{FLAGS_BLOCK, OLDER_BLOCK, REASON_ACTION, REASON_BLOCK, SURE_BLOCK};
use super::payload::{Envelope, Interaction};
use super::preferences;
use super::text::count;

/// The body of the 200 that acknowledges `delivery`; `None` means an empty one.
///
/// A submitted view's errors can be told here only: what lacks something keeps its view open, with all that was typed. `request`
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
        return Some(told(HashMap::from([(block.to_owned(), why)])));
    }
    let question = question(&interaction)?;
    let errors = errors(&interaction, question, request.filter(|request| is_open_to(request, question))?, delivery);
    (!errors.is_empty()).then(|| told(errors))
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

fn question(interaction: &Interaction) -> Option<Question> {
    let callback = interaction.view.as_ref().and_then(|view| view.callback_id.as_deref());
    callback.filter(|_| interaction.kind == "view_submission").and_then(Question::parse)
}

/// Whether what is missing matters: what comes too late is answered with why, not with what it lacks.
fn is_open_to(request: &Request, question: Question) -> bool {
    match question {
        Question::CloseReview => request.review.is_some(),
        _ => request.is_undecided(),
    }
}

/// What is missing, by the block it would be said in.
fn errors(
    interaction: &Interaction,
    question: Question,
    request: &Request,
    delivery: &Delivery,
) -> HashMap<String, String> {
    let typed = interaction.typed(REASON_BLOCK, REASON_ACTION).unwrap_or_default();
    let has_words = !typed.trim().is_empty();
    let mut errors = HashMap::new();
    let mut missing = |block: &str, words: &str| {
        errors.insert(block.to_owned(), words.to_owned());
    };
    match question {
        Question::Approve => return approval_errors(interaction, request, delivery, has_words),
        Question::Deny if request.policies().any(|policy| policy.deny.reason_required) && !has_words => {
            missing(REASON_BLOCK, "The policy asks for a reason. Say in a sentence why this must not go live.");
        }
        Question::Object if !has_words => missing(REASON_BLOCK, "Say in a sentence what speaks against it."),
        Question::RequestChanges if !has_words => missing(REASON_BLOCK, "Say in a sentence what has to change."),
        Question::BreakGlass => {
            if !has_words {
                missing(REASON_BLOCK, "Say in a sentence why this cannot wait.");
            }
            if interaction.ticked(SURE_BLOCK).is_empty() {
                missing(SURE_BLOCK, "Tick this if you are sure.");
            }
        }
        _ => {}
    }
    errors
}

fn approval_errors(
    interaction: &Interaction,
    request: &Request,
    delivery: &Delivery,
    has_words: bool,
) -> HashMap<String, String> {
    let needs = Needs::of(request, delivery.received_at);
    let mut errors = HashMap::new();
    if needs.comment && !has_words {
        errors.insert(REASON_BLOCK.to_owned(), "The policy asks for a comment. Say what you looked at.".to_owned());
    }
    let ticked = interaction.ticked(FLAGS_BLOCK);
    let unticked = needs.ticks.iter().filter(|flag| !ticked.contains(&flag.print.as_str())).count();
    let boxes = interaction.blocks(FLAGS_BLOCK);
    if unticked > 0 {
        // A view that was drawn before a flag had to be ticked has no box for it.
        let (block, words) = match boxes.first() {
            Some(block) => (
                *block,
                format!(
                    "{} not ticked. Approve only what you have looked at.",
                    count(unticked, "flag is", "flags are")
                ),
            ),
            None => (REASON_BLOCK, "Flags have to be ticked by now: close this, and press Approve again.".to_owned()),
        };
        errors.insert(block.to_owned(), words);
    }
    if needs.newer.is_some() && interaction.ticked(OLDER_BLOCK).is_empty() {
        let (block, words) = match interaction.blocks(OLDER_BLOCK).first() {
            Some(block) => (*block, "Tick this if you mean the older one."),
            None => (REASON_BLOCK, "A newer request is open by now: close this, and press Approve again."),
        };
        errors.entry(block.to_owned()).or_insert_with(|| words.to_owned());
    }
    errors
}

fn is_submission_of(interaction: &Interaction, callback_id: &str) -> bool {
    let callback = interaction.view.as_ref().and_then(|view| view.callback_id.as_deref());
    interaction.kind == "view_submission" && callback == Some(callback_id)
}

fn told(errors: HashMap<String, String>) -> serde_json::Value {
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

    /// The errors under each block.
    fn told(
        request: &Request,
        question: &str,
        reason: Option<&str>,
        ticks: &[(&str, &[&str])],
    ) -> Vec<(String, String)> {
        let answer = acknowledgement(&sample::submitted(request, question, reason, ticks), Some(request));
        let errors = answer.as_ref().and_then(|answer| answer["errors"].as_object()).cloned().unwrap_or_default();
        let mut told: Vec<(String, String)> =
            errors.into_iter().map(|(block, words)| (block, words.as_str().unwrap().to_owned())).collect();
        told.sort();
        told
    }

    fn blocks(told: &[(String, String)]) -> Vec<&str> {
        told.iter().map(|(block, _)| block.as_str()).collect()
    }

    #[test]
    fn an_approval_that_lacks_comment_ticks_or_second_word_is_told_each() {
        let case = sample::eight::eight().into_iter().find(|case| case.name == "contested").unwrap();
        let request = case.request;
        let prints: Vec<String> =
            crate::domain::flags_to_tick(&request, sample::OPENED).iter().map(|flag| flag.print.clone()).collect();
        assert_eq!(prints.len(), 2);
        let none: &[&str] = &[];
        let (all, one): (Vec<&str>, &[&str]) = (prints.iter().map(String::as_str).collect(), &[prints[0].as_str()]);
        let missing = told(&request, "approve", None, &[("flags0", none), ("older", none)]);
        assert_eq!(blocks(&missing), ["flags0", "older", "reason"]);
        let half = told(&request, "approve", Some("looked"), &[("flags0", one), ("older", &["yes"])]);
        assert_eq!(half, [("flags0".into(), "1 flag is not ticked. Approve only what you have looked at.".into())]);
        assert_eq!(told(&request, "approve", Some("looked"), &[("flags0", &all), ("older", &["yes"])]), []);
    }

    #[test]
    fn what_a_view_has_no_box_for_is_told_where_there_is_room() {
        let case = sample::eight::eight().into_iter().find(|case| case.name == "contested").unwrap();
        let told = told(&case.request, "approve", Some("looked"), &[]);
        assert_eq!(blocks(&told), ["reason"]);
        assert!(told[0].1.contains("press Approve again"), "{told:?}");
    }

    #[test]
    fn breaking_the_glass_takes_a_reason_and_a_second_word() {
        let request = sample::open_request();
        let none: &[&str] = &[];
        assert_eq!(blocks(&told(&request, "break_glass", None, &[("sure", none)])), ["reason", "sure"]);
        assert_eq!(told(&request, "break_glass", Some("checkout is down"), &[("sure", &["yes"])]), []);
        assert_eq!(blocks(&told(&request, "object", Some(" "), &[])), ["reason"]);
        assert_eq!(told(&request, "look_again", None, &[]), []);
    }

    #[test]
    fn what_comes_too_late_is_not_told_what_it_lacks() {
        let request = sample::decided(
            crate::domain::Verdict::Denied,
            crate::domain::Telling::Delivering,
            crate::domain::Rollout::NotStarted,
        );
        assert_eq!(told(&request, "break_glass", None, &[]), []);
    }

    #[test]
    fn only_an_address_check_is_answered_with_its_challenge() {
        assert_eq!(challenge(r#"{"type":"url_verification","challenge":"abc"}"#).as_deref(), Some("abc"));
        assert_eq!(challenge(r#"{"type":"event_callback","challenge":"abc"}"#), None);
        assert_eq!(challenge("challenge=abc"), None);
    }
}
