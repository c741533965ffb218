//! Votes and requests that are taken back, changes that are asked for, objections, newer requests, breaking the glass.

use super::*;
use crate::domain::rules::{BreakGlass, Supersede};

fn yes(id: u64) -> Event {
    vote(approver(id), Choice::Approve, "v1", START)
}

fn changes(id: u64) -> Event {
    vote(approver(id), Choice::RequestChanges, "v1", START)
}

fn story(own: FrozenPolicy, events: impl IntoIterator<Item = Event>) -> (Request, Step) {
    let mut all = vec![ask(100, 1), with_policies("v1", own.into())];
    all.extend(events);
    after(&all)
}

fn two() -> FrozenPolicy {
    policy(vec![gate("Review", 0, 2)])
}

fn verdict(request: &Request) -> Option<Verdict> {
    request.decision().map(|decision| decision.verdict)
}

fn refusal(step: &Step) -> Option<&'static str> {
    match &step.answer {
        Some(Whisper::Refused(refusal)) => Some(refusal.code()),
        _ => None,
    }
}

/// R20: own votes, until the decision is made.
#[test]
fn a_vote_can_be_taken_back_until_it_is_decided() {
    let back = |id| Event::VoteWithdrawn { voter: approver(id) };
    let (request, _) = story(two(), [yes(5), back(5)]);
    assert!(request.votes.is_empty() && request.is_undecided());
    let (request, _) = story(two(), [yes(5), back(5), yes(6)]);
    assert!(request.is_undecided(), "a vote that was taken back does not count");
    assert_eq!(refusal(&story(two(), [yes(5), back(6)]).1), Some("no_vote"));
    let (request, step) = story(two(), [yes(5), yes(6), back(5)]);
    assert_eq!((verdict(&request), refusal(&step)), (Some(Verdict::Approved), Some("already_decided")));
}

/// R19: "not yet" keeps it from passing, rejects nothing, and goes away with its voter's next word.
#[test]
fn requested_changes_hold_until_they_are_lifted() {
    let (request, _) = story(two(), [changes(7), yes(5), yes(6)]);
    assert!(request.is_undecided());
    assert!(matches!(request.obstacles.as_slice(), [Obstacle::ChangesRequested { .. }]));
    let lifted = story(two(), [changes(7), yes(5), yes(6), Event::VoteWithdrawn { voter: approver(7) }]).0;
    assert_eq!(verdict(&lifted), Some(Verdict::Approved));
    let approved = story(two(), [changes(7), yes(5), yes(7)]).0;
    assert_eq!(verdict(&approved), Some(Verdict::Approved));
    let expired = story(two(), [changes(7)]).0;
    let step = transition(Some(expired), &Event::DeadlineReached, START.plus_millis(rules::DEFAULT_EXPIRY_MS));
    assert_eq!(verdict(&step.request.unwrap()), Some(Verdict::Expired), "expiry still runs");
}

#[test]
fn only_who_asked_takes_the_request_back() {
    let take = |id| Event::Withdrawn { voter: approver(id), reason: None };
    assert_eq!(refusal(&story(two(), [take(5)]).1), Some("not_yours"));
    let (request, step) = story(two(), [take(1)]);
    assert_eq!(verdict(&request), Some(Verdict::Withdrawn));
    assert!(has(&step, |effect| matches!(effect, Effect::Decide)));
    let second = Voter { standing: ChatStanding::Deactivated, ..approver(1) };
    assert_eq!(refusal(&story(two(), [Event::Withdrawn { voter: second, reason: None }]).1), Some("deactivated"));
}

#[test]
fn an_objection_is_shown_and_decides_nothing() {
    let object = |voter, reason: &str| Event::Objected { voter, reason: Some(Words::new(reason)) };
    let outsider = || Voter { access: Access::Read, ..approver(8) };
    let (request, step) = story(two(), [object(outsider(), "wrong test set")]);
    assert!(request.is_undecided());
    assert_eq!((request.objections.len(), step.answer), (1, Some(Whisper::ObjectionNoted)));
    let again = story(two(), [object(outsider(), "a"), object(outsider(), "b")]).0;
    assert_eq!(again.objections.len(), 1, "one a person");
    assert_eq!(refusal(&story(two(), [object(approver(5), "no")]).1), Some("may_vote"));
    assert_eq!(refusal(&story(two(), [object(outsider(), "  ")]).1), Some("reason_missing"));
    let guest = Voter { standing: ChatStanding::Guest, ..outsider() };
    assert_eq!(refusal(&story(two(), [object(guest, "no")]).1), Some("guest"));
}

fn newer() -> Event {
    Event::Superseded {
        by: RequestId::from_uuid(uuid::Uuid::from_u128(2)),
        commit: CommitSha::parse(&"b2".repeat(20)).unwrap(),
    }
}

