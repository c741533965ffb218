//! Who may see a view: somebody whose act would be refused is told so before they type a reason, and evidence is for members
//! of the workspace, as guests and outsiders may share the channel.

use super::super::super::Engine;
use super::super::super::live::Freshness;
use super::super::super::people::look_up_for;
use super::super::now;
use super::Ask;
use crate::domain::{
    Ballot, ChatStanding, Choice, Event, Refusal, Request, Timestamp, Voter, Whisper, Words, flags_to_tick, transition,
};
use crate::ports::chat::{Question, Wanted};

/// Whether a view is shown.
pub(super) enum Answer {
    Yes,
    /// It would come to nothing; here is why.
    No(Whisper),
    /// Not somebody whom evidence is shown to.
    Outsider,
    /// It could not be found out.
    Unclear,
}

pub(super) async fn may_see(engine: &Engine, ask: &Ask<'_>) -> Answer {
    match ask.what {
        Wanted::Ask(question) => match look_up_for(engine, ask.request, &ask.reply.user, Freshness::Kept).await {
            Ok(found) => {
                would_come_to_nothing(ask, *question, found.voter, now(engine)).map_or(Answer::Yes, Answer::No)
            }
            Err(_) => Answer::Unclear,
        },
        Wanted::More => Answer::Yes,
        Wanted::Changes(_) | Wanted::Why => match engine.workspace.chat.standing(&ask.reply.user).await {
            Ok(ChatStanding::Member) => Answer::Yes,
            Ok(_) => Answer::Outsider,
            Err(_) => Answer::Unclear,
        },
    }
}

/// Asks the transition itself, on a copy and with everything said that can be said, so that this answer can never differ from
/// the one after the view is submitted.
fn would_come_to_nothing(ask: &Ask<'_>, question: Question, voter: Voter, at: Timestamp) -> Option<Whisper> {
    let event = event(ask, question, voter, at);
    match transition(Some(ask.request.clone()), &event, at).answer {
        // Check runs are read again with the vote.
        Some(Whisper::Refused(Refusal::ChecksWorse { .. })) => None,
        answer @ Some(Whisper::Refused(_) | Whisper::AlreadyCounted) => answer,
        _ => None,
    }
}

fn event(ask: &Ask<'_>, question: Question, voter: Voter, at: Timestamp) -> Event {
    let words = || Some(Words::new("a reason"));
    let (seen, received) = (ask.seen.to_owned(), ask.delivery.received_at);
    match question {
        Question::Approve | Question::Deny | Question::RequestChanges => Event::Voted(Ballot {
            voter,
            choice: choice(question),
            reason: words(),
            ticks: prints(ask.request, at),
            means_older: true,
            seen,
            received,
            fresh: None,
            ci: None,
        }),
        Question::Object => Event::Objected { voter, reason: words() },
        Question::WithdrawRequest => Event::Withdrawn { voter, reason: words() },
        Question::LookAgain => Event::LookAgain { voter },
        Question::BreakGlass => Event::GlassBroken { voter, reason: words(), seen, received },
        Question::CloseReview => Event::ReviewClosed { voter, note: words() },
    }
}

const fn choice(question: Question) -> Choice {
    match question {
        Question::Deny => Choice::Deny,
        Question::RequestChanges => Choice::RequestChanges,
        _ => Choice::Approve,
    }
}

fn prints(request: &Request, at: Timestamp) -> Vec<String> {
    flags_to_tick(request, at).into_iter().map(|flag| flag.print.clone()).collect()
}
