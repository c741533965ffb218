//! What happens at the forge: jobs that move, runs that end, and what reading back tells.

use super::{Work, watch_pause_ms};
use crate::domain::effect::Effect;
use crate::domain::event::{JobMove, Standing};
use crate::domain::id::{CommitSha, DeploymentId};
use crate::domain::request::{Decision, Ending, JobState, Phase, Request, Rollout, Telling, Verdict};
use crate::domain::sibling::{Sibling, SiblingState};
use crate::domain::thread::ThreadLine;
use crate::domain::time::{SECOND_MS, Timestamp};

/// How often the forge is told again because jobs of ours still wait after it took the decision (H32).
const MAX_RETOLD: u32 = 3;
/// How long the forge takes to say whether a run that was just asked for has to wait.
const PLACED_WITHIN_MS: i64 = 2 * SECOND_MS;

pub(super) fn job_moved(work: &mut Work, job: &JobMove) {
    if advance_job(&mut work.request, job.deployment, job.state) {
        match &work.request.phase {
            // A job that moves before we decided may mean a bypass, or nothing yet: reading back tells.
            Phase::Gathering | Phase::Held { .. } | Phase::Open => work.now(Effect::Watch { chain: 0, round: 0 }),
            Phase::Decided(decision) if decision.verdict.lets_run() => follow(work, &job.detail),
            Phase::Decided(_) => ran_against_decision(work, job.state),
            Phase::Ended { .. } => {}
        }
    }
    compare_commits(work, job.commit.iter().map(|commit| (job.deployment, commit)));
}

/// What ships must be what was approved (P27). Another commit is said once, where everybody sees it; the job runs already,
/// and stopping it is for people.
fn compare_commits<'a>(work: &mut Work, told: impl Iterator<Item = (DeploymentId, &'a CommitSha)>) {
    let request = &work.request;
    let mut others =
        told.filter(|(job, commit)| request.jobs.contains_key(job) && **commit != request.commit).map(|(_, it)| it);
    let Some(other) = others.next().cloned() else { return };
    if work.request.deployed_instead.as_ref() == Some(&other) {
        return;
    }
    work.name = "deploy.commit_differs";
    work.request.deployed_instead = Some(other.clone());
    work.show(ThreadLine::DeployedInstead { commit: other });
}

/// Takes a job's state in, if it is news: states only move forward, and the first end stands, so repeated, late and
/// reordered words change nothing.
fn advance_job(request: &mut Request, job: DeploymentId, state: JobState) -> bool {
    match request.jobs.get_mut(&job) {
        Some(known) if is_over(*known) || *known >= state => false,
        Some(known) => {
            *known = state;
            true
        }
        None => false,
    }
}

const fn is_over(state: JobState) -> bool {
    matches!(state, JobState::Live | JobState::Failed)
}

fn ran_against_decision(work: &mut Work, state: JobState) {
    if matches!(state, JobState::Running | JobState::Live) {
        work.name = "deploy.bypassed";
        work.now(Effect::Say(ThreadLine::Ended { how: Ending::Bypassed { by: None } }));
    }
}

/// Brings the rollout up to what the jobs say, and tells it when it changed.
fn follow(work: &mut Work, detail: &str) {
    let state = overall(&work.request);
    let at = work.at;
    let next = match state {
        None | Some(JobState::Waiting) => return,
        Some(JobState::Queued) => Rollout::Queued,
        Some(JobState::Running) => Rollout::Running,
        Some(JobState::Live) => Rollout::Live { at },
        Some(JobState::Failed) => Rollout::Failed { state: detail.to_owned(), at },
    };
    move_rollout(work, next);
}

fn move_rollout(work: &mut Work, next: Rollout) {
    let at = work.at;
    let Phase::Decided(decision) = &mut work.request.phase else { return };
    if rank(&next) <= rank(&decision.rollout) {
        return;
    }
    let line = rollout_line(&next, decision, at);
    work.name = rollout_name(&next);
    decision.rollout = next;
    work.now(Effect::SyncMessage);
    if let Some(line) = line {
        work.now(Effect::Say(line));
    }
}