/// H37, R24: the older one can still be approved, by people who say twice that they mean it.
#[test]
fn approving_an_older_request_takes_a_second_word() {
    let one = policy(vec![gate("Review", 0, 1)]);
    let (request, step) = story(one.clone(), [newer(), yes(5)]);
    assert!(request.is_undecided());
    assert_eq!(refusal(&step), Some("older"));
    let Event::Voted(ballot) = yes(5) else { panic!() };
    let meant = Event::Voted(Ballot { means_older: true, ..ballot });
    assert_eq!(verdict(&story(one.clone(), [newer(), meant]).0), Some(Verdict::Approved));
    let off = FrozenPolicy { supersede: Supersede::Off, ..one.clone() };
    assert_eq!(verdict(&story(off, [newer(), yes(5)]).0), Some(Verdict::Approved));
    let reject = FrozenPolicy { supersede: Supersede::Reject, ..one };
    let (request, step) = story(reject.clone(), [newer()]);
    assert_eq!(verdict(&request), Some(Verdict::Superseded));
    assert!(has(&step, |effect| matches!(effect, Effect::Decide)));
    // The newer one may come before the policy is known.
    let early = after(&[ask(100, 1), newer(), with_policies("v1", reject.into())]).0;
    assert_eq!(verdict(&early), Some(Verdict::Superseded));
}

fn glass(policies: &mut Policies) {
    for policy in policies.all_mut() {
        let group = Group { name: "sre".into(), members: BTreeSet::from([team("sre")]), chat_only: false };
        policy.break_glass = Some(BreakGlass { group, review_within_ms: 3_600_000, review_by: None });
    }
}

fn broken(voter: Voter, reason: &str) -> Event {
    Event::GlassBroken { voter, reason: Some(Words::new(reason)), seen: digest("v1").short(), received: START }
}

/// R25: a named group, a reason, and somebody else who looks afterwards.
#[test]
fn the_glass_is_broken_by_the_named_group_with_a_reason_and_reviewed_by_somebody_else() {
    let mut policies = Policies::from(two());
    glass(&mut policies);
    let story =
        |events: Vec<Event>| after(&[vec![ask(100, 1), with_policies("v1", policies.clone())], events].concat());
    assert_eq!(refusal(&story(vec![broken(approver(5), "incident")]).1), Some("not_in_group"));
    assert_eq!(refusal(&story(vec![broken(member(5, &["sre"]), " ")]).1), Some("reason_missing"));
    // Whoever wrote the fix is often the one on call.
    let (request, step) = story(vec![broken(member(2, &["sre"]), "incident 12")]);
    let decision = request.decision().unwrap();
    assert_eq!((decision.verdict, decision.basis), (Verdict::Approved, Basis::BreakGlass));
    assert!(has(&step, |effect| matches!(effect, Effect::RemindReview)));
    let close = |voter| Event::ReviewClosed { voter, note: None };
    let events = |voter| vec![broken(member(2, &["sre"]), "incident 12"), close(voter)];
    assert_eq!(refusal(&story(events(approver(2))).1), Some("own_review"));
    let (request, _) = story(events(approver(6)));
    assert!(request.review.unwrap().closed.is_some());
    let (_, step) = story(vec![broken(member(2, &["sre"]), "incident 12"), Event::ReviewDue]);
    assert!(has(&step, |effect| matches!(effect, Effect::Say(ThreadLine::ReviewDue))));
}

/// What an owner's floor does not allow, a repository cannot grant.
#[test]
fn every_policy_must_let_the_glass_be_broken() {
    let mut policies = Policies::from(two());
    glass(&mut policies);
    policies.besides.push(FrozenPolicy { role: Role::Floor, break_glass: None, ..two() });
    let (request, step) = after(&[ask(100, 1), with_policies("v1", policies), broken(member(5, &["sre"]), "incident")]);
    assert!(request.is_undecided());
    assert_eq!(refusal(&step), Some("no_break_glass"));
}

/// H35: the window closed before the forge was told: one approver's word sends it in the next one.
#[test]
fn an_approval_of_an_earlier_window_waits_for_one_word() {
    let one = policy(vec![gate("Review", 0, 1)]);
    let held = Event::DecisionHeld { why: "outside of the deployment windows".into(), needs_word: true };
    let (request, step) = story(one.clone(), [yes(5), held.clone()]);
    assert!(request.decision().unwrap().needs_word);
    assert!(!has(&step, |effect| matches!(effect, Effect::Decide)), "no clock sends it");
    let outsider = vote(Voter { access: Access::Read, ..approver(6) }, Choice::Approve, "v1", START);
    assert!(story(one.clone(), [yes(5), held.clone(), outsider]).0.decision().unwrap().needs_word);
    let (request, step) = story(one, [yes(5), held, yes(6)]);
    assert!(!request.decision().unwrap().needs_word);
    assert!(has(&step, |effect| matches!(effect, Effect::Decide)));
    assert_eq!(step.answer, Some(Whisper::Confirmed));
}

