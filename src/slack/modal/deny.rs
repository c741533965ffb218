//! Asks why, then denies.

use slack_morphism::prelude::*;

use crate::ports::chat::Board;
use crate::slack::blocks::{Line, MAX_TITLE, Rich, plain};
use crate::slack::message::model;

use super::{DENY_CALLBACK, REASON_ACTION, REASON_BLOCK};

/// Slack's limit on a typed text, in characters; also [`crate::domain::Words::MAX_CHARS`].
const MAX_REASON: u64 = 3_000;

pub(super) fn view(board: &Board<'_>) -> SlackView {
    let blocks: Vec<SlackBlock> =
        Rich::new().line(consequence(board)).block().into_iter().chain([reason(board)]).collect();
    let view = SlackModalView::new(plain("Deny", MAX_TITLE).into(), blocks)
        .with_submit(plain("Deny", MAX_TITLE).into())
        .with_close(plain("Back", MAX_TITLE).into())
        .with_callback_id(SlackCallbackId(DENY_CALLBACK.to_owned()))
        .with_private_metadata(board.request.button_value());
    SlackView::Modal(view)
}

fn consequence(board: &Board<'_>) -> Line {
    let line = Line::new().their_bold(&model(board), 100).words(" will not go to ");
    let line = line.their_bold(board.request.environment.as_str(), 100).words(".");
    line.words(" GitHub rejects the waiting jobs; to try again, somebody starts the run again. Your name and reason are kept and shown.")
}

fn reason(board: &Board<'_>) -> SlackBlock {
    let needed = board.request.policies().any(|policy| policy.deny.reason_required);
    let input = SlackBlockPlainTextInputElement::new()
        .with_action_id(SlackActionId(REASON_ACTION.to_owned()))
        .with_multiline(true)
        .with_max_length(MAX_REASON)
        .with_focus_on_load(true);
    SlackInputBlock::new(plain("Why?", 100).into(), input.into())
        .with_block_id(SlackBlockId(REASON_BLOCK.to_owned()))
        .with_optional(!needed)
        .into()
}
