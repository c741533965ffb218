//! People act: they press buttons, fill in modals, type commands. Each act sends what Slack would send and waits as
//! long as Slack would wait.

mod changes;
mod channels;
mod clicks;
mod consent;
mod deliveries;
mod home;
mod modals;
mod shortcuts;

use serde_json::{Map, Value};

use super::books::RecordedCall;
use super::hooks::Delivery;
use super::server::Simulator;
use super::state::{ResponseSource, ResponseUrl, State, Trigger};

pub use modals::{SubmitResult, Submitted};

/// What came of a click or command.
#[derive(Debug, Clone, PartialEq)]
pub struct Clicked {
    pub delivery: Delivery,
    /// The body of the acknowledgement.
    pub body: String,
    /// The ticket the app got for opening one view.
    pub trigger_id: Option<String>,
    /// The address the app got for answering.
    pub response_url: Option<String>,
}

impl Clicked {
    /// True when the app answered 200 within three seconds.
    pub fn acknowledged(&self) -> bool {
        self.delivery.is_acknowledged()
    }

    pub fn timed_out(&self) -> bool {
        self.delivery == Delivery::TimedOut
    }

    /// The HTTP status, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self.delivery {
            Delivery::Answered(status) => Some(status),
            _ => None,
        }
    }

    fn impossible(why: &str) -> Self {
        Self {
            delivery: Delivery::Impossible(why.to_owned()),
            body: String::new(),
            trigger_id: None,
            response_url: None,
        }
    }
}

/// Issues a trigger id for that person.
fn issue_trigger(simulator: &Simulator, state: &mut State, user: &str, from_view: Option<&str>) -> String {
    let now = simulator.clock.now();
    let id = format!("{}.{}.{}", now.as_millis(), state.next_number(), state.next_token(32));
    let trigger = Trigger { user: user.to_owned(), issued: now, used: false, from_view: from_view.map(str::to_owned) };
    state.triggers.insert(id.clone(), trigger);
    id
}

/// Issues a response address; `kind` is `actions` or `commands`.
fn issue_response_url(
    simulator: &Simulator,
    state: &mut State,
    kind: &str,
    user: &str,
    channel: &str,
    source: ResponseSource,
) -> String {
    let (number, secret) = (state.next_number(), state.next_token(24));
    let path = format!("/{kind}/{}/{number}/{secret}", state.team.id);
    let (user, channel, issued) = (user.to_owned(), channel.to_owned(), simulator.clock.now());
    state.response_urls.insert(path.clone(), ResponseUrl { user, channel, source, issued, uses: 0 });
    format!("{}{path}", simulator.base_url)
}

/// The form body of an interaction: one field, `payload`.
fn interaction_body(payload: Map<String, Value>) -> Vec<u8> {
    let payload = Value::Object(payload).to_string();
    url::form_urlencoded::Serializer::new(String::new()).append_pair("payload", &payload).finish().into_bytes()
}

const FORM: &str = "application/x-www-form-urlencoded";

impl Simulator {
    /// Sends an interaction to the app: signed, or over one of its connections.
    async fn interact(&self, payload: Map<String, Value>) -> (Delivery, Vec<u8>) {
        if self.state().socket_mode.is_on {
            let takes_reply = payload.get("type").and_then(Value::as_str) == Some("view_submission");
            return self.over_socket("interactive", Value::Object(payload), takes_reply).await;
        }
        let url = self.targets().interactions.clone();
        let secret = self.state().install.signing_secret.clone();
        let body = interaction_body(payload);
        super::hooks::deliver(url.as_deref(), &secret, self.clock.now(), FORM, &body, &[]).await
    }

    /// Notes an answer of the app that a correct program would not give.
    pub(super) fn complain(&self, state: &mut State, about: &str, arguments: Value, why: &str) {
        let (at, method, unexpected) = (self.clock.now(), about.to_owned(), Some(why.to_owned()));
        self.record(state, RecordedCall { at, method, arguments, status: 200, error: None, unexpected });
    }
}
