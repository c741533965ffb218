//! One connection, from its handshake to its end: what each frame and each silence leads to. Without a clock and without
//! input or output: whoever runs it says what happened and when, and does what comes back.

use std::time::{Duration, Instant};

use super::frame::{self, Arrived, Frame, Hello, Reason, Unreadable};

/// How long a connection waits for what.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// For the greeting, from the handshake on.
    pub hello_within: Duration,
    /// After so much silence we ask whether anybody is there.
    pub ping_after: Duration,
    /// After so much silence nobody is.
    pub dead_after: Duration,
    /// How long a connection that has a successor stays to take what is on its way.
    pub linger: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            hello_within: Duration::from_secs(10),
            ping_after: Duration::from_secs(10),
            dead_after: Duration::from_secs(25),
            linger: Duration::from_secs(12),
        }
    }
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// The connection takes part from now on.
    Greeted(Hello),
    /// It is going to end: a successor is wanted, and this one still takes what comes.
    Replace,
    /// To be stored; then [`Connection::done`].
    Take(Arrived),
    /// To be kept for an operator; then [`Connection::done`].
    Keep(Unreadable),
    /// Ask whether anybody is there.
    Ping,
    /// Over, as soon as nothing is in hand.
    Close(End),
}

/// How a connection ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It made room for its successor.
    Replaced,
    /// Slack closed it or the network did, in those words.
    Dropped(String),
    /// Nothing was heard for too long.
    Silent,
    /// There was no greeting.
    NotGreeted,
    /// Socket Mode was switched off.
    LinkDisabled,
    TooManyWebsockets,
    /// The token belongs to that app, not to ours.
    OtherApp(String),
    /// We stop.
    Stopped,
}

/// Envelopes taken and not yet acknowledged, at most; until one is, nothing more is read.
const MOST_IN_HAND: usize = 64;

#[derive(Debug)]
pub struct Connection {
    timing: Timing,
    /// Our app, where it is known.
    app: Option<String>,
    opened: Instant,
    heard: Instant,
    asked: bool,
    is_greeted: bool,
    is_retiring: bool,
    /// Its successor is there since.
    leaves: Option<Instant>,
    end: Option<End>,
    in_hand: usize,
}

impl Connection {
    pub fn new(timing: Timing, app: Option<String>, now: Instant) -> Self {
        Self {
            timing,
            app,
            opened: now,
            heard: now,
            asked: false,
            is_greeted: false,
            is_retiring: false,
            leaves: None,
            end: None,
            in_hand: 0,
        }
    }

    /// A text frame came.
    pub fn text(&mut self, text: &str, now: Instant) -> Vec<Act> {
        self.sign_of_life(now);
        match frame::read(text) {
            Ok(Frame::Hello(hello)) => self.greeted(hello),
            Ok(Frame::Disconnect(reason)) => self.disconnect(reason),
            Ok(Frame::Envelope(arrived)) => {
                self.in_hand += 1;
                vec![Act::Take(arrived)]
            }
            Err(unreadable) => self.keep(unreadable),
        }
    }

    /// A frame that is no text came; Slack sends none.
    pub fn binary(&mut self, now: Instant) -> Vec<Act> {
        self.sign_of_life(now);
        self.keep(Unreadable { why: "a frame that is no text".to_owned(), envelope: None })
    }

    /// Anything else came that shows somebody is there.
    pub fn sign_of_life(&mut self, now: Instant) {
        self.heard = now;
        self.asked = false;
    }

    /// One of what was taken or kept is stored, or given up.
    pub fn done(&mut self) {
        self.in_hand = self.in_hand.saturating_sub(1);
    }

    /// The other side is gone.
    pub fn dropped(&mut self, why: String) -> End {
        self.end.take().unwrap_or(if self.leaves.is_some() { End::Replaced } else { End::Dropped(why) })
    }

    /// A successor is there.
    pub fn leave(&mut self, now: Instant) {
        self.leaves.get_or_insert(now);
    }

    /// Nothing more is taken; what is in hand is finished.
    pub fn stop(&mut self) {
        self.end.get_or_insert(End::Stopped);
    }

    /// Whether it goes on, apart from finishing what is in hand.
    pub fn listens_on(&self) -> bool {
        self.end.is_none()
    }

    /// Whether more is to be read now.
    pub fn listens(&self) -> bool {
        self.listens_on() && self.in_hand < MOST_IN_HAND
    }

