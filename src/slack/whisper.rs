//! Words for private answers: what happened, why, and what to do next (P32).

mod link;

use crate::domain::{Obstacle, Part, Refusal, Verdict, Whisper};

use super::blocks::{Line, Rich};
use super::message::ending_words;

pub(super) use link::{LINK, OPEN_LINK};

/// A private answer: `text` and blocks. `links`: people can link their accounts themselves.
pub(super) fn draw(whisper: &Whisper, links: bool) -> serde_json::Value {
    let line = words(whisper, links);
    let blocks: Vec<_> =
        Rich::new().line(line.clone()).block().into_iter().chain(link::buttons(whisper, links)).collect();
    serde_json::json!({ "text": line.as_fallback(3_000), "blocks": blocks })
}

pub(super) fn words(whisper: &Whisper, links: bool) -> Line {
    let new = Line::new();
    match whisper {
        Whisper::Refused(refusal) => refused(refusal, links),
        Whisper::AlreadyCounted => new.words("Your vote is there already and counts once. There is nothing more for you to do."),
        Whisper::Counted { gate, got, needed } if got >= needed => {
            new.words("Your approval counts: ").theirs(gate, 80).words(&format!(" has its {needed} of {needed}."))
        }
        Whisper::Counted { gate, got, needed } => new
            .words("Your approval counts: ")
            .theirs(gate, 80)
            .words(&format!(" has {got} of {needed}. It waits for more people.")),
        Whisper::Agreed { waits_for } if waits_for.is_empty() => new.words(
            "Your approval counts, and everybody needed has agreed. Everything is read once more; then it is decided by itself.",
        ),
        Whisper::Agreed { waits_for } if waits_for.iter().any(Obstacle::waits_for_people) => new
            .words("Your approval counts, and everybody needed has agreed. It cannot pass as it is: ")
            .theirs(&obstacles(waits_for), 500)
            .words(". The request stays open until it expires."),
        Whisper::Agreed { waits_for } => new
            .words("Your approval counts, and everybody needed has agreed. It waits: ")
            .theirs(&obstacles(waits_for), 500)
            .words(". It goes on by itself; there is nothing more for you to do."),
        Whisper::ChangesRequested => new.words(
            "Kept: this cannot pass until you approve it, or take your word back from the menu. The request still expires.",
        ),
        Whisper::VoteWithdrawn => new.words("Your vote is taken back. You can vote again while the request is open."),
        Whisper::Withdrawn => new.words("The request is taken back: GitHub is told to reject the jobs."),
        Whisper::ReviewClosed => new.words("The review is closed, with your name."),
        Whisper::LookingAgain => new.words(
            "Evidence and policy are gathered again. Votes stay when the evidence is the same and the policy still allows them.",
        ),
        Whisper::Confirmed => new.words("Confirmed: GitHub is told now."),
        Whisper::ObjectionNoted => new.words("Your objection is kept and shown. It decides nothing; those who decide see it."),
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
        Whisper::LinkHere { until, linked, .. } => link::here(*until, linked.as_deref()),
        Whisper::Linked { account } => link::linked(account),
        Whisper::Unlinked { login, in_file } => link::unlinked(login, in_file.as_deref()),
        Whisper::NothingToUnlink { in_file } => link::nothing_to_unlink(in_file.as_deref()),
        Whisper::NotLinkedNow(refusal) => link::refused(refusal),
        Whisper::SomebodyTried { login, other } => link::somebody_tried(login, other),
    }
}

fn refused(refusal: &Refusal, links: bool) -> Line {
    let no = Line::new().words("Your click changed nothing: ");
    match refusal {
        Refusal::UnknownRequest => no.words("this button names no request that Countersign knows. Use the newest message about this deployment."),
        Refusal::Guest => no.words("guests of this workspace cannot decide. Ask a full member who may."),
        Refusal::Deactivated => no.words("this Slack account is deactivated. Use your active one."),
        Refusal::Bot => no.words("bots and apps cannot decide. A person has to."),
        Refusal::ForeignWorkspace => no.words("your account belongs to another workspace. Only members of this one can decide; ask one of them."),
        Refusal::UnknownAccount => no.words("Slack does not show us your account, so it cannot be checked. Ask an administrator of this workspace."),
        Refusal::NotLinked => no.words("your Slack account is not linked to a GitHub account.").words(link::what_next(links)),
        Refusal::LoginMoved { login, .. } => no
            .words("your link names the GitHub login ")
            .code(login, 50)
            .words(", which belongs to somebody else now.")
            .words(link::what_next(links)),
        Refusal::LoginGone { login } => no
            .words("your link names the GitHub login ")
            .code(login, 50)
            .words(", which nobody has any more.")
            .words(link::what_next(links)),
        Refusal::LinkConflict { conflict } => no.then(link::conflict(conflict)),
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
            line.words(", ").at(*at).words(". The message shows what came of it.")
        }
        Refusal::Ended { how, at } => {
            let line = no.words("the request has ended. ").then(ending_words(how));
            line.words(" That was ").at(*at).words(". There is nothing left to decide.")
        }
        Refusal::Expired { at } => {
            no.words("the request expired ").at(*at).words(". To deploy, start the run again; it asks anew.")
        }
        Refusal::GateNotOpen { gate, before } => no
            .theirs(gate, 80)
            .words(" is yours, and it comes after ")
            .theirs(before, 80)
            .words(". You can act as soon as that one is met."),
        Refusal::GateMet { gate } => no
            .theirs(gate, 80)
            .words(" has everybody it needs. The next gate is for others."),
        Refusal::NobodyMayVote => no.words("no gate asks for anybody here. Whoever keeps the policy has to look."),
        Refusal::ReasonMissing => no.words("a reason is needed. Press the button again and say why."),
        Refusal::CommentMissing => no.words("the policy asks for a comment with every approval. Press Approve again and say what you looked at."),
        Refusal::TicksMissing { flags } => no
            .words("the policy asks you to tick each of these: ")
            .theirs(&flags.join(", "), 500)
            .words(". Press Approve again and tick them."),
        Refusal::Older { commit, .. } => no
            .words("a newer request for this environment is open, for ")
            .code(commit.short(), 12)
            .words(". If you mean this older one, press Approve again and say so."),
        Refusal::NoVote => no.words("you have no vote here to take back."),
        Refusal::NotYours => no.words("only who started the run can take the request back. You can deny it, if a gate is yours, or object."),
        Refusal::MayVote => no.words("you may decide here: use Deny or Request changes instead."),
        Refusal::NoBreakGlass { role } => no.words(role.words()).words(" lets nobody break the glass."),
        Refusal::NothingToReview => no.words("there is no open review here."),
        Refusal::OwnReview => no.words("you broke the glass: somebody else has to review it."),
        Refusal::OtherCommit { commit } => no
            .words("this button was drawn for another commit than ")
            .code(commit.short(), 12)
            .words(". Use the newest message about this deployment."),
        Refusal::MayNotFreeze { everywhere: true } => no.words(
            "freezes of every repository are for those whom the operator names. Name one repository that you maintain: freeze ENVIRONMENT in OWNER/NAME reason.",
        ),
        Refusal::MayNotFreeze { everywhere: false } => {
            no.words("freezes of a repository are for people with maintain or admin access to it.")
        }
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
        Verdict::Withdrawn => "taken back",
        Verdict::Superseded => "replaced by a newer request",
    }
}

/// What is in the way, in one line.
fn obstacles(found: &[Obstacle]) -> String {
    found.iter().map(Obstacle::words).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests;