/// Runs behind it that a request keeps in mind.
const MAX_BEHIND: usize = 50;

/// Rollouts only move forward; a failure may still follow anything but the end.
const fn rank(rollout: &Rollout) -> u8 {
    match rollout {
        Rollout::NotStarted => 0,
        Rollout::WaitingForOthers => 1,
        Rollout::Queued => 2,
        Rollout::Running => 3,
        Rollout::Live { .. } | Rollout::Failed { .. } => 4,
    }
}

const fn rollout_name(rollout: &Rollout) -> &'static str {
    match rollout {
        Rollout::Live { .. } => "deploy.live",
        Rollout::Failed { .. } => "deploy.failed",
        Rollout::NotStarted | Rollout::WaitingForOthers | Rollout::Queued | Rollout::Running => "deploy.moved",
    }
}

fn rollout_line(rollout: &Rollout, decision: &Decision, at: Timestamp) -> Option<ThreadLine> {
    match rollout {
        // The two are moments apart, and only one of them is worth a line.
        Rollout::NotStarted | Rollout::Queued => None,
        Rollout::WaitingForOthers => Some(ThreadLine::WaitingForOthers),
        Rollout::Running => Some(ThreadLine::Running),
        Rollout::Live { .. } => Some(ThreadLine::Live { after_ms: at.millis_since(decision.at) }),
        Rollout::Failed { state, .. } => Some(ThreadLine::RolloutFailed { state: state.clone() }),
    }
}

/// The state of all jobs together: failed if one is, live when all are.
fn overall(request: &Request) -> Option<JobState> {
    let states = || request.jobs.values().copied();
    if states().any(|state| state == JobState::Failed) {
        return Some(JobState::Failed);
    }
    let furthest = states().max()?;
    let all_live = states().all(|state| state == JobState::Live);
    Some(if furthest == JobState::Live && !all_live { JobState::Running } else { furthest })
}

pub(super) fn run_ended(work: &mut Work, attempt: u32, conclusion: &str, by: Option<&str>) {
    if attempt != work.request.key.attempt {
        return;
    }
    match &work.request.phase {
        Phase::Gathering | Phase::Held { .. } | Phase::Open => {
            let how = ending_of(&work.request, conclusion, by);
            work.end(how);
        }
        Phase::Decided(decision) if decision.verdict.lets_run() => {
            if decision.telling != Telling::Delivering {
                close_rollout(work, conclusion);
            }
        }
        Phase::Decided(_) | Phase::Ended { .. } => {}
    }
}

fn ending_of(request: &Request, conclusion: &str, by: Option<&str>) -> Ending {
    let ran = request.jobs.values().any(|state| matches!(state, JobState::Running | JobState::Live));
    match conclusion {
        "cancelled" => Ending::Cancelled { by: by.map(str::to_owned) },
        _ if ran => Ending::Bypassed { by: None },
        other => Ending::RunEnded { conclusion: other.to_owned() },
    }
}

/// The run is over, so the deployment is: whatever its own words were that did not reach us.
fn close_rollout(work: &mut Work, conclusion: &str) {
    let at = work.at;
    let next = match conclusion {
        "success" => Rollout::Live { at },
        other => Rollout::Failed { state: other.to_owned(), at },
    };
    move_rollout(work, next);
}

pub(super) fn newer_attempt(work: &mut Work, attempt: u32) {
    if attempt > work.request.key.attempt && work.request.is_undecided() {
        work.end(Ending::NewAttempt { attempt });
    }
}

/// It may wait behind ours, which shows once the forge has placed it; a third one would cancel it.
pub(super) fn later_run(work: &mut Work) {
    if work.request.is_undecided() {
        work.later(Effect::Watch { chain: 0, round: 0 }, PLACED_WITHIN_MS);
    }
}

