use super::*;

fn open_for(quorum: u32) -> Vec<Event> {
    vec![ask(100, 1), gathered("v1", quorum)]
}

fn with(mut events: Vec<Event>, more: impl IntoIterator<Item = Event>) -> Vec<Event> {
    events.extend(more);
    events
}

fn yes(id: u64) -> Event {
    vote(approver(id), Choice::Approve, "v1", START)
}

fn no(id: u64) -> Event {
    vote(approver(id), Choice::Deny, "v1", START)
}

fn verdict(request: &Request) -> Option<Verdict> {
    request.decision().map(|decision| decision.verdict)
}

#[test]
fn the_first_ask_opens_and_reports_and_gathers() {
    let (request, step) = after(&[ask(100, 1)]);
    assert_eq!(request.phase, Phase::Gathering);
    let kinds: Vec<_> = step.effects.iter().map(|due| due.effect.kind()).collect();
    assert_eq!(kinds, ["report", "gather", "sync_message", "expire", "watch"]);
}

#[test]
fn a_message_without_the_evidence_goes_out_within_two_seconds() {
    let (_, step) = after(&[ask(100, 1)]);
    let message = step.effects.iter().find(|due| due.effect == Effect::SyncMessage).unwrap();
    assert!(message.at.millis_since(START) < 2_000 && transition::GLIMPSE_MS < transition::MESSAGE_PATIENCE_MS);
}

/// The newest sketch replaces the one before, and is shown where there is a message; the evidence ends it.
#[test]
fn a_sketch_is_shown_until_the_evidence_is_there() {
    let posted =
        Event::MessagePosted { message: MessageRef { channel: "C0".into(), id: "1.2".into() }, is_copy: false };
    let (request, step) = after(&[ask(100, 1), glimpsed(1)]);
    assert!(step.effects.is_empty(), "posting the message shows it");
    assert_eq!(request.sketch.and_then(|sketch| sketch.files), Some(1));
    let (request, step) = after(&[ask(100, 1), posted.clone(), glimpsed(1), glimpsed(2)]);
    assert!(has(&step, |effect| matches!(effect, Effect::SyncMessage)));
    assert_eq!(request.sketch.and_then(|sketch| sketch.files), Some(2));
    for end in [gathered("v1", 1), Event::GatherFailed { why: "HTTP 502".into() }, Event::NewerAttempt { attempt: 2 }] {
        let (request, _) = after(&[ask(100, 1), posted.clone(), glimpsed(1), end, glimpsed(2)]);
        assert_eq!(request.sketch, None, "{:?}", request.phase);
    }
}

/// P7: what is not whole is nothing to vote on.
#[test]
fn nobody_votes_on_a_sketch() {
    let (request, step) = after(&[ask(100, 1), glimpsed(1), vote(approver(5), Choice::Approve, "", START)]);
    assert_eq!(step.answer, Some(Whisper::Refused(Refusal::StillGathering)));
    assert!(request.votes.is_empty() && request.sketch.is_some());
}

#[test]
fn one_eligible_approval_meets_a_quorum_of_one() {
    let (request, step) = after(&with(open_for(1), [yes(5)]));
    assert_eq!(verdict(&request), Some(Verdict::Approved));
    assert!(has(&step, |effect| matches!(effect, Effect::Decide)));
}

/// H1: a double click is one vote, before the decision and after it.
#[test]
fn the_second_click_of_the_same_person_is_already_counted() {
    let (request, step) = after(&with(open_for(2), [yes(5), yes(5)]));
    assert_eq!((request.votes.len(), step.answer), (1, Some(Whisper::AlreadyCounted)));
    let (_, step) = after(&with(open_for(1), [yes(5), yes(5)]));
    assert_eq!(step.answer, Some(Whisper::AlreadyCounted));
    assert!(step.effects.is_empty());
}

/// H2, R21: whoever loses the race hears who was first.
#[test]
fn a_denial_after_the_approval_hears_who_decided() {
    let (request, step) = after(&with(
        open_for(1),
        [yes(5), vote(Voter { access: Access::None, ..approver(6) }, Choice::Deny, "v1", START)],
    ));
    assert_eq!(verdict(&request), Some(Verdict::Approved));
    assert!(
        matches!(step.answer, Some(Whisper::Refused(Refusal::AlreadyDecided { verdict: Verdict::Approved, ref by, .. })) if *by == [chat("U5")])
    );
}

/// H3: people correct themselves.
#[test]
fn the_latest_word_of_a_person_counts() {
    let (request, _) = after(&with(open_for(2), [yes(5), no(5)]));
    assert_eq!(verdict(&request), Some(Verdict::Denied));
    assert_eq!(request.votes.len(), 1);
}

