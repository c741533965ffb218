//! `approve`, `deny` and `break-glass`.
//!
//! A command names no evidence, and nobody votes on what they have not seen (P7): the newest evidence may have come a second
//! before. So the command is answered with the request as it is, and a button that carries exactly that evidence. Pressing it
//! takes the way of every click. Whoever could not do it anyway is told at once.

use super::super::{Trouble, now};
use super::Asked;
use crate::domain::{Ballot, Choice, Event, Refusal, Request, Timestamp, Voter, Whisper, Words, transition};
use crate::engine::drafts::{self, Draft};
use crate::engine::live::Freshness;
use crate::engine::people::look_up_for;
use crate::ports::chat::{Answer, Confirm, Deed};

impl Asked<'_> {
    pub(super) async fn confirm(&self, id: &str, what: Deed, words: Option<Words>) -> Result<(), Trouble> {
        let Some(item) = self.find(id).await? else { return Ok(()) };
        let voter = look_up_for(self.engine, &item.request, &self.reply.user, Freshness::Kept).await?.voter;
        let trial = Trial { request: &item.request, voter: &voter, what, words: words.as_ref(), at: now(self.engine) };
        let (first, is_older) = match trial.answer(false) {
            Some(Whisper::Refused(Refusal::Older { .. })) => (trial.answer(true), true),
            first => (first, false),
        };
        match first {
            // What is asked for besides is asked by the message's own button.
            Some(Whisper::Refused(Refusal::TicksMissing { .. })) => {
                return self.tell(&Answer::Request(item.entry(now(self.engine)))).await;
            }
            // How check runs stand is read when the button is pressed.
            Some(Whisper::Refused(Refusal::ChecksWorse { .. })) | None => {}
            Some(Whisper::Refused(refusal)) => return self.refuse(&refusal).await,
            Some(said @ Whisper::AlreadyCounted) => return self.tell(&Answer::Told(&said)).await,
            Some(_) => {}
        }
        let draft = Draft::new(item.request.button_value(), what, words.clone(), is_older);
        let draft = drafts::keep(self.engine, &self.reply.user, &draft).await?;
        let confirm = Confirm { draft: &draft, what, words: words.as_ref(), is_older };
        self.tell(&Answer::Confirm(item.entry(now(self.engine)), confirm)).await
    }
}

/// What would come of it, asked of the transition on a copy.
struct Trial<'a> {
    request: &'a Request,
    voter: &'a Voter,
    what: Deed,
    words: Option<&'a Words>,
    at: Timestamp,
}

impl Trial<'_> {
    fn answer(&self, means_older: bool) -> Option<Whisper> {
        let seen = self.request.evidence.as_ref().map(|evidence| evidence.digest.short().to_owned());
        let (voter, seen, reason) = (self.voter.clone(), seen.unwrap_or_default(), self.words.cloned());
        let event = match self.what {
            Deed::Vote(choice) => Event::Voted(self.ballot(voter, choice, seen, reason, means_older)),
            Deed::Act(_) => Event::GlassBroken { voter, reason, seen, received: self.at },
        };
        transition(Some(self.request.clone()), &event, self.at).answer
    }

    fn ballot(&self, voter: Voter, choice: Choice, seen: String, reason: Option<Words>, means_older: bool) -> Ballot {
        Ballot { voter, choice, reason, ticks: Vec::new(), means_older, seen, received: self.at, fresh: None, ci: None }
    }
}
