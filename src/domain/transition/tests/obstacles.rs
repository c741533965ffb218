//! What keeps an approval that people have agreed on, and what happens when it goes away.

use super::*;
use crate::domain::obstacle::OrderGap;
use crate::domain::rules::{Exempt, RefRule, Requires, Rollback, Timing};

fn yes(id: u64) -> Event {
    vote(approver(id), Choice::Approve, "v1", START)
}

fn opened(own: FrozenPolicy, evidence: EvidenceBrief) -> Request {
    let Event::Gathered { policies, around, .. } = with_policies("v1", own.into()) else { panic!() };
    after(&[ask(100, 1), Event::Gathered { evidence, policies, around }]).0
}

/// Approves by one person at `at`, with what was read then.
fn approved(request: &Request, at: Timestamp, change: impl Fn(&mut Fresh)) -> Request {
    let voted = transition(Some(request.clone()), &yes(5), at);
    let mut fresh = unchanged(voted.request.as_ref().unwrap());
    change(&mut fresh);
    transition(voted.request, &Event::Rechecked { fresh: Box::new(fresh) }, at).request.unwrap()
}

fn one_gate() -> FrozenPolicy {
    policy(vec![gate("Review", 0, 1)])
}

#[test]
fn the_least_wait_is_waited_for_and_looked_at_again_when_it_is_over() {
    let own = FrozenPolicy { timing: Timing { min_wait_ms: 600_000, ..one_gate().timing }, ..one_gate() };
    let open = opened(own, brief("v1"));
    let early = approved(&open, START.plus_millis(599_999), |_| {});
    assert!(matches!(early.obstacles.as_slice(), [Obstacle::TooEarly { .. }]));
    assert_eq!(early.recheck_due, Some(open.opened_at.plus_millis(600_000)));
    let fresh = Box::new(unchanged(&early));
    let later = transition(Some(early), &Event::Rechecked { fresh }, START.plus_millis(600_000)).request.unwrap();
    assert!(later.decision().is_some());
}

#[test]
fn a_freeze_holds_and_says_why() {
    let freeze = Freeze {
        id: "1".into(),
        workspace: String::new(),
        repository: None,
        environment: Some("PRODUCTION".into()),
        since: START,
        until: Some(START.plus_millis(1_000)),
        reason: Words::new("black friday"),
        by: "ana".into(),
    };
    let open = opened(one_gate(), brief("v1"));
    let frozen = approved(&open, START, |fresh| fresh.around.freezes = vec![freeze.clone()]);
    assert!(frozen.is_undecided() && frozen.obstacles[0].words().contains("black friday"));
    let other = Freeze { environment: Some("staging".into()), ..freeze };
    assert!(!approved(&open, START, |fresh| fresh.around.freezes = vec![other.clone()]).is_undecided());
}

#[test]
fn a_freeze_that_is_lifted_lets_an_agreed_request_go_on() {
    let freeze = Freeze {
        id: "1".into(),
        workspace: String::new(),
        repository: None,
        environment: None,
        since: START,
        until: None,
        reason: Words::new("incident"),
        by: "ana".into(),
    };
    let open = opened(one_gate(), brief("v1"));
    let frozen = approved(&open, START, |fresh| fresh.around.freezes = vec![freeze.clone()]);
    let step = transition(Some(frozen), &Event::FreezesChanged { freezes: vec![] }, START.plus_millis(5));
    assert!(step.request.as_ref().unwrap().obstacles.is_empty());
    assert!(has(&step, |effect| matches!(effect, Effect::Recheck)));
}

#[test]
fn another_environment_comes_first_with_the_same_commit_and_for_long_enough() {
    let requires = Requires { environment: "staging".into(), same_commit: true, live_for_ms: 3_600_000 };
    let open = opened(FrozenPolicy { requires: Some(requires), ..one_gate() }, brief("v1"));
    let with = |live: Option<LiveThere>, at| {
        approved(&open, at, |fresh| {
            let there = live.clone().map(|live| LiveElsewhere { environment: "Staging".into(), live });
            fresh.around.elsewhere = there.into_iter().collect();
        })
    };
    let gap = |request: &Request| match request.obstacles.as_slice() {
        [Obstacle::Order { why, until, .. }] => (why.clone(), *until),
        other => panic!("{other:?}"),
    };
    let other = CommitSha::parse(&"b2".repeat(20)).unwrap();
    let live = |commit, since| Some(LiveThere::Commit { commit, since });
    assert!(matches!(gap(&with(None, START)).0, OrderGap::Unreadable { .. }), "nobody looked");
    assert_eq!(gap(&with(Some(LiveThere::Nothing), START)).0, OrderGap::NothingLive);
    assert_eq!(gap(&with(live(other, Some(START)), START)).0, OrderGap::OtherCommit);
    assert_eq!(gap(&with(live(commit(), None), START)), (OrderGap::NotLongEnough, None));
    let due = START.plus_millis(3_600_000);
    assert_eq!(gap(&with(live(commit(), Some(START)), START)), (OrderGap::NotLongEnough, Some(due)));
    assert!(!with(live(commit(), Some(START)), due).is_undecided());
}

