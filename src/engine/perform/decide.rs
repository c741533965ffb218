//! Tells the forge: first that the request is known, then the decision (R27 to R29).

use super::super::{Engine, ci, fresh};
use super::outcome::{again, count, failed, finish, give_up, take_and_finish};
use crate::domain::obstacle;
use crate::domain::time::SECOND_MS;
use crate::domain::{
    Basis, ChatUser, CiReading, Decision, DeploymentId, Ending, Event, Phase, Request, Telling, Told, Verdict,
};
use crate::ports::code::Presence;
use crate::ports::forge::{Answered, FirstAnswer, TellForge};
use crate::ports::{Class, PortError};
use crate::store::{ClaimedEffect, StoreError};

/// Looks at a gate that is neither open nor answered before it is taken for opened by somebody else: the forge does
/// not list a gate in its first moments.
const LOOKS_BEFORE_BYPASS: u32 = 4;
/// Failures to read the required check runs before people are told that the approval waits for it.
const QUIET_TRIES: u32 = 3;
/// A decision this old is told only after what is live was looked at once more (P7).
const READ_AGAIN_AFTER_MS: i64 = 30 * SECOND_MS;
const TOO_EARLY_PAUSE_MS: i64 = 2 * SECOND_MS;

pub(super) async fn report(engine: &Engine, claimed: &ClaimedEffect, request: &Request) -> Result<(), StoreError> {
    if !request.is_undecided() {
        return finish(engine, claimed).await;
    }
    let comment = report_comment(engine.public_url.as_deref(), request);
    match engine.forge.report(&request.repository, request.key.run, &request.environment, &comment).await {
        Ok(()) => {
            count(claimed, "done");
            finish(engine, claimed).await
        }
        Err(error) => failed(engine, claimed, &error).await,
    }
}

pub(super) async fn tell(engine: &Engine, claimed: &ClaimedEffect, request: &Request) -> Result<(), StoreError> {
    let Some(decision) = request.decision().filter(|decision| decision.telling == Telling::Delivering) else {
        return finish(engine, claimed).await;
    };
    match told(engine, claimed, request, decision).await {
        Ok(Outcome::Told(told)) => {
            count(claimed, "done");
            take_and_finish(engine, claimed, Event::Told(told)).await
        }
        Ok(Outcome::Held(holding)) => hold(engine, claimed, request, decision, holding).await,
        Err(error) if error.is_gone() => {
            take_and_finish(engine, claimed, Event::Told(Told::NotApplied { why: Ending::Gone })).await
        }
        Err(error) if matches!(error.class, Class::Retry { .. } | Class::Unknown) => {
            again(engine, claimed, &error).await
        }
        Err(error) => failed(engine, claimed, &error).await,
    }
}

/// What an attempt to tell the forge came to.
enum Outcome {
    Told(Told),
    /// Not tried: something is in the way that was not there when it was decided.
    Held(Holding),
}

impl From<Told> for Outcome {
    fn from(told: Told) -> Self {
        Self::Told(told)
    }
}

/// Why an approval is not told for now.
struct Holding {
    why: String,
    /// The window of the decision is over: one approver has to confirm it for a later one.
    needs_word: bool,
}

/// Tried again until nothing is in the way, and given up, visibly, at the request's deadline.
async fn hold(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    decision: &Decision,
    holding: Holding,
) -> Result<(), StoreError> {
    let Holding { why, needs_word } = holding;
    let error = PortError::retry("tell the forge the decision", &why);
    if engine.clock.now() >= request.expires_at {
        return give_up(engine, claimed, &error).await;
    }
    match decision.held.as_ref() == Some(&why) {
        true => again(engine, claimed, &error).await,
        false => take_and_finish(engine, claimed, Event::DecisionHeld { why, needs_word }).await,
    }
}

/// What keeps an approval from being told: the word that a later window needs, a window that closed, a freeze, something
/// else that went live, check runs that became worse. Whoever broke the glass is kept by none of it.
async fn holds(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    decision: &Decision,
) -> Result<Option<Holding>, PortError> {
    if !decision.verdict.lets_run() || decision.basis == Basis::BreakGlass {
        return Ok(None);
    }
    if decision.needs_word {
        let why = decision.held.clone().unwrap_or_else(|| "its deployment window is over".to_owned());
        return Ok(Some(Holding { why, needs_word: true }));
    }
    let now = engine.clock.now();
    let closed = obstacle::closed(request, &fresh::freezes(engine).await?, now);
    if let Some(first) = closed.first() {
        let needs_word = obstacle::needs_a_word(request, &closed);
        return Ok(Some(Holding { why: first.words(), needs_word }));
    }
    let is_old = now.millis_since(decision.at) > READ_AGAIN_AFTER_MS && !decision.confirmed;
    if is_old && fresh::is_stale(engine, request).await? {
        let why = "something else went live since it was decided".to_owned();
        return Ok(Some(Holding { why, needs_word: true }));
    }
    let worse = checks_hold(engine, claimed, request, decision).await?;
    Ok(worse.map(|why| Holding { why, needs_word: false }))
}

