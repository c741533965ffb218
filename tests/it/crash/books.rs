//! The books that are compared in the end: GitHub's, Slack's, and the program's own database.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use countersign::domain::{Phase, Request, Telling, Verdict};
use countersign::sim::github::DecisionPost;
use countersign::sim::slack::Message;
use countersign::sim::slack::sample::RELEASES;
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

use super::clicks::{Asked, Press};
use super::killing::Kill;
use super::load::{self, Load};
use super::messages;
use super::vendors::Vendors;

/// What the program's database holds.
pub struct Database {
    pub requests: BTreeMap<u64, Request>,
    /// Name and body of every row of the record.
    record: Vec<(String, Value)>,
    parked: Vec<String>,
    given_up: Vec<String>,
    integrity: String,
}

/// What is still to be done, in words; empty: all is quiet.
pub async fn unfinished(database: &Path, vendors: &Vendors, load: &Load) -> Vec<String> {
    let mut left = Vec::new();
    let runs = vendors.github.read(|state| state.runs.values().map(|run| (run.id, run.is_over())).collect::<Vec<_>>());
    for (run, _) in runs.iter().filter(|(_, over)| !over) {
        left.push(format!("run {run} is not over; decisions: {:?}", vendors.github.decisions(*run, "production")));
    }
    let queued = vendors.github.read(|state| state.queued.len());
    if queued + load.untaken() > 0 {
        left.push(format!("{queued} deliveries to be sent, {} to be sent again", load.untaken()));
    }
    let mut connection = open(database).await;
    for (what, sql) in [
        (
            "delivery",
            "SELECT source || ' ' || event || ': ' || COALESCE(last_error, '') FROM delivery WHERE done_ms IS NULL",
        ),
        (
            "effect",
            "SELECT kind || ' of ' || request || ': ' || COALESCE(last_error, '') FROM effect
            WHERE done_ms IS NULL AND kind NOT IN ('expire', 'watch')",
        ),
    ] {
        let rows: Vec<(String,)> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
        left.extend(rows.into_iter().map(|(row,)| format!("{what} {row}")));
    }
    let requests = requests(&mut connection).await;
    let open = requests.values().filter(|request| request.can_change());
    left.extend(open.map(|request| format!("request {} of run {}: {:?}", request.id, request.key.run, request.phase)));
    if requests.len() != runs.len() {
        left.push(format!("{} requests for {} runs", requests.len(), runs.len()));
    }
    connection.close().await.unwrap();
    left
}

async fn open(database: &Path) -> SqliteConnection {
    SqliteConnectOptions::new().filename(database).read_only(true).connect().await.unwrap()
}

async fn requests(connection: &mut SqliteConnection) -> BTreeMap<u64, Request> {
    let rows: Vec<(String,)> = sqlx::query_as("SELECT body FROM request").fetch_all(connection).await.unwrap();
    let requests = rows.iter().map(|(body,)| serde_json::from_str::<Request>(body).unwrap());
    let requests: Vec<(u64, Request)> = requests.map(|request| (request.key.run.get(), request)).collect();
    let count = requests.len();
    let by_run: BTreeMap<u64, Request> = requests.into_iter().collect();
    assert_eq!(by_run.len(), count, "P3: every run has one attempt and one environment, so one request");
    by_run
}

impl Database {
    pub async fn read(path: &Path) -> Self {
        let mut connection = open(path).await;
        let (integrity,): (String,) =
            sqlx::query_as("PRAGMA integrity_check").fetch_one(&mut connection).await.unwrap();
        let parked = "SELECT source || ' ' || COALESCE(last_error, '') FROM delivery WHERE parked = TRUE";
        // A run that was cancelled takes no status report.
        let given_up =
            "SELECT kind || ' ' || COALESCE(last_error, '') FROM effect WHERE failed = TRUE AND kind <> 'report'";
        let texts = |rows: Vec<(String,)>| rows.into_iter().map(|(row,)| row).collect::<Vec<_>>();
        let parked = texts(sqlx::query_as(parked).fetch_all(&mut connection).await.unwrap());
        let given_up = texts(sqlx::query_as(given_up).fetch_all(&mut connection).await.unwrap());
        let record: Vec<(String, String)> =
            sqlx::query_as("SELECT name, body FROM audit ORDER BY seq").fetch_all(&mut connection).await.unwrap();
        let record = record.into_iter().map(|(name, body)| (name, serde_json::from_str(&body).unwrap())).collect();
        let requests = requests(&mut connection).await;
        connection.close().await.unwrap();
        Self { requests, record, parked, given_up, integrity }
    }

    /// The file is whole, and nothing was put aside.
    pub fn check_whole(&self) {
        assert_eq!(self.integrity, "ok");
        assert!(self.parked.is_empty(), "deliveries were parked: {:?}", self.parked);
        assert!(self.given_up.is_empty(), "effects were given up: {:?}", self.given_up);
    }

    /// P1, GitHub: every delivery that was answered 2xx is in its request. Returns how many there were.
    pub fn check_deliveries(&self, vendors: &Vendors) -> usize {
        let taken = vendors.github.deliveries().into_iter().filter(load::is_taken);
        let asked: Vec<Value> = taken
            .filter(|delivery| delivery.event == "deployment_protection_rule")
            .map(|delivery| serde_json::from_slice(&delivery.body).unwrap())
            .collect();
        for body in &asked {
            let callback = body["deployment_callback_url"].as_str().unwrap();
            let run = callback.split("/runs/").nth(1).and_then(|rest| rest.split('/').next()).unwrap();
            let request = self.requests.get(&run.parse().unwrap());
            let request = request.unwrap_or_else(|| panic!("P1: run {run} asked, was told 2xx, and has no request"));
            let job = body["deployment"]["id"].as_u64().unwrap();
            assert!(request.jobs.keys().any(|known| known.get() == job), "P1: job {job} of run {run} was forgotten");
        }
        asked.len()
    }

