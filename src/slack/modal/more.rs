//! The rest of the menu: what is wanted seldom, each with what it does.

use slack_morphism::prelude::{SlackBlock, SlackBlockButtonStyle, SlackSectionBlock, SlackView};

use crate::ports::chat::{Board, Question};
use crate::slack::blocks::{self, plain};
use crate::slack::message::buttons::asking;
use crate::slack::message::menu::{label, more};
use crate::slack::message::model;

use super::{MORE_CALLBACK, modal, notice};

pub(super) const TITLE: &str = "More";

pub(super) fn view(board: &Board<'_>) -> SlackView {
    let offered = more(board);
    if offered.is_empty() {
        return notice(TITLE, "Nothing more can be done to this request.");
    }
    modal(TITLE, offered.into_iter().map(|question| entry(board, question)).collect(), MORE_CALLBACK)
}

fn entry(board: &Board<'_>, question: Question) -> SlackBlock {
    let accessible = format!("{}: {} for {}", label(question), model(board), board.request.environment);
    let button = blocks::button(&asking(question), label(question), &board.request.button_value(), &accessible);
    let button = match question {
        Question::BreakGlass | Question::WithdrawRequest => button.with_style(SlackBlockButtonStyle::Danger),
        _ => button,
    };
    SlackSectionBlock::new().with_text(plain(words(question), 300).into()).with_accessory(button.into()).into()
}

const fn words(question: Question) -> &'static str {
    match question {
        Question::Approve => "Say something with your approval; it is shown with your name.",
        Question::WithdrawRequest => "For whoever started the run: the request ends, and GitHub rejects the jobs.",
        Question::LookAgain => {
            "Read evidence and policy again now, for instance after a fix outside of the repository."
        }
        Question::BreakGlass => {
            "In an emergency, let it go live without its gates. Loud, recorded, and reviewed afterwards."
        }
        Question::CloseReview => "Somebody broke the glass: say that you have looked at it.",
        Question::Deny | Question::RequestChanges | Question::Object => "",
    }
}
