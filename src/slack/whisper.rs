//! Words for private answers: what happened, why, and what to do next (P32).

use crate::domain::{Part, Refusal, Verdict, Whisper};

use super::blocks::{Line, Rich};
use super::message::ending_words;
use super::text::date;

/// A private answer: `text` and blocks.
pub(super) fn draw(whisper: &Whisper) -> serde_json::Value {
    let line = words(whisper);
    let blocks: Vec<_> = Rich::new().line(line.clone()).block().into_iter().collect();
    serde_json::json!({ "text": line.as_fallback(3_000), "blocks": blocks })
}

pub(super) fn words(whisper: &Whisper) -> Line {
    let new = Line::new();
    match whisper {
        Whisper::Refused(refusal) => refused(refusal),
        Whisper::AlreadyCounted => new.words("Your vote is there already and counts once. There is nothing more for you to do."),
        Whisper::Counted { gate, got, needed } if got >= needed => {
            new.words("Your approval counts: ").theirs(gate, 80).words(&format!(" has its {needed} of {needed}."))
        }
        Whisper::Counted { gate, got, needed } => new
            .words("Your approval counts: ")
            .theirs(gate, 80)
            .words(&format!(" has {got} of {needed}. It waits for more people.")),
        Whisper::ObjectionNoted => new.words(
            "Your objection is kept and shown in the thread. It decides nothing: this was decided already. To undo it, deploy what was live before.",
        ),
        Whisper::CheckedLater { what } => new
            .words("Your click is kept, but could not be checked yet: ")
            .theirs(what, 200)
            .words(" did not answer. It is checked again by itself; do not click again."),
        Whisper::NotChecked { what } => new
            .words("Your click does not count: ")
            .theirs(what, 200)
            .words(" could not be read for too long. Click again when it works, or ask whoever runs Countersign."),
        Whisper::DecisionHeld { why } => new
            .words("Your approval is decided, but GitHub is not told yet: ")
            .theirs(why, 500)
            .words(". It is told by itself once that is put right; there is nothing for you to click."),
        Whisper::Help => new.words(
            "Countersign posts a message for each deployment that needs approval, with Approve, Deny and See changes in it. \
             Click there; the thread says what came of it. If a click does not count, you are told why, as here.",
        ),
    }
}

fn refused(refusal: &Refusal) -> Line {
    let no = Line::new().words("Your click changed nothing: ");
    match refusal {
        Refusal::UnknownRequest => no.words("this button names no request that Countersign knows. Use the newest message about this deployment."),
        Refusal::Guest => no.words("guests of this workspace cannot decide. Ask a full member who may."),
        Refusal::Deactivated => no.words("this Slack account is deactivated. Use your active one."),
        Refusal::Bot => no.words("bots and apps cannot decide. A person has to."),
        Refusal::ForeignWorkspace => no.words("your account belongs to another workspace. Only members of this one can decide; ask one of them."),
        Refusal::UnknownAccount => no.words("Slack does not show us your account, so it cannot be checked. Ask an administrator of this workspace."),
        Refusal::NotLinked => no.words("your Slack account is not linked to a GitHub account. Ask whoever runs Countersign to add you to the identity file."),
        Refusal::LoginMoved { login, .. } => no
            .words("your link names the GitHub login ")
            .code(login, 50)
            .words(", which belongs to somebody else now. Ask whoever runs Countersign to correct the identity file."),
        Refusal::LoginGone { login } => no
            .words("your link names the GitHub login ")
            .code(login, 50)
            .words(", which nobody has any more. Ask whoever runs Countersign to correct the identity file."),
        Refusal::NotInGroup { gate, group } => no
            .theirs(gate, 80)
            .words(" is for ")
            .theirs(group, 80)
            .words(", and you are not one of them. Ask one of them, or have your access at GitHub changed and click again."),
        Refusal::Excluded { part } => no.words(part_words(*part)).words(" Somebody without a part in this change has to decide."),
        Refusal::EvidenceChanged => no.words("the evidence was read again since this button was drawn. Look at the message as it is now and click again."),
        Refusal::StillGathering => no.words("the evidence is still being read. The buttons appear when it is there."),
        Refusal::Held { why } => no.words("the request is held: ").theirs(why, 500).words(". It can be decided once that is put right."),
        Refusal::AlreadyDecided { verdict, by, at } => {
            let line = no.words(&format!("already {}", verdict_words(*verdict)));
            let line = if by.is_empty() { line } else { line.words(" by ").people(by, 5) };
            line.words(&format!(", {}. The message shows what came of it.", date(*at)))
        }
        Refusal::Ended { how, at } => {
            let line = no.words("the request has ended. ").then(ending_words(how));
            line.words(&format!(" That was {}. There is nothing left to decide.", date(*at)))
        }
        Refusal::Expired { at } => no.words(&format!(
            "the request expired {}. To deploy, start the run again; it asks anew.",
            date(*at)
        )),
        Refusal::VotedInOtherGate { gate } => no
            .words("your vote counts for ")
            .theirs(gate, 80)
            .words(" already, and one person counts in one gate only. Somebody else has to approve this one."),
        Refusal::ReasonMissing => no.words("the policy asks for a reason with every denial. Press Deny again and say why."),
        Refusal::OtherCommit { commit } => no
            .words("this button was drawn for another commit than ")
            .code(commit.short(), 12)
            .words(". Use the newest message about this deployment."),
        Refusal::ChecksWorse { now } => no
            .theirs(&now.join("; "), 500)
            .words(". That was better when the evidence was read. The message is brought up to date; look at it and click again."),
    }
}

const fn part_words(part: Part) -> &'static str {
    match part {
        Part::Requester => "you started this run.",
        Part::PrAuthor => "you opened a pull request of this change.",
        Part::Author => "you wrote a commit of this change.",
        Part::Committer => "you committed a part of this change.",
        Part::CoAuthor => "you are named as a co-author of this change.",
    }
}

const fn verdict_words(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Approved => "approved",
        Verdict::Denied => "denied",
        Verdict::Expired => "expired",
    }
}

#[cfg(test)]
mod tests;