pub(super) fn read_back(work: &mut Work, standing: &Standing, chain: u32, round: u32) {
    for (job, state) in &standing.jobs {
        advance_job(&mut work.request, *job, *state);
    }
    match work.request.phase.clone() {
        Phase::Gathering | Phase::Held { .. } | Phase::Open => undecided_read_back(work, standing),
        Phase::Decided(decision) => decided_read_back(work, standing, &decision),
        Phase::Ended { .. } => {}
    }
    // Last, so that the record is called by it.
    compare_commits(work, standing.commits.iter().map(|(job, commit)| (*job, commit)));
    if chain == work.request.watch && work.request.can_change() {
        work.later(Effect::Watch { chain, round: round.saturating_add(1) }, watch_pause_ms(round));
    }
}

/// What no webhook told (R30): cancelled, started again, or let through by somebody else.
fn undecided_read_back(work: &mut Work, standing: &Standing) {
    if standing.attempt > work.request.key.attempt {
        return work.end(Ending::NewAttempt { attempt: standing.attempt });
    }
    if let Some(conclusion) = &standing.conclusion {
        let how = ending_of(&work.request, conclusion, None);
        return work.end(how);
    }
    if standing.pending {
        // What kept the message out of the chat may have been mended meanwhile.
        if work.request.message_trouble.is_some() {
            work.now(Effect::SyncMessage);
        }
        queued_behind(work, &standing.behind);
        return;
    }
    match overall(&work.request) {
        Some(JobState::Queued | JobState::Running | JobState::Live) => work.end(Ending::Bypassed { by: None }),
        Some(JobState::Failed) => work.end(Ending::RunEnded { conclusion: "failure".to_owned() }),
        // Too early: the forge does not list the gate for its first moments.
        Some(JobState::Waiting) | None => {}
    }
}

/// What is new about runs that cannot start while this one waits: each is told once, and once more when it was cancelled. Who
/// was cancelled before anybody saw it wait may have been cancelled for any reason, and is not named.
fn queued_behind(work: &mut Work, behind: &[Sibling]) {
    let known = |run: &Sibling| work.request.behind.iter().find(|one| one.url == run.url).map(|one| one.state);
    let is_news = |run: &&Sibling| match run.state {
        SiblingState::Waits => known(run).is_none(),
        SiblingState::Cancelled => known(run) == Some(SiblingState::Waits),
    };
    let news: Vec<Sibling> = behind.iter().filter(is_news).cloned().collect();
    if news.is_empty() {
        return;
    }
    work.request.behind.retain(|one| news.iter().all(|run| run.url != one.url));
    work.request.behind.extend(news.iter().cloned());
    let too_many = work.request.behind.len().saturating_sub(MAX_BEHIND);
    work.request.behind.drain(..too_many);
    work.show(ThreadLine::Behind { runs: news });
}

fn decided_read_back(work: &mut Work, standing: &Standing, decision: &Decision) {
    let same_attempt = standing.attempt == work.request.key.attempt;
    match &decision.telling {
        Telling::Delivering | Telling::NotApplied { .. } => {}
        Telling::Failed { .. } => {
            if same_attempt && standing.pending && standing.conclusion.is_none() {
                tell_again(work);
            }
        }
        Telling::Delivered { .. } if !same_attempt || decision.verdict != Verdict::Approved => {}
        Telling::Delivered { .. } => approved_read_back(work, standing, decision),
    }
}

fn approved_read_back(work: &mut Work, standing: &Standing, decision: &Decision) {
    if let Some(conclusion) = &standing.conclusion {
        return close_rollout(work, conclusion);
    }
    follow(work, "failure");
    let ours_wait = work.request.jobs.values().any(|state| *state == JobState::Waiting);
    if !(standing.pending && ours_wait) {
        return;
    }
    // The forge cannot say whose rule is still open: telling it again is answered by "already reviewed" if not ours.
    if decision.retold < MAX_RETOLD {
        return tell_again(work);
    }
    move_rollout(work, Rollout::WaitingForOthers);
}

fn tell_again(work: &mut Work) {
    let Phase::Decided(decision) = &mut work.request.phase else { return };
    decision.retold = decision.retold.saturating_add(1);
    decision.telling = Telling::Delivering;
    work.name = "decision.told_again";
    work.now(Effect::Decide);
    work.now(Effect::SyncMessage);
}