    /// P1 and P3, Slack: every press that was acknowledged is in the record; none is there more often than it was made.
    /// Returns how many were acknowledged.
    pub fn check_presses(&self, presses: &[Press]) -> usize {
        let mut recorded: BTreeMap<(String, String, Asked), usize> = BTreeMap::new();
        for key in self.record.iter().filter_map(|(name, body)| recorded_press(name, body)) {
            *recorded.entry(key).or_default() += 1;
        }
        let mut made: BTreeMap<(String, String, Asked), (usize, usize)> = BTreeMap::new();
        for press in presses {
            // The record of an opened view names its request, not who looked.
            let user = if press.asked == Asked::View { String::new() } else { press.user.clone() };
            let (acknowledged, all) = made.entry((press.request.clone(), user, press.asked)).or_default();
            *acknowledged += usize::from(press.acknowledged);
            *all += 1;
        }
        for (key, (acknowledged, all)) in &made {
            let found = recorded.remove(key).unwrap_or_default();
            assert!(
                found >= *acknowledged,
                "P1: {acknowledged} presses {key:?} were acknowledged, {found} are recorded"
            );
            assert!(found <= *all, "P3: {all} presses {key:?} were made, {found} are recorded");
        }
        assert!(recorded.is_empty(), "recorded and never pressed: {recorded:?}");
        presses.iter().filter(|press| press.acknowledged).count()
    }

    /// P3, Slack: one message per request; a further copy only where a kill can have cost the answer to the one before,
    /// and it says so. Returns the number of copies.
    pub fn check_messages(&self, vendors: &Vendors, kills: &[Kill]) -> usize {
        let mut by_run: BTreeMap<u64, Vec<Message>> = BTreeMap::new();
        for message in vendors.slack.messages(RELEASES) {
            let run = messages::run_of(&message).expect("every message links to its run");
            by_run.entry(run).or_default().push(message);
        }
        for (run, request) in &self.requests {
            let seen = by_run.contains_key(run) || matches!(request.phase, Phase::Ended { .. });
            assert!(seen, "request {} has no message: {:?}", request.id, request.phase);
        }
        for (run, posts) in &by_run {
            assert!(self.requests.contains_key(run), "a message about run {run}, which has no request");
            for pair in posts.windows(2) {
                let between = (pair[0].versions[0].at, pair[1].versions[0].at);
                let explained = kills.iter().any(|kill| kill.lies_between(between.0, between.1));
                assert!(explained, "P3: run {run} has two messages, posted at {between:?} without a kill between");
                assert!(messages::is_marked_copy(&pair[1]), "the second message about run {run} is not marked");
            }
        }
        by_run.values().map(|posts| posts.len() - 1).sum()
    }

    /// P4 and P5: GitHub hears one verdict per run and environment, that of the request, and the request knows it.
    /// Returns how many runs heard one, and how often one was sent again.
    pub fn check_decisions(&self, vendors: &Vendors, cancelled: &BTreeSet<u64>) -> (usize, usize) {
        let (mut told, mut again) = (0, 0);
        for (run, request) in &self.requests {
            let posts = vendors.github.decisions(*run, "production");
            let states: BTreeSet<&str> = posts.iter().map(|post| post.state.as_str()).collect();
            assert!(states.len() <= 1, "P4: GitHub heard {states:?} for run {run}: {posts:?}");
            let heard = posts.iter().any(has_effect);
            told += usize::from(heard);
            again += posts.len().saturating_sub(1);
            check_telling(*run, request, states.first().copied(), heard, cancelled.contains(run));
        }
        (told, again)
    }
}

fn check_telling(run: u64, request: &Request, state: Option<&str>, heard: bool, cancelled: bool) {
    let Some(decision) = request.decision() else {
        assert!(state.is_none(), "P4: GitHub heard {state:?} for run {run}, which was never decided");
        assert!(cancelled, "run {run} was not cancelled, and its request ended undecided: {:?}", request.phase);
        return;
    };
    let verdict = if decision.verdict == Verdict::Approved { "approved" } else { "rejected" };
    assert!(state.is_none_or(|state| state == verdict), "P4: run {run} was {verdict}, GitHub heard {state:?}");
    match &decision.telling {
        Telling::Delivered { .. } => assert!(heard, "P5: run {run} counts as told, GitHub never heard it"),
        Telling::NotApplied { why } => {
            assert!(!heard, "P5: GitHub took the decision on run {run}, its request says it was not applied: {why:?}");
            assert!(cancelled, "run {run} was not cancelled, and its decision not applied: {why:?}");
        }
        Telling::Delivering | Telling::Failed { .. } => panic!("P5: run {run} hangs: {:?}", decision.telling),
    }
}

/// It opened or closed a gate, whatever the answer was.
fn has_effect(post: &DecisionPost) -> bool {
    !post.jobs.is_empty()
}

/// The request, the person (nobody for opened views) and what was asked, of a row that stands for a press.
fn recorded_press(name: &str, body: &Value) -> Option<(String, String, Asked)> {
    let request = body["request"].as_str()?.to_owned();
    let vote = &body["event"]["voted"];
    if let Some(user) = vote["voter"]["chat"]["user"].as_str() {
        let asked = if vote["choice"] == "approve" { Asked::Approve } else { Asked::Deny };
        return Some((request, user.to_owned(), asked));
    }
    let is_view = name == "view.deny" || (name == "vote.refused" && body.get("detail").is_some());
    is_view.then(|| (request, String::new(), Asked::View))
}
