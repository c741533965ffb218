//! The message's `text`: what a notification shows and all that a screen reader gets. Enough to decide on.

use crate::domain::{Evidence, Phase};
use crate::ports::chat::Board;
use crate::slack::text::{count, date, fallback, listed};

use super::risk::{flag_count, flag_words, risk_word};
use super::{Room, gates, header, others, outcome, table, title, who};

/// At most 3,500 characters, as each part is bounded after escaping; Slack takes 4,000 in an edit.
pub(super) fn text(board: &Board<'_>) -> String {
    let copy = if board.repeated { "Second copy: " } else { "" };
    let text = match board.request.phase {
        Phase::Open => open(board),
        _ => other(board),
    };
    format!("{copy}{text}")
}

fn other(board: &Board<'_>) -> String {
    let outcome = outcome::line(board, &Room::BARE).map(|line| line.as_fallback(1_000)).unwrap_or_default();
    let title = fallback(&title(board), 200);
    match board.request.phase {
        // The first that people hear of it.
        Phase::Gathering => format!("{title}. {} {outcome}", who::line(board, &Room::BARE).as_fallback(500)),
        _ => format!("{title}. {outcome}"),
    }
}

fn open(board: &Board<'_>) -> String {
    let request = board.request;
    let asked = format!("Approve {}? {}.", request.environment, header::model(board));
    let mut sentences = vec![fallback(&asked, 200)];
    sentences.extend(board.evidence.map(risk));
    sentences.extend(board.evidence.map(rows).filter(|rows| !rows.is_empty()));
    sentences.extend(board.evidence.into_iter().flat_map(pressing));
    sentences.extend(board.evidence.map(pulls));
    let needed = gates::missing(request);
    sentences.push(fallback(&format!("Needs {}.", if needed.is_empty() { "a decision" } else { &needed }), 300));
    sentences.push(format!("Expires {}. Open Slack to approve or deny.", date(request.expires_at)));
    sentences.join(" ")
}

fn risk(evidence: &Evidence) -> String {
    if evidence.flags.is_empty() {
        return "No flags.".to_owned();
    }
    let new = evidence.flags.iter().filter(|flag| flag.is_new).count();
    let worst: Vec<String> = evidence.flags.iter().take(3).map(|flag| fallback(flag_words(flag), 200)).collect();
    let head = format!("Risk {}, {}", risk_word(evidence), flag_count(evidence.flags.len(), new));
    format!("{head}: {}.", worst.join("; "))
}

fn rows(evidence: &Evidence) -> String {
    let room = Room::BARE;
    let changed = evidence.models.iter().flat_map(table::changed_rows).take(5);
    let words: Vec<String> = changed.map(|row| table::row_line(row, &room).as_fallback(150)).collect();
    if words.is_empty() { String::new() } else { format!("{}.", words.join("; ")) }
}

fn pressing(evidence: &Evidence) -> Vec<String> {
    let room = Room { checks: 3, ..Room::BARE };
    others::pressing(evidence, &room).iter().map(|line| format!("{}.", line.as_fallback(200))).collect()
}

fn pulls(evidence: &Evidence) -> String {
    let authors = evidence.pull_requests.iter().filter_map(|pull| pull.author.as_ref());
    let mut names: Vec<String> = authors.map(|author| author.login.clone()).collect();
    names.sort();
    names.dedup();
    let by = if names.is_empty() { String::new() } else { format!(" by {}", listed(&names, 3)) };
    fallback(&format!("{}{by}.", count(evidence.pull_requests.len(), "pull request", "pull requests")), 200)
}
