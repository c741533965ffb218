//! The gates: how far each is, by whom, and who can still act.

use slack_morphism::prelude::SlackBlock;

use crate::domain::{
    Choice, Condition, FrozenPolicy, Gate, GateProgress, GateState, Outcome, Request, Role, Vote, tally,
};
use crate::ports::chat::Board;
use crate::slack::blocks::{Line, Rich};
use crate::slack::text::count;

use super::people::Able;
use super::{Room, waits};

/// One gate as people see it.
struct Step<'r> {
    request: &'r Request,
    gate: &'r Gate,
    progress: GateProgress,
    /// The gates of the same policy that are open now.
    open: Vec<&'r str>,
}

pub(super) fn block(board: &Board<'_>, room: &Room) -> Option<SlackBlock> {
    let mut lines = lines(board.request, room);
    lines.extend(waits::lines(board, room));
    match lines.len() {
        1 => Rich::new().line(lines.into_iter().next().unwrap_or_default()),
        _ => Rich::new().bullets(lines),
    }
    .block()
}

/// Each gate in a line, those that are open first; words of approvers and votes that stopped counting after them.
pub(in crate::slack) fn lines(request: &Request, room: &Room) -> Vec<Line> {
    let mut steps: Vec<Step<'_>> = request.policies().flat_map(|policy| steps(request, policy)).collect();
    // Within a policy they stay in its order; what asks for somebody now comes before what does not.
    steps.sort_by_key(|step| match step.progress.state {
        GateState::Open => 0,
        GateState::Later => 1,
        GateState::Met => 2,
        GateState::Skipped => 3,
    });
    let more = steps.len().saturating_sub(room.gates);
    let mut lines: Vec<Line> = steps.iter().take(room.gates).map(|step| step.line(room)).collect();
    lines.extend(
        (more > 0).then(|| Line::new().words(&format!("and {}, under Why?", count(more, "more gate", "more gates")))),
    );
    lines.extend(said(request, room));
    lines.extend(struck(request));
    lines
}

fn steps<'r>(request: &'r Request, policy: &'r FrozenPolicy) -> Vec<Step<'r>> {
    let progress = tally(request, policy);
    let is_open = |state| state == GateState::Open;
    let open: Vec<&str> = policy
        .gates
        .iter()
        .zip(&progress)
        .filter(|(_, progress)| is_open(progress.state))
        .map(|(gate, _)| gate.name.as_str())
        .collect();
    let step = |(gate, progress)| Step { request, gate, progress, open: open.clone() };
    policy.gates.iter().zip(progress).map(step).collect()
}

impl Step<'_> {
    fn line(&self, room: &Room) -> Line {
        let GateProgress { name, role, approvals, needed, state, .. } = &self.progress;
        let line = Line::new().their_bold(name, 80).words(&role.aside()).words(": ");
        match state {
            GateState::Skipped => self.skipped(line),
            GateState::Met => line
                .words(&format!("done, {} of {needed} - ", approvals.len()))
                .people(approvals, room.people)
                .words("."),
            GateState::Open => self.open(line, room),
            GateState::Later => {
                let group = format!("{needed} of {}", self.progress.group);
                line.words("needs ")
                    .theirs(&group, 120)
                    .words(", after ")
                    .theirs(&self.open.join(" and "), 160)
                    .words(".")
            }
        }
    }

    /// `1 of 2 - @ana. Needs 1 more of ml-reviewers: @bo, @cleo or 3 more.`
    fn open(&self, line: Line, room: &Room) -> Line {
        let GateProgress { approvals, needed, group, .. } = &self.progress;
        let (got, missing) = (approvals.len(), self.progress.missing());
        let line = match got {
            0 => line.words("needs "),
            _ => line.words(&format!("{got} of {needed} - ")).people(approvals, room.people).words(". Needs "),
        };
        let more = if got > 0 { " more" } else { "" };
        let line = line.words(&format!("{missing}{more} of ")).theirs(group, 80);
        let line = match self.gate.when.as_ref().map(|when| &when.outcome) {
            Some(Outcome::Failed { .. }) => line.words(", as its condition could not be evaluated"),
            _ => line,
        };
        able(line, self.request, &self.progress, room)
    }

    fn skipped(&self, line: Line) -> Line {
        match &self.gate.when {
            Some(Condition { .. }) => line.words("not needed, as its condition is false."),
            None => line.words("not needed."),
        }
    }
}

fn able(line: Line, request: &Request, gate: &GateProgress, room: &Room) -> Line {
    let Some(able) = Able::of(request, gate) else { return line.words(".") };
    if let Some(why) = able.unread {
        return line.words(". Who that is could not be read: ").theirs(why, room.text).words(".");
    }
    match (able.is_nobody(), able.excluded) {
        (false, _) => line.words(": ").then(able.line(room.people)).words("."),
        (true, 0) => line.bold(". Nobody is left who could."),
        (true, excluded) => {
            let left_out = usize::try_from(excluded).unwrap_or(usize::MAX);
            let hands = count(left_out, "member has", "members have");
            line.bold(". Nobody is left who could").words(&format!(": {hands} a hand in this change."))
        }
    }
}

/// Who filled which gate, once it is decided; nothing where that is plain from the outcome.
pub(super) fn filled(board: &Board<'_>, room: &Room) -> Option<SlackBlock> {
    let progress = board.request.progress();
    let with_people: Vec<&GateProgress> = progress.iter().filter(|gate| !gate.approvals.is_empty()).collect();
    if with_people.len() < 2 {
        return None;
    }
    let line = |gate: &&GateProgress| {
        let name = Line::new().their_bold(&gate.name, 80).words(&gate.role.aside()).words(": ");
        name.people(&gate.approvals, room.people)
    };
    let more = with_people.len().saturating_sub(room.gates);
    let mut lines: Vec<Line> = with_people.iter().take(room.gates).map(line).collect();
    lines.extend((more > 0).then(|| Line::new().words(&format!("and {}", count(more, "more gate", "more gates")))));
    Rich::new().bullets(lines).block()
}

/// What approvers wrote: a word that was asked for is worth reading.
fn said<'r>(request: &'r Request, room: &'r Room) -> impl Iterator<Item = Line> + 'r {
    let with_words = |vote: &'r Vote| Some((vote, vote.reason.as_ref()?));
    let counting = request.votes.iter().filter(|vote| vote.choice == Choice::Approve && !vote.struck);
    counting
        .filter_map(with_words)
        .take(room.words)
        .map(|(vote, words)| Line::new().person(&vote.voter.chat).words(": ").quote(words.as_str(), room.text))
}

/// Votes that stopped counting are said, so that nobody wonders where they went.
fn struck(request: &Request) -> Option<Line> {
    let struck = request.votes.iter().filter(|vote| vote.struck).count();
    let verb = if struck == 1 { "no longer counts" } else { "no longer count" };
    let words = || format!("{} {verb}.", count(struck, "earlier vote", "earlier votes"));
    (struck > 0).then(|| Line::new().words(&words()))
}

/// `1 more of people with write access, then 1 of risk`
pub(in crate::slack) fn missing(request: &Request) -> String {
    let progress = request.progress();
    let open = progress.iter().filter(|gate| !gate.is_met());
    let words: Vec<String> = open.take(4).map(still_needed).collect();
    words.join(", then ")
}

fn still_needed(gate: &GateProgress) -> String {
    let more = if gate.approvals.is_empty() { "" } else { " more" };
    let floor = if gate.role == Role::Own { String::new() } else { gate.role.aside() };
    format!("{}{more} of {}{floor}", gate.missing(), gate.group)
}