/// H4: a committed decision is final; the objection is shown.
#[test]
fn a_denial_by_an_approver_after_the_approval_is_an_objection() {
    let (request, step) = after(&with(open_for(1), [yes(5), no(5)]));
    assert_eq!(verdict(&request), Some(Verdict::Approved));
    assert_eq!(step.answer, Some(Whisper::ObjectionNoted));
    assert!(has(&step, |effect| matches!(effect, Effect::Say(ThreadLine::Objection { .. }))));
}

/// H5, H6: a click that came at the deadline or later does not count, even before the timer fired.
#[test]
fn a_click_at_the_deadline_expires_the_request() {
    let late = START.plus_millis(rules::DEFAULT_EXPIRY_MS);
    let (request, step) = after(&with(open_for(1), [vote(approver(5), Choice::Approve, "v1", late)]));
    assert_eq!(verdict(&request), Some(Verdict::Expired));
    assert!(matches!(step.answer, Some(Whisper::Refused(Refusal::Expired { .. }))));
    let just_in_time = vote(approver(5), Choice::Approve, "v1", late.plus_millis(-1));
    assert_eq!(verdict(&after(&with(open_for(1), [just_in_time])).0), Some(Verdict::Approved));
}

/// H7: a cancelled run ends the request; later votes change nothing.
#[test]
fn a_cancelled_run_ends_the_request() {
    let cancelled = Event::RunEnded { attempt: 1, conclusion: "cancelled".into(), by: Some("mona".into()) };
    let (request, step) = after(&with(open_for(1), [cancelled, yes(5)]));
    assert!(matches!(request.phase, Phase::Ended { how: Ending::Cancelled { .. }, .. }));
    assert!(matches!(step.answer, Some(Whisper::Refused(Refusal::Ended { .. }))));
    assert!(!has(&step, |effect| matches!(effect, Effect::Decide)));
}

/// H8: cancelled between decision and telling: the decision stands, not applied.
#[test]
fn a_decision_that_came_too_late_for_the_run_is_kept_as_not_applied() {
    let ended = Event::Told(Told::NotApplied { why: Ending::Cancelled { by: None } });
    let (request, _) = after(&with(open_for(1), [yes(5), ended]));
    let decision = request.decision().unwrap();
    assert_eq!(decision.verdict, Verdict::Approved);
    assert!(matches!(decision.telling, Telling::NotApplied { .. }));
}

/// H9, R2: a newer attempt ends the older request.
#[test]
fn a_newer_attempt_ends_an_undecided_request() {
    let (request, _) = after(&with(open_for(1), [yes(1), Event::NewerAttempt { attempt: 2 }]));
    assert!(matches!(request.phase, Phase::Ended { how: Ending::NewAttempt { attempt: 2 }, .. }));
}

/// R14, R15: who may not vote is told why, and nothing changes.
#[test]
fn ineligible_people_are_refused_with_the_reason() {
    let outsider = Voter { access: Access::Read, ..approver(6) };
    let guest = Voter { standing: ChatStanding::Guest, ..approver(6) };
    let foreign = Voter { standing: ChatStanding::Foreign, ..approver(6) };
    let unlinked = Voter { link: Link::None, ..approver(6) };
    for (voter, code) in [
        (approver(1), "excluded"),
        (approver(2), "excluded"),
        (outsider, "not_in_group"),
        (guest, "guest"),
        (foreign, "foreign_workspace"),
        (unlinked, "not_linked"),
    ] {
        let (request, step) = after(&with(open_for(1), [vote(voter, Choice::Approve, "v1", START)]));
        let Some(Whisper::Refused(refusal)) = step.answer else { panic!("{code}: not refused") };
        assert_eq!(refusal.code(), code);
        assert!(request.is_undecided() && request.votes.is_empty() && step.effects.is_empty());
    }
}

/// R13: a login that changed hands proves nothing.
#[test]
fn a_renamed_login_does_not_inherit_a_link() {
    let moved = Link::LoginMoved { login: "octocat".into(), pinned: ForgeUserId::new(6), now: ForgeUserId::new(66) };
    let voter = Voter { link: moved, ..approver(6) };
    let (_, step) = after(&with(open_for(1), [vote(voter, Choice::Approve, "v1", START)]));
    assert!(matches!(step.answer, Some(Whisper::Refused(Refusal::LoginMoved { .. }))));
}

/// H17: somebody who left the group before the decision counts no more.
#[test]
fn a_vote_is_struck_when_its_voter_lost_the_right() {
    let (before, _) = after(&with(open_for(3), [yes(5)]));
    let gone = Voter { access: Access::None, ..approver(5) };
    let fresh = Box::new(Fresh { voters: vec![gone], ..unchanged(&before) });
    let (request, step) = after(&with(open_for(3), [yes(5), Event::Rechecked { fresh }]));
    assert!(request.is_undecided());
    assert!(request.votes.iter().any(|vote| vote.struck));
    assert!(has(&step, |effect| matches!(effect, Effect::Say(ThreadLine::VoteStruck { .. }))));
}

