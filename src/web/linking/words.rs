//! What the pages say when there is nothing to go on with.

use axum::http::StatusCode;

use crate::domain::{ChatStanding, LinkRefusal};
use crate::engine::linking::{Over, Page};

/// A short text under a title.
pub(super) struct Notice {
    pub title: &'static str,
    pub text: String,
    /// What to do next.
    pub next: &'static str,
}

const AGAIN: &str = "To start again, type /countersign link in Slack.";
const STAY: &str = "Type /countersign link in Slack, and stay in one browser. If somebody sent you this address, do not go on: it would tie your GitHub account to their Slack account.";

pub(super) const fn status(page: &Page) -> StatusCode {
    match page {
        Page::Start { .. } | Page::Onward { .. } | Page::Proven | Page::Confirm { .. } | Page::Linked { .. } => {
            StatusCode::OK
        }
        Page::Refused { .. } => StatusCode::CONFLICT,
        Page::Over(Over::Unknown) => StatusCode::NOT_FOUND,
        Page::Over(Over::Expired | Over::Used) => StatusCode::GONE,
        Page::Over(Over::OtherBrowser | Over::NotFromHere | Over::StateUnknown) => StatusCode::FORBIDDEN,
        Page::Over(Over::SaidNo) => StatusCode::OK,
        Page::Over(Over::ForgeRefuses { .. } | Over::ForgeSilent | Over::ChatSilent) => StatusCode::BAD_GATEWAY,
    }
}

pub(super) fn over(over: &Over) -> Notice {
    let (title, text, next) = match over {
        Over::Unknown => ("This address leads nowhere", "Nobody was given it, or it was long ago.".to_owned(), AGAIN),
        Over::Expired => ("Too late", "This address worked for ten minutes. Nothing was linked.".to_owned(), AGAIN),
        Over::Used => {
            let text = "This address works once. Something came of it already, or you asked for a newer one.";
            ("This address was used", text.to_owned(), AGAIN)
        }
        Over::OtherBrowser => {
            ("Opened elsewhere", "Another browser went on with this address. Nothing was linked.".to_owned(), STAY)
        }
        Over::NotFromHere => {
            let text = "What was sent did not come from our page in this browser. Nothing was linked.";
            ("That did not come from here", text.to_owned(), STAY)
        }
        Over::StateUnknown => {
            let text = "GitHub’s answer belongs to nothing that is under way here: it was used already, or it is somebody else’s. Nothing was linked.";
            ("Nobody waits for this answer", text.to_owned(), STAY)
        }
        Over::SaidNo => ("You said no", "You did not sign in at GitHub. Nothing was linked.".to_owned(), AGAIN),
        Over::ForgeRefuses { why } => {
            ("GitHub refuses", format!("GitHub did not take the sign-in ({why}). Nothing was linked."), AGAIN)
        }
        Over::ForgeSilent => {
            ("GitHub does not answer", "It could not be asked who you are. Nothing was linked.".to_owned(), AGAIN)
        }
        Over::ChatSilent => {
            let text = "It could not be asked whether your Slack account may be linked. Nothing was linked yet.";
            ("Slack does not answer", text.to_owned(), "Go back and press the button again in a moment.")
        }
    };
    Notice { title, text, next }
}

pub(super) fn busy() -> Notice {
    Notice {
        title: "Not now",
        text: "The server cannot do this at the moment. Nothing was linked.".to_owned(),
        next: "Load the page again in a moment.",
    }
}

pub(super) fn refused(why: &LinkRefusal) -> Notice {
    let operator = "Ask whoever runs Countersign.";
    let (text, next) = match why {
        LinkRefusal::NotSetUp => ("Whoever runs Countersign has not set this up.".to_owned(), operator),
        LinkRefusal::Standing { standing } => (standing_words(*standing).to_owned(), operator),
        LinkRefusal::NotAPerson { login } => (
            format!("The GitHub account {login} is not a person’s."),
            "Sign in at GitHub with your own account; type /countersign link in Slack to start again.",
        ),
        LinkRefusal::AccountTaken { login, other, in_file: false } => (
            format!(
                "The GitHub account {login} is linked to another Slack account of this workspace, {}. One person has one account.",
                other.user
            ),
            "If that is you as well, type /countersign unlink there first. If it is not, tell whoever runs Countersign.",
        ),
        LinkRefusal::AccountTaken { login, other, in_file: true } => (
            format!(
                "The operator’s identity file ties the GitHub account {login} to another Slack account, {}.",
                other.user
            ),
            operator,
        ),
        LinkRefusal::ChatTaken { login, in_file: false } => (
            format!("This Slack account is linked to another GitHub account, {login}."),
            "To link another one, type /countersign unlink in Slack first.",
        ),
        LinkRefusal::ChatTaken { login, in_file: true } => {
            (format!("The operator’s identity file ties this Slack account to the GitHub account {login}."), operator)
        }
        LinkRefusal::Declined { .. } => (
            "You said that these two accounts are not both yours, and whoever asked in Slack was told.".to_owned(),
            "If somebody sent you the address, tell whoever runs Countersign.",
        ),
        LinkRefusal::OtherBrowser => {
            ("The address was opened in one browser, and GitHub’s answer came to another.".to_owned(), STAY)
        }
    };
    Notice { title: "Nothing was linked", text, next }
}

const fn standing_words(standing: ChatStanding) -> &'static str {
    match standing {
        ChatStanding::Member => "This Slack account could not be checked.",
        ChatStanding::Guest => "Guests of a workspace cannot decide, so their accounts are not linked.",
        ChatStanding::Deactivated => "This Slack account is deactivated.",
        ChatStanding::Bot => "Bots and apps cannot decide. A person has to.",
        ChatStanding::Foreign => "This Slack account belongs to another workspace.",
        ChatStanding::Unknown => "Slack does not show us this account.",
    }
}
