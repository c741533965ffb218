//! Policy files: exactly what they say happens.

use countersign::domain::{GateState, Obstacle, Phase, Role, Verdict};
use countersign::sim::github::Level;
use countersign::sim::slack::sample::{ANA, OCTO};

use super::stage::{Stage, one_gate, stage, stage_with};

const TWO_GATES: &str = "\
version: 1
groups:
  reviewers: { permission: write }
  leads: { permission: admin }
environments:
  production:
    deny: { reason: optional }
    gates:
      - { name: Model review, group: reviewers, quorum: 1 }
      - { name: Release, group: leads, quorum: 1 }
";

/// What is on the default branch has a pickle that would block.
const RISKY: &str = "    severity: { critical: approve }\n";

async fn stage_with_policy(policy: &str) -> Stage {
    let stage = stage().await;
    stage.write_policy(policy);
    stage
}

#[tokio::test]
async fn two_gates_in_order_need_two_people() {
    let stage = stage_with_policy(TWO_GATES).await;
    let run = stage.deploy_good().await;
    assert!(stage.is_open().await);
    stage.press(OCTO, "approve").await;
    stage.advance(3_000).await;
    let request = stage.request().await;
    let states: Vec<GateState> = request.progress().iter().map(|gate| gate.state).collect();
    assert_eq!(states, [GateState::Met, GateState::Open]);
    assert!(stage.told(OCTO).contains("Model review"));
    stage.press(ANA, "approve").await;
    stage.advance(30_000).await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

/// H15 and R9 have their own story; here the file changes while people vote (H14): both have to be met.
#[tokio::test]
async fn a_policy_that_is_tightened_while_people_vote_has_to_be_met_as_well() {
    let stage = stage_with_policy(&one_gate(1, "")).await;
    let run = stage.deploy_good().await;
    stage.write_policy(&one_gate(2, ""));
    stage.press(OCTO, "approve").await;
    stage.advance(5_000).await;
    assert_eq!(stage.verdict().await, None);
    assert!(stage.request().await.policies().any(|policy| policy.role == Role::OwnNow));
    assert!(stage.thread().contains("both have to be met"));
    stage.told(OCTO);
    stage.press(ANA, "approve").await;
    stage.advance(30_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

/// H16: a file that cannot be followed any more approves nothing, says where, and lets go when it is mended.
#[tokio::test]
async fn a_policy_that_breaks_while_people_vote_holds_until_it_is_mended() {
    let stage = stage_with_policy(&one_gate(1, "")).await;
    let run = stage.deploy_good().await;
    stage.write_policy("version: 1\nenvironments: { production: { gates: [ { quorom: 1 } ] } }\n");
    stage.press(OCTO, "approve").await;
    stage.advance(5_000).await;
    assert_eq!(stage.verdict().await, None);
    assert!(stage.told(OCTO).contains("quorom"), "where and what is said");
    assert!(matches!(stage.request().await.obstacles.as_slice(), [Obstacle::Policy { .. }]));
    stage.write_policy(&one_gate(1, ""));
    stage.advance(600_000).await;
    assert_eq!(stage.taken(run).len(), 1, "nobody had to click again");
    stage.finish().await;
}

/// R18: a gate whose condition is false is skipped; the risky change meets it.
#[tokio::test]
async fn a_condition_asks_only_for_what_it_is_about() {
    let with_condition = TWO_GATES.replace(
        "{ name: Release, group: leads, quorum: 1 }",
        "{ name: Release, group: leads, quorum: 1, when: 'flags.exists(f, f.code == \"licence.changed\")' }",
    );
    let stage = stage_with_policy(&with_condition).await;
    let run = stage.deploy_good().await;
    let state = |request: &countersign::domain::Request| request.progress().last().map(|gate| gate.state);
    assert_eq!(state(&stage.request().await), Some(GateState::Skipped));
    stage.press(OCTO, "approve").await;
    stage.advance(30_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.deploy(stage.world.sample.risky_change()).await;
    let requests = stage.world.requests().await.unwrap();
    assert!(requests.iter().any(|request| state(request) == Some(GateState::Later)));
    stage.advance(90_000_000).await;
    stage.finish().await;
}

/// R23: outside of the windows it waits, says until when, and goes out by itself when one opens.
#[tokio::test]
async fn an_approval_outside_of_the_windows_goes_out_when_one_opens() {
    let windows = "    windows: [{ days: mon-fri, from: \"09:00\", to: \"17:00\", zone: Europe/Berlin }]\n";
    let stage = stage_with_policy(&one_gate(1, windows)).await;
    // Midnight in UTC, on a Thursday.
    let run = stage.deploy_good().await;
    stage.press(OCTO, "approve").await;
    stage.advance(60_000).await;
    assert!(stage.told(OCTO).contains("09:00"), "until when");
    assert!(stage.taken(run).is_empty());
    stage.advance(8 * 3_600_000 - 120_000).await;
    assert!(stage.taken(run).is_empty(), "08:59 in Berlin");
    stage.advance(120_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.advance(60_000).await;
    stage.finish().await;
}

#[tokio::test]
async fn a_branch_that_may_not_be_deployed_is_held_back() {
    let stage = stage_with_policy(&one_gate(1, "    refs: [\"release/*\"]\n")).await;
    let run = stage.deploy_good().await;
    stage.press(OCTO, "approve").await;
    stage.advance(60_000).await;
    let told = stage.told(OCTO);
    assert!(told.contains("release/") && told.contains("cannot pass"), "{told}: {:?}", stage.request().await.obstacles);
    assert!(stage.taken(run).is_empty());
    stage.advance(90_000_000).await;
    assert_eq!(stage.verdict().await, Some(Verdict::Expired));
    stage.finish().await;
}

/// What is to follow staging has to be live there, the very commit, for long enough.
#[tokio::test]
async fn production_follows_staging() {
    let requires = "    requires: { environment: staging, same_commit: true, live_for: 1h }\n  staging:\n    \
                    gates: [{ name: Review, group: reviewers, quorum: 1 }]\n";
    let stage = stage_with_policy(&one_gate(1, requires)).await;
    let run = stage.deploy(stage.world.sample.staging_then_production()).await;
    stage.press(OCTO, "approve").await;
    stage.advance(60_000).await;
    // Staging is live; production asks.
    let messages = stage.world.slack.messages(countersign::sim::slack::sample::RELEASES);
    assert_eq!(messages.len(), 2);
    let production = messages.last().unwrap();
    let releases = countersign::sim::slack::sample::RELEASES;
    assert!(stage.world.slack.click(ANA, releases, &production.ts, "approve").await.acknowledged());
    stage.settle().await;
    assert!(stage.told(ANA).contains("staging"));
    assert!(stage.taken(run).is_empty());
    stage.advance(2 * 3_600_000).await;
    assert_eq!(stage.taken(run).len(), 1, "an hour later, by itself");
    stage.advance(60_000).await;
    stage.finish().await;
}

/// R9, H15: who edits the file does not pick the rule.
#[tokio::test]
async fn a_change_to_the_policy_is_held_to_the_policy_that_is_live_as_well() {
    let stage = stage_with_policy(&one_gate(2, RISKY)).await;
    let live = stage.head();
    let first = stage.deploy(stage.world.sample.good_change().of_commit(&live)).await;
    stage.press(OCTO, "approve").await;
    stage.press(ANA, "approve").await;
    stage.advance(60_000).await;
    assert_eq!(stage.taken(first).len(), 1);
    stage.told(OCTO);
    // Now one approval is to be enough, says the change itself.
    stage.write_policy(&one_gate(1, RISKY));
    let head = stage.head();
    stage.deploy(stage.world.sample.good_change().of_commit(&head)).await;
    let requests = stage.world.requests().await.unwrap();
    let request = requests.iter().find(|request| request.phase == Phase::Open).unwrap();
    let roles: Vec<_> = request.policies().map(|policy| (policy.role, policy.gates[0].quorum)).collect();
    assert_eq!(roles, [(Role::Own, 1), (Role::AtLive, 2)]);
    stage.advance(90_000_000).await;
    stage.finish().await;
}

/// A floor of the owner's holds whatever the repository says, and its defaults hold where it says nothing.
#[tokio::test]
async fn an_owners_floor_cannot_be_weakened() {
    let stage = stage().await;
    stage.write_owners_policy(
        "version: 1\ngroups:\n  leads: { permission: admin }\nfloor:\n  defaults:\n    gates: [{ name: Compliance, group: leads, quorum: 1 }]\n",
    );
    stage.write_policy(&one_gate(1, ""));
    let run = stage.deploy_good().await;
    let roles: Vec<Role> = stage.request().await.policies().map(|policy| policy.role).collect();
    assert_eq!(roles, [Role::Own, Role::Floor]);
    stage.press(OCTO, "approve").await;
    stage.advance(10_000).await;
    stage.told(OCTO);
    assert!(stage.taken(run).is_empty(), "an admin has to agree");
    stage.press(ANA, "approve").await;
    stage.advance(30_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    stage.finish().await;
}

/// R26: by the rule alone, where the policy says so, and recorded as that.
#[tokio::test]
async fn an_automatic_approval_asks_nobody() {
    let auto = "    severity: { critical: show, high: show, medium: show, low: show }\n    \
                auto_approve: { when: 'relation == \"ahead\"' }\n";
    let stage = stage_with_policy(&one_gate(1, auto)).await;
    let run = stage.deploy_good().await;
    stage.advance(30_000).await;
    assert_eq!(stage.taken(run).len(), 1);
    let request = stage.request().await;
    assert_eq!(request.decision().map(|decision| decision.by.len()), Some(0));
    stage.finish().await;
}

/// An exception lets a flag pass that blocks, until its day; an expired one does not.
#[tokio::test]
async fn a_flag_that_blocks_passes_by_an_exception_only() {
    for (until, passes) in [("2026-01-31", true), ("2025-12-31", false)] {
        let accept: String = ["weights.unsafe_pickle", "secret.exposed"]
            .iter()
            .map(|flag| format!("  - {{ flag: {flag}, why: \"known\", until: {until}, by: octocat }}\n"))
            .collect();
        let policy = format!("{}accept:\n{accept}", one_gate(1, "    severity: { high: show }\n"));
        let stage = stage_with_policy(&policy).await;
        let run = stage.deploy(stage.world.sample.risky_change()).await;
        stage.press(OCTO, "approve").await;
        stage.advance(30_000).await;
        assert_eq!(stage.taken(run).len(), usize::from(passes), "until {until}: {:?}", stage.request().await.obstacles);
        stage.told(OCTO);
        stage.advance(90_000_000).await;
        stage.finish().await;
    }
}

/// R11: who can still act is named, and a gate that asks for more people than there are says so at once.
#[tokio::test]
async fn who_can_act_is_named_and_too_few_are_told_at_once() {
    let policy = |quorum: u32| {
        format!(
            "version: 1\ngroups:\n  reviewers: {{ github_teams: [acme/ml] }}\nenvironments:\n  production:\n    \
             gates: [{{ name: Review, group: reviewers, quorum: {quorum} }}]\n"
        )
    };
    let stage = stage_with_policy(&policy(2)).await;
    stage.deploy_good().await;
    let shown = serde_json::to_string(&stage.message().blocks).unwrap();
    assert!(shown.contains(OCTO) && shown.contains(ANA), "{shown}");
    assert!(!shown.contains("Cannot pass"), "{shown}");
    stage.advance(90_000_000).await;
    stage.finish().await;

    let stage = stage_with_policy(&policy(3)).await;
    stage.deploy_good().await;
    let shown = serde_json::to_string(&stage.message().blocks).unwrap();
    assert!(shown.contains("Cannot pass") && shown.contains("only 2 are left who could"), "{shown}");
    stage.advance(90_000_000).await;
    stage.finish().await;
}

/// R32: a denial ends the whole run where the policy says so and the app may; where it may not, people are told.
#[tokio::test]
async fn a_denial_cancels_the_run_where_the_policy_says_so() {
    for (cancel_run, may, cancelled) in [(true, true, 1), (false, true, 0), (true, false, 0)] {
        let stage = stage_with(|options| {
            if may {
                options.github.permissions.insert("actions".into(), Level::Write);
            }
        })
        .await;
        stage.write_policy(&one_gate(1, &format!("    deny: {{ reason: required, cancel_run: {cancel_run} }}\n")));
        let run = stage.deploy_good().await;
        stage.deny(ANA, "recall fell").await;
        stage.advance(30_000).await;
        assert_eq!(stage.verdict().await, Some(Verdict::Denied));
        let path = format!("/runs/{run}/cancel");
        let calls = stage.world.github.calls();
        let asked = calls.iter().filter(|call| call.method == "POST" && call.path.ends_with(&path)).count();
        assert_eq!(asked, cancelled, "cancel_run: {cancel_run}, may: {may}");
        assert_eq!(stage.thread().contains("cancelling the run"), cancel_run && !may, "{}", stage.thread());
        if may {
            stage.finish().await;
        }
    }
}
