use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn any_voter() -> impl Strategy<Value = Voter> {
    let standing =
        prop_oneof![6 => Just(ChatStanding::Member), 1 => Just(ChatStanding::Guest), 1 => Just(ChatStanding::Bot)];
    let access = prop_oneof![1 => Just(Access::Read), 5 => Just(Access::Write)];
    (1u64..7, standing, access, any::<bool>(), prop::bool::weighted(0.9)).prop_map(
        |(id, standing, access, second, linked)| {
            let mut voter = Voter { standing, access, ..approver(id) };
            if second {
                // The same human with a second chat account.
                voter.chat = chat(&format!("U{id}B"));
            }
            if !linked {
                voter.link = Link::None;
            }
            voter
        },
    )
}

fn any_state() -> impl Strategy<Value = JobState> {
    prop_oneof![
        Just(JobState::Waiting),
        Just(JobState::Queued),
        Just(JobState::Running),
        Just(JobState::Live),
        Just(JobState::Failed)
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    let job = 100u64..104;
    let seed = prop_oneof![4 => Just("v1"), 1 => Just("v2")];
    let choice = prop_oneof![3 => Just(Choice::Approve), 1 => Just(Choice::Deny)];
    let ballot = (any_voter(), choice, seed.clone(), 0i64..100_000_000, prop::collection::vec(any_voter(), 0..2))
        .prop_map(|(voter, choice, seed, received, recheck)| {
            let Event::Voted(ballot) = vote(voter, choice, seed, START.plus_millis(received)) else { unreachable!() };
            Event::Voted(Ballot { recheck, ..ballot })
        });
    let standing = (
        1u32..3,
        prop::option::weighted(0.2, prop_oneof![Just("success"), Just("failure"), Just("cancelled")]),
        any::<bool>(),
        job.clone(),
        any_state(),
    )
        .prop_map(|(attempt, conclusion, pending, job, state)| {
            let jobs = vec![(DeploymentId::new(job), state)];
            let standing = Standing { attempt, conclusion: conclusion.map(str::to_owned), pending, jobs };
            Event::ReadBack { standing, chain: 1, round: 0 }
        });
    prop_oneof![
        2 => job.clone().prop_map(|job| ask(job, 1)),
        3 => (seed, 1u32..3).prop_map(|(seed, quorum)| gathered(seed, quorum)),
        8 => ballot,
        1 => Just(Event::DeadlineReached),
        1 => Just(Event::GatherFailed { why: "HTTP 502".into() }),
        1 => Just(Event::CheckAnswered { name: "toxicity".into(), answer: digest("answer") }),
        1 => Just(Event::DecisionHeld { why: "check run bias-eval: failure".into() }),
        2 => Just(Event::Told(Told::Taken)),
        1 => Just(Event::Told(Told::NotApplied { why: Ending::Gone })),
        2 => (job, any_state()).prop_map(|(job, state)| Event::JobMoved { deployment: DeploymentId::new(job), state, detail: "failure".into() }),
        1 => prop_oneof![Just("success"), Just("cancelled")].prop_map(|c| Event::RunEnded { attempt: 1, conclusion: c.into(), by: None }),
        1 => Just(Event::NewerAttempt { attempt: 2 }),
        1 => standing,
        1 => prop_oneof![Just("decide"), Just("sync_message"), Just("say")].prop_map(|kind| Event::GaveUp { kind: kind.into(), why: "gone".into() }),
        1 => Just(Event::MessagePosted { message: MessageRef { channel: "C0".into(), id: "1.2".into() }, is_copy: false }),
    ]
}

/// A history: an ask, then anything, at times that may jump past the deadline.
fn any_history() -> impl Strategy<Value = Vec<(Event, i64)>> {
    prop::collection::vec((any_event(), prop_oneof![9 => 0i64..60_000, 1 => 0i64..100_000_000]), 1..40).prop_map(
        |mut history| {
            history.insert(0, (ask(100, 1), 0));
            history
        },
    )
}

fn walk(history: &[(Event, i64)], mut look: impl FnMut(Option<&Request>, &Event, &Step, Timestamp)) -> Request {
    let (mut request, mut at) = (None::<Request>, START);
    for (event, pause) in history {
        at = at.plus_millis(*pause);
        let step = transition(request.clone(), event, at);
        look(request.as_ref(), event, &step, at);
        request = step.request;
    }
    request.unwrap()
}

fn same_but_revision(a: &Request, b: &Request) -> bool {
    Request { revision: 0, ..a.clone() } == Request { revision: 0, ..b.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// P4: once made, a decision keeps its verdict, time and people; and an ended request stays ended.
    #[test]
    fn there_is_at_most_one_decision(history in any_history()) {
        let mut decided: Option<(Verdict, Timestamp, Vec<ChatUser>)> = None;
        walk(&history, |before, _, step, _| {
            let request = step.request.as_ref().unwrap();
            let now = request.decision().map(|d| (d.verdict, d.at, d.by.clone()));
            if decided.is_some() {
                assert_eq!(now, decided, "a decision changed");
            }
            decided = now;
            if let Some(Request { phase: phase @ Phase::Ended { .. }, .. }) = before {
                assert_eq!(&request.phase, phase, "an ended request moved");
            }
        });
    }

    /// P6: an approval rests on enough distinct humans, each eligible, on the evidence they saw.
    #[test]
    fn an_approval_rests_on_enough_distinct_eligible_humans(history in any_history()) {
        walk(&history, |before, _, step, _| {
            let request = step.request.as_ref().unwrap();
            let newly = before.is_some_and(Request::is_undecided);
            let Some(Decision { verdict: Verdict::Approved, .. }) = request.decision() else { return };
            if !newly { return }
            let policy = request.policy.as_ref().unwrap();
            for gate in &policy.gates {
                let counting: Vec<_> = request.votes.iter()
                    .filter(|v| v.gate == gate.name && v.choice == Choice::Approve && !v.struck).collect();
                let humans: BTreeSet<_> = counting.iter().map(|v| v.human).collect();
                assert!(humans.len() >= gate.quorum as usize);
                for vote in counting {
                    assert!(vote.voter.access >= Access::Write && vote.voter.standing == ChatStanding::Member);
                    assert_eq!(vote.voter.human(), Some(vote.human));
                    assert!(![1, 2].contains(&vote.human.get()), "requester or author");
                    assert_eq!(vote.seen, request.evidence.as_ref().unwrap().digest);
                }
            }
        });
    }

    /// After the end nothing is done but showing it; the forge is told only what was decided.
    #[test]
    fn nothing_is_done_after_the_end_but_showing_it(history in any_history()) {
        walk(&history, |before, _, step, _| {
            let request = step.request.as_ref().unwrap();
            for due in &step.effects {
                match (&due.effect, &request.phase) {
                    (Effect::Decide, phase) => assert!(matches!(phase, Phase::Decided(_))),
                    (Effect::Gather | Effect::Report | Effect::Expire, _) => assert!(request.is_undecided()),
                    (Effect::Watch { .. }, Phase::Ended { .. }) => panic!("an ended request is watched"),
                    _ => {}
                }
            }
            if before.is_some_and(|before| matches!(before.phase, Phase::Ended { .. })) {
                assert!(step.effects.iter().all(|due| matches!(due.effect, Effect::Say(_) | Effect::SyncMessage)));
            }
        });
    }

    /// R33: every event leaves exactly one record, and the records give the state again.
    #[test]
    fn replaying_the_records_gives_the_same_state(history in any_history()) {
        let mut records = Vec::new();
        let end = walk(&history, |before, _, step, _| {
            assert_eq!(step.records.len(), 1);
            let request = step.request.as_ref().unwrap();
            assert_eq!(request.revision, before.map_or(0, |r| r.revision) + 1);
            records.extend(step.records.clone());
        });
        let replayed = records.iter().fold(None, |request, record| transition(request, &record.event, record.at).request);
        assert_eq!(replayed, Some(end));
    }

    /// P3: an event that comes twice in a row changes nothing the second time, and asks for nothing new but a look,
    /// a fresh reading, or a line that says so.
    #[test]
    fn a_repeated_event_changes_nothing_that_matters(history in any_history()) {
        walk(&history, |_, event, step, at| {
            let first = step.request.clone().unwrap();
            let again = transition(Some(first.clone()), event, at);
            let second = again.request.unwrap();
            let phase = |r: &Request| (super::super::phase_word(r).to_owned(), r.decision().map(|d| (d.verdict, d.at)));
            assert_eq!(phase(&first), phase(&second));
            assert_eq!(first.jobs, second.jobs);
            if !matches!(event, Event::Voted(_)) || second.decision().is_some() {
                assert_eq!(&first.votes, &second.votes);
            }
            if matches!(event, Event::Asked(_) | Event::JobMoved { .. } | Event::RunEnded { .. } | Event::NewerAttempt { .. }) {
                assert!(same_but_revision(&first, &second));
                assert!(!again.effects.iter().any(|due| matches!(due.effect, Effect::Decide | Effect::Gather | Effect::Report)));
            }
        });
    }

    /// Transitions are functions: same request, same event, same time, same step.
    #[test]
    fn the_same_event_gives_the_same_step(history in any_history()) {
        walk(&history, |before, event, step, at| {
            assert_eq!(&transition(before.cloned(), event, at), step);
        });
    }

    /// P22: asks, job states and attempts may come in any order after the ask; the jobs end in the same states.
    #[test]
    fn the_order_of_job_states_does_not_matter(
        mut moves in prop::collection::vec((100u64..103, any_state()), 1..8).prop_shuffle(),
    ) {
        // Two different ends for one job contradict each other; the first one told stands, so keep one.
        let mut ended = BTreeSet::new();
        moves.retain(|(job, state)| !matches!(state, JobState::Live | JobState::Failed) || ended.insert(*job));
        let events = |moves: &[(u64, JobState)]| {
            let mut history = vec![(ask(100, 1), 0), (ask(101, 1), 0), (ask(102, 1), 0), (gathered("v1", 1), 0)];
            history.extend(moves.iter().map(|(job, state)| {
                (Event::JobMoved { deployment: DeploymentId::new(*job), state: *state, detail: String::new() }, 0)
            }));
            walk(&history, |_, _, _, _| {}).jobs
        };
        let forwards = events(&moves);
        moves.reverse();
        prop_assert_eq!(forwards, events(&moves));
    }
}
