//! What people press: passed on to the simulated vendors, which send what the real ones would send.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::{Form, Json};
use serde::Deserialize;
use serde_json::json;

use crate::sim::github::Access;
use crate::sim::script::cast::Person;
use crate::sim::slack::sample::RELEASES;
use crate::sim::slack::{Clicked, Delivery, SlackSim, SubmitResult};

use super::Show;

/// Something pressed in the channel or in a modal.
#[derive(Debug, Deserialize)]
pub(super) struct Press {
    #[serde(rename = "as")]
    viewer: String,
    action_id: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    ts: String,
    #[serde(default)]
    view: String,
    /// A button's value.
    #[serde(default)]
    value: String,
    /// What was chosen in a menu.
    #[serde(default)]
    option: String,
}

pub(super) async fn press(State(show): State<Arc<Show>>, Form(press): Form<Press>) -> Response {
    let Some(person) = Person::by_login(&press.viewer) else { return refused("there is no such person") };
    answer(&clicked(&show.world.slack, person.slack_id(), &press).await.delivery)
}

async fn clicked(slack: &SlackSim, user: &str, press: &Press) -> Clicked {
    let Press { action_id, channel, ts, view, value, option, .. } = press;
    if !view.is_empty() && slack.home(user).is_some_and(|home| home.id == *view) {
        let chosen = [option, value].into_iter().find(|text| !text.is_empty()).map(String::as_str);
        return slack.click_at_home(user, action_id, chosen).await;
    }
    if !view.is_empty() {
        return match option.is_empty() {
            true => slack.click_in_view(user, view, action_id).await,
            false => slack.choose_in_view(user, view, action_id, option).await,
        };
    }
    if !option.is_empty() {
        return slack.click_option(user, channel, ts, action_id, option).await;
    }
    let now = if value.is_empty() {
        slack.click(user, channel, ts, action_id).await
    } else {
        slack.click_option(user, channel, ts, action_id, value).await
    };
    match now.delivery {
        // The message changed while the button was being pressed: a client sends what it showed.
        Delivery::Impossible(_) => slack.click_as_seen(user, channel, ts, action_id, value).await,
        _ => now,
    }
}

/// A modal's submit button. `fields` are the inputs by block id, as JSON.
#[derive(Debug, Deserialize)]
pub(super) struct Submit {
    #[serde(rename = "as")]
    viewer: String,
    view: String,
    fields: String,
}

pub(super) async fn submit(State(show): State<Arc<Show>>, Form(submit): Form<Submit>) -> Response {
    let Some(person) = Person::by_login(&submit.viewer) else { return refused("there is no such person") };
    let fields: std::collections::BTreeMap<String, String> = serde_json::from_str(&submit.fields).unwrap_or_default();
    let values: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let slack = &show.world.slack;
    let submitted = slack.submit(person.slack_id(), &submit.view, &values).await;
    if submitted.result == SubmitResult::NotSent && !submitted.errors.is_empty() {
        // Slack's own client shows these under the inputs.
        slack.edit(|state| {
            if let Some(view) = state.view_mut(&submit.view) {
                view.errors.clone_from(&submitted.errors);
            }
        });
        return done();
    }
    answer(&submitted.delivery)
}

/// A modal that is closed.
#[derive(Debug, Deserialize)]
pub(super) struct Close {
    #[serde(rename = "as")]
    viewer: String,
    #[serde(default)]
    view: String,
}

pub(super) async fn close(State(show): State<Arc<Show>>, Form(close): Form<Close>) -> Response {
    let Some(person) = Person::by_login(&close.viewer) else { return refused("there is no such person") };
    show.world.slack.close_view(person.slack_id(), &close.view).await;
    done()
}

pub(super) async fn dismiss(State(show): State<Arc<Show>>, Form(close): Form<Close>) -> Response {
    let Some(person) = Person::by_login(&close.viewer) else { return refused("there is no such person") };
    show.world.slack.dismiss_views(person.slack_id()).await;
    done()
}

