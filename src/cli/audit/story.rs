//! One row of the record, in a line for people.

use serde::Serialize;
use serde_json::Value;

use crate::audit::Unreadable;
use crate::audit::entry::read_record;
use crate::domain::{Ballot, ChatUser, Choice, Digest, Event, Link, Record, Voter, Whisper, Words};
use crate::store::AuditRow;

/// The row's number, time, name, the phase it led to, and who and why.
pub(super) fn told(row: &AuditRow, lookup: impl Fn(&Digest) -> Option<String>) -> Vec<String> {
    let (phase, detail) = match read_record(&row.body, lookup) {
        Ok(record) => (record.phase.clone(), detail(&record)),
        Err(Unreadable::OtherKind) => Default::default(),
        Err(why) => (String::new(), format!("({why})")),
    };
    vec![row.seq.to_string(), row.at.to_rfc3339(), row.name.clone(), phase, detail]
}

fn detail(record: &Record) -> String {
    let event = match &record.event {
        Event::Asked(ask) => format!(
            "{} {} at {}, run {} attempt {}",
            ask.repository.full_name(),
            ask.environment,
            ask.commit.short(),
            ask.run.number,
            ask.run.attempt
        ),
        Event::Gathered { evidence, .. } => format!("evidence {}", evidence.digest),
        Event::Voted(ballot) => vote(ballot),
        Event::GatherFailed { why } | Event::DecisionHeld { why } => why.clone(),
        Event::CheckAnswered { name, answer } => format!("{name}: answer {answer}"),
        Event::MessagePosted { message, .. } => format!("{} {}", message.channel, message.id),
        Event::JobMoved { deployment, state, .. } => format!("deployment {deployment} {}", word(state)),
        Event::RunEnded { attempt, conclusion, by } => ended(*attempt, conclusion, by.as_deref()),
        Event::NewerAttempt { attempt } => format!("attempt {attempt}"),
        Event::Told(told) => word(told),
        Event::ReadBack { .. } => "the run was read back".to_owned(),
        Event::GaveUp { kind, why } => format!("{kind}: {why}"),
        Event::DeadlineReached => String::new(),
    };
    match &record.answer {
        Some(Whisper::Refused(why)) => format!("{event} - refused: {}", word(why)),
        Some(_) | None => event,
    }
}

fn vote(ballot: &Ballot) -> String {
    let choice = match ballot.choice {
        Choice::Approve => "approve",
        Choice::Deny => "deny",
    };
    let reason = ballot.reason.as_ref().map(Words::as_str).map(|why| format!(": {why}")).unwrap_or_default();
    format!("{choice} by {}{reason}", person(&ballot.voter))
}

fn person(voter: &Voter) -> String {
    let ChatUser { workspace, user } = &voter.chat;
    match &voter.link {
        Link::Linked { forge } => format!("{} (id {}, {workspace}/{user})", forge.login, forge.id),
        Link::None | Link::LoginMoved { .. } | Link::LoginGone { .. } => format!("{workspace}/{user}"),
    }
}

fn ended(attempt: u32, conclusion: &str, by: Option<&str>) -> String {
    let by = by.map(|login| format!(" by {login}")).unwrap_or_default();
    format!("attempt {attempt} {conclusion}{by}")
}

/// The name of a value's variant, as the record writes it.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        Ok(Value::Object(members)) => members.keys().next().cloned().unwrap_or_default(),
        _ => String::new(),
    }
}
