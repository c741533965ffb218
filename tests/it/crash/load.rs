//! The load: deployments, clicks and cancellations, for as long as it is let; and an operator who has GitHub send
//! again what was not taken.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign::sim::github::Delivery;
use countersign::sim::slack::sample::{ANA, OCTO};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::task::JoinHandle;

use super::clicks::Clicker;
use super::messages::{self, Button};
use super::vendors::Vendors;

/// Runs that wait at the same time, at most: the rest is dispatched as these end.
const WAITING_AT_MOST: usize = 20;

#[derive(Clone)]
pub struct Load {
    vendors: Vendors,
    pub clicker: Clicker,
    pub cancelled: Arc<Mutex<BTreeSet<u64>>>,
    /// People and workflows act.
    acting: Arc<AtomicBool>,
    /// GitHub sends; set until the very end.
    sending: Arc<AtomicBool>,
    /// The operator knows that the program runs.
    up: Arc<AtomicBool>,
    untaken: Arc<AtomicUsize>,
}

impl Load {
    /// Starts everybody. What they choose follows from the seed; when they get to it does not.
    pub fn start(vendors: &Vendors, seed: u64) -> (Self, Vec<JoinHandle<()>>) {
        let load = Self {
            vendors: vendors.clone(),
            clicker: Clicker::new(vendors.slack.clone()),
            cancelled: Arc::default(),
            acting: Arc::new(AtomicBool::new(true)),
            sending: Arc::new(AtomicBool::new(true)),
            up: Arc::default(),
            untaken: Arc::default(),
        };
        let rng = |part: u64| StdRng::seed_from_u64(seed.wrapping_add(part));
        let tasks = vec![
            tokio::spawn(load.clone().send()),
            tokio::spawn(load.clone().send_clicks_again()),
            tokio::spawn(load.clone().dispatch(rng(1))),
            tokio::spawn(load.clone().press(rng(2), OCTO, ANA)),
            tokio::spawn(load.clone().press(rng(3), ANA, OCTO)),
        ];
        (load, tasks)
    }

    /// No new deployments and clicks; GitHub goes on sending what there is.
    pub fn calm(&self) {
        self.acting.store(false, Ordering::Relaxed);
    }

    pub fn stop(&self) {
        self.calm();
        self.sending.store(false, Ordering::Relaxed);
    }

    pub fn set_up(&self, up: bool) {
        self.up.store(up, Ordering::Relaxed);
    }

    /// Deliveries that were sent and not taken yet.
    pub fn untaken(&self) -> usize {
        self.untaken.load(Ordering::Relaxed)
    }

    fn acts(&self) -> bool {
        self.acting.load(Ordering::Relaxed)
    }

    /// Lets GitHub work. A delivery that was not answered 2xx is sent again, by hand; one that was, never.
    async fn send(self) {
        let github = &self.vendors.github;
        let (mut seen, mut untaken) = (0, BTreeSet::new());
        while self.sending.load(Ordering::Relaxed) {
            github.step().await;
            let news = github.read(|state| {
                let news = state.deliveries.get(seen..).unwrap_or_default();
                news.iter().map(|delivery| (delivery.guid.clone(), is_taken(delivery))).collect::<Vec<_>>()
            });
            seen += news.len();
            for (guid, taken) in news {
                if taken {
                    untaken.remove(&guid)
                } else {
                    untaken.insert(guid)
                };
            }
            self.untaken.store(untaken.len() + self.vendors.unsent_clicks(), Ordering::Relaxed);
            if self.up.load(Ordering::Relaxed) {
                untaken.iter().for_each(|guid| assert!(github.redeliver(guid), "GitHub keeps it"));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Lets Slack send again what was not acknowledged: over HTTP it never does.
    async fn send_clicks_again(self) {
        while self.sending.load(Ordering::Relaxed) {
            self.vendors.slack.resend_envelopes().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Dispatches deployments, most of them matrices, and cancels one now and then.
    async fn dispatch(self, mut rng: StdRng) {
        let github = &self.vendors.github;
        while self.acts() {
            let waiting: Vec<u64> =
                github.read(|state| state.runs.values().filter(|run| !run.is_over()).map(|run| run.id).collect());
            if waiting.len() < WAITING_AT_MOST {
                github.dispatch(self.vendors.sample.matrix(if rng.random_bool(0.8) { 3 } else { 1 }));
            }
            if rng.random_bool(0.08)
                && let Some(run) = chosen(&mut rng, &waiting)
            {
                self.cancel(*run);
            }
            pause(&mut rng, 40, 150).await;
        }
    }

    pub fn cancel(&self, run: u64) {
        self.cancelled.lock().unwrap().insert(run);
        self.vendors.github.cancel(run, "mona");
    }

    /// Presses what people press: once, twice, against each other, and too late.
    async fn press(self, mut rng: StdRng, one: &'static str, other: &'static str) {
        while self.acts() {
            let open = messages::open(&self.vendors.slack);
            let ever = messages::ever_open(&self.vendors.slack);
            let late = rng.random_bool(0.1);
            let button = chosen(&mut rng, if late { &ever } else { &open });
            if let Some(button) = button {
                self.press_one(&mut rng, button, one, other).await;
            }
            pause(&mut rng, 5, 60).await;
        }
    }

    async fn press_one(&self, rng: &mut StdRng, button: &Button, one: &str, other: &str) {
        let clicker = &self.clicker;
        match rng.random_range(0..10) {
            0..=2 => clicker.approve(one, button).await,
            3..=4 => drop(tokio::join!(clicker.approve(one, button), clicker.approve(one, button))),
            5..=6 => clicker.deny(one, button).await,
            7 => drop(tokio::join!(clicker.approve(one, button), clicker.approve(other, button))),
            _ => drop(tokio::join!(clicker.deny(one, button), self.approve_soon(rng_pause(rng), other, button))),
        }
    }

    /// At about the time the other one submits the reason.
    async fn approve_soon(&self, after: Duration, user: &str, button: &Button) {
        tokio::time::sleep(after).await;
        self.clicker.approve(user, button).await;
    }
}

pub fn is_taken(delivery: &Delivery) -> bool {
    (200..300).contains(&delivery.status_code)
}

fn chosen<'a, T>(rng: &mut StdRng, all: &'a [T]) -> Option<&'a T> {
    (!all.is_empty()).then(|| &all[rng.random_range(0..all.len())])
}

fn rng_pause(rng: &mut StdRng) -> Duration {
    Duration::from_millis(rng.random_range(0..80))
}

async fn pause(rng: &mut StdRng, least_ms: u64, most_ms: u64) {
    tokio::time::sleep(Duration::from_millis(rng.random_range(least_ms..most_ms))).await;
}
