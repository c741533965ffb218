//! The whole evidence, tab by tab and page by page: summary, card, weights, files, CI and checks.

use slack_morphism::prelude::{SlackBlock, SlackView};

use crate::domain::{Commit, Evidence, FileChange, ModelChange, Patch, PullRequest};
use crate::ports::chat::{Board, Place, Tab};
use crate::slack::blocks::{self, Line, Rich, header};
use crate::slack::message::buttons::GO;
use crate::slack::message::picture;
use crate::slack::message::{
    Room, exception, excluded_people, flag_line_with_rule, gate_lines, origin, pull_request, row_line_with_limit,
    waits_lines, what_changes,
};
use crate::slack::text::{self, count};

use super::page::{Page, list, pages, preformatted};
use super::place::written;
use super::{CHANGES_CALLBACK, checks, modal, tabs, weights};

pub(super) const TITLE: &str = "What changes";

pub(super) fn view(board: &Board<'_>, place: Place) -> SlackView {
    let Some(evidence) = board.evidence else {
        return modal(TITLE, vec![header("The evidence is not there yet")], CHANGES_CALLBACK);
    };
    let known = tabs::of(evidence);
    let place = tabs::nearest(evidence, &known, place);
    let mut pages = pages_of(board, evidence, place);
    let last = pages.len().saturating_sub(1);
    let place = Place { page: place.page.min(last), ..place };
    let Page { heading, blocks } = if pages.is_empty() { empty() } else { pages.swap_remove(place.page) };
    let mut all: Vec<SlackBlock> = tabs::row(board, evidence, &known, place).into_iter().collect();
    all.extend(tabs::models(board, evidence, place));
    all.push(header(&heading));
    all.extend(blocks);
    all.extend(whole(evidence, place, last));
    all.extend(navigation(board, place, last));
    modal(TITLE, all, CHANGES_CALLBACK)
}

fn empty() -> Page {
    Page { heading: "Nothing changes".to_owned(), blocks: Vec::new() }
}

fn pages_of(board: &Board<'_>, evidence: &Evidence, place: Place) -> Vec<Page> {
    let model = evidence.models.get(place.model);
    let named =
        |what: &str| model.map(|model| format!("{what} of {}", text::line(&model.name, 80))).unwrap_or_default();
    match (place.tab, model) {
        (Tab::Summary, _) => pages("Summary", summary(board, evidence)),
        (Tab::CardDiff, Some(model)) => pages(&named("Card"), card_diff(model)),
        (Tab::WholeCard, Some(model)) => pages(&named("Proposed card"), whole_card(model)),
        (Tab::Weights, Some(model)) => pages(&named("Weights"), weights::blocks(evidence, model)),
        (Tab::CardDiff | Tab::WholeCard | Tab::Weights, None) => Vec::new(),
        (Tab::Files, _) => {
            let heading = count(evidence.files.len(), "changed file", "changed files");
            pages(&heading, evidence.files.iter().flat_map(file).collect())
        }
        (Tab::Checks, _) => pages("CI and checks", checks::blocks(evidence)),
    }
}

fn summary(board: &Board<'_>, evidence: &Evidence) -> Vec<SlackBlock> {
    let room = Room::WHOLE;
    let who =
        Line::new().their_bold(&board.request.repository.full_name(), 200).words(" ").then(what_changes(evidence));
    let mut blocks: Vec<SlackBlock> =
        Rich::new().line(who.words(" ").then(origin(board, &room))).block().into_iter().collect();
    blocks.extend(approved_before(board));
    blocks.extend(list("Flags", evidence.flags.iter().map(|flag| flag_with_source(board, flag, &room)).collect()));
    for model in &evidence.models {
        let rows = model.rows.iter().map(|row| row_line_with_limit(row, &room)).collect();
        blocks.extend(list(&format!("Live and proposed: {}", text::line(&model.name, 80)), rows));
    }
    blocks.extend(picture::block(board));
    blocks.extend(list(
        "Pull requests",
        evidence.pull_requests.iter().map(|pull: &PullRequest| pull_request(pull, &room)).collect(),
    ));
    blocks.extend(list("Commits", commits(evidence)));
    blocks.extend(list("Gates", gate_lines(board.request, &room)));
    blocks.extend(list("In the way", waits_lines(board, &room)));
    let excluded = excluded_people(board.request, room.people);
    if !excluded.is_empty() {
        let line = Line::new().bold("Approvals that do not count: ").theirs(&excluded, 2_000);
        blocks.extend(Rich::new().line(line).block());
    }
    blocks
}

fn approved_before(board: &Board<'_>) -> Option<SlackBlock> {
    let before = board.request.evidence.as_ref()?.approved_before.as_ref()?;
    let line = Line::new().bold("Approved for this environment before").words(" by ").people(&before.by, 20);
    Rich::new().line(line.words(", ").at(before.at).words(&format!(" (request {}).", before.request.short()))).block()
}

