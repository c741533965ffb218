use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

/// Histories that each property is tried on. `PROPTEST_CASES` does not reach here: a longer run edits this line.
const CASES: u32 = 500;

const TEAMS: [&str; 3] = ["ml", "risk", "sre"];

fn any_voter() -> impl Strategy<Value = Voter> {
    let standing =
        prop_oneof![8 => Just(ChatStanding::Member), 1 => Just(ChatStanding::Guest), 1 => Just(ChatStanding::Bot)];
    let access = prop_oneof![1 => Just(Access::Read), 5 => Just(Access::Write)];
    let teams = prop::collection::vec(any::<bool>(), 3);
    (1u64..8, standing, access, any::<bool>(), prop::bool::weighted(0.9), teams).prop_map(
        |(id, standing, access, second, linked, teams)| {
            let slugs: Vec<&str> = TEAMS.iter().zip(teams).filter(|(_, is_in)| *is_in).map(|(slug, _)| *slug).collect();
            let mut voter = Voter { standing, access, ..member(id, &slugs) };
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

fn any_outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![Just(Outcome::True), Just(Outcome::False), Just(Outcome::Failed { why: "slow".into() })]
}

fn any_gate() -> impl Strategy<Value = Gate> {
    let when = prop::option::weighted(0.4, any_outcome().prop_map(|outcome| Condition { text: "c".into(), outcome }));
    (0usize..4, 0u32..3, 1u32..3, when).prop_map(|(group, stage, quorum, when)| {
        let gate = match TEAMS.get(group) {
            Some(slug) => team_gate("", stage, slug),
            None => gate("", stage, quorum),
        };
        Gate { quorum, when, ..gate }
    })
}

fn any_policy() -> impl Strategy<Value = FrozenPolicy> {
    let auto = prop::option::weighted(0.2, any_outcome().prop_map(|outcome| Condition { text: "a".into(), outcome }));
    let exclude = prop::bool::weighted(0.8);
    (prop::collection::vec(any_gate(), 1..4), any::<bool>(), auto, exclude, any::<bool>()).prop_map(
        |(mut gates, one, auto, exclude, stands_in)| {
            for (index, gate) in gates.iter_mut().enumerate() {
                gate.name = format!("gate {index}");
            }
            let mut made = FrozenPolicy { one_gate_per_person: one, auto_approve: auto, ..policy(gates) };
            let to = Group { name: "sre".into(), members: BTreeSet::from([team("sre")]), chat_only: false };
            made.timing.escalate = Some(rules::Escalate { after_ms: time::HOUR_MS, to, may_act: stands_in });
            if !exclude {
                made.exclude.clear();
            }
            made
        },
    )
}

fn any_policies() -> impl Strategy<Value = Policies> {
    (any_policy(), prop::option::weighted(0.4, any_policy())).prop_map(|(own, floor)| {
        let floor = floor.map(|floor| FrozenPolicy { role: Role::Floor, auto_approve: None, ..floor });
        Policies { own, besides: floor.into_iter().collect() }
    })
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

/// What happens next: an event as it is, or a fresh reading of whatever the request is then.
#[derive(Debug, Clone)]
enum Next {
    Event(Box<Event>),
    /// Somebody may have lost everything, the policy may be another one, or nobody can read it.
    Reading {
        lost: Option<u64>,
        policies: Option<Box<Policies>>,
        hold: bool,
    },
}

fn any_event() -> impl Strategy<Value = Next> {
    let job = 100u64..104;
    let seed = prop_oneof![6 => Just("v1"), 1 => Just("v2")];
    let choice = prop_oneof![8 => Just(Choice::Approve), 1 => Just(Choice::Deny), 1 => Just(Choice::RequestChanges)];
    let ballot = (any_voter(), choice, seed.clone(), 0i64..100_000_000, any::<bool>()).prop_map(
        |(voter, choice, seed, received, means_older)| {
            let Event::Voted(ballot) = vote(voter, choice, seed, START.plus_millis(received)) else { unreachable!() };
            Event::Voted(Ballot { means_older, ..ballot })
        },
    );
    let standing = (
        1u32..3,
        prop::option::weighted(0.2, prop_oneof![Just("success"), Just("failure"), Just("cancelled")]),
        any::<bool>(),
        job.clone(),
        any_state(),
    )
        .prop_map(|(attempt, conclusion, pending, job, state)| {
            let jobs = vec![(DeploymentId::new(job), state)];
            let standing = Standing {
                attempt,
                conclusion: conclusion.map(str::to_owned),
                pending,
                jobs,
                commits: Vec::new(),
                behind: Vec::new(),
            };
            Event::ReadBack { standing, chain: 1, round: 0 }
        });
    let reading =
        (prop::option::weighted(0.3, 1u64..8), prop::option::weighted(0.2, any_policies()), prop::bool::weighted(0.1))
            .prop_map(|(lost, policies, hold)| Next::Reading { lost, policies: policies.map(Box::new), hold });
    let reason = || prop_oneof![Just(None), Just(Some(Words::new("because")))];
    let events = prop_oneof![
        2 => job.clone().prop_map(|job| ask(job, 1)),
        3 => (seed, any_policies()).prop_map(|(seed, policies)| with_policies(seed, policies)),
        12 => ballot,
        1 => any_voter().prop_map(|voter| Event::VoteWithdrawn { voter }),
        1 => (any_voter(), reason()).prop_map(|(voter, reason)| Event::Withdrawn { voter, reason }),
        1 => (any_voter(), reason()).prop_map(|(voter, reason)| Event::Objected { voter, reason }),
        1 => (any_voter(), reason()).prop_map(|(voter, reason)| {
            Event::GlassBroken { voter, reason, seen: digest("v1").short(), received: START }
        }),
        1 => any_voter().prop_map(|voter| Event::ReviewClosed { voter, note: None }),
        1 => Just(Event::ReviewDue),
        1 => Just(Event::Superseded { by: RequestId::from_uuid(uuid::Uuid::from_u128(2)), commit: commit() }),
        1 => Just(Event::FreezesChanged { freezes: vec![] }),
        1 => Just(Event::ReminderDue { round: 0 }),
        1 => Just(Event::EscalationDue),
        1 => Just(Event::RecheckFailed { why: "HTTP 502".into() }),
        1 => Just(Event::DeadlineReached),
        2 => (0u64..3).prop_map(glimpsed),
        1 => Just(Event::GatherFailed { why: "HTTP 502".into() }),
        1 => Just(Event::CheckAnswered { name: "toxicity".into(), answer: digest("answer") }),
        1 => any::<bool>().prop_map(|needs_word| Event::DecisionHeld { why: "held".into(), needs_word }),
        2 => Just(Event::Told(Told::Taken)),
        1 => Just(Event::Told(Told::NotApplied { why: Ending::Gone })),
        2 => (job, any_state()).prop_map(|(job, state)| Event::JobMoved(JobMove { deployment: DeploymentId::new(job), state, detail: "failure".into(), commit: None })),
        1 => prop_oneof![Just("success"), Just("cancelled")].prop_map(|c| Event::RunEnded { attempt: 1, conclusion: c.into(), by: None }),
        1 => Just(Event::NewerAttempt { attempt: 2 }),
        1 => standing,
        1 => prop_oneof![Just("decide"), Just("sync_message"), Just("say")].prop_map(|kind| Event::GaveUp { kind: kind.into(), why: "gone".into() }),
        1 => Just(Event::MessagePosted { message: MessageRef { channel: "C0".into(), id: "1.2".into() }, is_copy: false }),
    ];
    prop_oneof![5 => events.prop_map(|event| Next::Event(Box::new(event))), 1 => reading]
}

/// A history: an ask, policies, then anything, at times that may jump past the deadline.
fn any_history() -> impl Strategy<Value = Vec<(Next, i64)>> {
    let pause = prop_oneof![19 => 0i64..60_000, 1 => 0i64..100_000_000];
    (any_policies(), prop::collection::vec((any_event(), pause), 1..40)).prop_map(|(policies, mut history)| {
        history.insert(0, (Next::Event(Box::new(with_policies("v1", policies))), 0));
        history.insert(0, (Next::Event(Box::new(ask(100, 1))), 0));
        history
    })
}

fn read(request: &Request, lost: Option<u64>, policies: Option<&Policies>, hold: bool) -> Event {
    let mut fresh = unchanged(request);
    for voter in &mut fresh.voters {
        if voter.account().map(ForgeUserId::get) == lost {
            voter.access = Access::None;
            voter.memberships.clear();
        }
    }
    if let Some(policies) = policies {
        fresh.policies.now = PolicyFound::Policies(Box::new(policies.clone()));
    }
    if hold {
        fresh.policies.now = PolicyFound::Hold { why: "unreadable".into() };
    }
    Event::Rechecked { fresh: Box::new(fresh) }
}

fn walk(history: &[(Next, i64)], mut look: impl FnMut(Option<&Request>, &Event, &Step, Timestamp)) -> Request {
    let (mut request, mut at) = (None::<Request>, START);
    let mut take = |event: &Event, request: &mut Option<Request>, at| {
        let step = transition(request.clone(), event, at);
        look(request.as_ref(), event, &step, at);
        request.clone_from(&step.request);
        step
    };
    for (next, pause) in history {
        at = at.plus_millis(*pause);
        let event = match (next, &request) {
            (Next::Event(event), _) => event.as_ref().clone(),
            (Next::Reading { lost, policies, hold }, Some(request)) => read(request, *lost, policies.as_deref(), *hold),
            (Next::Reading { .. }, None) => continue,
        };
        let step = take(&event, &mut request, at);
        // A healthy world reads again at once when it is asked to; every other time something else comes first.
        if step.effects.iter().any(|due| due.effect == Effect::Recheck && due.at <= at) && pause % 2 == 0 {
            let event = read(request.as_ref().unwrap(), None, None, false);
            take(&event, &mut request, at);
        }
    }
    request.unwrap()
}

/// Whether enough distinct eligible humans approved for every gate of `policy` that asks: by trying every way to seat
/// them, not by the matching that is tested.
fn is_met(request: &Request, policy: &FrozenPolicy) -> bool {
    let approvals: Vec<&Vote> =
        request.votes.iter().filter(|vote| vote.choice == Choice::Approve && !vote.struck).collect();
    let may = |gate: &Gate, vote: &Vote| eligibility::may_vote(request, policy, gate, &vote.voter).is_ok();
    let asking: Vec<&Gate> = policy.gates.iter().filter(|gate| policy.asks_at(gate)).collect();
    let places: Vec<&Gate> = asking.iter().flat_map(|gate| std::iter::repeat_n(*gate, gate.quorum as usize)).collect();
    fn seat(places: &[&Gate], taken: &mut Vec<usize>, approvals: &[&Vote], may: &dyn Fn(&Gate, &Vote) -> bool) -> bool {
        let Some((gate, rest)) = places.split_first() else { return true };
        (0..approvals.len()).any(|index| {
            if taken.contains(&index) || !may(gate, approvals[index]) {
                return false;
            }
            taken.push(index);
            let fits = seat(rest, taken, approvals, may);
            taken.pop();
            fits
        })
    }
    if policy.one_gate_per_person {
        return seat(&places, &mut Vec::new(), &approvals, &may);
    }
    asking.iter().all(|gate| approvals.iter().filter(|vote| may(gate, vote)).count() >= gate.quorum as usize)
}

fn same_but_revision(a: &Request, b: &Request) -> bool {
    Request { revision: 0, ..a.clone() } == Request { revision: 0, ..b.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

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

    /// P6: an approval rests on enough distinct humans for every gate that asks, in every policy, each eligible, on the
    /// evidence they saw; or on an automatic approval; or on somebody who broke the glass. Skipped gates alone approve
    /// nothing, and a floor holds whatever the repository's policy says.
    #[test]
    fn an_approval_rests_on_enough_distinct_eligible_humans(history in any_history()) {
        walk(&history, |before, _, step, at| {
            let request = step.request.as_ref().unwrap();
            let newly = before.is_some_and(Request::is_undecided);
            let Some(Decision { verdict: Verdict::Approved, basis, .. }) = request.decision() else { return };
            if !newly { return }
            assert_ne!(*basis, Basis::Course);
            if *basis == Basis::BreakGlass {
                assert!(request.review.is_some());
                return;
            }
            let humans: BTreeSet<_> = request.votes.iter().map(|vote| &vote.human).collect();
            assert_eq!(humans.len(), request.votes.len(), "one human, one word");
            for policy in request.policies() {
                assert!(obstacle::approves_by_itself(request, policy, at) || is_met(request, policy), "{policy:?}");
                if !policy.is_floor() && !obstacle::approves_by_itself(request, policy, at) {
                    assert!(policy.gates.iter().any(|gate| policy.asks_at(gate)), "skipped gates approved");
                }
            }
            for vote in request.votes.iter().filter(|vote| vote.choice == Choice::Approve && !vote.struck) {
                assert_eq!(vote.voter.standing, ChatStanding::Member);
                assert_eq!(vote.voter.human(), vote.human.clone());
                assert_eq!(vote.seen, request.evidence.as_ref().unwrap().digest);
            }
            let waits = request.votes.iter().any(|vote| vote.choice == Choice::RequestChanges && !vote.struck);
            assert!(!waits, "somebody asked for changes");
        });
    }

    /// The matching seats as many as any way of seating them could, whatever order the votes came in.
    #[test]
    fn the_tally_is_the_best_there_is_and_independent_of_the_order_of_votes(
        policies in any_policies(),
        voters in prop::collection::vec(any_voter(), 0..7),
        seed in any::<u64>(),
    ) {
        let mut request = after(&[ask(100, 1), with_policies("v1", policies)]).0;
        let cast = |voter: &Voter| Vote {
            human: voter.human(), voter: voter.clone(), choice: Choice::Approve, reason: None, ticks: vec![],
            seen: digest("v1"), at: START, struck: false,
        };
        let mut humans = BTreeSet::new();
        request.votes = voters.iter().filter(|voter| humans.insert(voter.human())).map(cast).collect();
        for policy in request.policies() {
            let met = tally::tally(&request, policy).iter().all(GateProgress::is_met);
            prop_assert_eq!(met, is_met(&request, policy));
        }
        let mut shuffled = request.clone();
        let length = shuffled.votes.len().max(1);
        shuffled.votes.rotate_left((seed as usize) % length);
        if seed % 3 == 0 { shuffled.votes.reverse(); }
        prop_assert_eq!(request.progress(), shuffled.progress());
    }

    /// The owner's floor is met by its own people, whatever the repository's policy says: who may stand in, who is left out,
    /// what approves by itself.
    #[test]
    fn the_floor_holds_under_any_repository_policy(
        own in any_policy(),
        floor in any_policy(),
        voters in prop::collection::vec(any_voter(), 0..7),
    ) {
        let floor = FrozenPolicy { role: Role::Floor, auto_approve: None, ..floor };
        let mut events = vec![ask(100, 1), with_policies("v1", Policies { own, besides: vec![floor.clone()] })];
        events.push(Event::EscalationDue);
        events.extend(voters.iter().map(|voter| vote(voter.clone(), Choice::Approve, "v1", START)));
        let (request, _) = after(&events);
        if request.decision().is_some_and(|decision| decision.verdict == Verdict::Approved) {
            let unasked = Request { is_escalated: false, ..request.clone() };
            prop_assert!(is_met(&unasked, &floor), "{:?}", floor);
        }
    }

    /// Where no condition holds, every gate asks: nothing is approved without people.
    #[test]
    fn skipped_gates_alone_never_approve(policies in any_policies()) {
        let mut policies = policies;
        for policy in policies.all_mut() {
            policy.auto_approve = None;
            for gate in &mut policy.gates {
                gate.when = Some(Condition { text: "c".into(), outcome: Outcome::False });
            }
        }
        let (request, _) = after(&[ask(100, 1), with_policies("v1", policies)]);
        prop_assert!(request.is_undecided());
        prop_assert!(request.progress().iter().any(|gate| !gate.is_met()));
    }

    /// Gates that are open together are met by the same people in whatever order they say so.
    #[test]
    fn what_is_decided_does_not_depend_on_the_order_of_approvals(
        own in any_policy(),
        (voters, shuffled) in prop::collection::vec(any_voter(), 0..6)
            .prop_flat_map(|voters| (Just(voters.clone()), Just(voters).prop_shuffle())),
    ) {
        let mut own = own;
        own.gates.iter_mut().for_each(|gate| gate.stage = 0);
        // One human with two words has a first and a last one.
        let mut humans = BTreeSet::new();
        prop_assume!(voters.iter().all(|voter| humans.insert(voter.human())));
        let run = |voters: &[Voter]| {
            let mut events = vec![ask(100, 1), with_policies("v1", own.clone().into())];
            events.extend(voters.iter().map(|voter| vote(voter.clone(), Choice::Approve, "v1", START)));
            after(&events).0.decision().map(|decision| decision.verdict)
        };
        prop_assert_eq!(run(&voters), run(&shuffled));
    }

    /// Adding a denial or taking a voter away never turns "no" into "yes".
    #[test]
    fn less_agreement_never_approves(
        policies in any_policies(),
        voters in prop::collection::vec(any_voter(), 1..7),
        without in 0usize..7,
        deny in any::<bool>(),
    ) {
        let cast = |voter: &Voter| vote(voter.clone(), Choice::Approve, "v1", START);
        let run = |votes: Vec<Event>| {
            let mut events = vec![ask(100, 1), with_policies("v1", policies.clone())];
            events.extend(votes);
            let (request, _) = after(&events);
            request.decision().is_some_and(|decision| decision.verdict == Verdict::Approved)
        };
        let all: Vec<Event> = voters.iter().map(cast).collect();
        let mut less = all.clone();
        if deny {
            less.insert(without.min(less.len()), vote(voters[without % voters.len()].clone(), Choice::Deny, "v1", START));
        } else {
            less.remove(without % all.len());
        }
        // With a gate that opens only later, a vote may be refused that counts without the other one: the order of events
        // is the same, so what is approved with less must be approved with more.
        let sequential = policies.all().any(|policy| policy.gates.iter().any(|gate| gate.stage > 0));
        if !sequential && run(less) {
            prop_assert!(run(all));
        }
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
            let undecided_only = |due: &&Due| matches!(due.effect, Effect::Recheck | Effect::Remind { .. } | Effect::Escalate);
            assert!(request.is_undecided() || step.effects.iter().find(undecided_only).is_none());
        });
    }

    /// A sketch is shown while the evidence is gathered and at no other time, and nothing follows from it but showing it.
    #[test]
    fn a_sketch_lives_while_evidence_is_gathered_and_decides_nothing(history in any_history()) {
        walk(&history, |before, event, step, _| {
            let request = step.request.as_ref().unwrap();
            assert!(request.sketch.is_none() || request.phase == Phase::Gathering);
            let (Some(before), Event::Glimpsed(_)) = (before, event) else { return };
            assert!(step.effects.iter().all(|due| due.effect == Effect::SyncMessage));
            assert!(same_but_revision(before, &Request { sketch: before.sketch.clone(), ..request.clone() }));
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
            if matches!(event, Event::Asked(_) | Event::JobMoved(_) | Event::RunEnded { .. } | Event::NewerAttempt { .. }) {
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
            let mut history = vec![ask(100, 1), ask(101, 1), ask(102, 1), gathered("v1", 1)];
            history.extend(moves.iter().map(|(job, state)| {
                Event::JobMoved(JobMove { deployment: DeploymentId::new(*job), state: *state, detail: String::new(), commit: None })
            }));
            let history: Vec<_> = history.into_iter().map(|event| (Next::Event(Box::new(event)), 0)).collect();
            walk(&history, |_, _, _, _| {}).jobs
        };
        let forwards = events(&moves);
        moves.reverse();
        prop_assert_eq!(forwards, events(&moves));
    }
}
