//! What waits for people, as a modal: for the shortcut that can be called from anywhere.

use slack_morphism::prelude::{SlackBlock, SlackView};

use crate::ports::chat::Pending;
use crate::slack::blocks::{Line, Rich};
use crate::slack::entry;
use crate::slack::modal;

const CALLBACK: &str = "pending";

pub(in crate::slack) fn view(pending: &Pending<'_>) -> SlackView {
    modal::modal("Pending approvals", blocks(pending), CALLBACK)
}

fn blocks(pending: &Pending<'_>) -> Vec<SlackBlock> {
    if pending.entries.is_empty() {
        return Rich::new().line(Line::new().words("Nothing waits for a decision.")).block().into_iter().collect();
    }
    let more = entry::more(pending.more, " under Home of this app").unwrap_or_default();
    let entries = super::entries(&pending.entries, 0);
    entries.into_iter().chain(Rich::new().line(more).block()).collect()
}
