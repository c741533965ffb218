//! What somebody is asked before something is done: what it does, and what has to be said with it.

mod approve;

use slack_morphism::prelude::*;

use crate::domain::{Group, Request};
use crate::ports::chat::{Board, Question};
use crate::slack::blocks::{self, Line, MAX_TITLE, Rich, plain};
use crate::slack::message::{model, newer_line};
use crate::slack::text::{self, listed};

/// Where words are typed.
pub(in crate::slack) const REASON_BLOCK: &str = "reason";
pub(in crate::slack) const REASON_ACTION: &str = "text";
/// Begins the blocks of the flags to tick.
pub(in crate::slack) const FLAGS_BLOCK: &str = "flags";
/// The second word about an older request, and about breaking the glass.
pub(in crate::slack) const OLDER_BLOCK: &str = "older";
pub(in crate::slack) const SURE_BLOCK: &str = "sure";
/// The value of a box that stands alone.
const YES: &str = "yes";

pub(super) fn view(board: &Board<'_>, question: Question) -> SlackView {
    let mut blocks: Vec<SlackBlock> =
        Rich::new().line(what(board)).line(consequence(board, question)).block().into_iter().collect();
    let submit = match question {
        Question::Approve => approve::blocks(board),
        _ => Some(inputs(board.request, question)),
    };
    let Some(inputs) = submit else { return approve::too_many(board) };
    blocks.extend(inputs);
    let (title, submit) = titles(board, question);
    let view = SlackModalView::new(plain(&title, MAX_TITLE).into(), blocks)
        .with_submit(plain(&submit, MAX_TITLE).into())
        .with_close(plain("Back", MAX_TITLE).into())
        .with_callback_id(SlackCallbackId(question.word().to_owned()))
        .with_private_metadata(board.request.button_value());
    SlackView::Modal(view)
}

/// What the view is headed by, and what its button says.
fn titles(board: &Board<'_>, question: Question) -> (String, String) {
    let environment = text::line(board.request.environment.as_str(), 16);
    let named = |verb: &str| (format!("{verb} {environment}"), format!("{verb} {environment}"));
    let same = |words: &str| (words.to_owned(), words.to_owned());
    match question {
        Question::Approve => named("Approve"),
        Question::Deny => named("Deny"),
        Question::RequestChanges => same("Request changes"),
        Question::Object => same("Object"),
        Question::WithdrawRequest => ("Take the request back".to_owned(), "Take it back".to_owned()),
        Question::LookAgain => same("Gather again"),
        Question::BreakGlass => same("Break the glass"),
        Question::CloseReview => same("Close the review"),
    }
}

/// `sentiment to production`
fn what(board: &Board<'_>) -> Line {
    let line = Line::new().their_bold(&model(board), 100).bold(" to ");
    line.their_bold(board.request.environment.as_str(), 100)
        .words(", ")
        .code(board.request.commit.short(), 12)
        .words(".")
}

fn consequence(board: &Board<'_>, question: Question) -> Line {
    let new = Line::new();
    match question {
        Question::Approve => approve::consequence(board),
        Question::Deny => {
            let cancels = board.request.policies().any(|policy| policy.deny.cancel_run);
            let cancels = if cancels { " The policy has the whole run cancelled as well." } else { "" };
            new.words("GitHub rejects the waiting jobs.").words(cancels).words(
                " To try again, somebody starts the run again. Your name and reason are kept and shown.",
            )
        }
        Question::RequestChanges => new.words(
            "It cannot pass until you approve it or take this back. GitHub is told nothing, and the request still expires.",
        ),
        Question::Object => new.words("Your objection is shown to those who decide. It decides nothing by itself."),
        Question::WithdrawRequest => {
            new.words("The request ends, and GitHub rejects the waiting jobs. Only who started the run can do this.")
        }
        Question::LookAgain => new.words(
            "Evidence and policy are read again now. Votes stay where the evidence is the same and the policy still allows them.",
        ),
        Question::BreakGlass => break_glass(board),
        Question::CloseReview => new
            .words("You have looked at what was let through without its gates. ")
            .words("Whoever broke the glass cannot close the review."),
    }
}

/// Loud on purpose: whoever reads only the bold words has read what matters.
fn break_glass(board: &Board<'_>) -> Line {
    let groups = board.request.policies().filter_map(|policy| policy.break_glass.as_ref()).map(|rules| &rules.group);
    let names: Vec<String> = groups.map(Group::words).map(|name| text::line(name, 60)).collect();
    let missing = crate::slack::message::missing(board.request);
    let line = Line::new().bold("This goes live at once, without its gates.");
    let line = if missing.is_empty() { line } else { line.words(" Still missing: ").theirs(&missing, 300).words(".") };
    line.words(" Everybody in the channel is shown that you did it and why, it is recorded, and somebody else has to review it \
                afterwards. Only for ")
        .theirs(&listed(&names, 3), 200)
        .words(".")
}

fn inputs(request: &Request, question: Question) -> Vec<SlackBlock> {
    let required = |label, hint| reason(label, hint, false);
    match question {
        Question::Deny => {
            let is_required = request.policies().any(|policy| policy.deny.reason_required);
            vec![reason("Why?", None, !is_required)]
        }
        Question::RequestChanges => vec![required("What has to change first?", None)],
        Question::Object => vec![required("What speaks against it?", None)],
        Question::WithdrawRequest => vec![reason("Why?", None, true)],
        Question::BreakGlass => vec![
            required("Why can this not wait?", Some("Shown in the channel and kept in the record.")),
            sure("Yes, let it go live without its gates"),
        ],
        Question::CloseReview => vec![reason("What did you find?", None, true)],
        Question::LookAgain | Question::Approve => Vec::new(),
    }
}

fn reason(label: &str, hint: Option<&str>, is_optional: bool) -> SlackBlock {
    blocks::text_input(REASON_BLOCK, REASON_ACTION, label, hint, is_optional).into()
}

fn sure(words: &str) -> SlackBlock {
    blocks::boxes(SURE_BLOCK, "Are you sure?", vec![blocks::choice(words, YES, None)], false)
}

fn older(board: &Board<'_>) -> Option<SlackBlock> {
    newer_line(board)?;
    let behind = crate::slack::message::ahead(board, ", ", " behind");
    let words = format!("I mean the older one, {}{behind}", board.request.commit.short());
    Some(blocks::boxes(OLDER_BLOCK, "A newer request is open", vec![blocks::choice(&words, YES, None)], false))
}
