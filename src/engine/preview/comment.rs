//! The one comment on a pull request: says little, links to the sheet, and is never a second one.

use crate::domain::{Comment, Preview};
use crate::ports::pulls::PostedSheet;
use crate::ports::{Class, PortError, Presence};

use super::super::Engine;
use super::compose::{self, Composed, Section};

/// What became of the comment, and what the sheet has to say about it.
pub(super) struct Said {
    pub(super) comment: Comment,
    pub(super) remark: Option<&'static str>,
}

const NOT_ALLOWED: &str = "This server is set to keep a comment on the pull request and may not: the permission to \
     write pull requests is not granted to it here.";

/// Keeps the comment up to date, where that is wanted. Its failures never keep the sheet from being shown for longer than
/// anything else would.
pub(super) async fn keep(
    engine: &Engine,
    claimed: &Preview,
    posted: &PostedSheet,
    sections: &[Section],
    composed: &Composed,
) -> Result<Said, PortError> {
    let unsaid = Said { comment: claimed.comment, remark: None };
    let known = match claimed.comment {
        _ if !engine.previews.settings.comment => return Ok(unsaid),
        Comment::Removed => return Ok(unsaid),
        Comment::Posted { id } => Some(id),
        Comment::None => None,
    };
    let text = compose::comment(&claimed.repository.full_name(), posted.url.as_deref(), sections, composed);
    let (repository, number) = (&claimed.repository, claimed.key.number);
    match engine.forge.show_comment(repository, number, &claimed.key.mark(), known, &text).await {
        Ok(Presence::Found(id)) => Ok(Said { comment: Comment::Posted { id }, remark: None }),
        Ok(Presence::Missing) => Ok(Said { comment: Comment::Removed, remark: None }),
        Err(error) if is_refusal(&error) => {
            tell_once(engine, claimed, &error);
            Ok(Said { remark: Some(NOT_ALLOWED), ..unsaid })
        }
        Err(error) if is_over(engine, claimed) => {
            tracing::warn!(preview.key = %claimed.key, error = %error, "the comment on {} is left as it is", claimed.key);
            Ok(unsaid)
        }
        Err(error) => Err(error),
    }
}

const fn is_refusal(error: &PortError) -> bool {
    matches!(error.class, Class::Permanent | Class::Gone)
}

fn is_over(engine: &Engine, claimed: &Preview) -> bool {
    claimed.has_waited(engine.clock.now(), engine.previews.settings.give_up_after_ms)
}

fn tell_once(engine: &Engine, claimed: &Preview, error: &PortError) {
    if engine.previews.tell_once(claimed.repository.id, "comment") {
        tracing::warn!(
            repo = claimed.repository.full_name(), error = %error,
            "no comments on pull requests of {}: grant the app permission to write pull requests, or set preview.comment = false",
            claimed.repository.full_name()
        );
    }
}
