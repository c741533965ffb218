//! What follows from what happened: the only place where anything about a request is decided.
//!
//! Exhaustive over events and phases, and never fails: a late, repeated or forbidden event leaves a record and, if a
//! person waits, an answer.

mod asking;
mod deciding;
mod following;
mod glass;
mod policies;
mod settling;
mod taking_back;
#[cfg(test)]
pub(in crate::domain) mod tests;
mod timing;
mod voting;

pub use voting::{flags_to_tick, newer_to_mind};

use super::effect::{Due, Effect};
use super::event::Event;
use super::explain::explain;
use super::record::Record;
use super::request::{Ending, Phase, Request};
use super::thread::ThreadLine;
use super::time::{HOUR_MS, MINUTE_MS, SECOND_MS, Timestamp};
use super::whisper::Whisper;

/// What follows from one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The next version of the request; `None` only when there was none and the event opens none.
    pub request: Option<Request>,
    /// To be stored with the request, in this order.
    pub effects: Vec<Due>,
    /// At most one; empty only when `request` is `None`.
    pub records: Vec<Record>,
    /// What the person who waits is told, if one does.
    pub answer: Option<Whisper>,
}

/// How long the message waits for the evidence before it is posted without: people see it within two seconds, posting
/// included.
pub const MESSAGE_PATIENCE_MS: i64 = SECOND_MS + SECOND_MS / 2;
/// How long until it is told what is known of the evidence, where that is not whole: in time for the message.
pub const GLIMPSE_MS: i64 = SECOND_MS;
/// How long until what could not be gathered, or holds the request, is read again; what others still owe is looked for
/// less and less often, by the age of the request.
pub const REGATHER_MS: i64 = 5 * MINUTE_MS;

/// Takes `event`, which happened at `at`, into `request`.
pub fn transition(request: Option<Request>, event: &Event, at: Timestamp) -> Step {
    let Some(request) = request else {
        return match event {
            Event::Asked(ask) => asking::open(ask, event, at),
            _ => Step { request: None, effects: Vec::new(), records: Vec::new(), answer: None },
        };
    };
    let mut work = Work::on(request, event, at);
    match event {
        Event::Asked(ask) => asking::join(&mut work, ask),
        Event::Glimpsed(sketch) => asking::glimpsed(&mut work, sketch),
        Event::Gathered { evidence, policies, around } => asking::gathered(&mut work, evidence, policies, around),
        Event::GatherFailed { why } => asking::gather_failed(&mut work, why),
        Event::CheckAnswered { .. } => asking::check_answered(&mut work),
        Event::Voted(ballot) => voting::vote(&mut work, ballot),
        Event::DeadlineReached => deciding::deadline(&mut work),
        Event::MessagePosted { message, is_copy } => asking::message_posted(&mut work, message, *is_copy),
        Event::ChannelPassedOver { passed } => asking::passed_over(&mut work, passed),
        Event::ChannelMoved { from, to } => asking::channel_moved(&mut work, from, to),
        Event::Pictured { picture } => asking::pictured(&mut work, picture),
        Event::MessageLost { message } => asking::message_lost(&mut work, message),
        Event::Told(told) => deciding::told(&mut work, told),
        Event::DecisionHeld { why, needs_word } => deciding::held(&mut work, why, *needs_word),
        Event::Rechecked { fresh } => settling::rechecked(&mut work, fresh),
        Event::RecheckFailed { why } => settling::recheck_failed(&mut work, why),
        Event::LookAgain { voter } => taking_back::look_again(&mut work, voter),
        Event::VoteWithdrawn { voter } => taking_back::vote_withdrawn(&mut work, voter),
        Event::Withdrawn { voter, reason } => taking_back::withdrawn(&mut work, voter, reason.as_ref()),
        Event::Objected { voter, reason } => taking_back::objected(&mut work, voter, reason.as_ref()),
        Event::GlassBroken { voter, reason, seen, received } => {
            glass::broken(&mut work, voter, reason.as_ref(), seen, *received)
        }
        Event::ReviewClosed { voter, note } => glass::review_closed(&mut work, voter, note.as_ref()),
        Event::ReviewDue => glass::review_due(&mut work),
        Event::Superseded { by, commit } => timing::superseded(&mut work, by, commit),
        Event::FreezesChanged { freezes } => timing::freezes_changed(&mut work, freezes),
        Event::ReminderDue { round } => timing::reminder_due(&mut work, *round),
        Event::EscalationDue => timing::escalation_due(&mut work),
        Event::GaveUp { kind, why } => deciding::gave_up(&mut work, kind, why),
        Event::JobMoved(job) => following::job_moved(&mut work, job),
        Event::RunEnded { attempt, conclusion, by } => {
            following::run_ended(&mut work, *attempt, conclusion, by.as_deref())
        }
        Event::NewerAttempt { attempt } => following::newer_attempt(&mut work, *attempt),
        Event::LaterRun { .. } => following::later_run(&mut work),
        Event::ReadBack { standing, chain, round } => following::read_back(&mut work, standing, *chain, *round),
    }
    work.finish(event)
}

