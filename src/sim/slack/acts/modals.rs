//! Filling in modals, submitting them, closing them.
//!
//! Slack: [Modals](https://docs.slack.dev/surfaces/modals)

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::SlackSim;
use super::super::blocks;
use super::super::books::{ACK_METHOD, RecordedCall};
use super::super::elements::{self, Placed};
use super::super::hooks::Delivery;
use super::super::payloads;
use super::super::server::Simulator;
use super::super::state::{State, View};
use super::super::views::{self, STACK_MAX};
use super::{Clicked, issue_trigger};

/// What came of pressing a modal's submit button.
#[derive(Debug, Clone, PartialEq)]
pub struct Submitted {
    pub delivery: Delivery,
    pub result: SubmitResult,
    /// What the person reads under the inputs, by block id.
    pub errors: BTreeMap<String, String>,
    /// The body of the answer.
    pub body: String,
}

/// What the modal did next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmitResult {
    /// Slack itself refused (a required input is empty): the app heard nothing.
    NotSent,
    /// The app named errors; the view stays open.
    Errors,
    Closed,
    Updated,
    Pushed,
    /// All views were closed.
    Cleared,
    /// No usable answer in time: the person reads that there was trouble; the view stays open.
    Failed,
}

impl Submitted {
    fn not_sent(delivery: Delivery, errors: BTreeMap<String, String>) -> Self {
        Self { delivery, result: SubmitResult::NotSent, errors, body: String::new() }
    }
}

impl SlackSim {
    /// Fills in inputs (each named by its block id or action id) and presses the submit button of the top view.
    pub async fn submit(&self, user: &str, view_id: &str, values: &[(&str, &str)]) -> Submitted {
        let payload = {
            let mut state = self.simulator.state();
            match submission(&self.simulator, &mut state, user, view_id, values) {
                Ok(payload) => payload,
                Err(refused) => return refused,
            }
        };
        let (delivery, body) = self.simulator.interact(payload).await;
        let body = String::from_utf8_lossy(&body).into_owned();
        let mut state = self.simulator.state();
        let (result, errors) = apply_answer(&self.simulator, &mut state, view_id, &delivery, &body);
        if result == SubmitResult::Failed {
            state.notify(user, "We had some trouble connecting. Try again?", self.simulator.clock.now());
        }
        Submitted { delivery, result, errors, body }
    }

    /// Presses Cancel: this view closes, the one below shows again. The app hears of it if the view asked to.
    pub async fn close_view(&self, user: &str, view_id: &str) -> Option<Clicked> {
        let view = {
            let mut state = self.simulator.state();
            let view = state.view(view_id).filter(|view| view.user == user).cloned();
            views::close(&mut state, view_id);
            view
        };
        self.tell_closed(&view?, false).await
    }

    /// Presses the x: all views close. The app hears about the first one, as cleared.
    pub async fn dismiss_views(&self, user: &str) -> Option<Clicked> {
        let root = {
            let mut state = self.simulator.state();
            let root = state.stack(user).first().map(|root| (*root).clone());
            state.close_all_views(user);
            root
        };
        self.tell_closed(&root?, true).await
    }

    async fn tell_closed(&self, view: &View, is_cleared: bool) -> Option<Clicked> {
        if !view.notify_on_close() {
            return None;
        }
        let payload = {
            let state = self.simulator.state();
            let mut payload = payloads::interaction(&state, "view_closed", &view.user);
            payload.insert("view".into(), payloads::view(&state, view));
            payload.insert("is_cleared".into(), json!(is_cleared));
            payload
        };
        let (delivery, body) = self.simulator.interact(payload).await;
        let body = String::from_utf8_lossy(&body).into_owned();
        Some(Clicked { delivery, body, trigger_id: None, response_url: None })
    }
}

type Payload = serde_json::Map<String, Value>;

fn submission(
    simulator: &Simulator,
    state: &mut State,
    user: &str,
    view_id: &str,
    values: &[(&str, &str)],
) -> Result<Payload, Submitted> {
    let impossible = |why: &str| Submitted::not_sent(Delivery::Impossible(why.to_owned()), BTreeMap::new());
    let on_top = state.stack(user).last().is_some_and(|top| top.id == view_id);
    let Some(view) = state.view(view_id).filter(|_| on_top).cloned() else {
        return Err(impossible("the view is not on top of this person's screen"));
    };
    if view.label("submit").is_none() {
        return Err(impossible("the view has no submit button"));
    }
    fill(state, &view, values).map_err(|why| impossible(&why))?;
    let view = state.view(view_id).cloned().unwrap_or_default();
    let errors = missing_or_wrong(&view);
    if !errors.is_empty() {
        return Err(Submitted::not_sent(Delivery::Impossible("the inputs are not complete".into()), errors));
    }
    let trigger_id = issue_trigger(simulator, state, user, Some(view_id));
    let mut payload = payloads::interaction(state, "view_submission", user);
    payload.insert("trigger_id".into(), json!(trigger_id));
    payload.insert("view".into(), payloads::view(state, &view));
    payload.insert("response_urls".into(), json!([]));
    Ok(payload)
}

