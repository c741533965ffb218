//! A look at a pull request before it is merged: what the gate will say, on a sheet beside its newest commit.
//!
//! Deliveries and buttons only ask for a look; the look itself reads the pull request as it is then, so no order of
//! deliveries matters. Asks that come while one look is under way are answered by the next one together.

use serde::{Deserialize, Serialize};

use super::id::{CommitSha, RepositoryId};
use super::request::Repository;
use super::time::Timestamp;

/// Which pull request: host, repository and its number there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PreviewKey {
    pub host: String,
    pub repository: RepositoryId,
    pub number: u64,
}

impl PreviewKey {
    /// What our sheets and our comment are recognised by when they are read back.
    pub fn mark(&self) -> String {
        format!("{MARK}{}", self.number)
    }

    /// The pull request's number in a mark of ours.
    pub fn number_in(mark: &str) -> Option<u64> {
        let digits = mark.strip_prefix(MARK)?;
        let number: u64 = digits.parse().ok().filter(|number| *number > 0)?;
        (digits == number.to_string()).then_some(number)
    }
}

const MARK: &str = "countersign/pull/";

impl std::fmt::Display for PreviewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.host, self.repository, self.number)
    }
}

/// What is known of a pull request's looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    pub key: PreviewKey,
    /// Its owner, name and installation as they were told last.
    pub repository: Repository,
    /// The newest commit told of.
    pub head: CommitSha,
    pub is_open: bool,
    /// Number of times a look was asked for, and the number that the last finished look has answered.
    pub asked: u64,
    pub answered: u64,
    /// When the oldest ask came that is not answered yet: from here on the forge's and our own troubles are counted.
    pub since: Timestamp,
    /// When to look next; `None` while nothing is asked.
    pub due: Option<Timestamp>,
    /// Failed tries since the last finished look, and what the last one failed with.
    pub attempts: u32,
    pub last_error: Option<String>,
    /// What the proposed commit is compared with.
    pub against: Against,
    pub sheet: Option<Sheet>,
    pub comment: Comment,
}

/// What a look compares the newest commit with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Against {
    /// With what is live: what the gate will compare with.
    #[default]
    Live,
    /// With the commit that the pull request starts from: what this pull request alone changes.
    Start,
}

/// Our sheet beside a commit, the newest one we began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    pub commit: CommitSha,
    /// The forge's id; unknown until a look has finished, then it is looked for by its mark.
    pub id: Option<u64>,
    /// It says how it ended, and nothing more is awaited from it.
    pub is_finished: bool,
}

/// The one comment on the pull request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comment {
    #[default]
    None,
    Posted {
        id: u64,
    },
    /// Somebody deleted it: it does not come back.
    Removed,
}

/// Something that concerns a preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreviewEvent {
    /// The forge told of the pull request: opened, moved on, closed.
    Told { repository: Repository, head: CommitSha, is_open: bool },
    /// Somebody wants a sheet gathered again, compared as before or otherwise.
    Pressed { repository: Repository, head: CommitSha, against: Option<Against> },
    /// From here on there may be a sheet of ours beside `head`.
    Begun { head: CommitSha },
    /// A look that began with ask number `asked` has come to its end.
    Looked { asked: u64, seen: Seen },
    /// It failed, and is tried again at `retry`; never, when that is empty.
    Failed { asked: u64, why: String, retry: Option<Timestamp> },
}

/// What a look came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The pull request is closed.
    Closed,
    /// It touches nothing that is looked at, and has no sheet.
    Nothing { head: CommitSha },
    /// The sheet says how it ended.
    Shown { head: CommitSha, sheet: u64, comment: Comment },
}

/// The preview after `event`. `None`: nothing is known of the pull request, and nothing has to be.
pub fn take(key: &PreviewKey, before: Option<Preview>, event: &PreviewEvent, now: Timestamp) -> Option<Preview> {
    match (before, event) {
        (None, PreviewEvent::Told { is_open: false, .. }) => None,
        (None, PreviewEvent::Told { repository, head, .. } | PreviewEvent::Pressed { repository, head, .. }) => {
            let preview = Preview::new(key, repository, head, now);
            Some(preview.after(event, now))
        }
        (None, PreviewEvent::Begun { .. } | PreviewEvent::Looked { .. } | PreviewEvent::Failed { .. }) => None,
        (Some(preview), event) => Some(preview.after(event, now)),
    }
}

impl Preview {
    fn new(key: &PreviewKey, repository: &Repository, head: &CommitSha, now: Timestamp) -> Self {
        Self {
            key: key.clone(),
            repository: repository.clone(),
            head: head.clone(),
            is_open: true,
            asked: 0,
            answered: 0,
            since: now,
            due: None,
            attempts: 0,
            last_error: None,
            against: Against::default(),
            sheet: None,
            comment: Comment::default(),
        }
    }

    /// Whether an ask is not answered yet.
    pub const fn is_asked(&self) -> bool {
        self.asked > self.answered
    }