/// A transition under way.
struct Work {
    request: Request,
    at: Timestamp,
    effects: Vec<Due>,
    answer: Option<Whisper>,
    name: &'static str,
    was_undecided: bool,
}

impl Work {
    fn on(mut request: Request, event: &Event, at: Timestamp) -> Self {
        request.revision = request.revision.saturating_add(1);
        let was_undecided = request.is_undecided();
        Self { request, at, effects: Vec::new(), answer: None, name: event.name(), was_undecided }
    }

    fn now(&mut self, effect: Effect) {
        self.later(effect, 0);
    }

    fn later(&mut self, effect: Effect, after_ms: i64) {
        self.effects.push(Due { effect, at: self.at.plus_millis(after_ms) });
    }

    /// Gathers again after a while, unless that is due sooner already: whoever asks, there is one look at a time.
    fn gather_again(&mut self, after_ms: i64) {
        let due = self.at.plus_millis(after_ms);
        if self.request.gather_due.is_some_and(|set| set > self.at && set <= due) {
            return;
        }
        self.request.gather_due = Some(due);
        self.later(Effect::Gather, after_ms);
    }

    /// A step people should see: the message first, then its thread.
    fn show(&mut self, line: ThreadLine) {
        self.now(Effect::SyncMessage);
        self.now(Effect::Say(line));
    }

    /// Ends the request without a decision.
    fn end(&mut self, how: Ending) {
        self.name = match how {
            Ending::Bypassed { .. } => "request.bypassed",
            Ending::Cancelled { .. } => "request.cancelled",
            Ending::NewAttempt { .. } => "request.superseded_by_attempt",
            Ending::DecidedElsewhere { .. } | Ending::RunEnded { .. } | Ending::Gone => "request.ended",
        };
        let line = match how {
            Ending::NewAttempt { attempt } => ThreadLine::NewAttempt { attempt },
            ref how => ThreadLine::Ended { how: how.clone() },
        };
        self.request.phase = Phase::Ended { how, at: self.at };
        self.show(line);
    }

    /// Starts looking at the run anew; an older chain ends at its next look.
    fn start_watching(&mut self, after_ms: i64) {
        self.request.watch = self.request.watch.saturating_add(1);
        let chain = self.request.watch;
        self.later(Effect::Watch { chain, round: 0 }, after_ms);
    }

    fn finish(mut self, event: &Event) -> Step {
        // Once there is more than a sketch, or nothing more to come, nobody is shown one.
        if self.request.phase != Phase::Gathering {
            self.request.sketch = None;
        }
        let record = Record {
            at: self.at,
            request: self.request.id.clone(),
            name: self.name.to_owned(),
            event: event.clone(),
            answer: self.answer.clone(),
            phase: phase_word(&self.request).to_owned(),
            revision: self.request.revision,
            why: (self.was_undecided && self.request.decision().is_some()).then(|| explain(&self.request, self.at)),
        };
        Step { request: Some(self.request), effects: self.effects, records: vec![record], answer: self.answer }
    }
}

/// The phase in one word, as rows and records carry it.
pub fn phase_word(request: &Request) -> &'static str {
    match &request.phase {
        Phase::Gathering => "gathering",
        Phase::Held { .. } => "held",
        Phase::Open => "open",
        Phase::Decided(decision) => decision.verdict.word(),
        Phase::Ended { .. } => "ended",
    }
}

/// Milliseconds until a chain's next look: half a minute at first, doubling to an hour.
fn watch_pause_ms(round: u32) -> i64 {
    let doubled = (30 * SECOND_MS).saturating_mul(1_i64 << round.min(10));
    doubled.min(HOUR_MS)
}