/// H33: the policy may want a decision of their own for later jobs.
#[test]
fn later_jobs_are_covered_unless_the_policy_says_otherwise() {
    let one = policy(vec![gate("Review", 0, 1)]);
    let later = [yes(5), Event::Told(Told::Taken), ask(101, 1)];
    assert!(has(&story(one.clone(), later.clone()).1, |effect| matches!(effect, Effect::Decide)));
    let (_, step) = story(FrozenPolicy { covers_later_jobs: false, ..one }, later);
    assert!(!has(&step, |effect| matches!(effect, Effect::Decide)));
    assert!(has(&step, |effect| matches!(effect, Effect::Say(ThreadLine::NotCovered))));
}

/// H47: a reminder that fires as it is decided does nothing; others are bounded by the deadline.
#[test]
fn reminders_go_on_while_people_are_needed_and_no_longer() {
    let remind = Some(rules::Remind { every_ms: 4 * time::HOUR_MS, quiet: None });
    let timing = rules::Timing { remind, ..two().timing };
    let own = FrozenPolicy { timing, ..two() };
    let (mut request, step) = story(own.clone(), []);
    let due =
        |step: &Step| step.effects.iter().find(|due| matches!(due.effect, Effect::Remind { .. })).map(|due| due.at);
    let (mut next, mut said) = (due(&step), 0);
    while let Some(at) = next {
        let step = transition(Some(request), &Event::ReminderDue { round: said }, at);
        assert!(has(&step, |effect| matches!(effect, Effect::Say(ThreadLine::Reminder { .. }))));
        (said, next, request) = (said + 1, due(&step), step.request.unwrap());
    }
    assert_eq!(said, 5, "every four hours until the day is over");
    let decided = story(own, [yes(5), yes(6)]).0;
    assert!(transition(Some(decided), &Event::ReminderDue { round: 0 }, START).effects.is_empty());
}

/// A policy of one gate that lets `ml-leads` act once it is escalated to them.
fn with_stand_ins() -> FrozenPolicy {
    let to = Group { name: "ml-leads".into(), members: BTreeSet::from([team("ml-leads")]), chat_only: false };
    let escalate = Some(rules::Escalate { after_ms: 8 * time::HOUR_MS, to, may_act: true });
    let plain = policy(vec![team_gate("Model review", 0, "ml")]);
    FrozenPolicy { timing: rules::Timing { escalate, ..plain.timing.clone() }, ..plain }
}

#[test]
fn who_was_escalated_to_acts_in_the_place_of_others_only_then_and_only_where_the_policy_says_so() {
    let lead = || vote(member(9, &["ml-leads"]), Choice::Approve, "v1", START);
    let early = story(with_stand_ins(), [lead()]).0;
    assert!(early.is_undecided() && early.votes.is_empty(), "nobody was asked yet");
    let escalated = story(with_stand_ins(), [Event::EscalationDue, lead()]).0;
    assert_eq!(escalated.decision().map(|decision| decision.verdict), Some(Verdict::Approved));
    let because = &explain(&escalated, START).because[0].because[0].because;
    assert_eq!(because[0].words, "user-9 approves in the place of ml, who did not answer");
    let mut told = with_stand_ins();
    told.timing.escalate.as_mut().unwrap().may_act = false;
    assert!(story(told, [Event::EscalationDue, lead()]).0.votes.is_empty(), "being asked gives no right");
    let author = vote(member(2, &["ml-leads"]), Choice::Approve, "v1", START);
    assert!(story(with_stand_ins(), [Event::EscalationDue, author]).0.votes.is_empty(), "who wrote the change");
}

#[test]
fn nobody_stands_in_at_the_owners_floor() {
    let floor = FrozenPolicy { role: Role::Floor, ..with_stand_ins() };
    let both = Policies { own: with_stand_ins(), besides: vec![floor] };
    let lead = vote(member(9, &["ml-leads"]), Choice::Approve, "v1", START);
    let (request, _) = after(&[ask(100, 1), with_policies("v1", both), Event::EscalationDue, lead]);
    let met: Vec<bool> = request.progress().iter().map(GateProgress::is_met).collect();
    assert_eq!(met, [true, false], "{request:?}");
}

#[test]
fn the_escalation_is_asked_once_and_only_while_people_are_needed() {
    let to = Group { name: "ml-leads".into(), members: BTreeSet::from([team("ml-leads")]), chat_only: false };
    let escalate = Some(rules::Escalate { after_ms: 8 * time::HOUR_MS, to, may_act: false });
    let own = FrozenPolicy { timing: rules::Timing { escalate, ..two().timing }, ..two() };
    let (request, step) = story(own.clone(), [Event::EscalationDue]);
    assert!(request.is_escalated && has(&step, |effect| matches!(effect, Effect::Say(ThreadLine::Escalated { .. }))));
    assert!(!has(&story(own, [Event::EscalationDue, Event::EscalationDue]).1, |effect| matches!(
        effect,
        Effect::Say(_)
    )));
}
