//! Packs blocks into pages that Slack takes: in number, in bytes, in characters of one text.

use slack_morphism::prelude::SlackBlock;

use crate::slack::blocks::{Line, Rich};

/// Blocks on a page without heading and buttons; Slack takes 100 in a view.
const MAX_BLOCKS: usize = 40;
/// Bytes of JSON of those blocks; Slack takes 250 kB in a view, people read less.
const MAX_BYTES: usize = 24_000;
/// Characters of one preformatted text.
const MAX_TEXT: usize = 2_800;

/// One screen: what it is about and its blocks.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) heading: String,
    pub(super) blocks: Vec<SlackBlock>,
}

/// As many pages as `blocks` need under one heading; none for no blocks.
pub(super) fn pages(heading: &str, blocks: Vec<SlackBlock>) -> Vec<Page> {
    let mut pages: Vec<(usize, Vec<SlackBlock>)> = Vec::new();
    for block in blocks {
        let bytes = serde_json::to_string(&block).map_or(MAX_BYTES, |text| text.len());
        match pages.last_mut() {
            Some((used, page)) if *used + bytes <= MAX_BYTES && page.len() < MAX_BLOCKS => {
                *used += bytes;
                page.push(block);
            }
            _ => pages.push((bytes, vec![block])),
        }
    }
    pages.into_iter().map(|(_, blocks)| Page { heading: heading.to_owned(), blocks }).collect()
}

/// A heading and its bullets, in blocks small enough to be packed.
pub(super) fn list(heading: &str, lines: Vec<Line>) -> Vec<SlackBlock> {
    const PER_BLOCK: usize = 10;
    let mut heading = Some(Line::new().bold(heading));
    let mut lines = lines.into_iter().peekable();
    let mut blocks = Vec::new();
    while lines.peek().is_some() {
        let some: Vec<Line> = lines.by_ref().take(PER_BLOCK).collect();
        blocks.extend(Rich::new().line(heading.take().unwrap_or_default()).bullets(some).block());
    }
    blocks
}

/// A long text as preformatted blocks, cut between lines where that is possible.
pub(super) fn preformatted(text: &str) -> Vec<SlackBlock> {
    let mut pieces = vec![String::new()];
    for line in text.lines().flat_map(in_pieces) {
        let room = pieces.last().is_some_and(|piece| piece.chars().count() + line.chars().count() < MAX_TEXT);
        match pieces.last_mut() {
            Some(piece) if room => {
                piece.push_str(&line);
                piece.push('\n');
            }
            _ => pieces.push(format!("{line}\n")),
        }
    }
    pieces.iter().filter_map(|piece| Rich::new().preformatted(piece.trim_end_matches('\n')).block()).collect()
}

fn in_pieces(line: &str) -> Vec<String> {
    let characters: Vec<char> = line.chars().collect();
    match characters.len() {
        0 => vec![String::new()],
        _ => characters.chunks(MAX_TEXT - 1).map(|piece| piece.iter().collect()).collect(),
    }
}
