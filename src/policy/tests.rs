use std::collections::{BTreeMap, BTreeSet};

use super::condition::samples;
use super::*;
use crate::domain::condition::Outcome;
use crate::domain::time::{DAY_MS, HOUR_MS};
use crate::domain::{Access, FrozenPolicy, Membership, Part, Timestamp};

const STARTER: PolicyDefaults =
    PolicyDefaults { when_missing: WhenMissing::Starter, owner: OwnerPolicy::WhenPresent, expires_after_ms: 1 };
const NOTHING: Beside<'_> = Beside { reference: Some("refs/heads/main"), calendars: &BTreeMap::new() };

fn gates(file: &PolicyFile, defaults: PolicyDefaults) -> PolicyFound {
    read(file, "production", defaults).gates
}

fn present(text: &str) -> PolicyFile {
    let commit = CommitSha::parse(&"01".repeat(20)).unwrap();
    PolicyFile::Present { commit, bytes: text.as_bytes().to_vec() }
}

fn why_held(found: PolicyFound) -> String {
    match found {
        PolicyFound::Hold { why } => why,
        PolicyFound::Policies(policies) => panic!("not held: {policies:?}"),
    }
}

fn policies(repository: &str, owner: &str) -> Policies {
    let owner = if owner.is_empty() { PolicyFile::Absent } else { present(owner) };
    match effective(&present(repository), &owner, "production", STARTER).found(NOTHING) {
        PolicyFound::Policies(policies) => *policies,
        PolicyFound::Hold { why } => panic!("held: {why}"),
    }
}

fn own(environment: &str) -> FrozenPolicy {
    let text = format!(
        "version: 1\ngroups: {{ g: {{ github_teams: [acme/ml], slack_users: [U024BE7LH], slack_only: true }} }}\nenvironments:\n  production:\n{environment}"
    );
    policies(&text, "").own
}

#[test]
fn only_a_proven_absence_gives_the_starter_policy() {
    assert!(matches!(gates(&PolicyFile::Absent, STARTER), PolicyFound::Policies(_)));
    let unreadable = PolicyFile::Unreadable { why: "HTTP 404".into() };
    for file in [present("version: 1\nmodles: []\n"), present(""), unreadable] {
        assert!(matches!(gates(&file, STARTER), PolicyFound::Hold { .. }), "{file:?}");
    }
}

#[test]
fn a_file_about_models_alone_keeps_the_starter_gate_and_names_its_commit() {
    let rules = read(&present("version: 1\nmodels: [{ name: sentiment }]\n"), "production", STARTER);
    let PolicyFound::Policies(found) = rules.gates else { panic!("held") };
    let policy = found.own;
    assert_eq!((policy.gates, rules.checks.models.len()), (starter(1).gates, 1));
    assert!(matches!(policy.source, PolicySource::Repository { .. }));
}

#[test]
fn an_environment_that_no_rule_matches_is_held() {
    let file = present("version: 1\nenvironments: { production: {} }\n");
    assert!(matches!(read(&file, "production", STARTER).gates, PolicyFound::Policies(_)));
    let why = why_held(read(&file, "staging", STARTER).gates);
    assert!(why.contains("`staging`") && why.contains("countersign.yml@0101010"), "{why}");
}

#[test]
fn the_operator_can_hold_repositories_without_a_policy() {
    let hold = PolicyDefaults { when_missing: WhenMissing::Hold, ..STARTER };
    assert!(matches!(gates(&PolicyFile::Absent, hold), PolicyFound::Hold { .. }));
    let owner = present("version: 1\ndefaults: { min_wait: 1ms }\n");
    let effective = effective(&PolicyFile::Absent, &owner, "production", hold);
    assert!(effective.rules.is_ok(), "an owner's file is a policy");
}

#[test]
fn the_starter_policy_asks_for_one_human_and_excludes_every_hand() {
    let policy = starter(1);
    assert_eq!((policy.gates.len(), policy.gates[0].quorum), (1, 1));
    assert_eq!(policy.gates[0].group.members, BTreeSet::from([Membership::Access(Access::Write)]));
    assert_eq!(policy.exclude.len(), 5);
    assert!(policy.deny.reason_required);
    assert_ne!(policy.digest, starter(2).digest);
}

#[test]
fn the_first_mistakes_are_told_with_file_line_and_how_many_there_are() {
    let keys: String = (0..9).map(|at| format!("wrong{at}: 1\n")).collect();
    let why = why_held(gates(&present(&format!("version: 1\n{keys}")), STARTER));
    assert!(why.contains(".github/countersign.yml@0101010 line 2, column 1: unknown key `wrong0`"), "{why}");
    assert!(why.ends_with("and 6 more"), "{why}");
    let owner = present("version: 2\n");
    let why = effective(&present("version: 1\n"), &owner, "production", STARTER).rules.unwrap_err();
    assert!(why.contains("owner's .github repository@0101010 line 1"), "{why}");
}