/// Types the values into the view; they stay there until it closes.
fn fill(state: &mut State, view: &View, values: &[(&str, &str)]) -> Result<(), String> {
    let placed = elements::interactive(view.blocks());
    for (name, value) in values {
        let target = placed.iter().find(|input| input.block_id == *name || input.action_id == *name);
        let target = target.ok_or_else(|| format!("the view has no input `{name}`"))?;
        let chosen = elements::chosen_state(target.element, Some(value));
        let chosen = chosen.ok_or_else(|| format!("nothing can be typed into `{name}`"))?;
        if let Some(open) = state.view_mut(&view.id) {
            open.values.entry(target.block_id.into()).or_default().insert(target.action_id.into(), chosen);
        }
    }
    Ok(())
}

/// What Slack's client checks before it sends anything.
fn missing_or_wrong(view: &View) -> BTreeMap<String, String> {
    let placed = elements::interactive(view.blocks());
    let inputs = placed.iter().filter(|placed| placed.is_input);
    inputs.filter_map(|input| Some((input.block_id.to_owned(), input_error(view, input)?))).collect()
}

fn input_error(view: &View, input: &Placed<'_>) -> Option<String> {
    let touched = view.values.get(input.block_id).and_then(|block| block.get(input.action_id)).cloned();
    let state = touched.or_else(|| elements::chosen_state(input.element, None))?;
    let Some(text) = elements::plain_choice(&state) else {
        return (!input.is_optional).then(|| "Please complete this required field.".to_owned());
    };
    let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    let bound = |name: &str| input.element.get(name).and_then(Value::as_u64);
    if let Some(least) = bound("min_length").filter(|least| length < *least) {
        return Some(format!("Please enter at least {least} characters."));
    }
    let most = bound("max_length").unwrap_or(3000);
    (length > most).then(|| format!("Please enter at most {most} characters."))
}

type Applied = (SubmitResult, BTreeMap<String, String>);

fn apply_answer(simulator: &Simulator, state: &mut State, view_id: &str, delivery: &Delivery, body: &str) -> Applied {
    if !delivery.is_acknowledged() {
        return (SubmitResult::Failed, BTreeMap::new());
    }
    if body.trim().is_empty() {
        views::close(state, view_id);
        return (SubmitResult::Closed, BTreeMap::new());
    }
    let answer: Value = serde_json::from_str(body).unwrap_or_default();
    let applied = apply_action(simulator, state, view_id, &answer);
    let (at, unexpected) = (simulator.clock.now(), applied.as_ref().err().cloned());
    let record =
        RecordedCall { at, method: ACK_METHOD.into(), arguments: answer, status: 200, error: None, unexpected };
    simulator.record(state, record);
    applied.unwrap_or((SubmitResult::Failed, BTreeMap::new()))
}

fn apply_action(simulator: &Simulator, state: &mut State, view_id: &str, answer: &Value) -> Result<Applied, String> {
    let user = state.view(view_id).map(|view| view.user.clone()).ok_or("the view was closed meanwhile")?;
    let now = simulator.clock.now();
    let result = match elements::text_of(answer, "response_action") {
        "clear" => {
            state.close_all_views(&user);
            SubmitResult::Cleared
        }
        "errors" => return keep_errors(state, view_id, answer),
        "update" => {
            views::replace(state, view_id, &modal_of(answer)?, now);
            SubmitResult::Updated
        }
        "push" if state.stack(&user).len() >= STACK_MAX => return Err("push_limit_reached".into()),
        "push" => {
            views::open(state, &user, Some(view_id), &modal_of(answer)?, now);
            SubmitResult::Pushed
        }
        other => return Err(format!("no such response_action: {other}")),
    };
    Ok((result, BTreeMap::new()))
}

fn modal_of(answer: &Value) -> Result<Value, String> {
    let view = answer.get("view").cloned().unwrap_or_default();
    blocks::check_view(&view).map_err(|refused| format!("{}: {:?}", refused.error, refused.findings))?;
    Ok(view)
}

/// Errors must name input blocks of the view, each with some words.
fn keep_errors(state: &mut State, view_id: &str, answer: &Value) -> Result<Applied, String> {
    let named = answer.get("errors").and_then(Value::as_object).ok_or("`errors` must map block ids to messages")?;
    let mut errors = BTreeMap::new();
    let Some(view) = state.view_mut(view_id) else { return Err("the view was closed meanwhile".into()) };
    for (block_id, message) in named {
        let known =
            elements::interactive(view.blocks()).iter().any(|input| input.is_input && input.block_id == block_id);
        let message = message.as_str().filter(|message| known && !message.is_empty());
        let message = message.ok_or_else(|| format!("no input block `{block_id}`, or no message for it"))?;
        errors.insert(block_id.clone(), message.to_owned());
    }
    if errors.is_empty() {
        return Err("`errors` must map block ids to messages".into());
    }
    view.errors = errors.clone();
    Ok((SubmitResult::Errors, errors))
}