    /// How it ends, once nothing is in hand any more.
    pub fn ended(&self) -> Option<&End> {
        self.end.as_ref().filter(|_| self.in_hand == 0)
    }

    /// Time has passed.
    pub fn tick(&mut self, now: Instant) -> Vec<Act> {
        if self.end.is_some() {
            return Vec::new();
        }
        // While we do not read we cannot hear either.
        if !self.listens() {
            self.sign_of_life(now);
        }
        if !self.is_greeted && now >= self.opened + self.timing.hello_within {
            return self.close(End::NotGreeted);
        }
        if self.leaves.is_some_and(|since| now >= since + self.timing.linger) {
            return self.close(End::Replaced);
        }
        if now >= self.heard + self.timing.dead_after {
            return self.close(End::Silent);
        }
        if !self.asked && now >= self.heard + self.timing.ping_after {
            self.asked = true;
            return vec![Act::Ping];
        }
        Vec::new()
    }

    /// When [`Self::tick`] may have something to say; `None` once it is ending.
    pub fn wakes_at(&self) -> Option<Instant> {
        if !self.listens_on() {
            return None;
        }
        let silence = if self.asked { self.timing.dead_after } else { self.timing.ping_after };
        let greeting = (!self.is_greeted).then(|| self.opened + self.timing.hello_within);
        let leaving = self.leaves.map(|since| since + self.timing.linger);
        Some([greeting, leaving].into_iter().flatten().fold(self.heard + silence, Instant::min))
    }

    fn greeted(&mut self, hello: Hello) -> Vec<Act> {
        if let (Some(ours), Some(theirs)) = (&self.app, &hello.app)
            && ours != theirs
        {
            return self.close(End::OtherApp(theirs.clone()));
        }
        self.is_greeted = true;
        vec![Act::Greeted(hello)]
    }

    fn disconnect(&mut self, reason: Reason) -> Vec<Act> {
        match reason {
            Reason::LinkDisabled => self.close(End::LinkDisabled),
            Reason::TooManyWebsockets => self.close(End::TooManyWebsockets),
            Reason::Warning | Reason::RefreshRequested | Reason::Other(_) if self.is_retiring => Vec::new(),
            Reason::Warning | Reason::RefreshRequested | Reason::Other(_) => {
                self.is_retiring = true;
                vec![Act::Replace]
            }
        }
    }

    fn keep(&mut self, unreadable: Unreadable) -> Vec<Act> {
        self.in_hand += 1;
        vec![Act::Keep(unreadable)]
    }

    fn close(&mut self, end: End) -> Vec<Act> {
        self.end = Some(end.clone());
        vec![Act::Close(end)]
    }
}

impl End {
    /// For metrics and the log.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::Dropped(_) => "dropped",
            Self::Silent => "silent",
            Self::NotGreeted => "not_greeted",
            Self::LinkDisabled => "link_disabled",
            Self::TooManyWebsockets => "too_many_websockets",
            Self::OtherApp(_) => "other_app",
            Self::Stopped => "stopped",
        }
    }
}

