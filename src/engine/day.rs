//! The digest of the day: one message in each channel in which requests wait or were decided that day, and none elsewhere.
//!
//! It is sent once, whichever replica does it: who is first writes that down before sending. A digest whose answer was lost
//! is not sent again; one that was late by hours is not sent at all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Engine;
use super::lists::{self, Item};
use crate::domain::calendar::{Daily, Date};
use crate::domain::time::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::domain::{Phase, Request, Rollout, Timestamp};
use crate::ports::chat::{Day, Posting, Stake};
use crate::ports::{Class, PortError};
use crate::store::StoreError;

/// How late a digest may be: later, it is no digest of its day.
const GRACE_MS: i64 = 4 * HOUR_MS;
/// Pause after a chat that was unwell.
const AGAIN_MS: i64 = 5 * MINUTE_MS;
/// Requests looked at.
const MAX_TOUCHED: usize = 2_000;
const MAX_OPEN: usize = 500;
/// Entries of each kind in one digest; more are counted.
const MAX_ENTRIES: usize = 12;

/// When digests are sent, and which day is done with.
#[derive(Debug, Default)]
pub struct Days {
    at: Option<Daily>,
    held: Mutex<Held>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Held {
    done: Option<Date>,
    again: Option<Timestamp>,
}

impl Days {
    /// `at`: empty for no digests.
    pub fn new(at: Option<Daily>) -> Self {
        Self { at, held: Mutex::default() }
    }

    /// The day whose digest is due, and when it fell due.
    fn due(&self, now: Timestamp) -> Option<(Date, Timestamp)> {
        let held = self.held();
        let (day, at) = self.at.as_ref()?.last(now)?;
        let is_over = held.done == Some(day) || now.millis_since(at) >= GRACE_MS;
        (!is_over && held.again.is_none_or(|again| again <= now)).then_some((day, at))
    }

    /// When one falls due next; `None` where none are sent.
    pub(super) fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        let daily = self.at.as_ref()?;
        if self.due(now).is_some() {
            return Some(now);
        }
        let again = self.held().again.filter(|again| *again > now);
        [again, daily.next(now)].into_iter().flatten().min()
    }

    fn is_done(&self, day: Date) {
        self.set(Held { done: Some(day), again: None });
    }

    fn try_again(&self, at: Timestamp) {
        let done = self.held().done;
        self.set(Held { done, again: Some(at) });
    }

    fn held(&self) -> Held {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, held: Held) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = held;
    }
}

/// Sends what is due. Returns how many messages were sent.
pub(super) async fn tell(engine: &Engine) -> Result<usize, StoreError> {
    let Some((day, at)) = engine.workspace.days.due(engine.clock.now()) else { return Ok(0) };
    let (date, mut sent, mut is_whole) = (day.to_string(), 0, true);
    for (channel, requests) in by_channel(engine, at).await? {
        match in_channel(engine, &channel, &date, requests, at).await? {
            Outcome::Sent => sent += 1,
            Outcome::Nothing => {}
            Outcome::Later => is_whole = false,
        }
    }
    if is_whole {
        engine.workspace.days.is_done(day);
    } else {
        engine.workspace.days.try_again(engine.clock.now().plus_millis(AGAIN_MS));
    }
    Ok(sent)
}

enum Outcome {
    Sent,
    /// It was sent already, or there is nobody to send it to.
    Nothing,
    Later,
}

/// The requests that wait at `at` or ended in the day before it, by the channel of their message.
async fn by_channel(engine: &Engine, at: Timestamp) -> Result<BTreeMap<String, Vec<Request>>, StoreError> {
    let mut found: BTreeMap<String, Vec<Request>> = BTreeMap::new();
    let mut add = |request: Request| {
        if let Some(message) = request.message.as_ref().filter(|_| engine.is_ours(&request)) {
            found.entry(message.channel.clone()).or_default().push(request);
        }
    };
    engine.store.open_requests(engine.narrowed(), MAX_OPEN).await?.into_iter().for_each(&mut add);
    let since = at.plus_millis(-DAY_MS);
    for id in engine.store.requests_touched_since(since, MAX_TOUCHED).await? {
        let request = engine.store.request(&id).await?;
        let is_news = |request: &Request| ended(request).is_some_and(|ended| since <= ended && ended < at);
        request.filter(is_news).into_iter().for_each(&mut add);
    }
    Ok(found)
}

/// When it went live, was denied, expired or ended otherwise.
fn ended(request: &Request) -> Option<Timestamp> {
    match &request.phase {
        Phase::Decided(decision) => Some(match &decision.rollout {
            Rollout::Live { at } | Rollout::Failed { at, .. } => *at,
            _ => decision.at,
        }),
        Phase::Ended { at, .. } => Some(*at),
        Phase::Gathering | Phase::Held { .. } | Phase::Open => None,
    }
}