#[test]
fn every_key_reaches_the_policy_that_is_decided_by() {
    let policy = own(
        "    channel: { default: '#a', high: C024BE91L }\n    exclude: [requester]\n    one_gate_per_person: false\n    \
         allow_self: { reason: alone }\n    approve: { comment: required, tick: true }\n    deny: { reason: optional, cancel_run: true }\n    \
         min_wait: 10m\n    expires_after: 2d\n    remind: { every: 4h, quiet: '20:00-08:00 Europe/Berlin' }\n    escalate: { after: 8h, to: g }\n    \
         windows: [{ days: mon-fri, from: '09:00', to: '17:00', zone: Europe/Berlin, except: [2026-12-24] }]\n    carry_over: true\n    \
         requires: { environment: staging, same_commit: false, live_for: 1h }\n    supersede: reject\n    rollback: { exempt: [windows, order] }\n    \
         later_jobs: ask\n    break_glass: { group: g }\n    notify: none\n    severity: { low: block }\n    refs: ['release/*', main]\n    \
         gates:\n    - { name: A, group: g, quorum: 2 }\n    - side_by_side: [{ name: B, group: g, quorum: 1, when: rollback }]\n",
    );
    assert_eq!(policy.channels.for_risk(crate::domain::Severity::Critical), Some("C024BE91L"));
    assert_eq!(
        (policy.exclude.clone(), policy.allow_self.as_deref()),
        (BTreeSet::from([Part::Requester]), Some("alone"))
    );
    assert!(!policy.one_gate_per_person && policy.approve.comment_required && policy.approve.tick_flags);
    assert!(!policy.deny.reason_required && policy.deny.cancel_run);
    let timing = &policy.timing;
    assert_eq!((timing.min_wait_ms, timing.expires_after_ms, timing.carry_over), (600_000, 2 * DAY_MS, true));
    assert_eq!(timing.remind.as_ref().unwrap().every_ms, 4 * HOUR_MS);
    assert_eq!(timing.escalate.as_ref().unwrap().to.name, "g");
    let monday = |time: &str| Timestamp::parse_rfc3339(&format!("2026-11-30T{time}Z")).unwrap();
    let openings = timing.openings.as_ref().unwrap();
    assert!(openings.open_at(monday("08:00:00")) && !openings.open_at(monday("07:59:59")));
    let requires = policy.requires.as_ref().unwrap();
    assert_eq!(
        (requires.environment.as_str(), requires.same_commit, requires.live_for_ms),
        ("staging", false, HOUR_MS)
    );
    assert_eq!(policy.rollback.exempt.len(), 2);
    assert!(!policy.covers_later_jobs && policy.refs.as_ref().unwrap().is_met);
    assert_eq!(policy.break_glass.as_ref().unwrap().review_within_ms, DAY_MS);
    let stages: Vec<u32> = policy.gates.iter().map(|gate| gate.stage).collect();
    assert_eq!((stages, policy.gates[0].group.members.len(), policy.gates[0].group.chat_only), (vec![0, 1], 2, true));
}

#[test]
fn a_branch_is_met_by_its_short_name_a_tag_by_its_own_and_all_is_well_where_no_run_asks() {
    let file = present("version: 1\nenvironments: { production: { refs: [main, 'refs/tags/v*'] } }\n");
    let effective = effective(&file, &PolicyFile::Absent, "production", STARTER);
    let met = |reference: &str| {
        let beside = Beside { reference: Some(reference), ..NOTHING };
        let PolicyFound::Policies(policies) = effective.found(beside) else { panic!("held") };
        policies.own.refs.unwrap().is_met
    };
    assert!(met("main") && met("refs/heads/main") && met("refs/tags/v1.0"));
    assert!(!met("mainly") && !met("refs/heads/v1.0") && !met("refs/tags/main/x") && !met("release/1"));
    let PolicyFound::Policies(unknown) = effective.found(Beside { reference: None, ..NOTHING }) else { panic!("held") };
    assert!(unknown.own.refs.unwrap().is_met, "where no run asks nothing is deployed");
}

#[test]
fn a_calendar_that_was_not_read_holds() {
    let text = "version: 1\nenvironments:\n  production:\n    windows: [{ from: '09:00', to: '17:00', zone: UTC, calendar: ops/a.ics }]\n";
    let effective = effective(&present(text), &PolicyFile::Absent, "production", STARTER);
    assert_eq!(effective.calendars(), BTreeSet::from([(FileRole::Repository, "ops/a.ics")]));
    assert!(why_held(effective.found(NOTHING)).contains("`ops/a.ics` has not been read"));
    let day = jiff::civil::date(2026, 11, 30);
    let calendars = BTreeMap::from([(
        (FileRole::Repository, "ops/a.ics".to_owned()),
        crate::domain::calendar::Busy::new([(day, day)], []),
    )]);
    let PolicyFound::Policies(policies) = effective.found(Beside { calendars: &calendars, ..NOTHING }) else {
        panic!()
    };
    let at = |time: &str| Timestamp::parse_rfc3339(time).unwrap();
    let openings = policies.own.timing.openings.unwrap();
    assert!(!openings.open_at(at("2026-11-30T10:00:00Z")) && openings.open_at(at("2026-12-01T10:00:00Z")));
}

