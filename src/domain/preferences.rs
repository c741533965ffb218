//! How one person wants to be told of requests. They say so themselves, and it decides nothing about any request.

use serde::{Deserialize, Serialize};

use super::calendar::QuietHours;
use super::time::Timestamp;

/// What somebody chose; the default is what holds for those who never chose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// When they can decide.
    pub asked: AskedBy,
    /// Whether they hear what came of requests they started.
    pub own_outcomes: bool,
    /// Whether they hear what came of requests they voted on.
    pub voted_outcomes: bool,
    /// Nothing is sent to them in these hours; it waits for their end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<QuietHours>,
}

/// How somebody is told that they can decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedBy {
    /// They never chose: mentioned where a gate is for few people, so that nobody is called for what dozens can do.
    #[default]
    Usual,
    /// By a direct message with the buttons in it.
    Direct,
    /// By a mention in the thread.
    Mention,
    /// Not at all: they look by themselves.
    Neither,
}

impl Default for Preferences {
    fn default() -> Self {
        Self { asked: AskedBy::Usual, own_outcomes: true, voted_outcomes: false, quiet: None }
    }
}

/// How many people a gate may be for until nobody is mentioned who did not ask for it.
pub const FEW_PEOPLE: usize = 8;

impl Preferences {
    /// Whether they are mentioned as one of `together` people who can decide.
    pub const fn wants_mention(&self, together: usize) -> bool {
        match self.asked {
            AskedBy::Usual => together <= FEW_PEOPLE,
            AskedBy::Mention => true,
            AskedBy::Direct | AskedBy::Neither => false,
        }
    }

    /// The first moment from `at` on at which something may be sent to them.
    pub fn allowed_from(&self, at: Timestamp) -> Timestamp {
        self.quiet.as_ref().map_or(at, |quiet| quiet.next_allowed(at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_never_chose_is_mentioned_among_few_and_hears_of_own_requests() {
        let usual = Preferences::default();
        assert!(usual.wants_mention(FEW_PEOPLE) && !usual.wants_mention(FEW_PEOPLE + 1));
        assert!(usual.own_outcomes && !usual.voted_outcomes);
        let mention = Preferences { asked: AskedBy::Mention, ..usual.clone() };
        assert!(mention.wants_mention(60));
        for asked in [AskedBy::Direct, AskedBy::Neither] {
            assert!(!Preferences { asked, ..usual.clone() }.wants_mention(1));
        }
    }

    #[test]
    fn what_falls_into_quiet_hours_waits_for_their_end() {
        let quiet = QuietHours::parse("20:00-08:00 Europe/Berlin").ok();
        let night = Timestamp::parse_rfc3339("2026-11-30T22:00:00Z").unwrap();
        let preferences = Preferences { quiet, ..Preferences::default() };
        assert_eq!(preferences.allowed_from(night).to_rfc3339(), "2026-12-01T07:00:00Z");
        assert_eq!(Preferences::default().allowed_from(night), night);
    }

    #[test]
    fn what_an_older_version_stored_reads_back_with_defaults() {
        assert_eq!(serde_json::from_str::<Preferences>("{}").unwrap(), Preferences::default());
        let text = r#"{"asked":"direct","quiet":"20:00-08:00 Europe/Berlin"}"#;
        let read: Preferences = serde_json::from_str(text).unwrap();
        assert_eq!((read.asked, read.own_outcomes), (AskedBy::Direct, true));
        assert_eq!(serde_json::from_str::<Preferences>(&serde_json::to_string(&read).unwrap()).unwrap(), read);
    }
}