/// Why an approval is not told for now (R5).
async fn checks_hold(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    decision: &Decision,
) -> Result<Option<String>, PortError> {
    let shown = request.evidence.as_ref().and_then(|evidence| evidence.ci.as_ref());
    let Some(shown) = shown.filter(|_| decision.verdict.lets_run()) else { return Ok(None) };
    let now = match ci::read_again(engine, request).await {
        Ok(now) => now,
        // What stays unreadable is told as well, not only tried again.
        Err(_) if claimed.attempts >= QUIET_TRIES => {
            Some(CiReading::unreadable(&shown.required, "the forge does not answer"))
        }
        Err(error) => return Err(error),
    };
    let worse = now.map(|now| now.worse_than(shown)).unwrap_or_default();
    Ok((!worse.is_empty()).then(|| worse.join("; ")))
}

async fn told(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    decision: &Decision,
) -> Result<Outcome, PortError> {
    let mark = mark(request);
    // The endpoint knows no attempt: a late answer for this one could open the next one's gate (R28, H10).
    if let Some(why) = run_is_over(engine, request).await? {
        return over(engine, request, decision, &mark, why).await.map(Outcome::from);
    }
    // Others' answers may be an earlier attempt's: only our own mark says that this was done already. When jobs that
    // came later wait although an earlier telling was taken, those have to be told again all the same.
    if claimed.attempts > 0
        && decision.retold == 0
        && let Answered::Ours { approved } = answered(engine, request, &mark).await?
        && (approved || !is_pending(engine, request).await?)
    {
        return Ok(as_told(decision, approved).into());
    }
    if let Some(holding) = holds(engine, claimed, request, decision).await? {
        return Ok(Outcome::Held(holding));
    }
    let telling = TellForge {
        repository: &request.repository,
        run: request.key.run,
        environment: &request.environment,
        lets_run: decision.verdict.lets_run(),
        comment: &decision_comment(request, decision),
        mark: &mark,
    };
    match engine.forge.decide(&telling).await? {
        FirstAnswer::Accepted => Ok(Told::Taken.into()),
        FirstAnswer::Unclear { message } => {
            unclear(engine, claimed, request, decision, &mark, &message).await.map(Outcome::from)
        }
    }
}

async fn run_is_over(engine: &Engine, request: &Request) -> Result<Option<Ending>, PortError> {
    let state = engine.forge.run(&request.repository, request.key.run).await?;
    if state.run.attempt > request.key.attempt {
        return Ok(Some(Ending::NewAttempt { attempt: state.run.attempt }));
    }
    Ok(state.conclusion.map(ending_for))
}

/// The run may be over because the forge took our decision and its answer was lost: then our mark is on file (H42).
async fn over(
    engine: &Engine,
    request: &Request,
    decision: &Decision,
    mark: &str,
    why: Ending,
) -> Result<Told, PortError> {
    match answered(engine, request, mark).await? {
        Answered::Ours { approved } => Ok(as_told(decision, approved)),
        Answered::Others { .. } | Answered::NotYet => Ok(Told::NotApplied { why }),
    }
}

fn ending_for(conclusion: String) -> Ending {
    if conclusion == "cancelled" { Ending::Cancelled { by: None } } else { Ending::RunEnded { conclusion } }
}

/// The forge would not take it. Only reading back tells why (H8, H32, H42, H43).
async fn unclear(
    engine: &Engine,
    claimed: &ClaimedEffect,
    request: &Request,
    decision: &Decision,
    mark: &str,
    message: &str,
) -> Result<Told, PortError> {
    let jobs: Vec<DeploymentId> = request.jobs.keys().copied().collect();
    let standing = engine.forge.standing(&request.repository, request.key.run, &request.environment, &jobs).await?;
    let Presence::Found(standing) = standing else { return Ok(Told::NotApplied { why: Ending::Gone }) };
    if standing.attempt > request.key.attempt {
        return over(engine, request, decision, mark, Ending::NewAttempt { attempt: standing.attempt }).await;
    }
    if let Some(conclusion) = standing.conclusion {
        return over(engine, request, decision, mark, ending_for(conclusion)).await;
    }
    match answered(engine, request, mark).await? {
        // Nobody watches what was rejected, so a denial that was taken for some of the jobs is told until none waits.
        Answered::Ours { approved: false } if standing.pending && claimed.attempts < LOOKS_BEFORE_BYPASS => {
            Err(wait_for_gate(message))
        }
        // Taken, or taken for some of the jobs: the watch finds those that still wait, and tells them again.
        Answered::Ours { approved } => Ok(as_told(decision, approved)),
        _ if standing.pending || claimed.attempts < LOOKS_BEFORE_BYPASS => Err(wait_for_gate(message)),
        Answered::Others { approved, by } if approved != decision.verdict.lets_run() => Ok(elsewhere(approved, by)),
        Answered::Others { .. } | Answered::NotYet => Ok(Told::NotApplied { why: Ending::Bypassed { by: None } }),
    }
}