    /// The sheet that somebody may still wait for.
    pub fn unfinished(&self) -> Option<&Sheet> {
        self.sheet.as_ref().filter(|sheet| !sheet.is_finished)
    }

    /// The sheet beside `commit`, if we began one.
    pub fn sheet_at(&self, commit: &CommitSha) -> Option<&Sheet> {
        self.sheet.as_ref().filter(|sheet| sheet.commit == *commit)
    }

    /// Whether the troubles since the oldest ask have lasted so long that no sheet may wait for their end any more.
    pub const fn has_waited(&self, now: Timestamp, give_up_after_ms: i64) -> bool {
        now.millis_since(self.since) >= give_up_after_ms
    }

    /// When to try again after a failure: after `pause_ms`, but not past the moment where waiting ends.
    pub fn retry_at(&self, now: Timestamp, pause_ms: i64, give_up_after_ms: i64) -> Timestamp {
        let (later, end) = (now.plus_millis(pause_ms), self.since.plus_millis(give_up_after_ms));
        if end > now { later.min(end) } else { later }
    }

    fn after(mut self, event: &PreviewEvent, now: Timestamp) -> Self {
        match event {
            PreviewEvent::Told { repository, head, is_open } => {
                self.repository.clone_from(repository);
                self.told(head, *is_open, now);
            }
            PreviewEvent::Pressed { repository, against, .. } => {
                self.repository.clone_from(repository);
                self.against = against.unwrap_or(self.against);
                self.ask(false, now);
            }
            PreviewEvent::Begun { head } => {
                if self.unfinished().is_none_or(|sheet| sheet.commit != *head) {
                    let id = self.sheet_at(head).and_then(|sheet| sheet.id);
                    self.sheet = Some(Sheet { commit: head.clone(), id, is_finished: false });
                }
            }
            PreviewEvent::Looked { asked, seen } => self.looked(*asked, seen, now),
            PreviewEvent::Failed { asked, why, retry } => self.failed(*asked, why, *retry, now),
        }
        self
    }

    fn told(&mut self, head: &CommitSha, is_open: bool, now: Timestamp) {
        let moved = self.head != *head;
        self.head.clone_from(head);
        self.is_open = is_open;
        if is_open {
            self.ask(moved, now);
        } else if self.unfinished().is_some() {
            // One more look, which finds it closed and says so where somebody may wait.
            self.ask(false, now);
        } else {
            self.answered = self.asked;
            self.rest();
        }
    }

    /// A new commit gets its own time to wait; the same one keeps what it has waited already.
    fn ask(&mut self, is_new_head: bool, now: Timestamp) {
        if is_new_head || !self.is_asked() {
            self.since = now;
            self.attempts = 0;
            self.last_error = None;
        }
        self.asked = self.asked.saturating_add(1);
        self.due = Some(now);
    }

    fn looked(&mut self, asked: u64, seen: &Seen, now: Timestamp) {
        match seen {
            Seen::Closed => {
                self.is_open = false;
                self.sheet.iter_mut().for_each(|sheet| sheet.is_finished = true);
            }
            Seen::Nothing { head } => {
                self.found_at(asked, head);
                let outdated = self.sheet.iter_mut().filter(|sheet| sheet.commit != *head);
                outdated.for_each(|sheet| sheet.is_finished = true);
            }
            Seen::Shown { head, sheet, comment } => {
                self.found_at(asked, head);
                self.sheet = Some(Sheet { commit: head.clone(), id: Some(*sheet), is_finished: true });
                self.comment = *comment;
            }
        }
        self.answer(asked, now);
    }

    /// What a look found is newer than what was told before it, and older than what was told since.
    fn found_at(&mut self, asked: u64, head: &CommitSha) {
        if asked == self.asked {
            self.head.clone_from(head);
        }
    }

    fn failed(&mut self, asked: u64, why: &str, retry: Option<Timestamp>, now: Timestamp) {
        match retry {
            // It was closed meanwhile: nobody waits for this any more.
            Some(_) if !self.is_asked() => return self.rest(),
            // Something newer was asked meanwhile: that is looked at without waiting for the old trouble to pass.
            Some(_) if self.asked > asked => self.due = Some(now),
            Some(retry) => self.due = Some(retry),
            None => self.answer(asked, now),
        }
        self.attempts = self.attempts.saturating_add(1);
        self.last_error = Some(why.to_owned());
    }

    fn answer(&mut self, asked: u64, now: Timestamp) {
        self.answered = self.answered.max(asked.min(self.asked));
        if self.is_asked() {
            self.since = now;
            self.attempts = 0;
            self.last_error = None;
            self.due = Some(now);
        } else {
            self.rest();
        }
    }

    fn rest(&mut self) {
        self.due = None;
        self.attempts = 0;
        self.last_error = None;
    }
}

#[cfg(test)]
mod tests;
