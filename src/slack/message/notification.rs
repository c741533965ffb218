//! The message's `text`: what a notification shows and all that a screen reader gets. Enough to decide on.

use crate::domain::{Evidence, GateState, Phase};
use crate::ports::chat::Board;
use crate::slack::text::{count, date, fallback, listed};

use super::people::Able;
use super::risk::{flag_count, flag_words, risk_word};
use super::{Room, footer, gates, header, newer, others, outcome, review, table, title, waits, who};

/// Longest text; Slack takes 4,000 characters in an edit.
const MAX_CHARACTERS: usize = 3_500;

/// Sentences in the order of what matters: a notification shows the first, and what there is no room for is left out at the end.
pub(super) fn text(board: &Board<'_>) -> String {
    let copy = board.repeated.then(|| "Second copy.".to_owned());
    let sentences = match board.request.phase {
        Phase::Open => open(board),
        _ => other(board),
    };
    fitted(copy.into_iter().chain(sentences).filter(|sentence| !sentence.is_empty()))
}

fn fitted(sentences: impl Iterator<Item = String>) -> String {
    const LEFT_OUT: &str = "More is in Slack.";
    let mut text = String::new();
    for sentence in sentences {
        let room = MAX_CHARACTERS.saturating_sub(text.chars().count() + LEFT_OUT.chars().count() + 2);
        if sentence.chars().count() > room {
            return format!("{text}{LEFT_OUT}");
        }
        text.push_str(&sentence);
        text.push(' ');
    }
    text.trim_end().to_owned()
}

fn other(board: &Board<'_>) -> Vec<String> {
    let room = Room { text: 200, people: 5, ..Room::BARE };
    let outcome = outcome::line(board, &room).map(|line| line.as_fallback(1_000)).unwrap_or_default();
    let review = review::line(board, &room).map(|line| line.as_fallback(500)).unwrap_or_default();
    // While evidence is gathered it is the first that people hear of it.
    let asks = match board.request.phase {
        Phase::Gathering => who::line(board, &room).as_fallback(500),
        _ => String::new(),
    };
    vec![format!("{}.", fallback(&title(board), 200)), asks, outcome, review]
}

fn open(board: &Board<'_>) -> Vec<String> {
    let request = board.request;
    let room = Room { text: 200, ..Room::BARE };
    let asked = format!("Approve {} for {}?", header::model(board), request.environment);
    let mut sentences = vec![fallback(&asked, 200)];
    sentences.extend(newer::line(board).map(|line| line.as_fallback(300)));
    sentences.extend(board.evidence.map(risk));
    sentences.push(needs(board));
    sentences.extend(waits::lines(board, &room).iter().map(|line| ended(line.as_fallback(300))));
    sentences.push(format!("Expires {}.", date(request.expires_at)));
    sentences.extend(board.evidence.map(rows));
    sentences.extend(board.evidence.into_iter().flat_map(pressing));
    sentences.push(who::line(board, &room).as_fallback(500));
    sentences.extend(board.evidence.map(pulls));
    let excluded = footer::excluded_people(request, 10);
    sentences.extend((!excluded.is_empty()).then(|| fallback(&format!("Cannot approve: {excluded}."), 300)));
    sentences.push("Open Slack to approve or deny.".to_owned());
    sentences
}

fn ended(sentence: String) -> String {
    if sentence.ends_with('.') { sentence } else { format!("{sentence}.") }
}

fn risk(evidence: &Evidence) -> String {
    const NAMED: usize = 5;
    if evidence.flags.is_empty() {
        return "No flags.".to_owned();
    }
    let new = evidence.flags.iter().filter(|flag| flag.is_new).count();
    let words = |text: &str| fallback(text.trim_end_matches('.'), 200);
    let mut worst: Vec<String> = evidence.flags.iter().take(NAMED).map(|flag| words(flag_words(flag))).collect();
    let more = evidence.flags.len().saturating_sub(NAMED);
    worst.extend((more > 0).then(|| format!("{more} more")));
    let head = format!("Risk {}, {}", risk_word(evidence), flag_count(evidence.flags.len(), new));
    format!("{head}: {}.", worst.join("; "))
}

/// `Needs 1 more of ml-reviewers, then 1 of risk. Can act now: @bo or @cleo.`
fn needs(board: &Board<'_>) -> String {
    let request = board.request;
    let missing = gates::missing(request);
    let needed = fallback(&format!("Needs {}.", if missing.is_empty() { "a decision" } else { &missing }), 300);
    let progress = request.progress();
    let open = progress.iter().filter(|gate| gate.state == GateState::Open);
    let able: Vec<String> = open
        .filter_map(|gate| Able::of(request, gate))
        .map(|able| able.line(5).as_fallback(300))
        .filter(|names| !names.is_empty())
        .take(3)
        .collect();
    if able.is_empty() { needed } else { format!("{needed} Can act now: {}.", able.join("; ")) }
}

fn rows(evidence: &Evidence) -> String {
    let room = Room { text: 60, ..Room::BARE };
    let changed = evidence.models.iter().flat_map(table::changed_rows).take(8);
    let words: Vec<String> = changed.map(|row| table::row_line(row, &room).as_fallback(150)).collect();
    if words.is_empty() { String::new() } else { format!("{}.", words.join("; ")) }
}

fn pressing(evidence: &Evidence) -> Vec<String> {
    let room = Room { checks: 3, ..Room::BARE };
    others::pressing(evidence, &room).iter().map(|line| format!("{}.", line.as_fallback(200))).collect()
}

fn pulls(evidence: &Evidence) -> String {
    if evidence.pull_requests.is_empty() {
        return String::new();
    }
    let authors = evidence.pull_requests.iter().filter_map(|pull| pull.author.as_ref());
    let mut names: Vec<String> = authors.map(|author| author.login.clone()).collect();
    names.sort();
    names.dedup();
    let by = if names.is_empty() { String::new() } else { format!(" by {}", listed(&names, 3)) };
    fallback(&format!("{}{by}.", count(evidence.pull_requests.len(), "pull request", "pull requests")), 200)
}