#[test]
fn a_ref_that_may_not_be_deployed_holds() {
    let refs = Some(RefRule { allowed: vec!["release/*".into()], is_met: false });
    let request = approved(&opened(FrozenPolicy { refs, ..one_gate() }, brief("v1")), START, |_| {});
    assert!(matches!(request.obstacles.as_slice(), [Obstacle::Ref { .. }]));
    assert_eq!(request.recheck_due, None, "no clock removes that");
}

fn critical() -> EvidenceBrief {
    let flag = FlagBrief {
        code: "weights.unsafe_pickle".into(),
        subject: "scaler.pkl".into(),
        severity: Severity::Critical,
        print: "0".into(),
        is_new: true,
        model: None,
    };
    EvidenceBrief { flags: vec![flag], ..brief("v1") }
}

#[test]
fn a_flag_that_blocks_cannot_be_approved_away_but_an_exception_lets_it_pass_until_its_day() {
    let blocked = approved(&opened(one_gate(), critical()), START, |_| {});
    assert!(matches!(blocked.obstacles.as_slice(), [Obstacle::Flag { .. }]));
    let exception = |until| Exception {
        model: None,
        flag: "weights.unsafe_pickle".into(),
        subject: Some("scaler.pkl".into()),
        why: "known".into(),
        by: "octocat".into(),
        until,
    };
    let with = |until| FrozenPolicy { accept: vec![exception(until)], ..one_gate() };
    assert!(!approved(&opened(with(START.plus_millis(1)), critical()), START, |_| {}).is_undecided());
    assert!(approved(&opened(with(START), critical()), START, |_| {}).is_undecided());
}

/// H38: something else went live: what was approved compares with what is not there any more.
#[test]
fn evidence_against_another_live_commit_is_gathered_again() {
    let open = opened(one_gate(), brief("v1"));
    let other = CommitSha::parse(&"b2".repeat(20)).unwrap();
    let voted = transition(Some(open), &yes(5), START);
    let fresh = Fresh { base: Some(other), ..unchanged(voted.request.as_ref().unwrap()) };
    let step = transition(voted.request, &Event::Rechecked { fresh: Box::new(fresh) }, START);
    assert!(step.request.as_ref().unwrap().is_undecided());
    assert!(has(&step, |effect| matches!(effect, Effect::Gather)));
}

/// Votes that came between the reading and the decision were not looked up: they are first.
#[test]
fn nobody_counts_who_was_not_looked_up_again() {
    let own = policy(vec![gate("Review", 0, 2)]);
    let open = opened(own, brief("v1"));
    let one = transition(Some(open), &yes(5), START).request.unwrap();
    let fresh = unchanged(&one);
    let two = transition(Some(one), &yes(6), START).request.unwrap();
    let step = transition(Some(two), &Event::Rechecked { fresh: Box::new(fresh) }, START);
    let request = step.request.clone().unwrap();
    assert!(request.is_undecided() && request.obstacles.contains(&Obstacle::Unverified));
    assert!(step.effects.iter().any(|due| due.effect == Effect::Recheck && due.at == START));
}

#[test]
fn what_cannot_be_read_again_is_said_and_tried_again() {
    let open = opened(one_gate(), brief("v1"));
    let voted = transition(Some(open), &yes(5), START).request.unwrap();
    let failed = Event::RecheckFailed { why: "HTTP 502".into() };
    let step = transition(Some(voted), &failed, START);
    let request = step.request.clone().unwrap();
    assert!(matches!(request.obstacles.as_slice(), [Obstacle::Unread { .. }]));
    assert!(request.recheck_due.is_some_and(|due| due > START));
    let again = transition(Some(request), &failed, START.plus_millis(60_000)).request.unwrap();
    assert_eq!(again.obstacles.len(), 1);
}

/// R23: a rollback to what was approved before may be let off the clock, where the policy says so.
#[test]
fn an_approved_rollback_may_be_exempt() {
    let timing = Timing { min_wait_ms: 600_000, ..one_gate().timing };
    let rollback = |exempt: &[Exempt]| Rollback { exempt: exempt.iter().copied().collect() };
    let own = |exempt: &[Exempt]| FrozenPolicy { timing: timing.clone(), rollback: rollback(exempt), ..one_gate() };
    let before =
        Some(ApprovedBefore { request: RequestId::from_uuid(uuid::Uuid::from_u128(1)), at: START, by: vec![] });
    let back = EvidenceBrief { relation: Relation::Behind { by: 2 }, approved_before: before.clone(), ..brief("v1") };
    assert!(!approved(&opened(own(&[Exempt::MinWait]), back.clone()), START, |_| {}).is_undecided());
    assert!(approved(&opened(own(&[Exempt::Windows]), back), START, |_| {}).is_undecided());
    let never = EvidenceBrief { relation: Relation::Behind { by: 2 }, ..brief("v1") };
    assert!(approved(&opened(own(&[Exempt::MinWait]), never), START, |_| {}).is_undecided());
    let ahead = EvidenceBrief { relation: Relation::Ahead { by: 2 }, approved_before: before, ..brief("v1") };
    assert!(approved(&opened(own(&[Exempt::MinWait]), ahead), START, |_| {}).is_undecided());
}
