//! What a failed call means: tried again, looked for, given up, gone.

use slack_morphism::errors::SlackClientError;

use crate::ports::{Class, PortError};

/// What a call does: it decides what a lost answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Read,
    /// Sending it twice changes nothing more.
    Edit,
    /// Sending it twice shows it twice: Slack has no key against that.
    Post,
    /// Lives three seconds.
    View,
}

impl Kind {
    /// The class of a call whose answer never came.
    pub(super) const fn lost_answer(self) -> Class {
        match self {
            Self::Post => Class::Unknown,
            Self::Read | Self::Edit | Self::View => Class::Retry { after_ms: None },
        }
    }
}

/// What the request was about is not there any more.
const GONE: [&str; 14] = [
    "cannot_reply_to_message",
    "channel_not_found",
    "cant_update_message",
    "edit_window_closed",
    "exchanged_trigger_id",
    "expired_trigger_id",
    "invalid_trigger_id",
    "is_archived",
    "is_inactive",
    "message_not_found",
    "not_found",
    "thread_not_found",
    "trigger_exchanged",
    "trigger_expired",
];

/// Slack's own trouble. The call may have been carried out in part.
const SLACKS_TROUBLE: [&str; 5] =
    ["fatal_error", "internal_error", "request_timeout", "service_unavailable", "update_failed"];

/// Not carried out, and worth another try.
const LATER: [&str; 5] =
    ["external_channel_migrating", "message_limit_exceeded", "rate_limited", "ratelimited", "team_added_to_org"];

/// The class and the other side's words, without its bodies: they may hold what people wrote.
pub(super) fn classify(failure: &SlackClientError, kind: Kind, doing: &str) -> PortError {
    match failure {
        SlackClientError::RateLimitError(limit) => {
            let after_ms = limit.retry_after.and_then(|after| i64::try_from(after.as_millis()).ok());
            PortError::new(Class::Retry { after_ms }, doing, "asked to slow down (HTTP 429)")
        }
        SlackClientError::ApiError(refusal) => {
            let details = refusal.errors.as_deref().unwrap_or_default().join("; ");
            let why = if details.is_empty() { refusal.code.clone() } else { format!("{}: {details}", refusal.code) };
            PortError::new(refused(&refusal.code, kind), doing, why)
        }
        SlackClientError::HttpError(answer) => {
            let status = answer.status_code.as_u16();
            PortError::new(http_status(status, kind), doing, format!("HTTP {status}"))
        }
        SlackClientError::HttpProtocolError(broken) => match broken.cause.as_deref().is_some_and(never_sent) {
            true => PortError::retry(doing, "no connection"),
            false => PortError::new(kind.lost_answer(), doing, "the connection broke"),
        },
        SlackClientError::ProtocolError(_) => PortError::new(kind.lost_answer(), doing, "the answer cannot be read"),
        SlackClientError::EndOfStream(_)
        | SlackClientError::SystemError(_)
        | SlackClientError::SocketModeProtocolError(_) => {
            PortError::new(kind.lost_answer(), doing, "the connection ended")
        }
    }
}

fn refused(code: &str, kind: Kind) -> Class {
    if GONE.contains(&code) {
        Class::Gone
    } else if SLACKS_TROUBLE.contains(&code) {
        kind.lost_answer()
    } else if LATER.contains(&code) {
        Class::Retry { after_ms: None }
    } else {
        Class::Permanent
    }
}

const fn http_status(status: u16, kind: Kind) -> Class {
    match status {
        408 | 500..=599 => kind.lost_answer(),
        404 | 410 => Class::Gone,
        _ => Class::Permanent,
    }
}

/// The connection never stood, so nothing can have arrived.
fn never_sent(cause: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    cause.downcast_ref::<hyper_util::client::legacy::Error>().is_some_and(hyper_util::client::legacy::Error::is_connect)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use slack_morphism::errors::{SlackClientApiError, SlackClientHttpError, SlackRateLimitError};

    use super::*;

    fn api(code: &str) -> SlackClientError {
        SlackClientError::ApiError(SlackClientApiError::new(code.to_owned()))
    }

    fn class(failure: &SlackClientError, kind: Kind) -> Class {
        classify(failure, kind, "post").class
    }

    #[test]
    fn a_pause_that_slack_asks_for_is_kept() {
        let limit = SlackRateLimitError::new().with_retry_after(Duration::from_secs(30));
        let failure = SlackClientError::RateLimitError(limit);
        assert_eq!(class(&failure, Kind::Post), Class::Retry { after_ms: Some(30_000) });
    }

    #[test]
    fn refusals_are_gone_permanent_or_slacks_own_trouble() {
        for code in ["message_not_found", "channel_not_found", "is_archived", "expired_trigger_id"] {
            assert_eq!(class(&api(code), Kind::Edit), Class::Gone, "{code}");
        }
        for code in ["invalid_blocks", "not_in_channel", "missing_scope", "invalid_auth", "something_new"] {
            assert_eq!(class(&api(code), Kind::Post), Class::Permanent, "{code}");
        }
        for code in ["internal_error", "fatal_error", "service_unavailable"] {
            assert_eq!(class(&api(code), Kind::Edit), Class::Retry { after_ms: None }, "{code}");
            assert_eq!(class(&api(code), Kind::Post), Class::Unknown, "{code}: may have been posted");
        }
    }

    #[test]
    fn a_lost_answer_to_a_post_leaves_it_unknown() {
        let failure = SlackClientError::HttpError(SlackClientHttpError::new(axum::http::StatusCode::BAD_GATEWAY));
        assert_eq!(class(&failure, Kind::Post), Class::Unknown);
        assert_eq!(class(&failure, Kind::Read), Class::Retry { after_ms: None });
    }

    #[test]
    fn bodies_never_reach_the_log() {
        let refusal =
            SlackClientApiError::new("invalid_blocks".to_owned()).with_http_response_body("a reason".to_owned());
        assert_eq!(classify(&SlackClientError::ApiError(refusal), Kind::Post, "post").why, "invalid_blocks");
    }
}
