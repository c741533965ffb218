//! `countersign policy simulate --replay`: a policy over everything that was decided, page by page.

use std::process::ExitCode;

use anyhow::Context as _;
use serde_json::{Value, json};

use super::case::Subject;
use super::rules::Rules;
use super::shown::{policies, unread};
use crate::artifact::text::visible;
use crate::cli::arguments::Format;
use crate::cli::failure::{Failure, NO};
use crate::cli::table::{self, Table};
use crate::cli::{database, runtime, settings};
use crate::domain::request::Basis;
use crate::domain::{Decision, Request, Verdict};
use crate::policy::simulate::{Simulated, Word, simulate};
use crate::store::{RequestFilter, Store};

/// Requests that are in memory at a time.
const PAGE: usize = 100;
/// Most differences that are listed; the others are counted.
const MAX_LISTED: usize = 1_000;

pub(super) fn run(rules: &Rules<'_>) -> Result<ExitCode, Failure> {
    let settings = settings::load(&rules.arguments.settings)?;
    let seen = runtime::block_on(async {
        let store = database::open(&settings.database.url).await?;
        let done = all(&store, rules).await;
        database::closing(store, done).await
    })?;
    seen.print(rules.arguments.format)?;
    let is_no = rules.arguments.fail_on_difference && seen.differ > 0;
    Ok(if is_no { ExitCode::from(NO) } else { ExitCode::SUCCESS })
}

/// What came of it.
#[derive(Default)]
struct Seen {
    /// Decisions of people, of a rule or of the clock, that were tried again.
    tried: usize,
    /// Requests that still wait, ended otherwise, or have no evidence.
    left_out: usize,
    differ: usize,
    listed: Vec<Difference>,
}

/// A decision that would have been another one.
struct Difference {
    request: Request,
    was: &'static str,
    would_be: &'static str,
    why: String,
}

async fn all(store: &Store, rules: &Rules<'_>) -> Result<Seen, Failure> {
    let mut seen = Seen::default();
    let mut filter = RequestFilter::default();
    loop {
        let page = store.list_requests(&filter, PAGE).await.context("cannot read the requests")?;
        let Some(last) = page.last() else { return Ok(seen) };
        filter.before = Some((last.opened_at, last.id.clone()));
        for request in page {
            if rules.arguments.since.is_some_and(|since| request.opened_at < since) {
                return Ok(seen);
            }
            if is_meant(rules, &request) {
                seen.take(store, rules, request).await?;
            }
        }
    }
}

fn is_meant(rules: &Rules<'_>, request: &Request) -> bool {
    let same = |wanted: &Option<String>, name: &str| wanted.as_ref().is_none_or(|one| one.eq_ignore_ascii_case(name));
    same(&rules.arguments.environment, request.environment.as_str())
        && same(&rules.arguments.repository, &request.repository.full_name())
}

/// The decision that a policy made: no emergency, nobody who took it back, no newer request.
fn decided(request: &Request) -> Option<&Decision> {
    let by_policy = |decision: &&Decision| {
        let by_people = matches!(decision.basis, Basis::Votes | Basis::Rule);
        by_people || decision.verdict == Verdict::Expired
    };
    request.decision().filter(by_policy)
}

impl Seen {
    async fn take(&mut self, store: &Store, rules: &Rules<'_>, request: Request) -> Result<(), Failure> {
        let Some(decision) = decided(&request) else {
            self.left_out += 1;
            return Ok(());
        };
        let (at, was) = (decision.at, decision.verdict);
        let Some(subject) = Subject::of_request(store, &request, rules.arguments, at).await? else {
            self.left_out += 1;
            return Ok(());
        };
        self.tried += 1;
        let found = rules.found(&subject)?;
        let words: Vec<Word> = subject.words(&rules.arguments.people);
        let simulated = simulate(&subject.case, &found, &words, at);
        if is_same(was, simulated.outcome()) {
            return Ok(());
        }
        self.differ += 1;
        if self.listed.len() < MAX_LISTED {
            let why = why(&simulated, unread(&subject, policies(&found)));
            let (was, would_be) = (was.word(), simulated.outcome());
            self.listed.push(Difference { request, was, would_be, why });
        }
        Ok(())
    }

    fn print(&self, format: Format) -> Result<(), Failure> {
        let rows = self.listed.iter().map(Difference::row).collect();
        let columns = &["request", "opened", "repository", "environment", "was", "would be", "why"];
        let counted = self.counted();
        if format == Format::Text {
            if !self.listed.is_empty() {
                table::print(format, &Table { columns, rows }, &Value::Null).context("cannot print")?;
            }
            return Ok(table::print_raw(&format!("{counted}\n")).context("cannot print")?);
        }
        let differences: Vec<Value> = self.listed.iter().map(Difference::json).collect();
        let (tried, left_out, differ) = (self.tried, self.left_out, self.differ);
        let document =
            json!({ "version": 1, "tried": tried, "left_out": left_out, "differ": differ, "differences": differences });
        Ok(table::print_raw(&format!("{document:#}\n")).context("cannot print")?)
    }

    fn counted(&self) -> String {
        let differ = match self.differ {
            0 => "none would differ".to_owned(),
            1 => "1 would differ".to_owned(),
            many => format!("{many} would differ"),
        };
        let listed = match self.differ - self.listed.len() {
            0 => String::new(),
            more => format!(", {more} of them not listed"),
        };
        format!(
            "{} decisions tried, {differ}{listed}; {} requests left out: still open, ended otherwise, or without evidence",
            self.tried, self.left_out
        )
    }
}

/// Whoever waits when the clock ran out would have waited under this policy, too.
fn is_same(was: Verdict, would_be: &str) -> bool {
    was.word() == would_be || (was == Verdict::Expired && matches!(would_be, "open" | "held"))
}

/// The first reason, and who of those who voted does not count.
fn why(simulated: &Simulated, unread: Option<String>) -> String {
    let refused = simulated.refused.first().map(|reason| reason.words.clone());
    let first = simulated.in_the_way().into_iter().next();
    let met = || "every gate is met".to_owned();
    let mut why = first.or_else(|| refused.clone()).unwrap_or_else(met);
    if let Some(refused) = refused.filter(|refused| *refused != why) {
        why = format!("{why}; {refused}");
    }
    match unread.filter(|_| simulated.outcome() == "open") {
        Some(unread) => format!("{why}; {unread}"),
        None => why,
    }
}

impl Difference {
    fn row(&self) -> Vec<String> {
        vec![
            self.request.id.to_string(),
            self.request.opened_at.to_rfc3339(),
            self.request.repository.full_name(),
            self.request.environment.to_string(),
            self.was.to_owned(),
            self.would_be.to_owned(),
            visible(&self.why),
        ]
    }

    fn json(&self) -> Value {
        json!({
            "request": self.request.id,
            "opened": self.request.opened_at.to_rfc3339(),
            "repository": self.request.repository.full_name(),
            "environment": self.request.environment,
            "was": self.was,
            "would_be": self.would_be,
            "why": self.why,
        })
    }
}
