//! Buttons that ask for a view. The trigger lives three seconds, so a view is opened once, at once, and never again: where
//! the look-ups it needs take longer, one that says so is opened, and replaced when they are done.

mod allowed;

use std::pin::pin;
use std::time::Duration;

use futures::future::join;
use serde_json::json;
use tokio::time::timeout;

use super::super::Engine;
use super::super::receive::Delivery;
use super::super::shown::Scene;
use super::{Trouble, clicked, note, now, whisper_now};
use crate::domain::{ReplyTo, Request, Whisper, explain};
use crate::ports::chat::{Opened, Opening, Question, View, Wanted};
use crate::ports::{Class, PortError};
use allowed::Answer;

/// How long look-ups may take before a view is opened without them: well inside the trigger's life, and people do not wait
/// for what comes faster.
const AT_ONCE: Duration = Duration::from_millis(700);
/// How long they may take once a view is there that says so.
const PATIENCE: Duration = Duration::from_secs(8);

/// A view that somebody asked for.
struct Ask<'a> {
    delivery: &'a Delivery,
    request: &'a Request,
    /// Short digest of the evidence under the button.
    seen: &'a str,
    what: &'a Wanted,
    reply: &'a ReplyTo,
}

pub(super) async fn show(
    engine: &Engine,
    delivery: &Delivery,
    value: &str,
    what: &Wanted,
    opening: &Opening,
    reply: &ReplyTo,
) -> Result<(), Trouble> {
    let Some((request, seen)) = clicked::find(engine, value).await? else {
        return clicked::unknown_request(engine, delivery, reply).await;
    };
    let ask = Ask { delivery, request: &request, seen: &seen, what, reply };
    let mut looking = pin!(allowed::may_see(engine, &ask));
    match timeout(AT_ONCE, &mut looking).await {
        Ok(answer) => ask.answered(engine, opening, answer).await,
        Err(_) => {
            let (opened, found) =
                join(engine.workspace.chat.open(opening, &View::Loading { what }), timeout(PATIENCE, looking)).await;
            let Some(opening) = next(opening, opened) else { return ask.note_that(engine, "view.not_opened").await };
            ask.answered(engine, &opening, found.unwrap_or(Answer::Unclear)).await
        }
    }
}

/// How to replace the view that says that something is being looked up; nothing where there is none.
fn next(opening: &Opening, opened: Result<Opened, PortError>) -> Option<Opening> {
    match (opened, opening) {
        (Ok(Opened { view, hash }), _) => Some(Opening::Replace { view, hash }),
        (Err(error), Opening::Open { trigger }) if may_be_there(&error) => {
            Some(Opening::Late { trigger: trigger.clone() })
        }
        (Err(_), _) => None,
    }
}

/// The answer was lost, or the other side was unwell: the view may be on the screen all the same.
const fn may_be_there(error: &PortError) -> bool {
    matches!(error.class, Class::Unknown | Class::Retry { after_ms: None })
}

impl Ask<'_> {
    async fn answered(&self, engine: &Engine, opening: &Opening, answer: Answer) -> Result<(), Trouble> {
        match (answer, self.what) {
            (Answer::Yes, what) => self.open(engine, opening, what).await,
            // It is asked again when the view is submitted: nothing is decided by opening one.
            (Answer::Unclear, what @ Wanted::Ask(_)) => self.open(engine, opening, what).await,
            (Answer::No(text), _) => self.refuse(engine, opening, &text).await,
            (Answer::Outsider, _) => {
                let text = "This is shown to full members of this workspace only.";
                self.withhold(engine, opening, View::Notice { title: "Not shown", text }).await
            }
            (Answer::Unclear, _) => {
                let text = "Slow or broken look-ups: who you are could not be checked in time. Close this, and press the button again.";
                self.withhold(engine, opening, View::Notice { title: "Try again", text }).await
            }
        }
    }

    async fn open(&self, engine: &Engine, opening: &Opening, what: &Wanted) -> Result<(), Trouble> {
        let scene = Scene::of(&engine.store, self.request).await?;
        let at = now(engine);
        let board = scene.board(self.request, at);
        match what {
            Wanted::Ask(question) => self.send(engine, opening, View::Ask { board, question: *question }).await,
            Wanted::Changes(place) => self.send(engine, opening, View::Changes { board, place: *place }).await,
            Wanted::Why => self.send(engine, opening, View::Why { board, why: &explain(self.request, at) }).await,
            Wanted::More => self.send(engine, opening, View::More { board }).await,
        }
        // That somebody looked is part of the record: an approval after two seconds without a look reads differently.
        self.note_that(engine, name(what)).await
    }

    /// Where a view is on the screen already, that is where people look; else they are told as after a click.
    async fn refuse(&self, engine: &Engine, opening: &Opening, text: &Whisper) -> Result<(), Trouble> {
        match opening {
            Opening::Open { .. } => whisper_now(engine, self.reply, text).await,
            Opening::Replace { .. } | Opening::Late { .. } => self.send(engine, opening, View::Answer { text }).await,
        }
        let asked = if let Wanted::Ask(question) = self.what { Some(question.word()) } else { None };
        let refusal = if let Whisper::Refused(refusal) = text { Some(refusal.code()) } else { None };
        let detail = json!({ "refusal": refusal, "by": self.reply.user, "asked": asked });
        note(engine, self.delivery, Some(self.request.id.clone()), "vote.refused", detail).await
    }

    async fn withhold(&self, engine: &Engine, opening: &Opening, view: View<'_>) -> Result<(), Trouble> {
        self.send(engine, opening, view).await;
        self.note_that(engine, "evidence.withheld").await
    }

    /// Nothing depends on a view but the view: whoever misses it presses again.
    async fn send(&self, engine: &Engine, opening: &Opening, view: View<'_>) {
        if let Err(error) = engine.workspace.chat.open(opening, &view).await {
            let request = &self.request.id;
            tracing::info!(request.id = %request, error = %error, "a view did not open for request {request}");
        }
    }

    async fn note_that(&self, engine: &Engine, name: &'static str) -> Result<(), Trouble> {
        let digest = self.request.evidence.as_ref().map(|brief| brief.digest);
        note(engine, self.delivery, Some(self.request.id.clone()), name, json!({ "evidence": digest })).await
    }
}

const fn name(what: &Wanted) -> &'static str {
    match what {
        Wanted::Changes(_) => "evidence.shown",
        Wanted::Why => "explanation.shown",
        Wanted::More => "view.more",
        Wanted::Ask(Question::Approve) => "view.approve",
        Wanted::Ask(Question::Deny) => "view.deny",
        Wanted::Ask(Question::RequestChanges) => "view.request_changes",
        Wanted::Ask(Question::Object) => "view.object",
        Wanted::Ask(Question::WithdrawRequest) => "view.withdraw_request",
        Wanted::Ask(Question::LookAgain) => "view.look_again",
        Wanted::Ask(Question::BreakGlass) => "view.break_glass",
        Wanted::Ask(Question::CloseReview) => "view.close_review",
    }
}
