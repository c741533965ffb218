//! Slash commands and events.

use serde_json::{Map, Value, json};

use crate::domain::time::MINUTE_MS;

use super::super::SlackSim;
use super::super::blocks::{self, Surface};
use super::super::hooks::{self, Delivery};
use super::super::payloads;
use super::super::replies;
use super::super::state::{EventRetry, ResponseSource, State};
use super::{Clicked, FORM, issue_response_url, issue_trigger};

/// Waits before the three repetitions of an event that was not acknowledged.
const RETRY_WAITS_MS: [i64; 3] = [0, MINUTE_MS, 5 * MINUTE_MS];

impl SlackSim {
    /// Types a slash command into a channel, and shows the answer that comes with the acknowledgement.
    pub async fn command(&self, user: &str, channel: &str, command: &str, text: &str) -> Clicked {
        let (fields, trigger_id, response_url) = {
            let mut state = self.simulator.state();
            if let Err(why) = check_command(&state, user, channel) {
                return Clicked::impossible(why);
            }
            let trigger = issue_trigger(&self.simulator, &mut state, user, None);
            let source = ResponseSource::Command;
            let response = issue_response_url(&self.simulator, &mut state, "commands", user, channel, source);
            let mut fields = payloads::command(&state, user, channel, command, text);
            fields.extend([("response_url", response.clone()), ("trigger_id", trigger.clone())]);
            (fields, trigger, response)
        };
        let (delivery, answer) = self.send_command(fields).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        self.show_command_answer(user, channel, command, &delivery, &answer);
        Clicked { delivery, body: answer, trigger_id: Some(trigger_id), response_url: Some(response_url) }
    }

    async fn send_command(&self, fields: Vec<(&'static str, String)>) -> (Delivery, Vec<u8>) {
        if self.read(|state| state.socket_mode.is_on) {
            let payload = fields.into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
            return self.simulator.over_socket("slash_commands", Value::Object(payload), true).await;
        }
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let (url, secret) = (self.simulator.targets().commands.clone(), self.signing_secret());
        let now = self.simulator.clock.now();
        hooks::deliver(url.as_deref(), &secret, now, FORM, body.as_bytes(), &[]).await
    }

    /// Sends an event to the app (`event` is the inner object). If it is not acknowledged it is sent again at once; the
    /// later repetitions wait for [`Self::deliver_due_events`].
    pub async fn send_event(&self, event: Value) -> Clicked {
        let body = {
            let mut state = self.simulator.state();
            let event_id = format!("Ev0{}", state.next_token(9).to_uppercase());
            payloads::event(&state, event, &event_id, self.simulator.clock.now().as_seconds())
        };
        let first = self.deliver_event(&body, None).await;
        if !first.acknowledged() {
            self.retry_later(body, 0, &first.delivery);
            self.deliver_due_events().await;
        }
        first
    }

    /// Sends what is due again: after a minute and after five minutes, by the clock.
    pub async fn deliver_due_events(&self) {
        let now = self.simulator.clock.now();
        let due: Vec<EventRetry> =
            self.simulator.state().events_to_retry.extract_if(.., |retry| retry.due <= now).collect();
        for retry in due {
            let outcome = self.deliver_event(&retry.body, Some(&retry)).await;
            if !outcome.acknowledged() {
                self.retry_later(retry.body, retry.attempt, &outcome.delivery);
            }
        }
    }

    /// Checks the events address as Slack does when it is saved: the app must answer with the challenge.
    pub async fn verify_events_url(&self) -> bool {
        let challenge = self.simulator.state().next_token(40);
        let body =
            json!({ "token": "simulated-verification-token", "challenge": challenge, "type": "url_verification" });
        let answer = self.deliver_event(&body, None).await;
        let given: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let given = given.get("challenge").and_then(Value::as_str).unwrap_or(answer.body.trim());
        answer.acknowledged() && given == challenge
    }

    async fn deliver_event(&self, body: &Value, retry: Option<&EventRetry>) -> Clicked {
        if self.read(|state| state.socket_mode.is_on) {
            let (delivery, _) = self.simulator.over_socket("events_api", body.clone(), false).await;
            return Clicked { delivery, body: String::new(), trigger_id: None, response_url: None };
        }
        let url = self.simulator.targets().events.clone();
        let (secret, now) = (self.signing_secret(), self.simulator.clock.now());
        let headers = retry.map_or_else(Vec::new, |retry| {
            let number = ("X-Slack-Retry-Num".to_owned(), retry.attempt.to_string());
            vec![number, ("X-Slack-Retry-Reason".to_owned(), retry.reason.clone())]
        });
        let bytes = body.to_string().into_bytes();
        let (delivery, answer) =
            hooks::deliver(url.as_deref(), &secret, now, "application/json", &bytes, &headers).await;
        let body = String::from_utf8_lossy(&answer).into_owned();
        Clicked { delivery, body, trigger_id: None, response_url: None }
    }

    fn retry_later(&self, body: Value, attempts_done: u32, outcome: &Delivery) {
        let Some(wait_ms) = RETRY_WAITS_MS.get(usize::try_from(attempts_done).unwrap_or(usize::MAX)) else { return };
        let reason = match outcome {
            Delivery::TimedOut => "http_timeout",
            Delivery::Answered(_) => "http_error",
            _ => "connection_failed",
        };
        let (due, attempt) = (self.simulator.clock.now().plus_millis(*wait_ms), attempts_done.saturating_add(1));
        let retry = EventRetry { due, attempt, reason: reason.to_owned(), body };
        self.simulator.state().events_to_retry.push(retry);
    }

    fn show_command_answer(&self, user: &str, channel: &str, command: &str, delivery: &Delivery, answer: &str) {
        let now = self.simulator.clock.now();
        let mut state = self.simulator.state();
        if !delivery.is_acknowledged() {
            let error = if *delivery == Delivery::TimedOut { "operation_timeout" } else { "dispatch_failed" };
            return state.notify(user, &format!("{command} failed with the error \"{error}\""), now);
        }
        if answer.trim().is_empty() {
            return;
        }
        let message = match serde_json::from_str(answer) {
            Ok(Value::Object(message)) => message,
            _ => Map::from_iter([("text".to_owned(), json!(answer))]),
        };
        let checked = blocks::check_message(&message, Surface::ResponseUrl);
        if let Err(refused) = checked {
            let why = format!("{}: {:?}", refused.error, refused.findings);
            return self.simulator.complain(&mut state, "command answer", json!(message), &why);
        }
        replies::show(&mut state, user, channel, &message, now);
    }
}

/// Commands are for people of the workspace; nobody else can type them.
fn check_command(state: &State, user: &str, channel: &str) -> Result<(), &'static str> {
    let person = state.users.get(user).ok_or("there is no such user")?;
    if person.deleted || person.is_bot {
        return Err("the user is deactivated or a bot");
    }
    if !state.team.has(&person.team_id) {
        return Err("people of other companies cannot use slash commands");
    }
    if state.can_see(channel, user) { Ok(()) } else { Err("the user cannot see the channel") }
}
