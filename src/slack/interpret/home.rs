//! Clicks in somebody's home that are about the page itself.

use crate::domain::ReplyTo;
use crate::ports::chat::{ChatSignal, HomePlace, Sight};
use crate::slack::home::{FILTER, NEXT_PAGE, PREFERENCES, PREVIOUS_PAGE, read, read_filter};
use crate::slack::payload::{Action, Interaction};

use super::opening;

pub(super) fn is_home(interaction: &Interaction) -> bool {
    interaction.view.as_ref().is_some_and(|view| view.kind.as_deref() == Some("home"))
}

/// `None` for everything that a message could hold as well.
pub(super) fn signal(
    action: &Action,
    interaction: &Interaction,
    reply: &ReplyTo,
) -> Result<Option<ChatSignal>, String> {
    let place = match action.name() {
        Some(PREFERENCES) => {
            let opening = opening(interaction)?;
            return Ok(Some(ChatSignal::Look { at: Sight::Preferences, opening, reply: reply.clone() }));
        }
        Some(PREVIOUS_PAGE | NEXT_PAGE) => read(action.value.as_deref().unwrap_or_default()),
        Some(FILTER) => {
            let chosen = action.selected_option.as_ref().and_then(|option| option.value.as_deref());
            HomePlace { filter: read_filter(chosen.unwrap_or_default()), page: 0 }
        }
        _ => return Ok(None),
    };
    let hash = interaction.view.as_ref().and_then(|view| view.hash.clone());
    let (workspace, user) = (reply.workspace.clone(), reply.user.clone());
    Ok(Some(ChatSignal::HomeOpened { workspace, user, place, hash }))
}
