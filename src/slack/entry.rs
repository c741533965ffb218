//! A request in a list: what it is, how it stands, what it has to do with whoever reads, and its buttons.

use slack_morphism::prelude::{SlackActionBlockElement, SlackBlock, SlackBlockId};

use crate::domain::{Phase, Rollout, Severity};
use crate::ports::chat::{Board, Entry, Stake};

use super::blocks::{self, Line, Rich};
use super::message::buttons::{self, CHANGES};
use super::message::{ending_words, missing, title};
use super::payload::PLACE_MARK;
use super::text::{self, count};

/// The entry with its buttons, which carry the evidence that is shown here.
pub(super) fn blocks(entry: &Entry<'_>, place: usize) -> Vec<SlackBlock> {
    let lines = Rich::new().line(head(entry)).line(body(entry));
    lines.block().into_iter().chain(actions(entry, place)).collect()
}

/// The entry in one line, without buttons.
pub(super) fn line(entry: &Entry<'_>) -> Line {
    head(entry).words(". ").then(body(entry))
}

fn head(entry: &Entry<'_>) -> Line {
    let line = Line::new().bold(&title(&entry.board));
    match entry.link {
        Some(link) => line.words(" - ").link(link, "open the message"),
        None => line,
    }
}

fn body(entry: &Entry<'_>) -> Line {
    let request = entry.board.request;
    let line = Line::new().bold(stake(entry.stake)).theirs(&request.repository.full_name(), 80);
    let line = line.words(&format!(", run {}", request.run.number)).then(who(&entry.board));
    line.words(". ").then(standing(&entry.board)).words(" ID ").code(request.id.short(), 12)
}

const fn stake(stake: &Stake) -> &'static str {
    match stake {
        Stake::Decide => "Yours to decide. ",
        Stake::Unchecked => "May be yours: that could not be checked just now. ",
        Stake::Spoken => "You have spoken. ",
        Stake::Asked => "You started it. ",
        Stake::None => "",
    }
}

fn who(board: &Board<'_>) -> Line {
    match board.request.run.actors.last() {
        Some(actor) => Line::new().words(" by ").theirs(&actor.login, 40),
        None => Line::new(),
    }
}

/// How it stands: what it waits for, or what became of it.
fn standing(board: &Board<'_>) -> Line {
    let request = board.request;
    match &request.phase {
        Phase::Gathering => Line::new().words("The evidence is being read."),
        Phase::Held { why } => Line::new().words("Held: ").theirs(why, 150).words("."),
        Phase::Open => open(board),
        Phase::Decided(decision) => {
            let line = Line::new().words("Decided ").at(decision.at);
            let line = if decision.by.is_empty() { line } else { line.words(" by ").people(&decision.by, 3) };
            match &decision.rollout {
                Rollout::Live { at } => line.words(", live since ").at(*at).words("."),
                Rollout::Failed { .. } => line.words("; the rollout failed."),
                _ => line.words("."),
            }
        }
        Phase::Ended { how, at } => ending_words(how).words(" That was ").at(*at).words("."),
    }
}

fn open(board: &Board<'_>) -> Line {
    let (request, missing) = (board.request, missing(board.request));
    // Whoever reads a list sees which of two requests is the one to decide.
    let newer = if request.superseded.is_some() { "A newer request is open. " } else { "" };
    let line = Line::new().bold(newer).then(risk(board));
    let line = match (missing.is_empty(), request.obstacles.first()) {
        (false, _) => line.words("Needs ").theirs(&missing, 150).words(". "),
        (true, Some(obstacle)) => line.words("Waits: ").theirs(&obstacle.words(), 150).words(". "),
        (true, None) => line,
    };
    line.words("Expires ").at(request.expires_at).words(".")
}

/// `High risk: 3 flags, 2 new. `, `High risk: 3 new flags. `
fn risk(board: &Board<'_>) -> Line {
    let Some(evidence) = &board.request.evidence else { return Line::new() };
    let flags = evidence.flags.len();
    if flags == 0 {
        return Line::new().words("No flags. ");
    }
    let new = evidence.flags.iter().filter(|flag| flag.is_new).count();
    let counted = match flags - new {
        0 => count(new, "new flag", "new flags"),
        _ => format!("{}, {new} new", count(flags, "flag", "flags")),
    };
    let counted = format!("{} risk: {counted}. ", capital(evidence.risk.word()));
    if evidence.risk >= Severity::High { Line::new().bold(&counted) } else { Line::new().words(&counted) }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The message's own buttons, as far as they are for whoever reads.
fn actions(entry: &Entry<'_>, place: usize) -> Option<SlackBlock> {
    let Some(SlackBlock::Actions(mut actions)) = buttons::block(&entry.board) else { return None };
    if !matches!(entry.stake, Stake::Decide | Stake::Unchecked) {
        actions.elements.retain(only_looks);
    }
    actions.elements.iter_mut().for_each(|element| set_apart(element, place));
    actions.block_id = Some(SlackBlockId(format!("{}-{place}-{}", buttons::DECIDE, entry.board.request.id.short())));
    (!actions.elements.is_empty()).then(|| actions.into())
}

/// Slack wants the ids of a whole view to differ, not only those of a block; the first entry has a message's own.
fn set_apart(element: &mut SlackActionBlockElement, place: usize) {
    let id = match element {
        SlackActionBlockElement::Button(button) => &mut button.action_id,
        SlackActionBlockElement::Overflow(menu) => &mut menu.action_id,
        _ => return,
    };
    if let Some(id) = id.as_mut().filter(|_| place > 0) {
        id.0 = format!("{}{PLACE_MARK}{place}", id.0);
    }
}

fn only_looks(element: &SlackActionBlockElement) -> bool {
    matches!(element, SlackActionBlockElement::Button(button) if button.action_id.as_ref().is_some_and(|id| id.0 == CHANGES))
}

/// How many there are besides those shown.
pub(super) fn more(more: usize, where_to: &str) -> Option<Line> {
    (more > 0).then(|| Line::new().words(&format!("And {}{where_to}.", count(more, "more", "more"))))
}

/// A section's title, which may quote nobody.
pub(super) fn heading(words: &str) -> SlackBlock {
    blocks::header(&text::line(words, blocks::MAX_HEADER))
}