/// For operators.
impl std::fmt::Display for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Replaced => f.write_str("another connection took its place"),
            Self::Dropped(why) => write!(f, "the connection ended ({why})"),
            Self::Silent => f.write_str("the connection went silent"),
            Self::NotGreeted => f.write_str("Slack did not greet the connection"),
            Self::LinkDisabled => f.write_str(
                "Socket Mode is switched off for this app at Slack (api.slack.com/apps > your app > Socket Mode)",
            ),
            Self::TooManyWebsockets => {
                f.write_str("Slack says that the app has too many connections: at most ten, over all its processes")
            }
            Self::OtherApp(theirs) => write!(f, "slack.app_token belongs to the app {theirs}, not to slack.app_id"),
            Self::Stopped => f.write_str("this server stops"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &str = r#"{"type":"hello","num_connections":1,"connection_info":{"app_id":"A1"}}"#;
    const CLICK: &str = r#"{"envelope_id":"e","type":"interactive","payload":{}}"#;

    fn said(reason: &str) -> String {
        format!(r#"{{"type":"disconnect","reason":"{reason}"}}"#)
    }

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn greeted() -> (Connection, Instant) {
        let start = Instant::now();
        let mut connection = Connection::new(Timing::default(), Some("A1".into()), start);
        assert!(matches!(connection.text(HELLO, start)[..], [Act::Greeted(_)]));
        (connection, start)
    }

    #[test]
    fn a_connection_that_is_not_greeted_is_given_up() {
        let start = Instant::now();
        let mut connection = Connection::new(Timing::default(), None, start);
        connection.sign_of_life(start + secs(9));
        assert_eq!(connection.tick(start + secs(9)), []);
        assert_eq!(connection.wakes_at(), Some(start + secs(10)));
        assert_eq!(connection.tick(start + secs(10)), [Act::Close(End::NotGreeted)]);
        assert_eq!((connection.ended(), connection.wakes_at()), (Some(&End::NotGreeted), None));
    }

    #[test]
    fn a_silent_peer_is_asked_and_then_given_up() {
        let (mut connection, start) = greeted();
        assert_eq!(connection.tick(start + secs(9)), []);
        assert_eq!(connection.tick(start + secs(10)), [Act::Ping]);
        assert_eq!(connection.tick(start + secs(11)), [], "asked once");
        connection.sign_of_life(start + secs(12));
        assert_eq!(connection.wakes_at(), Some(start + secs(22)));
        assert_eq!(connection.tick(start + secs(22)), [Act::Ping]);
        assert_eq!(connection.wakes_at(), Some(start + secs(37)));
        assert_eq!(connection.tick(start + secs(37)), [Act::Close(End::Silent)]);
    }

    #[test]
    fn a_warned_connection_asks_for_a_successor_once_and_still_takes_what_comes() {
        let (mut connection, start) = greeted();
        assert_eq!(connection.text(&said("warning"), start), [Act::Replace]);
        assert_eq!(connection.text(&said("refresh_requested"), start), []);
        assert!(matches!(connection.text(CLICK, start)[..], [Act::Take(_)]));
        connection.done();
        assert!(connection.listens() && connection.ended().is_none());
        connection.leave(start + secs(2));
        connection.sign_of_life(start + secs(13));
        assert!(connection.listens(), "what was on its way is taken");
        assert_eq!(connection.tick(start + secs(13)), []);
        assert_eq!(connection.tick(start + secs(14)), [Act::Close(End::Replaced)]);
    }

    #[test]
    fn a_connection_that_slack_closes_after_its_successor_came_was_replaced() {
        let (mut connection, start) = greeted();
        connection.text(&said("something_new"), start);
        assert_eq!(connection.dropped("reset".into()), End::Dropped("reset".into()));
        connection.leave(start);
        assert_eq!(connection.dropped("closed".into()), End::Replaced);
    }

    #[test]
    fn nothing_ends_before_its_acknowledgement() {
        let (mut connection, start) = greeted();
        connection.text(CLICK, start);
        connection.text("not a frame", start);
        connection.stop();
        assert!(!connection.listens() && connection.ended().is_none());
        connection.done();
        assert_eq!(connection.ended(), None);
        connection.done();
        assert_eq!(connection.ended(), Some(&End::Stopped));
    }

    #[test]
    fn a_full_hand_reads_no_more_and_is_no_silence() {
        let (mut connection, start) = greeted();
        for _ in 0..MOST_IN_HAND {
            assert!(connection.listens());
            connection.text(CLICK, start);
        }
        assert!(!connection.listens());
        assert_eq!(connection.tick(start + secs(100)), [], "we do not listen, so we hear nothing");
        connection.done();
        assert!(connection.listens());
    }

    #[test]
    fn a_switch_off_too_many_connections_and_another_app_end_it() {
        for (text, end) in [
            (said("link_disabled"), End::LinkDisabled),
            (said("too_many_websockets"), End::TooManyWebsockets),
            (HELLO.replace("A1", "A2"), End::OtherApp("A2".into())),
        ] {
            let (mut connection, start) = greeted();
            assert_eq!(connection.text(&text, start), [Act::Close(end.clone())]);
            assert_eq!(connection.ended(), Some(&end));
        }
    }

    #[test]
    fn frames_that_cannot_be_read_are_kept() {
        let (mut connection, start) = greeted();
        assert!(matches!(&connection.text("{}", start)[..], [Act::Keep(_)]));
        assert!(matches!(&connection.binary(start)[..], [Act::Keep(unreadable)] if unreadable.envelope.is_none()));
    }
}
