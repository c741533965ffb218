//! Why a request stands as it does: the explanation as an indented tree.

use slack_morphism::prelude::{SlackBlock, SlackView};

use crate::domain::{Holds, Reason};
use crate::ports::chat::Board;
use crate::slack::blocks::{Line, Rich, header};
use crate::slack::message::title;

use super::{WHY_CALLBACK, modal};

pub(super) const TITLE: &str = "Why?";

/// Statements shown; an explanation of twenty gates with two hundred votes has thousands.
const MAX_STATEMENTS: usize = 250;
/// Characters of one statement; the fewer where the more would make too much of all of them.
const MAX_WORDS: [usize; 2] = [400, 150];
/// Characters of the tree's JSON: Slack's own validator of blocks takes 100,000, and counts white space that we do not send.
const MAX_JSON: usize = 90_000;
/// Statements of one block, so that none grows beyond what Slack draws.
const PER_BLOCK: usize = 50;

pub(super) fn view(board: &Board<'_>, why: &Reason) -> SlackView {
    let mut reasons = Vec::new();
    walk(why, 0, &mut reasons);
    let more = reasons.len().saturating_sub(MAX_STATEMENTS);
    reasons.truncate(MAX_STATEMENTS);
    let [long, short] = MAX_WORDS.map(|words| trees(&reasons, words));
    let mut blocks: Vec<SlackBlock> = vec![header(&title(board))];
    blocks.extend(if fits(&long) { long } else { short });
    let more = (more > 0).then(|| Line::new().bold(&format!("{more} more statements are in the record.")));
    blocks.extend(Rich::new().line(more.unwrap_or_default()).line(legend()).block());
    modal(TITLE, blocks, WHY_CALLBACK)
}

/// Every statement with its depth, from the conclusion down to what it rests on.
fn walk<'r>(reason: &'r Reason, depth: u64, out: &mut Vec<(u64, &'r Reason)>) {
    out.push((depth, reason));
    for because in &reason.because {
        walk(because, depth.saturating_add(1), out);
    }
}

fn fits(blocks: &[SlackBlock]) -> bool {
    serde_json::to_string(blocks).is_ok_and(|json| json.chars().count() <= MAX_JSON)
}

fn trees(reasons: &[(u64, &Reason)], words: usize) -> Vec<SlackBlock> {
    let statements: Vec<(u64, Line)> =
        reasons.iter().map(|(depth, reason)| (*depth, statement(reason, words))).collect();
    statements.chunks(PER_BLOCK).filter_map(tree).collect()
}

fn statement(reason: &Reason, words: usize) -> Line {
    let line = Line::new().bold(mark(reason.holds)).words(" ");
    let line = match &reason.who {
        Some(who) => line.person(who).words(": "),
        None => line,
    };
    line.theirs(&reason.words, words)
}

/// Lists of one depth follow each other, as Slack has no list within a list.
fn tree(statements: &[(u64, Line)]) -> Option<SlackBlock> {
    let mut drawn = Rich::new();
    let mut rest = statements;
    while let Some((depth, _)) = rest.first() {
        let same = rest.iter().take_while(|(other, _)| other == depth).count();
        let (level, after) = rest.split_at(same);
        drawn = drawn.bullets_at(*depth, level.iter().map(|(_, line)| line.clone()).collect());
        rest = after;
    }
    drawn.block()
}

const fn mark(holds: Holds) -> &'static str {
    match holds {
        Holds::Yes => "✓",
        Holds::NotYet => "…",
        Holds::No => "✗",
        Holds::Aside => "–",
    }
}

fn legend() -> Line {
    Line::new().words("✓ holds, … not yet, ✗ stands against it, – said for completeness.")
}
