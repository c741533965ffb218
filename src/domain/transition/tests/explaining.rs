//! Why: the tree that people, the record and simulations are shown.

use super::*;

fn tree(reason: &Reason, depth: usize, lines: &mut Vec<String>) {
    lines.push(format!("{}{} {}", "  ".repeat(depth), reason.holds.mark(), reason.words));
    for because in &reason.because {
        tree(because, depth + 1, lines);
    }
}

fn shown(request: &Request) -> String {
    let mut lines = Vec::new();
    tree(&explain(request, START), 0, &mut lines);
    lines.join("\n")
}

fn story() -> FrozenPolicy {
    let mut two = policy(vec![team_gate("Model review", 0, "ml"), team_gate("Risk", 1, "risk")]);
    two.gates[0].quorum = 2;
    two.gates[1].when = Some(Condition { text: "risk >= HIGH".into(), outcome: Outcome::True });
    two
}

#[test]
fn a_tree_says_which_gate_is_met_by_whom_and_whose_word_does_not_count() {
    let open = [ask(100, 1), with_policies("v1", story().into())];
    let yes = |voter| vote(voter, Choice::Approve, "v1", START);
    let (mut request, _) =
        after(&[open.to_vec(), vec![yes(member(5, &["ml"])), yes(member(7, &["ml", "risk"]))]].concat());
    request.votes[1].struck = true;
    request.obstacles.push(Obstacle::Frozen { until: None, reason: Words::new("secret plans"), by: "ana".into() });
    insta::assert_snapshot!(shown(&request), @"
    . it waits for people
      . the policy (at a1a1a1a) is not met
        . Model review: 1 of 2, of ml
          + user-5 approves
          - user-7 approves, and lost the right to
        . Risk comes later: 0 of 1, of risk
          - asked because risk >= HIGH is true
          - user-5 approves, which does not count here: not one of risk
          - user-7 approves, and lost the right to
      x frozen by ana
    ");
    assert!(!serde_json::to_string(&explain(&request, START)).unwrap().contains("secret plans"), "nothing typed");
}

#[test]
fn the_record_of_a_decision_keeps_why() {
    let own = policy(vec![team_gate("Model review", 0, "ml")]);
    let (request, step) =
        after(&[ask(100, 1), with_policies("v1", own.into()), vote(member(5, &["ml"]), Choice::Approve, "v1", START)]);
    let kept: Vec<_> = step.records.iter().filter_map(|record| record.why.as_ref()).collect();
    assert_eq!(kept, [&explain(&request, START)]);
    insta::assert_snapshot!(shown(&request), @"
    + it may go live
      + the policy (at a1a1a1a) is met
        + Model review: 1 of 1
          + user-5 approves
    ");
}
