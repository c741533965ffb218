//! The whole evidence, page by page: summary, CI and checks, cards, weights, files.

use slack_morphism::prelude::{SlackBlock, SlackView};

use crate::domain::{Commit, Evidence, FileChange, ModelChange, Patch, PullRequest};
use crate::ports::chat::Board;
use crate::slack::blocks::{self, Line, Rich, header};
use crate::slack::message::buttons::{NEXT, PREVIOUS};
use crate::slack::message::{
    Room, excluded_people, flag_line_with_rule, origin, pull_request, row_line_with_limit, what_changes,
};
use crate::slack::text::{self, count};

use super::page::{Page, list, pages, preformatted};
use super::{CHANGES_CALLBACK, checks, modal, page_value, weights};

pub(super) fn view(board: &Board<'_>, page: usize) -> SlackView {
    let Some(evidence) = board.evidence else {
        return modal("What changes", vec![header("The evidence is not there yet")], CHANGES_CALLBACK);
    };
    let mut pages = all_pages(board, evidence);
    let last = pages.len().saturating_sub(1);
    let page = page.min(last);
    let Page { heading, mut blocks } = if pages.is_empty() { empty() } else { pages.swap_remove(page) };
    blocks.insert(0, header(&heading));
    blocks.extend(navigation(board, page, last));
    blocks.extend(whole(evidence, page, last));
    modal("What changes", blocks, CHANGES_CALLBACK)
}

fn empty() -> Page {
    Page { heading: "Nothing changes".to_owned(), blocks: Vec::new() }
}

fn all_pages(board: &Board<'_>, evidence: &Evidence) -> Vec<Page> {
    let mut all = pages("Summary", summary(board, evidence));
    all.extend(pages("CI and checks", checks::blocks(evidence)));
    for model in &evidence.models {
        let name = text::line(&model.name, 80);
        all.extend(pages(&format!("Card of {name}"), card(model)));
        all.extend(pages(&format!("Weights of {name}"), weights::blocks(evidence, model)));
    }
    let files: Vec<SlackBlock> = evidence.files.iter().flat_map(file).collect();
    all.extend(pages(&count(evidence.files.len(), "changed file", "changed files"), files));
    all
}

fn summary(board: &Board<'_>, evidence: &Evidence) -> Vec<SlackBlock> {
    let room = Room::WHOLE;
    let who =
        Line::new().their_bold(&board.request.repository.full_name(), 200).words(" ").then(what_changes(evidence));
    let mut blocks: Vec<SlackBlock> =
        Rich::new().line(who.words(" ").then(origin(board, &room))).block().into_iter().collect();
    blocks.extend(list("Flags", evidence.flags.iter().map(|flag| flag_with_source(flag, &room)).collect()));
    for model in &evidence.models {
        let rows = model.rows.iter().map(|row| row_line_with_limit(row, &room)).collect();
        blocks.extend(list(&format!("Live and proposed: {}", text::line(&model.name, 80)), rows));
    }
    blocks.extend(list(
        "Pull requests",
        evidence.pull_requests.iter().map(|pull: &PullRequest| pull_request(pull, &room)).collect(),
    ));
    blocks.extend(list("Commits", commits(evidence)));
    let excluded = excluded_people(board.request, room.people);
    if !excluded.is_empty() {
        let line = Line::new().bold("Approvals that do not count: ").theirs(&excluded, 2_000);
        blocks.extend(Rich::new().line(line).block());
    }
    blocks
}

fn flag_with_source(flag: &crate::domain::Flag, room: &Room) -> Line {
    let line = flag_line_with_rule(flag, room).words(" ").code(&flag.code, 80);
    match &flag.source {
        Some(source) => line.words(", from ").code(source, 200),
        None => line,
    }
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

fn card(model: &ModelChange) -> Vec<SlackBlock> {
    let path = Line::new().code(&model.card_path, 300);
    if model.card_diff.is_empty() {
        let words = if model.card_before == model.card_after {
            " is unchanged."
        } else {
            " changed; the difference is not shown here."
        };
        return Rich::new().line(path.words(words)).block().into_iter().collect();
    }
    let blocks = Rich::new().line(path).block().into_iter();
    blocks.chain(preformatted(&text::lines(&model.card_diff))).chain(cut_note(model.card_diff_lines_cut)).collect()
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

fn navigation(board: &Board<'_>, page: usize, last: usize) -> Option<SlackBlock> {
    let value = board.request.button_value();
    let to = |action: &str, label: &str, page: usize| {
        blocks::button(action, label, &page_value(&value, page), &format!("{label} page, {} of {}", page + 1, last + 1))
    };
    let previous = page.checked_sub(1).map(|previous| to(PREVIOUS, "Previous", previous));
    let next = (page < last).then(|| to(NEXT, "Next", page + 1));
    blocks::actions("pages", previous.into_iter().chain(next).map(Into::into).collect())
}

/// Where the whole is, whatever was cut here.
fn whole(evidence: &Evidence, page: usize, last: usize) -> Option<SlackBlock> {
    let line = Line::new().words(&format!("Page {} of {}.", page + 1, last + 1));
    let line = match &evidence.compare_url {
        Some(address) => line.words(" ").link(address, "The whole comparison at GitHub").words("."),
        None => line,
    };
    Rich::new().line(line).block()
}
