//! The buttons: Approve and Deny while somebody can decide, See changes whenever there is something to see, and a menu for the
//! rest. The message is the same for everybody: whether it is theirs to press, people are told privately.

use slack_morphism::prelude::{
    SlackActionBlockElement, SlackBlock, SlackBlockButtonElement, SlackBlockButtonStyle, SlackBlockConfirmItem,
};

use crate::domain::{Evidence, Phase, Severity, flag};
use crate::ports::chat::{Board, Question};
use crate::slack::approval::Needs;
use crate::slack::blocks::{self, plain};
use crate::slack::text;

use super::risk::{flag_count, flag_words, risk_word};
use super::{header, menu};

/// Action ids: what a click says it was.
pub(in crate::slack) const APPROVE: &str = "approve";
pub(in crate::slack) const DENY: &str = "deny";
pub(in crate::slack) const CHANGES: &str = "changes";
/// Begins the id of a button that asks first, and of one that leads through the evidence.
pub(in crate::slack) const ASK: &str = "ask_";
pub(in crate::slack) const GO: &str = "go_";

/// The block of these buttons.
pub(in crate::slack) const DECIDE: &str = "decide";

pub(in crate::slack) fn block(board: &Board<'_>) -> Option<SlackBlock> {
    let mut elements: Vec<SlackActionBlockElement> = Vec::new();
    match &board.request.phase {
        Phase::Open => elements.extend([approve(board), deny(board)].map(Into::into)),
        Phase::Decided(decision) if decision.needs_word => elements.push(confirm_again(board).into()),
        Phase::Decided(_) if has_open_review(board) => elements.push(review(board).into()),
        _ => {}
    }
    if board.evidence.is_some() {
        elements.push(changes(board).into());
    }
    elements.extend(menu::element(board));
    blocks::actions(DECIDE, elements)
}

pub(super) fn has_open_review(board: &Board<'_>) -> bool {
    board.request.review.as_ref().is_some_and(|review| review.closed.is_none())
}

/// One click where that is enough; else the button asks for what is missing.
fn approve(board: &Board<'_>) -> SlackBlockButtonElement {
    let needs = Needs::of(board.request, board.now);
    let id = if needs.is_nothing() { APPROVE.to_owned() } else { asking(Question::Approve) };
    let label = format!("Approve {}", environment(board));
    let button =
        button(board, &id, &label, &format!("Approve {}", what_for(board))).with_style(SlackBlockButtonStyle::Primary);
    let risky = board.evidence.filter(|evidence| flag::risk(&evidence.flags) >= Severity::High);
    match risky.filter(|_| needs.is_nothing()) {
        Some(evidence) => button.with_confirm(confirm(board, evidence)),
        None => button,
    }
}

fn deny(board: &Board<'_>) -> SlackBlockButtonElement {
    button(board, DENY, "Deny", &format!("Deny {}", what_for(board))).with_style(SlackBlockButtonStyle::Danger)
}

/// The window of an approval closed before GitHub was told: one approver says it once more (R23).
fn confirm_again(board: &Board<'_>) -> SlackBlockButtonElement {
    let label = format!("Confirm {}", environment(board));
    button(board, APPROVE, &label, &format!("Confirm {}", what_for(board))).with_style(SlackBlockButtonStyle::Primary)
}

fn review(board: &Board<'_>) -> SlackBlockButtonElement {
    let accessible = format!("Close the review of {}", what_for(board));
    button(board, &asking(Question::CloseReview), "Close the review", &accessible)
        .with_style(SlackBlockButtonStyle::Primary)
}

fn changes(board: &Board<'_>) -> SlackBlockButtonElement {
    button(board, CHANGES, "See changes", &format!("See what changes in {}", header::model(board)))
}

pub(in crate::slack) fn asking(question: Question) -> String {
    format!("{ASK}{}", question.word())
}

fn button(board: &Board<'_>, id: &str, label: &str, accessible: &str) -> SlackBlockButtonElement {
    blocks::button(id, label, &board.request.button_value(), accessible)
}

fn environment(board: &Board<'_>) -> String {
    text::line(board.request.environment.as_str(), 20)
}

fn what_for(board: &Board<'_>) -> String {
    format!("{} for {}", header::model(board), environment(board))
}

/// Where the risk is high, one more click that names it.
fn confirm(board: &Board<'_>, evidence: &Evidence) -> SlackBlockConfirmItem {
    let new = evidence.flags.iter().filter(|flag| flag.is_new).count();
    let worst = evidence.flags.first().map(|flag| text::line(flag_words(flag), 120)).unwrap_or_default();
    let environment = text::line(board.request.environment.as_str(), 40);
    let words =
        format!("{} to {environment}: {}. Worst: {worst}", header::model(board), flag_count(evidence.flags.len(), new));
    let asked = format!("Approve at {} risk?", risk_word(evidence));
    SlackBlockConfirmItem::new(
        plain(&asked, 100).into(),
        plain(&words, 300).into(),
        plain("Approve", 30).into(),
        plain("Back", 30).into(),
    )
}
