use super::*;
use crate::domain::transition::tests::{after, ask, chat, forge, gate, policy, with_policies};
use crate::domain::{FrozenPolicy, Obstacle, obstacle};

fn candidate(id: u64, is_known: bool) -> Candidate {
    let account = forge(id, &format!("user-{id}"));
    let chat = is_known.then(|| chat(&format!("U{id}")));
    Candidate { human: Human::Forge(account.id), chat, login: Some(account.login) }
}

fn two_of_the_group() -> FrozenPolicy {
    policy(vec![gate("Review", 0, 2)])
}

fn open() -> Request {
    after(&[ask(100, 1), with_policies("v1", two_of_the_group().into())]).0
}

fn roster(members: &[u64], unread: Option<&str>) -> GateRoster {
    let (request, policy) = (open(), two_of_the_group());
    let members = members.iter().map(|id| candidate(*id, true)).collect();
    GateRoster::of(&request, &policy, &policy.gates[0], members, unread.map(str::to_owned))
}

/// Account 1 asked, account 2 wrote the change.
#[test]
fn whoever_has_a_hand_in_the_change_is_counted_apart() {
    let read = roster(&[1, 2, 3, 4], None);
    assert_eq!((read.total, read.excluded, read.people.len()), (2, 2, 2));
}

#[test]
fn one_human_in_two_groups_is_one_and_those_whom_the_chat_knows_come_first() {
    let (request, policy) = (open(), two_of_the_group());
    let members = vec![candidate(3, false), candidate(4, false), candidate(4, true)];
    let read = GateRoster::of(&request, &policy, &policy.gates[0], members, None);
    assert_eq!(read.people, [candidate(4, true), candidate(3, false)]);
}

#[test]
fn a_large_group_is_cut_and_counted() {
    let all: Vec<u64> = (100..300).collect();
    let read = roster(&all, None);
    assert_eq!((read.people.len(), read.total), (MAX_PEOPLE, 200));
    assert_eq!(read.left(&open()), Some(200));
}

/// R11: said at once, not when everybody has been waited for.
#[test]
fn a_gate_that_needs_more_people_than_are_left_is_told() {
    let too_few = |members: &[u64], unread| {
        let request = Request { roster: Some(Roster { gates: vec![roster(members, unread)] }), ..open() };
        let standing = obstacle::standing(&request, request.opened_at);
        standing.iter().map(Obstacle::words).collect::<Vec<_>>()
    };
    let told = "Review needs 2 more of people with write access, and only 1 is left who could";
    assert_eq!(too_few(&[1, 2, 3], None), [told]);
    assert_eq!(too_few(&[3, 4], None), [""; 0]);
    assert_eq!(too_few(&[3], Some("HTTP 502")), [""; 0], "nothing is concluded from what was not read");
    assert!(too_few(&[1], None)[0].ends_with("and nobody is left who could"));
}
