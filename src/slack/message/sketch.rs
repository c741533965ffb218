//! What is known while the evidence is still being gathered, and what is not.

use slack_morphism::prelude::SlackBlock;

use crate::domain::{Named, Phase, Reading, Sketch, SketchedPull};
use crate::ports::chat::Board;
use crate::slack::blocks::{Line, Rich};
use crate::slack::text::{self, count};

use super::Room;

/// The sketch, where that is all there is.
pub(super) fn of<'b>(board: &Board<'b>) -> Option<&'b Sketch> {
    board.request.sketch.as_ref().filter(|_| board.request.phase == Phase::Gathering && board.evidence.is_none())
}

pub(super) fn block(board: &Board<'_>, room: &Room) -> Option<SlackBlock> {
    Rich::new().bullets(lines(of(board)?, room)).block()
}

/// `weights of 2 models, check runs`: what is still being read; nothing where all of it is there.
pub(super) fn reading(sketch: &Sketch) -> Option<String> {
    let words: Vec<String> = sketch.reading.iter().map(part).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn part(reading: &Reading) -> String {
    let words = match reading {
        Reading::Live => "what is live",
        Reading::Policy => "the policy",
        Reading::Files => "the list of files",
        Reading::Commits => "commits and pull requests",
        Reading::Cards => "model cards",
        Reading::Weights { models } => return format!("weights of {}", of_many(*models, "model", "models")),
        Reading::Signatures => "signatures",
        Reading::Diffs => "diffs",
        Reading::Code => "workflows and code",
        Reading::CheckRuns => "check runs",
        Reading::Checks => "other checks",
    };
    words.to_owned()
}

fn of_many(number: u64, one: &str, many: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), one, many)
}

fn lines(sketch: &Sketch, room: &Room) -> Vec<Line> {
    let models = (!sketch.models.is_empty()).then(|| models(&sketch.models, room));
    let files = sketch.files.map(|files| Line::new().words(&of_many(files, "file changes", "files change")));
    let pulls = (!sketch.pull_requests.is_empty()).then(|| pulls(&sketch.pull_requests));
    [models, files, pulls].into_iter().flatten().collect()
}

/// `changing: sentiment, intent and 3 more models`
fn models(models: &Named<String>, room: &Room) -> Line {
    let names: Vec<String> = models.first.iter().map(|name| text::line(name, 40)).collect();
    let line = Line::new().bold("changing").words(": ").theirs(&names.join(", "), room.text.saturating_mul(2));
    more(line, models.more, "model", "models")
}

/// `pull requests: #41, #42`
fn pulls(pulls: &Named<SketchedPull>) -> Line {
    let mut line = Line::new().bold("pull requests").words(": ");
    for (place, pull) in pulls.first.iter().enumerate() {
        line = line.words(if place > 0 { ", " } else { "" }).link(&pull.url, &format!("#{}", pull.number));
    }
    more(line, pulls.more, "pull request", "pull requests")
}

fn more(line: Line, more: u64, one: &str, many: &str) -> Line {
    match more {
        0 => line,
        more => line.words(&format!(" and {}", of_many(more, &format!("more {one}"), &format!("more {many}")))),
    }
}
