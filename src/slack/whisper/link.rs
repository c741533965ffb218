//! Words about account links, and their buttons.

use slack_morphism::prelude::{SlackBlock, SlackBlockButtonStyle};
use url::Url;

use crate::domain::{ChatStanding, ChatUser, ForgeUser, LinkConflict, LinkRefusal, Refusal, Timestamp, Whisper};
use crate::slack::blocks::{self, Line};
use crate::slack::text::local_date;

/// Action ids: asks for an address, and opens it.
pub(in crate::slack) const LINK: &str = "link";
pub(in crate::slack) const OPEN_LINK: &str = "open_link";

/// The button under an answer that linking would help, or that carries an address to open.
pub(super) fn buttons(whisper: &Whisper, links: bool) -> Option<SlackBlock> {
    match whisper {
        Whisper::Refused(Refusal::NotLinked | Refusal::LoginMoved { .. } | Refusal::LoginGone { .. }) if links => {
            let label = "Link your GitHub account";
            let button = blocks::button(LINK, label, LINK, label).with_style(SlackBlockButtonStyle::Primary);
            blocks::actions(LINK, vec![button.into()])
        }
        Whisper::LinkHere { address, .. } => {
            let url = Url::parse(&address.0).ok()?;
            let button = blocks::button(OPEN_LINK, "Go on in the browser", OPEN_LINK, "Link your GitHub account");
            blocks::actions(LINK, vec![button.with_url(url).with_style(SlackBlockButtonStyle::Primary).into()])
        }
        _ => None,
    }
}

/// After a refusal that a link, or another one, would put right.
pub(super) const fn what_next(links: bool) -> &'static str {
    if links {
        " Link your GitHub account with the button below, or type /countersign link; then click again."
    } else {
        " Ask whoever runs Countersign to put it right in the identity file."
    }
}

pub(super) fn here(until: Timestamp, linked: Option<&str>) -> Line {
    let line = Line::new();
    let line = match linked {
        Some(login) => line
            .words("Your Slack account is tied to the GitHub account ")
            .code(login, 100)
            .words(" now. What is below renews that, for instance after you changed your login; to tie another account, type /countersign unlink first. "),
        None => line.words("Go on in the browser and say at GitHub which account is yours. "),
    };
    let line = line.words(&format!("It works once, until {}, and is for you alone. ", clock(until)));
    line.bold("Do not pass it on, and never use one that somebody else sent you: that would tie your GitHub account to their Slack account.")
}

pub(super) fn linked(account: &ForgeUser) -> Line {
    let line = Line::new().words("Linked: your Slack account and the GitHub account ").code(&account.login, 100);
    line.words(&format!(
        " (number {}) are one person from now on. Not you? Type /countersign unlink, and tell whoever runs Countersign.",
        account.id
    ))
}

pub(super) fn unlinked(login: &str, in_file: Option<&str>) -> Line {
    let line = Line::new().words("Unlinked: the GitHub account ").code(login, 100);
    let line = line.words(
        " is no longer tied to your Slack account. Votes you gave no longer count where nothing is decided yet.",
    );
    still_in_file(line, in_file)
}

pub(super) fn nothing_to_unlink(in_file: Option<&str>) -> Line {
    let line = Line::new().words("You linked no GitHub account here, so there is nothing to undo.");
    still_in_file(line, in_file)
}

fn still_in_file(line: Line, in_file: Option<&str>) -> Line {
    let Some(login) = in_file else { return line };
    line.words(" The operator's identity file ties your Slack account to ")
        .code(login, 100)
        .words("; only whoever runs Countersign can change that.")
}

pub(super) fn somebody_tried(login: &str, other: &ChatUser) -> Line {
    let line = Line::new().person(other).words(" tried to link your GitHub account ").code(login, 100);
    line.words(" to their Slack account. It was refused, because it is linked to yours. Whoever tried had signed in at GitHub as you: if that was not you, look at your sessions there (Settings › Sessions) and tell whoever runs Countersign.")
}

pub(super) fn conflict(conflict: &LinkConflict) -> Line {
    let line = Line::new();
    match conflict {
        LinkConflict::TwoAccounts { file, link } => line
            .words("your Slack account is tied to two GitHub accounts. The operator's identity file says ")
            .code(file, 100)
            .words(", and ")
            .code(link, 100)
            .words(" was linked. Neither counts until that is put right: type /countersign unlink if the linked one is wrong, or have whoever runs Countersign correct the file."),
        LinkConflict::TwoPeople { login, other } => line
            .words("the GitHub account ")
            .code(login, 100)
            .words(" is tied to your Slack account and to ")
            .person(other)
            .words(": one of the two by the operator's identity file, the other by a link. Neither counts until that is put right. Ask whoever runs Countersign; if your link is the wrong one, type /countersign unlink."),
    }
}

pub(super) fn refused(refusal: &LinkRefusal) -> Line {
    let no = Line::new().words("Nothing was linked: ");
    match refusal {
        LinkRefusal::NotSetUp => no.words("whoever runs Countersign has not set that up. It needs the GitHub App's client ID and a client secret (github.client_id, github.client_secret) and server.public_url. They can also add you to the identity file."),
        LinkRefusal::Standing { standing } => no.words(standing_words(*standing)),
        LinkRefusal::NotAPerson { login } => {
            no.code(login, 100).words(" is not a person's account at GitHub. Sign in there with your own.")
        }
        LinkRefusal::AccountTaken { login, other, in_file: false } => no
            .words("the GitHub account ")
            .code(login, 100)
            .words(" is linked to ")
            .person(other)
            .words(" in this workspace, and one person has one account. If that is you as well, type /countersign unlink there first; if it is not, tell whoever runs Countersign."),
        LinkRefusal::AccountTaken { login, other, in_file: true } => no
            .words("the operator's identity file ties the GitHub account ")
            .code(login, 100)
            .words(" to ")
            .person(other)
            .words(". Ask whoever runs Countersign."),
        LinkRefusal::ChatTaken { login, in_file: false } => no
            .words("your Slack account is linked to the GitHub account ")
            .code(login, 100)
            .words(" already. To link another one, type /countersign unlink first."),
        LinkRefusal::ChatTaken { login, in_file: true } => no
            .words("the operator's identity file ties your Slack account to the GitHub account ")
            .code(login, 100)
            .words(". Ask whoever runs Countersign to change that first."),
        LinkRefusal::Declined { login } => no
            .words("whoever signed in at GitHub as ")
            .code(login, 100)
            .words(" said that this Slack account is not theirs. If that was you, type /countersign link to start again."),
        LinkRefusal::OtherBrowser => no.words("the address was opened in one browser and GitHub's answer came to another. Type /countersign link and stay in one browser; if you passed the address on, do not."),
    }
}

const fn standing_words(standing: ChatStanding) -> &'static str {
    match standing {
        ChatStanding::Member => "your Slack account could not be checked. Try again.",
        ChatStanding::Guest => "guests of this workspace cannot decide, so their accounts are not linked.",
        ChatStanding::Deactivated => "this Slack account is deactivated. Use your active one.",
        ChatStanding::Bot => "bots and apps cannot decide. A person has to.",
        ChatStanding::Foreign => "your account belongs to another workspace. Only members of this one can decide.",
        ChatStanding::Unknown => {
            "Slack does not show us your account, so it cannot be checked. Ask an administrator of this workspace."
        }
    }
}

/// `12:10 UTC`: the address lives minutes.
fn clock(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis())
        .map_or_else(|_| local_date(at), |at| at.strftime("%H:%M UTC").to_string())
}