pub(super) async fn open_home(State(show): State<Arc<Show>>, Form(close): Form<Close>) -> Response {
    let Some(person) = Person::by_login(&close.viewer) else { return refused("there is no such person") };
    answer(&show.world.slack.open_home(person.slack_id()).await.delivery)
}

/// A slash command, typed into the channel.
#[derive(Debug, Deserialize)]
pub(super) struct Command {
    #[serde(rename = "as")]
    viewer: String,
    #[serde(default)]
    text: String,
}

pub(super) async fn command(State(show): State<Arc<Show>>, Form(command): Form<Command>) -> Response {
    let Some(person) = Person::by_login(&command.viewer) else { return refused("there is no such person") };
    let slack = &show.world.slack;
    answer(&slack.command(person.slack_id(), RELEASES, "/countersign", &command.text).await.delivery)
}

/// A shortcut, called from anywhere or on a message.
#[derive(Debug, Deserialize)]
pub(super) struct Shortcut {
    #[serde(rename = "as")]
    viewer: String,
    shortcut: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    ts: String,
}

pub(super) async fn shortcut(State(show): State<Arc<Show>>, Form(called): Form<Shortcut>) -> Response {
    let Some(person) = Person::by_login(&called.viewer) else { return refused("there is no such person") };
    let (slack, user) = (&show.world.slack, person.slack_id());
    let clicked = match called.ts.is_empty() {
        true => slack.shortcut(user, &called.shortcut).await,
        false => slack.message_shortcut(user, &called.channel, &called.ts, &called.shortcut).await,
    };
    answer(&clicked.delivery)
}

/// One of the offered deployments.
#[derive(Debug, Deserialize)]
pub(super) struct Start {
    offer: String,
}

pub(super) async fn start(State(show): State<Arc<Show>>, Form(start): Form<Start>) -> Response {
    let Some(offer) = show.offers.iter().find(|offer| offer.name == start.offer) else {
        return refused("there is no such deployment");
    };
    let run = show.world.github.dispatch(offer.dispatch.clone());
    Json(json!({ "run": run })).into_response()
}

/// Something done to a run on its page.
#[derive(Debug, Deserialize)]
pub(super) struct RunAct {
    run: u64,
    act: String,
    #[serde(rename = "as")]
    viewer: String,
}

pub(super) async fn act_on_run(State(show): State<Arc<Show>>, Form(act): Form<RunAct>) -> Response {
    let github = &show.world.github;
    let least = if act.act == "bypass" { Access::Admin } else { Access::Write };
    if access(&show, &act.viewer).is_none_or(|access| access < least) {
        return refused(&format!(
            "GitHub lets only people with {} access do that: {} has not",
            least.role(),
            act.viewer
        ));
    }
    let taken = match act.act.as_str() {
        "rerun" => github.rerun(act.run, &act.viewer),
        "cancel" => github.cancel(act.run, &act.viewer),
        "bypass" => github.bypass(act.run, &act.viewer),
        _ => false,
    };
    if taken { done() } else { refused("GitHub does not offer that for this run now") }
}

/// What that person may do in the repository.
fn access(show: &Show, login: &str) -> Option<Access> {
    show.world.github.read(|state| {
        let account = state.account_by_login(login)?.id;
        state.repository(show.world.sample.repository).collaborators.get(&account).copied()
    })
}

fn answer(delivery: &Delivery) -> Response {
    match delivery {
        Delivery::Answered(200) | Delivery::Acknowledged => done(),
        Delivery::Impossible(why) => refused(why),
        Delivery::Answered(_) | Delivery::TimedOut | Delivery::Unreachable(_) => {
            refused("Countersign did not answer in time")
        }
    }
}

pub(super) fn done() -> Response {
    Json(json!({})).into_response()
}

pub(super) fn refused(why: &str) -> Response {
    (StatusCode::CONFLICT, Json(json!({ "error": why }))).into_response()
}