async fn in_channel(
    engine: &Engine,
    channel: &str,
    date: &str,
    requests: Vec<Request>,
    at: Timestamp,
) -> Result<Outcome, StoreError> {
    if engine.workspace.pace.take(channel, engine.clock.now()).is_err() {
        return Ok(Outcome::Later);
    }
    if !take(engine, channel, date).await? {
        return Ok(Outcome::Nothing);
    }
    let (mut waiting, mut over): (Vec<Request>, Vec<Request>) = requests.into_iter().partition(Request::is_undecided);
    let shown = |all: usize| all.min(MAX_ENTRIES);
    let more = waiting.len() - shown(waiting.len()) + over.len() - shown(over.len());
    over.sort_by_key(|request| std::cmp::Reverse(ended(request)));
    waiting.truncate(MAX_ENTRIES);
    over.truncate(MAX_ENTRIES);
    let (waiting, over) = (items(engine, waiting).await?, items(engine, over).await?);
    let day = Day { date, waiting: lists::entries(&waiting, at), ended: lists::entries(&over, at), more };
    match engine.workspace.chat.post(channel, &engine.workspace.chat.draw_day(&day)).await {
        Ok(Posting::Posted(_)) => Ok(Outcome::Sent),
        Ok(Posting::Closed(why)) => {
            tracing::info!(channel, "no digest of the day for {channel}: {}", why.words());
            Ok(Outcome::Nothing)
        }
        Err(error) => unsent(engine, channel, date, &error).await,
    }
}

async fn items(engine: &Engine, requests: Vec<Request>) -> Result<Vec<Item>, StoreError> {
    let mut items = Vec::with_capacity(requests.len());
    for request in requests {
        items.push(Item::whole(engine, request, Stake::None).await?);
    }
    Ok(items)
}

/// What was surely not sent is sent later. Where nobody knows, once is better than twice.
async fn unsent(engine: &Engine, channel: &str, date: &str, error: &PortError) -> Result<Outcome, StoreError> {
    tracing::warn!(channel, error = %error, "the digest of the day was not sent to {channel}");
    let Class::Retry { after_ms } = error.class else { return Ok(Outcome::Nothing) };
    if let Some(told) = after_ms {
        engine.workspace.pace.hold(channel, engine.clock.now().plus_millis(told));
    }
    let job = Arc::new((engine.own(channel), date.to_owned()));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move { tx.give_day_back(&job.0, &job.1).await })
        })
        .await?;
    Ok(Outcome::Later)
}

async fn take(engine: &Engine, channel: &str, date: &str) -> Result<bool, StoreError> {
    let job = Arc::new((engine.own(channel), date.to_owned(), engine.clock.now()));
    engine
        .store
        .write(move |tx| {
            let job = Arc::clone(&job);
            Box::pin(async move { tx.take_day(&job.0, &job.1, job.2).await })
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn days() -> Days {
        Days::new(Daily::parse("17:30 UTC").ok())
    }

    #[test]
    fn a_day_falls_due_once_and_not_hours_late() {
        let days = days();
        let due = |text: &str| days.due(at(text)).map(|(day, _)| day.to_string());
        assert_eq!(due("2026-11-28T17:29:59Z"), None, "yesterday's is no digest any more");
        assert_eq!(due("2026-11-28T17:30:00Z").as_deref(), Some("2026-11-28"));
        assert_eq!(due("2026-11-28T21:29:59Z").as_deref(), Some("2026-11-28"));
        assert_eq!(due("2026-11-28T21:30:00Z"), None);
        days.is_done(days.due(at("2026-11-28T18:00:00Z")).unwrap().0);
        assert_eq!(due("2026-11-28T18:00:00Z"), None);
        assert_eq!(days.next_due(at("2026-11-28T18:00:00Z")), Some(at("2026-11-29T17:30:00Z")));
    }

    #[test]
    fn a_chat_that_was_unwell_is_tried_again_after_a_while() {
        let days = days();
        days.try_again(at("2026-11-28T17:35:00Z"));
        assert_eq!(days.due(at("2026-11-28T17:34:59Z")), None);
        assert_eq!(days.next_due(at("2026-11-28T17:34:59Z")), Some(at("2026-11-28T17:35:00Z")));
        assert!(days.due(at("2026-11-28T17:35:00Z")).is_some());
    }

    #[test]
    fn without_a_time_there_are_no_digests() {
        let days = Days::default();
        assert_eq!((days.due(at("2026-11-28T18:00:00Z")), days.next_due(at("2026-11-28T18:00:00Z"))), (None, None));
    }
}
