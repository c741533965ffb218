//! Who looks, and at what.

use maud::{Markup, html};
use serde::Deserialize;

use crate::sim::github::WorkflowRun;
use crate::sim::script::cast::Person;

use super::Show;
use super::rooms::Room;

/// The part of an address that says who looks at which run.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Look {
    #[serde(rename = "as")]
    viewer: Option<String>,
    run: Option<u64>,
    #[serde(default)]
    room: Room,
}

impl Look {
    /// The person whose screen is shown; an approver unless said otherwise.
    pub(super) fn viewer(&self) -> Person {
        self.viewer.as_deref().and_then(Person::by_login).unwrap_or(Person::Octocat)
    }

    /// The run that is shown: the chosen one, else the newest.
    pub(super) fn run(&self, show: &Show) -> Option<WorkflowRun> {
        let chosen = self.run.and_then(|run| show.world.github.run(run));
        chosen.or_else(|| show.world.github.read(|state| state.runs.values().next_back().cloned()))
    }

    pub(super) const fn room(&self) -> Room {
        self.room
    }

    /// The same look, at another place of Slack.
    pub(super) fn at(&self, room: Room) -> String {
        Self { room, ..self.clone() }.address(self.viewer())
    }

    fn address(&self, person: Person) -> String {
        let run = self.run.map(|run| format!("&run={run}")).unwrap_or_default();
        let room = if self.room == Room::Channel { String::new() } else { format!("&room={}", self.room.word()) };
        format!("/?as={}{run}{room}", person.login())
    }
}

/// The switch between people.
pub(super) fn switch(look: &Look) -> Markup {
    html! {
        nav #people aria-label="You are" {
            span.label { "You are" }
            ul {
                @for person in Person::ALL {
                    li {
                        a href=(look.address(person)) data-as=(person.login()) aria-current=[(person == look.viewer()).then_some("true")] {
                            strong { (person.login()) } span { (person.part()) }
                        }
                    }
                }
            }
        }
    }
}
