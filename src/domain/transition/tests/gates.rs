//! Several gates: in order and side by side, one place per human, conditions, several policies.

use super::*;

fn yes(voter: Voter) -> Event {
    vote(voter, Choice::Approve, "v1", START)
}

fn no(voter: Voter) -> Event {
    vote(voter, Choice::Deny, "v1", START)
}

/// A request held to these policies, after these events.
fn story(policies: impl Into<Policies>, events: impl IntoIterator<Item = Event>) -> (Request, Step) {
    let mut all = vec![ask(100, 1), with_policies("v1", policies.into())];
    all.extend(events);
    after(&all)
}

fn verdict(request: &Request) -> Option<Verdict> {
    request.decision().map(|decision| decision.verdict)
}

fn refusal(step: &Step) -> &'static str {
    match &step.answer {
        Some(Whisper::Refused(refusal)) => refusal.code(),
        other => panic!("not refused: {other:?}"),
    }
}

fn states(request: &Request) -> Vec<(String, GateState)> {
    request.progress().into_iter().map(|gate| (gate.name, gate.state)).collect()
}

fn in_order() -> FrozenPolicy {
    policy(vec![team_gate("Model review", 0, "ml"), team_gate("Risk", 1, "risk")])
}

fn side_by_side() -> FrozenPolicy {
    policy(vec![team_gate("Model review", 0, "ml"), team_gate("Risk", 0, "risk")])
}

/// R18: a gate opens when the one before it is met.
#[test]
fn gates_in_order_open_one_after_the_other() {
    let (_, step) = story(in_order(), [yes(member(6, &["risk"]))]);
    assert_eq!(refusal(&step), "gate_not_open");
    let (request, _) = story(in_order(), [yes(member(5, &["ml"]))]);
    assert_eq!(states(&request), [("Model review".into(), GateState::Met), ("Risk".into(), GateState::Open)]);
    let (request, _) = story(in_order(), [yes(member(5, &["ml"])), yes(member(6, &["risk"]))]);
    assert_eq!(verdict(&request), Some(Verdict::Approved));
    let (_, step) = story(in_order(), [yes(member(5, &["ml"])), yes(member(7, &["ml"]))]);
    assert_eq!(refusal(&step), "gate_met");
}

#[test]
fn gates_side_by_side_are_met_in_any_order() {
    for order in [[5, 6], [6, 5]] {
        let slugs = |id| if id == 5 { ["ml"] } else { ["risk"] };
        let (request, _) = story(side_by_side(), order.map(|id| yes(member(id, &slugs(id)))));
        assert_eq!(verdict(&request), Some(Verdict::Approved));
    }
}

/// R17: one human fills one place, and nobody's approval is wasted: whoever could act on both makes room.
#[test]
fn one_human_fills_one_place_and_moves_where_that_frees_somebody() {
    let both = member(5, &["ml", "risk"]);
    let (request, _) = story(side_by_side(), [yes(both.clone())]);
    assert!(request.is_undecided(), "one person is not two");
    for other in [member(6, &["ml"]), member(6, &["risk"])] {
        let (request, _) = story(side_by_side(), [yes(both.clone()), yes(other)]);
        assert_eq!(verdict(&request), Some(Verdict::Approved));
    }
}

#[test]
fn a_policy_may_let_one_human_fill_several_places() {
    let lenient = FrozenPolicy { one_gate_per_person: false, ..side_by_side() };
    let (request, _) = story(lenient, [yes(member(5, &["ml", "risk"]))]);
    assert_eq!(verdict(&request), Some(Verdict::Approved));
}

/// H22, H23: quorum means people.
#[test]
fn two_chat_accounts_of_one_human_are_one_human() {
    let second = Voter { chat: chat("U5B"), ..approver(5) };
    let (request, step) = story(policy(vec![gate("Review", 0, 2)]), [yes(approver(5)), yes(second)]);
    assert!(request.is_undecided());
    assert_eq!(step.answer, Some(Whisper::AlreadyCounted));
}

/// R19: who approved an earlier gate may still stop it; who belongs to a later one may not yet.
#[test]
fn a_denial_by_a_gate_that_is_or_was_open_ends_the_request() {
    let (request, _) = story(in_order(), [yes(member(5, &["ml"])), no(member(7, &["ml"]))]);
    assert_eq!(verdict(&request), Some(Verdict::Denied));
    let (request, step) = story(in_order(), [no(member(6, &["risk"]))]);
    assert!(request.is_undecided());
    assert_eq!(refusal(&step), "gate_not_open");
}

/// A gate whose condition is false is skipped; one whose condition failed asks.
#[test]
fn a_condition_decides_whether_a_gate_asks() {
    let with = |outcome| {
        let mut two = side_by_side();
        two.gates[1].when = Some(Condition { text: "risk >= HIGH".into(), outcome });
        two
    };
    let (request, _) = story(with(Outcome::False), [yes(member(5, &["ml"]))]);
    assert_eq!(verdict(&request), Some(Verdict::Approved));
    for outcome in [Outcome::True, Outcome::Failed { why: "took too long".into() }] {
        assert!(story(with(outcome), [yes(member(5, &["ml"]))]).0.is_undecided());
    }
}

