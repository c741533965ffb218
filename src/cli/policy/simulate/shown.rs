//! A simulation for people, as a tree; and for machines.

use serde_json::{Value, json};

use super::case::Subject;
use super::rules::Rules;
use crate::artifact::text::visible;
use crate::domain::{Membership, Policies, PolicyFound, Reason};
use crate::policy::simulate::{Simulated, Word, refusal};

/// What is shown.
pub(super) struct Shown<'a> {
    pub(super) rules: &'a Rules<'a>,
    pub(super) subject: &'a Subject,
    pub(super) words: &'a [Word],
    /// What was taken as given of people.
    pub(super) notes: &'a [String],
    pub(super) simulated: &'a Simulated,
}

impl Shown<'_> {
    pub(super) fn text(&self) -> String {
        let (case, simulated) = (&self.subject.case, self.simulated);
        let mut text = format!(
            "{} for {}, on the evidence of {} (risk {}), at {}\n\n",
            visible(&self.rules.own.name),
            case.ask.environment,
            case.ask.commit.short(),
            case.evidence.risk.word(),
            simulated.at.to_rfc3339(),
        );
        tree(&mut text, &simulated.why, 0);
        let given = self.given();
        if !given.is_empty() {
            text.push_str("\nTaken as given\n");
            given.iter().for_each(|one| text.push_str(&format!("  {}\n", visible(one))));
        }
        let way = simulated.in_the_way();
        text.push_str(&format!("\nOutcome: {}\n", simulated.outcome()));
        way.iter().for_each(|one| text.push_str(&format!("  {}\n", visible(one))));
        text
    }

    pub(super) fn json(&self) -> Value {
        let (case, simulated) = (&self.subject.case, self.simulated);
        let votes: Vec<Value> = self
            .words
            .iter()
            .zip(&simulated.answers)
            .map(|(word, answer)| {
                json!({
                    "login": word.voter.link.forge().map(|forge| &forge.login),
                    "chat": word.voter.chat.user,
                    "choice": word.choice,
                    "at": word.at.to_rfc3339(),
                    "refused": refusal(answer).map(crate::domain::Refusal::code),
                })
            })
            .collect();
        json!({
            "version": 1,
            "file": self.rules.own.name,
            "environment": case.ask.environment,
            "commit": case.ask.commit,
            "at": simulated.at.to_rfc3339(),
            "outcome": simulated.outcome(),
            "in_the_way": simulated.in_the_way(),
            "why": simulated.why,
            "votes": votes,
            "taken_as_given": self.given(),
        })
    }

    fn given(&self) -> Vec<String> {
        let unread = unread(self.subject, self.simulated.request.policy.as_ref());
        self.notes.iter().chain(&self.simulated.given).cloned().chain(unread).collect()
    }
}

/// Memberships that nobody looked up when the votes of a request were given: those who voted then count as having none of
/// them, unless `--name` says otherwise.
pub(super) fn unread(subject: &Subject, policies: Option<&Policies>) -> Option<String> {
    if subject.votes.is_empty() {
        return None;
    }
    let gates = policies.into_iter().flat_map(Policies::all).flat_map(|policy| &policy.gates);
    let is_read = |membership: &&Membership| {
        let by_itself =
            matches!(membership, Membership::Access(_) | Membership::Account { .. } | Membership::ChatUser { .. });
        by_itself || subject.looked_up.contains(*membership)
    };
    let mut unread: Vec<String> =
        gates.flat_map(|gate| &gate.group.members).filter(|one| !is_read(one)).map(ToString::to_string).collect();
    unread.sort();
    unread.dedup();
    let who = unread.join(" or ");
    (!unread.is_empty())
        .then(|| format!("who voted then is not in {who}, which nobody looked up; --name says otherwise"))
}

/// Whether anything is held.
pub(super) const fn policies(found: &PolicyFound) -> Option<&Policies> {
    match found {
        PolicyFound::Policies(policies) => Some(policies),
        PolicyFound::Hold { .. } => None,
    }
}

/// The depth of a tree of ours is bounded by what it explains.
fn tree(text: &mut String, reason: &Reason, depth: usize) {
    text.push_str(&format!("{}{} {}\n", "  ".repeat(depth), reason.holds.mark(), visible(&reason.words)));
    for because in &reason.because {
        tree(text, because, depth + 1);
    }
}