/// Whether a job of the run still waits in this environment: one rejection ends a job's wait, whatever else holds it.
async fn is_pending(engine: &Engine, request: &Request) -> Result<bool, PortError> {
    let standing = engine.forge.standing(&request.repository, request.key.run, &request.environment, &[]).await?;
    Ok(matches!(standing, Presence::Found(standing) if standing.pending))
}

fn wait_for_gate(message: &str) -> PortError {
    PortError::new(Class::Retry { after_ms: Some(TOO_EARLY_PAUSE_MS) }, "tell the forge the decision", message)
}

/// What is on file about our gate.
async fn answered(engine: &Engine, request: &Request, mark: &str) -> Result<Answered, PortError> {
    engine.forge.answered(&request.repository, request.key.run, &request.environment, mark).await
}

fn as_told(decision: &Decision, approved: bool) -> Told {
    if approved == decision.verdict.lets_run() { Told::Taken } else { elsewhere(approved, None) }
}

fn elsewhere(approved: bool, by: Option<String>) -> Told {
    Told::NotApplied { why: Ending::DecidedElsewhere { approved, by } }
}

/// What our answers are recognised by when they are read back: the request's id.
fn mark(request: &Request) -> String {
    format!("request {}", request.id)
}

/// A report on the waiting jobs' page: that people are asked, or why they cannot be.
pub fn report_comment(public_url: Option<&str>, request: &Request) -> String {
    let (name, mark, commit) = (link(public_url), mark(request), code(request.commit.short()));
    let asked = match (&request.message_trouble, &request.phase) {
        (None, Phase::Held { why }) => {
            format!("{name}, {mark}: nobody can approve `{commit}`: {}. It is looked at again by itself.", code(why))
        }
        (None, _) => format!("{name}, {mark}: people are asked whether `{commit}` may go live."),
        (Some(why), _) => format!(
            "{name}, {mark}: nobody can be asked whether `{commit}` may go live: `{}`. The gate stays closed; this is tried again.",
            code(why)
        ),
    };
    let passed = request
        .passed_over
        .iter()
        .map(|passed| format!(" It cannot reach the channel `{}`: {}.", code(&passed.channel), passed.why.words()));
    passed.fold(asked, |all, one| all + &one)
}

/// What stands on the run's page beside the decision: mark first, then who and why.
pub fn decision_comment(request: &Request, decision: &Decision) -> String {
    let head = match decision.verdict {
        Verdict::Approved if decision.basis == Basis::Rule => "Approved by the policy's automatic approval".to_owned(),
        Verdict::Approved if decision.basis == Basis::BreakGlass => {
            format!("Break-glass: let through without its gates by {}", people(request, decision))
        }
        Verdict::Approved => format!("Approved by {}", people(request, decision)),
        Verdict::Denied => format!("Denied by {}", people(request, decision)),
        Verdict::Expired => "Expired: nobody decided in time".to_owned(),
        Verdict::Withdrawn => format!("Taken back by {}", people(request, decision)),
        Verdict::Superseded => "Replaced by a newer request for this environment".to_owned(),
    };
    let reason = decision
        .reason
        .as_ref()
        .map(|reason| format!("\n\nReason:\n\n{}", indented(reason.as_str())))
        .unwrap_or_default();
    format!("{head}. Countersign {}.{reason}", mark(request))
}

/// Whose words made the decision: by login where one is known, else by the chat's id.
fn people(request: &Request, decision: &Decision) -> String {
    let name = |user: &ChatUser| {
        let vote = request.votes.iter().find(|vote| vote.voter.chat == *user);
        let login = vote.and_then(|vote| vote.voter.link.forge()).map(|account| account.login.as_str());
        format!("`{}`", code(login.unwrap_or(&user.user)))
    };
    let names: Vec<String> = decision.by.iter().map(name).collect();
    names.join(", ")
}

fn link(public_url: Option<&str>) -> String {
    match public_url {
        Some(url) => format!("[Countersign]({url})"),
        None => "Countersign".to_owned(),
    }
}

/// Somebody's words as an indented block: nothing in it is Markdown, a mention or a link.
pub(super) fn indented(words: &str) -> String {
    let visible = crate::artifact::text::visible_lines(words);
    let lines: Vec<String> = visible.lines().map(|line| format!("    {line}")).collect();
    lines.join("\n")
}

/// Text that is safe between backticks.
pub(super) fn code(text: &str) -> String {
    text.chars().filter(|c| *c != '`' && !c.is_control()).collect()
}