#[test]
fn an_exception_holds_through_its_last_day_and_not_against_the_floor() {
    let own = "version: 1\naccept: [{ flag: metric.regressed, why: x, until: 2027-01-31, by: octocat }]\n";
    let floor = "version: 1\nfloor: { defaults: { severity: { critical: block } } }\n";
    let policies = policies(own, floor);
    let at = |time: &str| Timestamp::parse_rfc3339(time).unwrap();
    let exception = &policies.own.accept[0];
    assert!(exception.holds(at("2027-01-31T23:59:59Z")) && !exception.holds(at("2027-02-01T00:00:00Z")));
    assert_eq!(policies.besides[0].accept, []);
    let one_model = own.replace("by: octocat", "by: octocat, model: sentiment");
    assert_eq!(self::policies(&one_model, "").own.accept[0].model.as_deref(), Some("sentiment"));
}

#[test]
fn a_floor_is_a_policy_of_its_own_by_the_owners_name() {
    let owner = "version: 1\ngroups: { s: { github_teams: [acme/security] } }\nfloor: { defaults: { gates: [{ name: S, group: s, quorum: 1 }] } }\n";
    let policies = policies("version: 1\n", owner);
    assert_eq!((policies.own.role, policies.besides[0].role), (Role::Own, Role::Floor));
    assert!(matches!(policies.own.source, PolicySource::Repository { .. }));
    assert!(matches!(policies.besides[0].source, PolicySource::Owner { .. }));
    let names: Vec<&str> = policies.all().map(|policy| policy.gates[0].name.as_str()).collect();
    assert_eq!(names, ["Review", "S"]);
    let changed = self::policies("version: 1\n# x\n", owner);
    assert_ne!(policies.own.digest, changed.own.digest);
    assert_eq!(policies.besides[0].digest, changed.besides[0].digest);
}

#[test]
fn the_owners_repository_goes_by_the_owners_file() {
    let owner = present(
        "version: 1\nenvironments: { production: { min_wait: 1ms } }\nfloor: { defaults: { approve: { comment: required } } }\n",
    );
    let effective = effective(&PolicyFile::Absent, &owner, "production", STARTER);
    let PolicyFound::Policies(policies) = effective.found(NOTHING) else { panic!("held") };
    assert!(matches!(policies.own.source, PolicySource::Owner { .. }));
    assert!(policies.own.approve.comment_required && policies.besides.len() == 1);
}

#[test]
fn conditions_are_unknown_until_they_are_evaluated() {
    let text = "version: 1\ngroups: { g: { permission: write } }\nenvironments:\n  production:\n    auto_approve: { when: risk <= INFO }\n    \
                gates: [{ name: A, group: g, quorum: 1, when: risk >= HIGH }, { name: B, group: g, quorum: 1, when: '\"docs\" in labels' }]\n";
    let mut found = policies(text, "");
    let auto = |policies: &Policies| policies.own.auto_approve.as_ref().unwrap().outcome.clone();
    let gates = |policies: &Policies| -> Vec<Outcome> {
        policies.own.gates.iter().map(|gate| gate.when.as_ref().unwrap().outcome.clone()).collect()
    };
    assert!(gates(&found).iter().chain([&auto(&found)]).all(|outcome| matches!(outcome, Outcome::Failed { .. })));
    let sample = samples::all().iter().find(|sample| sample.name.contains("one document")).unwrap();
    evaluate(&mut found, &sample.facts());
    assert_eq!(gates(&found), [Outcome::False, Outcome::True]);
    assert_eq!(auto(&found), Outcome::True);
    let risky = samples::all().iter().find(|sample| sample.name.contains("a model")).unwrap();
    evaluate(&mut found, &risky.facts());
    assert_eq!((gates(&found)[0].clone(), auto(&found)), (Outcome::True, Outcome::False));
}

#[test]
fn a_condition_that_can_no_longer_be_read_fails() {
    let text = "version: 1\ngroups: { g: { permission: write } }\nenvironments: { production: { gates: [{ name: A, group: g, quorum: 1, when: rollback }] } }\n";
    let mut found = policies(text, "");
    found.own.gates[0].when.as_mut().unwrap().text = "a_name_of_old".to_owned();
    evaluate(&mut found, &samples::all()[0].facts());
    assert!(
        matches!(&found.own.gates[0].when.as_ref().unwrap().outcome, Outcome::Failed { why } if why.contains("a_name_of_old"))
    );
}

#[test]
fn a_policy_is_read_the_same_every_time() {
    let text = include_str!("file/tests/full.yml").replace(", calendar: ops/holidays.ics", "");
    assert_eq!(policies(&text, ""), policies(&text, ""));
}
