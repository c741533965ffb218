//! Required check runs: read again at every vote and before the decision is told (R5).

use super::*;

fn reading(state: CiState) -> CiReading {
    let required = [RequiredRun { name: "bias-eval".into(), app: None }];
    let run = CiRun { name: "bias-eval".into(), state, detail: "failure".into(), url: None, app: None };
    CiReading::of(&required, vec![run])
}

fn gathered_with(state: CiState, quorum: u32) -> Event {
    let Event::Gathered { evidence, policies, around } = gathered("v1", quorum) else { panic!() };
    Event::Gathered { evidence: EvidenceBrief { ci: Some(reading(state)), ..evidence }, policies, around }
}

fn approve(id: u64, ci: Option<CiReading>) -> Event {
    let Event::Voted(ballot) = vote(approver(id), Choice::Approve, "v1", START) else { panic!() };
    Event::Voted(Ballot { ci, ..ballot })
}

fn counts(shown: CiState, now: Option<CiReading>) -> bool {
    let (request, step) = after(&[ask(100, 1), gathered_with(shown, 1), approve(5, now)]);
    let refused = matches!(step.answer, Some(Whisper::Refused(Refusal::ChecksWorse { .. })));
    assert_eq!(refused, request.is_undecided(), "held and told, or decided");
    assert_eq!(refused, has(&step, |effect| matches!(effect, Effect::Gather)), "what holds is shown");
    assert!(request.votes.is_empty() == refused);
    !refused
}

#[test]
fn an_approval_is_held_when_a_required_run_is_worse_than_shown() {
    assert!(counts(CiState::Passed, Some(reading(CiState::Passed))));
    assert!(!counts(CiState::Passed, Some(reading(CiState::Failed))));
    assert!(!counts(CiState::Passed, Some(reading(CiState::Pending))), "it runs again");
    assert!(!counts(CiState::Passed, Some(CiReading::unreadable(&reading(CiState::Passed).required, "HTTP 403"))));
    assert!(!counts(CiState::Passed, None), "nobody looked");
    assert!(counts(CiState::Failed, Some(reading(CiState::Failed))), "it was red on the screen: the policy's business");
    assert!(counts(CiState::Pending, Some(reading(CiState::Passed))));
}

#[test]
fn a_denial_is_never_held() {
    let no = vote(approver(5), Choice::Deny, "v1", START);
    let (request, _) = after(&[ask(100, 1), gathered_with(CiState::Passed, 1), no]);
    assert_eq!(request.decision().map(|decision| decision.verdict), Some(Verdict::Denied));
}

#[test]
fn newly_green_voids_nothing() {
    let first = approve(5, Some(reading(CiState::Failed)));
    let green = gathered_with(CiState::Passed, 2);
    let (request, step) = after(&[ask(100, 1), gathered_with(CiState::Failed, 2), first, green]);
    assert_eq!(request.votes.len(), 1);
    assert!(!has(&step, |effect| matches!(effect, Effect::Say(ThreadLine::EvidenceChanged { .. }))));
}

#[test]
fn who_may_not_vote_is_told_that_and_gathers_nothing() {
    let Event::Voted(ballot) = approve(2, Some(reading(CiState::Failed))) else { panic!() };
    let (_, step) = after(&[ask(100, 1), gathered_with(CiState::Passed, 1), Event::Voted(ballot)]);
    assert!(matches!(step.answer, Some(Whisper::Refused(Refusal::Excluded { .. }))));
    assert!(step.effects.is_empty());
}

#[test]
fn a_held_approval_is_told_privately_once_for_each_reason_and_looked_at_again() {
    let held = |why: &str| Event::DecisionHeld { why: why.into(), needs_word: false };
    let events =
        [ask(100, 1), gathered_with(CiState::Passed, 1), approve(5, Some(reading(CiState::Passed))), held("a")];
    let (request, step) = after(&events);
    assert_eq!(request.decision().unwrap().held.as_deref(), Some("a"));
    assert_eq!(request.decision().unwrap().telling, Telling::Delivering);
    assert!(has(&step, |effect| matches!(effect, Effect::Whisper { text: Whisper::DecisionHeld { .. }, .. })));
    assert!(has(&step, |effect| matches!(effect, Effect::Decide)));
    let (_, again) = after(&[events.to_vec(), vec![held("a")]].concat());
    assert!(again.effects.is_empty());
    let (told, _) = after(&[events.to_vec(), vec![Event::Told(Told::Taken)]].concat());
    assert_eq!(told.decision().unwrap().held, None);
}

#[test]
fn an_answer_that_came_late_is_gathered_while_it_can_matter() {
    let answered = Event::CheckAnswered { name: "toxicity".into(), answer: digest("answer") };
    let (_, step) = after(&[ask(100, 1), gathered("v1", 1), answered.clone()]);
    assert!(has(&step, |effect| matches!(effect, Effect::Gather)));
    let decided = vote(approver(5), Choice::Approve, "v1", START);
    let (_, step) = after(&[ask(100, 1), gathered("v1", 1), decided, answered]);
    assert!(step.effects.is_empty());
}

#[test]
fn what_others_owe_is_looked_for_less_and_less_often_and_by_one_look_at_a_time() {
    let Event::Gathered { evidence, policies, around } = gathered("v1", 1) else { panic!() };
    let waiting = Event::Gathered { evidence: EvidenceBrief { waits: true, ..evidence }, policies, around };
    let mut request = transition(None, &ask(100, 1), START).request;
    let (mut at, mut looks) = (START, 0);
    while at < START.plus_millis(time::DAY_MS) {
        let step = transition(request, &waiting, at);
        let due: Vec<_> = step.effects.iter().filter(|due| due.effect == Effect::Gather).map(|due| due.at).collect();
        assert_eq!(due.len(), 1);
        assert_eq!(transition(step.request.clone(), &waiting, at).effects.len(), step.effects.len() - 1, "not twice");
        (request, at, looks) = (step.request, due[0], looks + 1);
    }
    assert!((8..20).contains(&looks), "{looks}");
}
