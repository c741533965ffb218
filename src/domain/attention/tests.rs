use super::*;
use crate::domain::transition::tests::{START, approver, ask, chat, gate, gathered, policy, with_policies};
use crate::domain::*;

/// Everybody whom a gate is for.
fn for_people(role: Role, gate: &str, ids: &[u64]) -> GateRoster {
    let candidate = |id: &u64| Candidate {
        human: Human::Forge(ForgeUserId::new(*id)),
        chat: Some(chat(&format!("U{id}"))),
        login: None,
    };
    let people: Vec<Candidate> = ids.iter().map(candidate).collect();
    let total = u32::try_from(people.len()).unwrap();
    GateRoster { role, gate: gate.into(), people, total, excluded: 0, unread: None }
}

fn open(policies: Policies, roster: Vec<GateRoster>) -> Request {
    let request = transition(None, &ask(5, 1), START).request;
    let mut request = transition(request, &with_policies("one", policies), START).request.unwrap();
    request.roster = Some(Roster { gates: roster });
    request
}

fn two_steps() -> Request {
    let policies = policy(vec![gate("Review", 0, 1), gate("Risk", 1, 1)]).into();
    open(policies, vec![for_people(Role::Own, "Review", &[10, 11]), for_people(Role::Own, "Risk", &[12])])
}

fn voted(request: Request, id: u64) -> Request {
    let seen = request.evidence.as_ref().unwrap().digest.short().to_owned();
    let ballot = Ballot {
        voter: approver(id),
        choice: Choice::Approve,
        reason: None,
        ticks: Vec::new(),
        means_older: false,
        seen,
        received: START,
        fresh: None,
        ci: None,
    };
    transition(Some(request), &Event::Voted(ballot), START).request.unwrap()
}

fn users(ids: &[u64]) -> BTreeSet<ChatUser> {
    ids.iter().map(|id| chat(&format!("U{id}"))).collect()
}

fn called(before: Option<&Request>, after: &Request) -> Vec<Effect> {
    follows(before, after, &[], START).into_iter().map(|due| due.effect).collect()
}

#[test]
fn only_people_of_open_gates_who_have_not_spoken_are_asked() {
    let request = two_steps();
    assert_eq!(asked(&request), users(&[10, 11]), "the second step comes later");
    let request = voted(request, 10);
    assert_eq!(asked(&request), users(&[12]), "the first one is met");
    assert_eq!(asked(&voted(request, 12)), BTreeSet::new());
}

#[test]
fn nobody_is_asked_whose_account_in_the_chat_is_unknown_or_before_people_were_read() {
    let mut request = two_steps();
    request.roster.as_mut().unwrap().gates[0].people[0].chat = None;
    assert_eq!(asked(&request), users(&[11]));
    request.roster = None;
    assert_eq!(asked(&request), BTreeSet::new());
}

#[test]
fn each_person_is_called_once_until_a_reminder() {
    let request = two_steps();
    let first = vec![chat("U10"), chat("U11")];
    assert_eq!(called(None, &request), [Effect::Attend { people: first.clone(), again: false }]);
    assert_eq!(called(Some(&request), &request), [], "nothing new");
    let next = voted(request.clone(), 10);
    assert_eq!(called(Some(&request), &next), [Effect::Attend { people: vec![chat("U12")], again: false }]);
    let reminder = Due { effect: Effect::Say(ThreadLine::Reminder { round: 0 }), at: START };
    let again = follows(Some(&request), &request, &[reminder], START);
    assert_eq!(again[0].effect, Effect::Attend { people: first, again: true });
}

#[test]
fn an_outcome_is_a_refusal_or_the_end_of_the_rollout_and_not_an_approval_alone() {
    let before = transition(None, &ask(5, 1), START).request;
    let before = transition(before, &gathered("one", 1), START).request.unwrap();
    let denied = {
        let mut request = before.clone();
        let decision = Decision {
            verdict: Verdict::Denied,
            at: START,
            basis: Basis::Votes,
            by: vec![chat("U10")],
            reason: None,
            telling: Telling::Delivering,
            rollout: Rollout::NotStarted,
            retold: 0,
            held: None,
            needs_word: false,
            confirmed: false,
        };
        request.phase = Phase::Decided(decision);
        request
    };
    let with = |change: fn(&mut Decision)| {
        let mut request = denied.clone();
        if let Phase::Decided(decision) = &mut request.phase {
            change(decision);
        }
        request
    };
    assert_eq!(called(Some(&before), &denied), [Effect::TellOutcome]);
    let approved = with(|decision| decision.verdict = Verdict::Approved);
    assert_eq!(called(Some(&before), &approved), []);
    let live = with(|decision| {
        decision.verdict = Verdict::Approved;
        decision.rollout = Rollout::Live { at: START };
    });
    assert_eq!(called(Some(&approved), &live), [Effect::TellOutcome]);
    assert_eq!(called(Some(&live), &live), []);
    let ended = |how| Request { phase: Phase::Ended { how, at: START }, ..before.clone() };
    assert_eq!(called(Some(&before), &ended(Ending::Cancelled { by: None })), [Effect::TellOutcome]);
    assert_eq!(called(Some(&before), &ended(Ending::NewAttempt { attempt: 2 })), [], "who started it again knows");
}

#[test]
fn direct_messages_are_outdated_by_other_evidence_a_decision_or_their_own_readers_word() {
    let request = two_steps();
    assert_eq!(outdated(&request, &request), Outdated::Nobodys);
    let spoken = voted(request.clone(), 10);
    assert_eq!(outdated(&request, &spoken), Outdated::Of(users(&[10])));
    let mut other = request.clone();
    other.evidence.as_mut().unwrap().digest = Digest::of(b"other");
    assert_eq!(outdated(&request, &other), Outdated::Everybodys);
    let ended = Phase::Ended { how: Ending::Gone, at: START };
    assert_eq!(outdated(&request, &Request { phase: ended, ..request.clone() }), Outdated::Everybodys);
}
