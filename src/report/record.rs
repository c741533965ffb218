//! What happened to a request, record by record, in words: the same for the command line, the pages and the demo.

use crate::domain::{
    Ballot, Event, Fresh, JobMove, Link, MessageRef, Obstacle, PolicyFound, Record, Standing, Told, Voter, Whisper,
    Words,
};

/// What happened, as a clause.
pub fn what(record: &Record) -> String {
    let happened = happened(record);
    match &record.answer {
        Some(Whisper::Refused(refusal)) => format!("{happened}; refused: {}", refusal.code().replace('_', " ")),
        Some(Whisper::AlreadyCounted) => format!("{happened} again; the vote is there already"),
        Some(Whisper::Agreed { waits_for }) if !waits_for.is_empty() => {
            let waits: Vec<String> = waits_for.iter().map(Obstacle::words).collect();
            format!("{happened}; everybody needed has agreed, and it waits: {}", waits.join("; "))
        }
        _ => happened,
    }
}

fn happened(record: &Record) -> String {
    match &record.event {
        Event::Asked(ask) => format!(
            "a job of run {}, attempt {}, asks to deploy {} of {} to {}",
            ask.run.number,
            ask.run.attempt,
            ask.commit.short(),
            ask.repository.full_name(),
            ask.environment
        ),
        Event::Glimpsed(_) => "what is known so far is shown; the rest is still being read".to_owned(),
        Event::Gathered { evidence, policies, .. } => {
            let (digest, risk) = (evidence.digest.short(), evidence.risk.word());
            match &policies.now {
                PolicyFound::Policies(_) => {
                    format!("evidence {digest} read and frozen, risk {risk}; now {}", record.phase)
                }
                PolicyFound::Hold { why } => format!("evidence {digest} read, risk {risk}; held: {why}"),
            }
        }
        Event::GatherFailed { why } => format!("the evidence cannot be read yet: {why}"),
        Event::CheckAnswered { name, .. } => format!("check {name} answered; the evidence is read again"),
        Event::Voted(ballot) => vote(ballot, &record.phase),
        Event::Rechecked { fresh } => rechecked(fresh, &record.phase),
        Event::RecheckFailed { why } => format!("what a decision rests on cannot be read again yet: {why}"),
        Event::LookAgain { .. } => "wants evidence and policy gathered again".to_owned(),
        Event::VoteWithdrawn { .. } => "takes the vote back".to_owned(),
        Event::Withdrawn { reason, .. } => format!("takes the request back{}", because(reason.as_ref())),
        Event::Objected { reason, .. } => format!("objects{}", because(reason.as_ref())),
        Event::GlassBroken { reason, .. } => format!("breaks the glass{}", because(reason.as_ref())),
        Event::ReviewClosed { note, .. } => format!("closes the review{}", because(note.as_ref())),
        Event::ReviewDue => "the review is due and nobody has closed it".to_owned(),
        Event::Superseded { by, commit } => {
            format!("request {} asks for the same environment with {}", by.short(), commit.short())
        }
        Event::Pictured { .. } => "a picture is ready for the message".to_owned(),
        Event::FreezesChanged { freezes } => match freezes.len() {
            0 => "no freeze holds the environment any more".to_owned(),
            _ => "a freeze was called or lifted".to_owned(),
        },
        Event::ReminderDue { .. } => "time to remind those who can act".to_owned(),
        Event::EscalationDue => "time to ask the escalation group".to_owned(),
        Event::DeadlineReached => "the deadline passed".to_owned(),
        Event::MessagePosted { message: MessageRef { id, .. }, .. } => {
            format!("the message stands in the channel, as {id}")
        }
        Event::ChannelPassedOver { passed } => format!("the message {}; it goes elsewhere", passed.words()),
        Event::ChannelMoved { from, to } => format!("the channel {from} is {to} now"),
        Event::MessageLost { .. } => "the message is not there any more; it is posted again".to_owned(),
        Event::Told(Told::Taken) => "the decision was taken".to_owned(),
        Event::Told(Told::NotApplied { .. }) => "the decision was not applied".to_owned(),
        Event::DecisionHeld { why, .. } => format!("the approval is not told yet: {why}"),
        Event::JobMoved(JobMove { deployment, state, .. }) => {
            format!("deployment {deployment} is {}", format!("{state:?}").to_lowercase())
        }
        Event::RunEnded { attempt, conclusion, .. } => format!("attempt {attempt} of the run ended: {conclusion}"),
        Event::NewerAttempt { attempt } => format!("attempt {attempt} asks anew; this request ends"),
        Event::LaterRun { number } => format!("run {number} of the same workflow was asked for"),
        Event::ReadBack { standing, .. } => read_back(standing),
        Event::GaveUp { kind, why } => format!("gave up on {}: {why}", kind.replace('_', " ")),
    }
}

fn vote(ballot: &Ballot, phase: &str) -> String {
    format!("votes to {}{}; now {phase}", ballot.choice.word(), because(ballot.reason.as_ref()))
}

fn rechecked(fresh: &Fresh, phase: &str) -> String {
    match &fresh.policies.now {
        PolicyFound::Policies(_) => format!("everything was read again; now {phase}"),
        PolicyFound::Hold { why } => format!("everything was read again; the policy cannot be followed: {why}"),
    }
}

fn because(words: Option<&Words>) -> String {
    let words = words.filter(|words| !words.is_empty());
    words.map(|words| format!(": “{}”", words.as_str())).unwrap_or_default()
}

fn read_back(standing: &Standing) -> String {
    let pending = if standing.pending { "jobs wait" } else { "no job waits" };
    let end = standing.conclusion.as_deref().unwrap_or(pending);
    format!("the run was read back: attempt {}, {end}", standing.attempt)
}

/// The person whose doing it was; `None` where it was nobody's click.
pub fn person(event: &Event) -> Option<&Voter> {
    match event {
        Event::Voted(ballot) => Some(&ballot.voter),
        Event::LookAgain { voter }
        | Event::VoteWithdrawn { voter }
        | Event::Withdrawn { voter, .. }
        | Event::Objected { voter, .. }
        | Event::GlassBroken { voter, .. }
        | Event::ReviewClosed { voter, .. } => Some(voter),
        _ => None,
    }
}

/// Whoever did it, with the ids that prove it: `octocat (id 583231, T0ACME/U0OCTO)`.
pub fn name(voter: &Voter) -> String {
    let chat = format!("{}/{}", voter.chat.workspace, voter.chat.user);
    match &voter.link {
        Link::Linked { forge } => format!("{} (id {}, {chat})", forge.login, forge.id),
        _ => chat,
    }
}
