//! The buttons: Approve and Deny while somebody can decide, See changes whenever there is something to see.

use slack_morphism::prelude::{SlackBlock, SlackBlockButtonElement, SlackBlockButtonStyle, SlackBlockConfirmItem};

use crate::domain::{Evidence, Phase, Severity, flag};
use crate::ports::chat::Board;
use crate::slack::blocks::{self, plain};
use crate::slack::text;

use super::header;
use super::risk::{flag_count, flag_words, risk_word};

/// Action ids: what a click says it was.
pub(in crate::slack) const APPROVE: &str = "approve";
pub(in crate::slack) const DENY: &str = "deny";
pub(in crate::slack) const CHANGES: &str = "changes";
pub(in crate::slack) const PREVIOUS: &str = "previous";
pub(in crate::slack) const NEXT: &str = "next";

/// The block of these buttons.
pub(in crate::slack) const DECIDE: &str = "decide";

pub(in crate::slack) fn block(board: &Board<'_>) -> Option<SlackBlock> {
    let mut buttons = Vec::new();
    if matches!(board.request.phase, Phase::Open) {
        buttons.extend([approve(board), deny(board)]);
    }
    if board.evidence.is_some() {
        buttons.push(changes(board));
    }
    blocks::actions(DECIDE, buttons.into_iter().map(Into::into).collect())
}

fn approve(board: &Board<'_>) -> SlackBlockButtonElement {
    let environment = text::line(board.request.environment.as_str(), 20);
    let accessible = format!("Approve {} for {environment}", header::model(board));
    let button = blocks::button(APPROVE, &format!("Approve {environment}"), &board.request.button_value(), &accessible)
        .with_style(SlackBlockButtonStyle::Primary);
    match board.evidence.filter(|evidence| flag::risk(&evidence.flags) >= Severity::High) {
        Some(evidence) => button.with_confirm(confirm(board, evidence)),
        None => button,
    }
}

fn deny(board: &Board<'_>) -> SlackBlockButtonElement {
    let environment = text::line(board.request.environment.as_str(), 20);
    let accessible = format!("Deny {} for {environment}", header::model(board));
    let button = blocks::button(DENY, "Deny", &board.request.button_value(), &accessible);
    button.with_style(SlackBlockButtonStyle::Danger)
}

fn changes(board: &Board<'_>) -> SlackBlockButtonElement {
    let accessible = format!("See what changes in {}", header::model(board));
    blocks::button(CHANGES, "See changes", &board.request.button_value(), &accessible)
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
