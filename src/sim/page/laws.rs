//! What the visitor changes about the world around a deployment: the policy of the repository, and the time.

use std::sync::{Arc, PoisonError};

use axum::Form;
use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::Show;
use super::acts::{done, refused};
use super::shell::buttons;
use crate::domain::time::{DAY_MS, HOUR_MS};
use crate::sim::script::rules;

/// The name of having no policy file.
pub(super) const BUILT_IN: &str = "built-in";

/// A policy that can be put in force.
struct Law {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    text: Option<&'static str>,
}

const LAWS: [Law; 2] = [
    Law {
        name: BUILT_IN,
        label: "One approval",
        hint: "No policy file: one approval by somebody with write access.",
        text: None,
    },
    Law {
        name: "two-gates",
        label: "Two gates",
        hint: "A review by the team acme/ml, then a sign-off by an admin where the risk is high. Reminders every two hours.",
        text: Some(rules::TWO_GATES),
    },
];

/// How far the clock can be pushed at once.
const PUSHES: [(&str, i64); 3] = [("+1 hour", HOUR_MS), ("+4 hours", 4 * HOUR_MS), ("+1 day", DAY_MS)];

pub(super) fn choice(show: &Show) -> Markup {
    let law = *show.law.lock().unwrap_or_else(PoisonError::into_inner);
    let laws = html! {
        @for one in &LAWS {
            button type="button" data-law=(one.name) title=(one.hint) aria-pressed=(one.name == law) { (one.label) }
        }
    };
    let pushes = html! {
        @for (label, ms) in PUSHES {
            button type="button" data-push=(ms) title="Reminders, windows, freezes and deadlines fall due" { (label) }
        }
    };
    html! {
        div.laws {
            (buttons("laws-label", "Policy for the next one", &laws))
            (buttons("clock-label", "Let time pass", &pushes))
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Enact {
    law: String,
}

pub(super) async fn enact(State(show): State<Arc<Show>>, Form(enact): Form<Enact>) -> Response {
    let Some(law) = LAWS.iter().find(|law| law.name == enact.law) else { return refused("there is no such policy") };
    let before = std::mem::replace(&mut *show.law.lock().unwrap_or_else(PoisonError::into_inner), law.name);
    if before != law.name {
        show.world.github.edit(|state| state.set_policy(show.world.sample.repository, law.text));
    }
    done()
}

#[derive(Debug, Deserialize)]
pub(super) struct Push {
    ms: i64,
}

/// The clock goes forward only, and not for ever.
pub(super) async fn push(State(show): State<Arc<Show>>, Form(push): Form<Push>) -> Response {
    if !PUSHES.iter().any(|(_, ms)| *ms == push.ms) {
        return refused("the clock cannot be pushed by that much");
    }
    show.world.clock.advance(push.ms);
    done()
}
