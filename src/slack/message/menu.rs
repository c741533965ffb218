//! The menu behind three dots: what can be done besides deciding. Only what can make sense as the request stands.

use slack_morphism::prelude::SlackActionBlockElement;

use crate::domain::{Phase, Request};
use crate::ports::chat::{Board, Question};
use crate::slack::blocks;

use super::buttons::has_open_review;

pub(in crate::slack) const MENU: &str = "menu";

/// An entry of the menu.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::slack) enum Entry {
    Ask(Question),
    WithdrawVote,
    Why,
    More,
}

impl Entry {
    const fn label(self) -> &'static str {
        match self {
            Self::Ask(Question::RequestChanges) => "Request changes",
            Self::Ask(Question::Object) => "Object",
            Self::Ask(Question::WithdrawRequest) => "Take the request back",
            Self::Ask(Question::LookAgain) => "Gather again",
            Self::Ask(Question::BreakGlass) => "Break the glass",
            Self::Ask(Question::CloseReview) => "Close the review",
            Self::Ask(Question::Approve) => "Approve with a comment",
            Self::Ask(Question::Deny) => "Deny",
            Self::WithdrawVote => "Take my vote back",
            Self::Why => "Why?",
            Self::More => "More…",
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Ask(question) => question.word(),
            Self::WithdrawVote => "withdraw_vote",
            Self::Why => "why",
            Self::More => "more",
        }
    }

    /// The entry that was chosen, and the button value of its request.
    pub(in crate::slack) fn read(value: &str) -> Option<(Self, &str)> {
        let (word, value) = value.split_once('|')?;
        let others = [Self::WithdrawVote, Self::Why, Self::More];
        let entry = others.into_iter().find(|entry| entry.word() == word);
        Some((entry.or_else(|| Question::parse(word).map(Self::Ask))?, value))
    }
}

pub(super) fn element(board: &Board<'_>) -> Option<SlackActionBlockElement> {
    let value = board.request.button_value();
    let entries: Vec<(&str, String)> =
        entries(board).into_iter().map(|entry| (entry.label(), format!("{}|{value}", entry.word()))).collect();
    blocks::menu(MENU, &entries)
}

fn entries(board: &Board<'_>) -> Vec<Entry> {
    match &board.request.phase {
        Phase::Gathering => vec![Entry::Ask(Question::WithdrawRequest), Entry::Why],
        Phase::Held { .. } => {
            vec![Entry::Ask(Question::LookAgain), Entry::Ask(Question::Object), Entry::Why, Entry::More]
        }
        Phase::Open => vec![
            Entry::Ask(Question::RequestChanges),
            Entry::Ask(Question::Object),
            Entry::WithdrawVote,
            Entry::Why,
            Entry::More,
        ],
        Phase::Decided(_) => vec![Entry::Why],
        Phase::Ended { .. } => Vec::new(),
    }
}

/// What [`Entry::More`] offers, in the order of how often it is wanted.
pub(in crate::slack) fn more(board: &Board<'_>) -> Vec<Question> {
    let request = board.request;
    let mut offered = Vec::new();
    if request.phase == Phase::Open {
        offered.push(Question::Approve);
    }
    if request.is_undecided() {
        offered.extend([Question::WithdrawRequest, Question::LookAgain]);
    }
    if may_be_broken(request) {
        offered.push(Question::BreakGlass);
    }
    if has_open_review(board) {
        offered.push(Question::CloseReview);
    }
    offered
}

/// Every policy has to name somebody for it.
fn may_be_broken(request: &Request) -> bool {
    let is_there = request.evidence.is_some() && request.policy.is_some();
    let can_be = matches!(request.phase, Phase::Open | Phase::Held { .. });
    is_there && can_be && request.policies().all(|policy| policy.break_glass.is_some())
}

pub(in crate::slack) const fn label(question: Question) -> &'static str {
    Entry::Ask(question).label()
}