fn flag_with_source(board: &Board<'_>, flag: &crate::domain::Flag, room: &Room) -> Line {
    let line = flag_line_with_rule(flag, room).words(" ").code(&flag.code, 80);
    let line = match &flag.source {
        Some(source) => line.words(", from ").code(source, 200),
        None => line,
    };
    line.then(exception(board.request, flag, board.now, room))
}

fn commits(evidence: &Evidence) -> Vec<Line> {
    let mut lines: Vec<Line> = evidence.commits.iter().map(commit).collect();
    let listed = u64::try_from(evidence.commits.len()).unwrap_or(u64::MAX);
    if let Some(more) = evidence.commits_total.checked_sub(listed).filter(|more| *more > 0) {
        lines.push(Line::new().words(&format!("and {more} more that are not listed here")));
    }
    lines
}

fn commit(commit: &Commit) -> Line {
    let author = commit.author.as_ref().map_or("unknown account", |author| author.login.as_str());
    Line::new().code(commit.sha.short(), 12).words(" ").theirs(&commit.title, 200).words(" - ").theirs(author, 50)
}

fn card_diff(model: &ModelChange) -> Vec<SlackBlock> {
    let path = Line::new().code(&model.card_path, 300);
    if model.card_diff.is_empty() {
        let line = path.words(" changed; the difference is not shown here.");
        return Rich::new().line(line).block().into_iter().chain(cut_note(model.card_diff_lines_cut)).collect();
    }
    let blocks = Rich::new().line(path).block().into_iter();
    blocks.chain(preformatted(&text::lines(&model.card_diff))).chain(cut_note(model.card_diff_lines_cut)).collect()
}

fn whole_card(model: &ModelChange) -> Vec<SlackBlock> {
    let Some(card) = &model.card else { return Vec::new() };
    let blocks = Rich::new().line(Line::new().code(&model.card_path, 300).words(", as proposed")).block().into_iter();
    blocks.chain(preformatted(&text::lines(&card.text))).chain(cut_note(card.lines_cut)).collect()
}

fn file(file: &FileChange) -> Vec<SlackBlock> {
    let line = Line::new().code(&file.path, 300).words(&format!(" {}", kind(file)));
    let line = match &file.previous_path {
        Some(previous) => line.words(" from ").code(previous, 300),
        None => line,
    };
    let line = match (file.additions, file.deletions) {
        (Some(added), Some(removed)) => line.words(&format!(", {added} lines added, {removed} removed")),
        _ => line,
    };
    let (line, patch) = match &file.patch {
        Patch::Text { text, lines_cut } => {
            let blocks: Vec<SlackBlock> =
                preformatted(&text::lines(text)).into_iter().chain(cut_note(*lines_cut)).collect();
            (line, blocks)
        }
        Patch::Binary => (line.words(": binary, or a pointer to large storage"), Vec::new()),
        Patch::Missing => (line.words(": no patch to show; see the comparison"), Vec::new()),
    };
    Rich::new().line(line).block().into_iter().chain(patch).collect()
}

const fn kind(file: &FileChange) -> &'static str {
    use crate::domain::ChangeKind;
    match file.kind {
        ChangeKind::Added => "added",
        ChangeKind::Modified => "modified",
        ChangeKind::Removed => "removed",
        ChangeKind::Renamed => "renamed",
    }
}

fn cut_note(lines: u64) -> Option<SlackBlock> {
    let words = || Line::new().bold(&format!("{lines} more lines are cut off here."));
    (lines > 0).then(words).and_then(|line| Rich::new().line(line).block())
}

fn navigation(board: &Board<'_>, at: Place, last: usize) -> Option<SlackBlock> {
    let value = board.request.button_value();
    let to = |id: &str, label: &str, page: usize| {
        let accessible = format!("{label} page, {} of {}", page + 1, last + 1);
        blocks::button(&format!("{GO}{id}"), label, &written(&value, Place { page, ..at }), &accessible).into()
    };
    let previous = at.page.checked_sub(1).map(|page| to("previous", "Previous", page));
    let next = (at.page < last).then(|| to("next", "Next", at.page + 1));
    blocks::actions("pages", previous.into_iter().chain(next).collect())
}

/// Where the whole is, whatever was cut here.
fn whole(evidence: &Evidence, at: Place, last: usize) -> Option<SlackBlock> {
    let line =
        if last == 0 { Line::new() } else { Line::new().words(&format!("Page {} of {}. ", at.page + 1, last + 1)) };
    let line = match &evidence.compare_url {
        Some(address) => line.link(address, "The whole comparison at GitHub").words("."),
        None => line,
    };
    Rich::new().line(line).block()
}
