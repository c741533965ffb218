//! SIGKILL at random moments, over and over.

use std::time::Duration;

use countersign::domain::{Request, Timestamp};
use countersign::ports::Clock;
use countersign::sim::slack::sample::OCTO;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::books::{self, Database};
use super::load::Load;
use super::messages;
use super::program::{Program, Running};
use super::vendors::Vendors;

/// Looks at what is left, at most; the pauses between them are short.
const LOOKS: usize = 1_200;
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// One SIGKILL: sent after the first moment; the next life began at the second.
pub struct Kill {
    sent: Timestamp,
    reborn: Timestamp,
}

impl Kill {
    /// What was on the wire when the kill came is booked a moment later, and no new life is that quick to work.
    const ON_THE_WIRE_MS: i64 = 50;

    /// Whether the answer to something booked at `first` can have been lost, and it been done again at `second`.
    pub fn lies_between(&self, first: Timestamp, second: Timestamp) -> bool {
        first <= self.reborn.plus_millis(Self::ON_THE_WIRE_MS) && self.sent <= second
    }
}

/// P1, P3, P4, P5, P9. `COUNTERSIGN_TEST_CRASH_ROUNDS` kills, 40 if not set; `COUNTERSIGN_TEST_CRASH_SEED` repeats the choices.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_however_often_it_is_killed() {
    kill_and_compare(Vendors::start().await, 40).await;
}

/// The same over Socket Mode: killed between storing and acknowledging, a click comes again over the next connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_over_connections_that_die_with_it() {
    kill_and_compare(Vendors::start_in_socket_mode().await, 15).await;
}

async fn kill_and_compare(vendors: Vendors, rounds: usize) {
    let rounds: usize = number("COUNTERSIGN_TEST_CRASH_ROUNDS").map_or(rounds, |rounds| rounds.try_into().unwrap());
    let seed = number("COUNTERSIGN_TEST_CRASH_SEED").unwrap_or_else(rand::random);
    println!("crash test: seed {seed}, {rounds} rounds");
    let program = Program::install(&vendors);
    vendors.point_at(program.address);
    let (load, tasks) = Load::start(&vendors, seed);
    let mut rng = StdRng::seed_from_u64(seed);
    let mut kills = Vec::new();
    for _ in 0..rounds {
        kills.push(live_and_die(&program, &load, &mut rng).await);
    }
    let running = calm_down(&program, &vendors, &load, &mut rng).await;
    assert_eq!(running.terminate(Duration::from_secs(15)).await.code(), Some(0));
    load.stop();
    for task in tasks {
        task.await.expect("the load does not break");
    }
    let summary = check(&program, &vendors, &load, &kills).await;
    println!("crash test: {rounds} rounds, {} kills, {summary}", kills.len());
}

pub fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// One life; mostly under load, sometimes over before it has begun to serve. Returns how it ended.
async fn live_and_die(program: &Program, load: &Load, rng: &mut StdRng) -> Kill {
    let mut running = program.start();
    if rng.random_bool(0.15) {
        tokio::time::sleep(Duration::from_millis(rng.random_range(0..200))).await;
    } else {
        running.ready().await;
        load.set_up(true);
        tokio::time::sleep(Duration::from_millis(rng.random_range(150..700))).await;
    }
    let sent = Clock::System.now();
    running.kill().await;
    load.set_up(false);
    Kill { sent, reborn: Clock::System.now() }
}

/// Starts the program once more and leaves it alone: every open request is approved or its run cancelled, and all that
/// was begun comes to its end.
pub async fn calm_down(program: &Program, vendors: &Vendors, load: &Load, rng: &mut StdRng) -> Running {
    load.calm();
    let mut running = program.start();
    running.ready().await;
    load.set_up(true);
    let open: Vec<u64> =
        vendors.github.read(|state| state.runs.values().filter(|run| !run.is_over()).map(|run| run.id).collect());
    open.into_iter().filter(|_| rng.random_bool(0.2)).for_each(|run| load.cancel(run));
    let mut left = Vec::new();
    for _ in 0..LOOKS {
        for button in messages::open(&vendors.slack) {
            load.clicker.approve(OCTO, &button).await;
        }
        tokio::time::sleep(BETWEEN_LOOKS).await;
        left = books::unfinished(&program.database(), vendors, load).await;
        if left.is_empty() {
            return running;
        }
    }
    panic!("it does not come to rest:\n{}", left.join("\n"));
}

/// Compares all books, and says in a line what was compared.
pub async fn check(program: &Program, vendors: &Vendors, load: &Load, kills: &[Kill]) -> String {
    let database = Database::read(&program.database()).await;
    database.check_whole();
    let deliveries = database.check_deliveries(vendors);
    let clicks = database.check_presses(&load.clicker.presses());
    let copies = database.check_messages(vendors, kills);
    let (told, again) = database.check_decisions(vendors, &load.cancelled.lock().unwrap());
    check_by_command(program, &database).await;
    assert!(vendors.github.unexpected_calls().is_empty(), "{:?}", vendors.github.unexpected_calls());
    assert!(vendors.slack.unexpected_calls().is_empty(), "{:?}", vendors.slack.unexpected_calls());
    format!(
        "{} requests, {deliveries} asking deliveries and {clicks} clicks acknowledged, {told} decisions told, \
        {again} of them sent again, {copies} second copies",
        database.requests.len()
    )
}

/// The program's own commands see the same, and the record holds.
async fn check_by_command(program: &Program, database: &Database) {
    let listed = program.run(&["requests", "list", "--all", "--limit", "1000000", "--format", "json"], &[]).await;
    assert!(listed.status.success(), "{listed:?}");
    let listed: Vec<Request> = serde_json::from_slice(&listed.stdout).unwrap();
    assert_eq!(listed.len(), database.requests.len());
    let verified = program.run(&["audit", "verify"], &[]).await;
    assert_eq!(verified.status.code(), Some(0), "{verified:?}");
}