/// Skipped gates alone never approve: where no condition holds, all gates ask.
#[test]
fn where_every_condition_is_false_every_gate_asks() {
    let mut two = side_by_side();
    for gate in &mut two.gates {
        gate.when = Some(Condition { text: "false".into(), outcome: Outcome::False });
    }
    let (request, _) = story(two.clone(), []);
    assert!(request.is_undecided());
    assert!(story(two.clone(), [yes(member(5, &["ml"]))]).0.is_undecided());
    let (request, _) = story(two, [yes(member(5, &["ml"])), yes(member(6, &["risk"]))]);
    assert_eq!(verdict(&request), Some(Verdict::Approved));
}

/// The floor holds: an owner's gate has to be met whatever the repository's own policy says.
#[test]
fn a_floor_has_to_be_met_as_well() {
    let floor = FrozenPolicy { role: Role::Floor, ..policy(vec![team_gate("Compliance", 0, "compliance")]) };
    let both = Policies { own: policy(vec![gate("Review", 0, 1)]), besides: vec![floor] };
    let (request, _) = story(both.clone(), [yes(approver(5))]);
    assert!(request.is_undecided());
    let (request, _) = story(both.clone(), [yes(approver(5)), yes(member(6, &["compliance"]))]);
    assert_eq!(verdict(&request), Some(Verdict::Approved));
    // Each policy seats its people by itself: one human may serve both.
    let (request, _) = story(both, [yes(member(5, &["compliance"]))]);
    assert_eq!(verdict(&request), Some(Verdict::Approved));
}

#[test]
fn a_floor_without_gates_asks_for_nothing_and_approves_nothing() {
    let floor = FrozenPolicy { role: Role::Floor, ..policy(vec![]) };
    let both = Policies { own: policy(vec![gate("Review", 0, 1)]), besides: vec![floor] };
    assert!(story(both.clone(), []).0.is_undecided());
    assert_eq!(verdict(&story(both, [yes(approver(5))]).0), Some(Verdict::Approved));
}

/// H14: the policy changed meanwhile: both have to be met, and votes the new one does not allow do not count there.
#[test]
fn a_policy_that_changed_meanwhile_has_to_be_met_as_well() {
    let own = policy(vec![gate("Review", 0, 1)]);
    let (open, _) = story(own, []);
    let click = transition(Some(open.clone()), &yes(approver(5)), START);
    let stricter = FrozenPolicy { digest: digest("new"), ..policy(vec![team_gate("Risk", 0, "risk")]) };
    let now = PolicyFound::Policies(stricter.into());
    let fresh = |request: &Request| Fresh {
        policies: PoliciesRead { now: now.clone(), again: Vec::new() },
        ..unchanged(request)
    };
    let voted = click.request.unwrap();
    let step = transition(Some(voted.clone()), &Event::Rechecked { fresh: Box::new(fresh(&voted)) }, START);
    let held = step.request.clone().unwrap();
    assert!(held.is_undecided() && has(&step, |effect| matches!(effect, Effect::Say(ThreadLine::PolicyChanged))));
    assert_eq!(held.policies().map(|policy| policy.role).collect::<Vec<_>>(), [Role::Own, Role::OwnNow]);
    let risk = transition(Some(held), &yes(member(6, &["risk"])), START).request.unwrap();
    let step = transition(Some(risk.clone()), &Event::Rechecked { fresh: Box::new(fresh(&risk)) }, START);
    assert_eq!(verdict(&step.request.unwrap()), Some(Verdict::Approved));
    assert!(!step.effects.iter().any(|due| matches!(due.effect, Effect::Say(ThreadLine::PolicyChanged))), "said once");
}

/// H16: absence is not permission.
#[test]
fn a_policy_that_cannot_be_read_any_more_approves_nothing() {
    let (open, _) = story(policy(vec![gate("Review", 0, 1)]), []);
    let voted = transition(Some(open), &yes(approver(5)), START).request.unwrap();
    let now = PolicyFound::Hold { why: "line 3: unknown key".into() };
    let fresh = Fresh { policies: PoliciesRead { now, again: Vec::new() }, ..unchanged(&voted) };
    let step = transition(Some(voted), &Event::Rechecked { fresh: Box::new(fresh) }, START);
    let request = step.request.unwrap();
    assert!(request.is_undecided());
    assert!(matches!(request.obstacles.as_slice(), [Obstacle::Policy { .. }]), "{:?}", request.obstacles);
    assert!(step.effects.iter().any(|due| due.effect == Effect::Recheck && due.at > START), "looked at again");
}

/// A label that appears adds its gate; one that disappears takes none away.
#[test]
fn a_gate_that_asked_once_goes_on_asking() {
    let with = |outcome| {
        let mut two = side_by_side();
        two.digest = digest("same");
        two.gates[1].when = Some(Condition { text: "'needs-risk' in labels".into(), outcome });
        two
    };
    let (open, _) = story(with(Outcome::False), []);
    let read = |request: &Request, outcome| {
        let policies = PoliciesRead { now: unchanged(request).policies.now, again: vec![with(outcome)] };
        let fresh = Box::new(Fresh { policies, ..unchanged(request) });
        transition(Some(request.clone()), &Event::Rechecked { fresh }, START).request.unwrap()
    };
    let asked = read(&open, Outcome::True);
    assert_eq!(states(&asked)[1].1, GateState::Open);
    assert_eq!(states(&read(&asked, Outcome::False))[1].1, GateState::Open);
}

