//! All connections together: how many there should be, when the next one is opened, and what is wrong when there is none.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::ports::{Class, PortError};

use super::connection::End;
use super::frame::Hello;

/// One of our connections, for as long as it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(u64);

impl std::fmt::Display for SocketId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    Open(SocketId),
    /// There is nothing to do before then.
    WaitUntil(Instant),
    /// There are enough.
    Nothing,
}

/// The first pause after a failure; each further one doubles it.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// After what no further try mends by itself: somebody has to change a setting, here or at Slack.
const HOPELESS_PAUSE: Duration = Duration::from_secs(300);
/// A connection that ended sooner has not worked.
const WORKED_AFTER: Duration = Duration::from_secs(10);
/// So long without a connection, and the server says that it does not work as it should.
const DEGRADED_AFTER: Duration = Duration::from_secs(30);

#[derive(Debug)]
enum Standing {
    Opening,
    Greeted {
        since: Instant,
    },
    /// Takes what comes, and is going to end.
    Retiring,
}

#[derive(Debug)]
pub struct Fleet {
    wanted: usize,
    sockets: BTreeMap<SocketId, Standing>,
    last: u64,
    failures: u32,
    not_before: Option<Instant>,
    /// No connection takes part since then.
    down_since: Option<Instant>,
    /// What went wrong last.
    trouble: Option<String>,
    /// Waiting does not help: said at once.
    is_hopeless: bool,
    has_warned: bool,
}

impl Fleet {
    pub const fn new(wanted: usize, now: Instant) -> Self {
        Self {
            wanted,
            sockets: BTreeMap::new(),
            last: 0,
            failures: 0,
            not_before: None,
            down_since: Some(now),
            trouble: None,
            is_hopeless: false,
            has_warned: false,
        }
    }

    /// One connection is opened at a time: a token that does not work is not tried by all at once.
    pub fn next(&mut self, now: Instant) -> Next {
        let is_opening = self.sockets.values().any(|standing| matches!(standing, Standing::Opening));
        if is_opening || self.standing() >= self.wanted {
            return Next::Nothing;
        }
        if let Some(then) = self.not_before.filter(|then| *then > now) {
            return Next::WaitUntil(then);
        }
        self.last += 1;
        let id = SocketId(self.last);
        self.sockets.insert(id, Standing::Opening);
        Next::Open(id)
    }

    /// Returns the connections that may go because their successors are there, and how many connections of other
    /// processes there are, if that is news.
    pub fn greeted(&mut self, id: SocketId, hello: &Hello, now: Instant) -> (Vec<SocketId>, Option<usize>) {
        // One that was told to go before it was greeted takes what comes, and no more than that.
        match self.sockets.get_mut(&id) {
            Some(standing @ Standing::Opening) => *standing = Standing::Greeted { since: now },
            Some(Standing::Retiring | Standing::Greeted { .. }) => {}
            None => return (Vec::new(), None),
        }
        (self.down_since, self.trouble, self.not_before, self.is_hopeless) = (None, None, None, false);
        let ours = self.sockets.values().filter(|standing| !matches!(standing, Standing::Opening)).count();
        let others = hello.connections.unwrap_or(0).saturating_sub(ours);
        let is_news = others > 0 && !self.has_warned;
        self.has_warned |= is_news;
        (self.replaced(), is_news.then_some(others))
    }

    /// That connection is going to end.
    pub fn retires(&mut self, id: SocketId, now: Instant) {
        if let Some(standing) = self.sockets.get_mut(&id) {
            *standing = Standing::Retiring;
        }
        self.note_if_down(now);
    }

    /// `fraction`, from 0 to 1, spreads the replicas' next tries.
    pub fn ended(&mut self, id: SocketId, end: &End, now: Instant, fraction: f64) {
        let was = self.sockets.remove(&id);
        let has_worked = match was {
            Some(Standing::Greeted { since }) => now >= since + WORKED_AFTER,
            Some(Standing::Retiring) => true,
            Some(Standing::Opening) | None => false,
        };
        if has_worked {
            self.failures = 0;
        }
        match end {
            End::Replaced | End::Stopped => {}
            // Why the others ended is known already, and a new one would end alike.
            End::Dropped(_) | End::Silent | End::NotGreeted if self.is_hopeless => {}
            End::Dropped(_) | End::Silent | End::NotGreeted if has_worked => self.trouble = Some(end.to_string()),
            End::Dropped(_) | End::Silent | End::NotGreeted => self.failed(end.to_string(), None, now, fraction),
            End::TooManyWebsockets => self.failed(end.to_string(), Some(LONGEST_PAUSE), now, fraction),
            End::LinkDisabled | End::OtherApp(_) => self.hopeless(end.to_string(), now, fraction),
        }
        self.note_if_down(now);
    }

    /// Slack gave no address for a connection, or there was nobody at it.
    pub fn not_opened(&mut self, id: SocketId, error: &PortError, now: Instant, fraction: f64) {
        self.sockets.remove(&id);
        match error.class {
            Class::Retry { after_ms } => {
                let asked = after_ms.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
                self.failed(error.to_string(), asked, now, fraction);
            }
            Class::Unknown => self.failed(error.to_string(), None, now, fraction),
            Class::Permanent | Class::Gone => self.hopeless(error.to_string(), now, fraction),
        }
        self.note_if_down(now);
    }

    /// Connections that take part and are not going to end.
    pub fn standing(&self) -> usize {
        self.sockets.values().filter(|standing| matches!(standing, Standing::Greeted { .. })).count()
    }

    /// Connections that take what comes.
    pub fn open(&self) -> usize {
        self.sockets.values().filter(|standing| !matches!(standing, Standing::Opening)).count()
    }

    /// What is wrong, in words for an operator, when nothing arrives.
    pub fn trouble(&self, now: Instant) -> Option<String> {
        let down = now.saturating_duration_since(self.down_since?);
        let why = self.trouble.as_deref().unwrap_or("none could be opened yet");
        (self.is_hopeless || down >= DEGRADED_AFTER)
            .then(|| format!("no connection to Slack for {} s, so no click arrives: {why}", down.as_secs()))
    }

    fn replaced(&self) -> Vec<SocketId> {
        let retiring = self.sockets.iter().filter(|(_, standing)| matches!(standing, Standing::Retiring));
        if self.standing() >= self.wanted { retiring.map(|(id, _)| *id).collect() } else { Vec::new() }
    }

    fn note_if_down(&mut self, now: Instant) {
        if self.open() == 0 {
            self.down_since.get_or_insert(now);
        }
    }

    fn failed(&mut self, why: String, at_least: Option<Duration>, now: Instant, fraction: f64) {
        self.trouble = Some(why);
        self.is_hopeless = false;
        let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(self.failures)).min(LONGEST_PAUSE);
        self.failures = self.failures.saturating_add(1);
        // From half of it to all of it; what Slack asks for is kept whole.
        let spread = doubled.mul_f64(0.5 + fraction.clamp(0.0, 1.0) / 2.0);
        self.not_before = Some(now + at_least.map_or(spread, |asked| asked + spread));
    }

    fn hopeless(&mut self, why: String, now: Instant, fraction: f64) {
        self.failed(why, None, now, fraction);
        self.is_hopeless = true;
        self.not_before = Some(now + HOPELESS_PAUSE.mul_f64(1.0 + fraction.clamp(0.0, 1.0) / 10.0));
    }
}

#[cfg(test)]
mod tests;