/// H24, P7: votes on replaced evidence are void, and buttons drawn on it count no more.
#[test]
fn new_evidence_voids_earlier_votes() {
    let (request, step) = after(&with(open_for(2), [yes(5), gathered("v2", 2)]));
    assert!(request.votes.is_empty());
    assert!(has(&step, |effect| matches!(effect, Effect::Say(ThreadLine::EvidenceChanged { votes_void: 1 }))));
    let (_, step) = after(&with(open_for(2), [gathered("v2", 2), yes(5)]));
    assert_eq!(step.answer, Some(Whisper::Refused(Refusal::EvidenceChanged)));
}

/// H31, H32, H33: all jobs of the key are one request; a later one gets the same decision without a new vote.
#[test]
fn a_later_job_gets_the_same_decision() {
    let taken = Event::Told(Told::Taken);
    let (request, step) = after(&with(open_for(1), [ask(101, 1), yes(5), taken, ask(102, 1)]));
    assert_eq!(request.jobs.len(), 3);
    assert!(has(&step, |effect| matches!(effect, Effect::Decide)));
    assert_eq!(request.decision().unwrap().telling, Telling::Delivering);
}

/// H44: a gate that opened without us.
#[test]
fn jobs_that_run_without_a_decision_are_a_bypass() {
    let standing = Standing {
        attempt: 1,
        conclusion: None,
        pending: false,
        jobs: vec![(DeploymentId::new(100), JobState::Running)],
        commits: Vec::new(),
        behind: Vec::new(),
    };
    let read = Event::ReadBack { standing, chain: 1, round: 0 };
    let (request, _) = after(&with(open_for(1), [read]));
    assert!(matches!(request.phase, Phase::Ended { how: Ending::Bypassed { .. }, .. }));
}

/// P27: what ships is compared with what was approved; another commit is said once, whichever way it is told.
#[test]
fn a_job_that_deploys_another_commit_is_told_once() {
    let other = CommitSha::parse(&"b2".repeat(20)).unwrap();
    let moved = |job, commit: &CommitSha| {
        let commit = Some(commit.clone());
        let (deployment, state, detail) = (DeploymentId::new(job), JobState::Running, "in_progress".to_owned());
        Event::JobMoved(JobMove { deployment, state, detail, commit })
    };
    let read = Event::ReadBack {
        standing: Standing {
            attempt: 1,
            conclusion: None,
            pending: false,
            jobs: vec![(DeploymentId::new(100), JobState::Live)],
            commits: vec![(DeploymentId::new(100), other.clone())],
            behind: Vec::new(),
        },
        chain: 1,
        round: 0,
    };
    let approved = with(open_for(1), [yes(5), Event::Told(Told::Taken)]);
    let says = |step: &Step| has(step, |effect| matches!(effect, Effect::Say(ThreadLine::DeployedInstead { .. })));
    for event in [moved(100, &other), read.clone()] {
        let (request, step) = after(&with(approved.clone(), [event.clone()]));
        assert!(says(&step) && step.records[0].name == "deploy.commit_differs", "{step:?}");
        assert_eq!(request.deployed_instead, Some(other.clone()));
        assert!(!says(&after(&with(approved.clone(), [event, read.clone()])).1), "once");
    }
    let (request, step) = after(&with(approved.clone(), [moved(100, &commit())]));
    assert!(!says(&step) && request.deployed_instead.is_none());
    let (request, _) = after(&with(approved, [moved(777, &other)]));
    assert_eq!(request.deployed_instead, None, "somebody else's job");
}

#[test]
fn a_policy_that_cannot_be_followed_holds() {
    let policies = PoliciesRead { now: PolicyFound::Hold { why: "unreadable".into() }, again: Vec::new() };
    let held = Event::Gathered { evidence: brief("v1"), policies, around: Around::default() };
    let (request, step) = after(&[ask(100, 1), held, yes(5)]);
    assert!(matches!(request.phase, Phase::Held { .. }));
    assert!(matches!(step.answer, Some(Whisper::Refused(Refusal::Held { .. }))));
}

#[test]
fn live_is_said_once_with_its_duration() {
    let moved = |state| {
        Event::JobMoved(JobMove { deployment: DeploymentId::new(100), state, detail: "success".into(), commit: None })
    };
    let taken = Event::Told(Told::Taken);
    let events =
        with(open_for(1), [yes(5), taken, moved(JobState::Running), moved(JobState::Live), moved(JobState::Live)]);
    let (request, step) = after(&events);
    assert!(matches!(request.decision().unwrap().rollout, Rollout::Live { .. }));
    assert!(step.effects.is_empty(), "the repeated word is no news");
    let (_, step) = after(&events[..events.len() - 1]);
    assert!(has(&step, |effect| matches!(effect, Effect::Say(ThreadLine::Live { after_ms: 3_000 }))));
}