/// R13: people whom the policy takes by the chat's word alone.
#[test]
fn a_chat_only_group_takes_people_without_a_linked_account() {
    let members = BTreeSet::from([Membership::ChatUser { user: "U9".into() }]);
    let legal = |chat_only| Gate {
        group: Group { name: "legal".into(), members: members.clone(), chat_only },
        ..gate("Legal", 0, 1)
    };
    let unlinked = Voter { chat: chat("U9"), link: Link::None, access: Access::None, ..approver(9) };
    let (request, _) = story(policy(vec![legal(true)]), [yes(unlinked.clone())]);
    assert_eq!(verdict(&request), Some(Verdict::Approved));
    assert_eq!(request.votes[0].human, Human::Chat(chat("U9")));
    let (_, step) = story(policy(vec![legal(false)]), [yes(unlinked.clone())]);
    assert_eq!(refusal(&step), "not_linked");
    let moved = Link::LoginGone { login: "legal".into() };
    let (_, step) = story(policy(vec![legal(true)]), [yes(Voter { link: moved, ..unlinked })]);
    assert_eq!(refusal(&step), "login_gone", "a broken link may hide whoever wrote the change");
}

#[test]
fn comments_and_ticks_are_asked_for_where_the_policy_says_so() {
    let flag = FlagBrief {
        code: "licence.changed".into(),
        subject: "sentiment".into(),
        severity: Severity::High,
        print: "0123456789ab".into(),
        is_new: true,
        model: None,
    };
    let approve = rules::ApproveRules { comment_required: true, tick_flags: true };
    let own = FrozenPolicy { approve, ..policy(vec![gate("Review", 0, 1)]) };
    let Event::Gathered { policies, around, .. } = with_policies("v1", own.into()) else { panic!() };
    let evidence = EvidenceBrief { flags: vec![flag], ..brief("v1") };
    let open = [ask(100, 1), Event::Gathered { evidence, policies, around }];
    let cast = |reason: Option<&str>, ticks: &[&str]| {
        let Event::Voted(ballot) = yes(approver(5)) else { panic!() };
        let ticks = ticks.iter().map(|tick| (*tick).to_owned()).collect();
        let ballot = Ballot { reason: reason.map(Words::new), ticks, ..ballot };
        after(&[open.to_vec(), vec![Event::Voted(ballot)]].concat())
    };
    assert_eq!(refusal(&cast(None, &["0123456789ab"]).1), "comment_missing");
    assert_eq!(refusal(&cast(Some("looked at it"), &[]).1), "ticks_missing");
    assert_eq!(verdict(&cast(Some("looked at it"), &["0123456789ab"]).0), Some(Verdict::Approved));
}

/// R26: nobody is asked where the policy says so in so many words, and never over a gap or a flag that wants a look.
#[test]
fn an_automatic_approval_stands_in_for_gates_but_not_over_gaps_or_flags() {
    let when = |outcome| Some(Condition { text: "risk <= INFO".into(), outcome });
    let own = |outcome| FrozenPolicy { auto_approve: when(outcome), ..policy(vec![gate("Review", 0, 1)]) };
    let flag = |severity| FlagBrief {
        code: "x".into(),
        subject: "y".into(),
        severity,
        print: "0".into(),
        is_new: true,
        model: None,
    };
    let opened = |outcome, has_gap, flags| {
        let Event::Gathered { policies, around, .. } = with_policies("v1", own(outcome).into()) else { panic!() };
        let evidence = EvidenceBrief { has_gap, flags, ..brief("v1") };
        after(&[ask(100, 1), Event::Gathered { evidence, policies, around }]).0
    };
    let request = opened(Outcome::True, false, vec![flag(Severity::Info)]);
    assert_eq!(verdict(&request), Some(Verdict::Approved));
    assert_eq!(request.decision().map(|decision| (decision.basis, decision.by.len())), Some((Basis::Rule, 0)));
    assert!(opened(Outcome::False, false, vec![]).is_undecided());
    assert!(opened(Outcome::Failed { why: "slow".into() }, false, vec![]).is_undecided());
    assert!(opened(Outcome::True, true, vec![]).is_undecided());
    for severity in [Severity::High, Severity::Critical] {
        assert!(opened(Outcome::True, false, vec![flag(severity)]).is_undecided());
    }
}

#[test]
fn a_policy_of_an_automatic_approval_alone_holds_when_that_does_not_apply() {
    let when = Some(Condition { text: "risk <= INFO".into(), outcome: Outcome::False });
    let (request, step) = story(FrozenPolicy { auto_approve: when, ..policy(vec![]) }, [yes(approver(5))]);
    assert!(request.is_undecided());
    assert_eq!(refusal(&step), "nobody_may_vote");
}
