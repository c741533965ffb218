//! People who press buttons, and what they remember of it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign::sim::slack::sample::RELEASES;
use countersign::sim::slack::{Delivery, SlackSim};

use super::messages::Button;

/// What a press asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    Approve,
    /// The Deny button: opens the view that asks for a reason.
    View,
    /// The view, submitted.
    Deny,
}

#[derive(Debug, Clone)]
pub struct Press {
    pub user: String,
    pub request: String,
    pub asked: Asked,
    /// The program answered 200 in time: it must not be lost any more.
    pub acknowledged: bool,
}

/// Presses buttons, and keeps book of every press that left the client.
#[derive(Clone)]
pub struct Clicker {
    slack: SlackSim,
    book: Arc<Mutex<Vec<Press>>>,
}

impl Clicker {
    pub fn new(slack: SlackSim) -> Self {
        Self { slack, book: Arc::default() }
    }

    pub fn presses(&self) -> Vec<Press> {
        self.book.lock().unwrap().clone()
    }

    pub async fn approve(&self, user: &str, button: &Button) {
        let clicked = self.slack.click_as_seen(user, RELEASES, &button.ts, "approve", &button.value).await;
        self.note(user, button, Asked::Approve, &clicked.delivery);
    }

    /// Presses Deny and, if the view comes up, gives a reason.
    pub async fn deny(&self, user: &str, button: &Button) {
        let clicked = self.slack.click_as_seen(user, RELEASES, &button.ts, "deny", &button.value).await;
        self.note(user, button, Asked::View, &clicked.delivery);
        if !clicked.acknowledged() {
            return;
        }
        if let Some(view) = self.view_of(user, button).await {
            let submitted = self.slack.submit(user, &view, &[("reason", "not this one")]).await;
            self.note(user, button, Asked::Deny, &submitted.delivery);
        }
        // Whatever did not work out is taken off the screen, as people do.
        self.slack.edit(|state| state.close_all_views(user));
    }

    async fn view_of(&self, user: &str, button: &Button) -> Option<String> {
        for _ in 0..60 {
            let view = self.slack.views(user).pop().filter(|view| view.private_metadata() == button.value);
            if let Some(view) = view {
                return Some(view.id);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        None
    }

    fn note(&self, user: &str, button: &Button, asked: Asked, delivery: &Delivery) {
        if matches!(delivery, Delivery::Impossible(_)) {
            return;
        }
        let press = Press {
            user: user.to_owned(),
            request: button.request.clone(),
            asked,
            acknowledged: delivery.is_acknowledged(),
        };
        self.book.lock().unwrap().push(press);
    }
}
