//! Eight requests from trivial to horrible: what the message is looked at with.

use super::*;
use crate::domain::rules::{BreakGlass, DenyRules};
use crate::domain::{time::HOUR_MS, *};
use crate::ports::chat::{Board, Successor};

/// A request with everything that it is drawn from.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) request: Request,
    pub(crate) evidence: Evidence,
    pub(crate) newer: Option<Request>,
}

impl Case {
    fn of(name: &'static str, request: Request, evidence: Evidence) -> Self {
        let digest = request.evidence.as_ref().map(|brief| brief.digest).unwrap_or(Digest::of(b"evidence"));
        let approved_before = request.evidence.as_ref().and_then(|brief| brief.approved_before.clone());
        let brief = EvidenceBrief { approved_before, ..evidence.brief(digest) };
        Self { name, request: Request { evidence: Some(brief), ..request }, evidence, newer: None }
    }

    pub(crate) fn board(&self) -> Board<'_> {
        let newer = self.newer.as_ref().map(|request| Successor { request, ahead_by: Some(3) });
        Board { newer, ..board(&self.request, &self.evidence) }
    }
}

pub(crate) fn eight() -> Vec<Case> {
    vec![trivial(), good(), risky(), contested(), rollback(), first(), past_the_gates(), monstrous()]
}

pub(crate) fn group(name: &str) -> Group {
    let team = Membership::Team { organisation: "acme".into(), slug: name.into() };
    Group { name: name.into(), members: [team].into(), chat_only: false }
}

fn stage(name: &str, stage: u32, of: &str, quorum: u32, when: Option<(&str, Outcome)>) -> Gate {
    let when = when.map(|(text, outcome)| Condition { text: text.into(), outcome });
    Gate { name: name.into(), stage, group: group(of), quorum, when }
}

/// A review, then a sign-off where the risk is high, and a gate that is not asked.
pub(crate) fn two_gates() -> FrozenPolicy {
    let gates = vec![
        stage("Model review", 0, "ml-reviewers", 2, None),
        stage("Risk sign-off", 1, "risk", 1, Some(("risk >= HIGH", Outcome::True))),
        stage("Legal", 1, "legal", 1, Some(("flags.exists(f, f.code == \"licence.changed\")", Outcome::False))),
    ];
    let source = PolicySource::Repository { commit: sha("9f") };
    FrozenPolicy {
        deny: DenyRules { reason_required: true, cancel_run: true },
        break_glass: Some(BreakGlass { group: group("sre-leads"), review_within_ms: 24 * HOUR_MS, review_by: None }),
        ..FrozenPolicy::of_gates(Role::Own, source, gates, time::DAY_MS)
    }
}

fn candidate(n: u64, login: &str) -> Candidate {
    Candidate {
        human: Human::Forge(ForgeUserId::new(n)),
        chat: Some(chat_user(&format!("U0{}", login.to_uppercase()))),
        login: Some(login.into()),
    }
}

pub(crate) fn roster(gate: &str, people: &[(u64, &str)], total: u32) -> GateRoster {
    let people = people.iter().map(|(n, login)| candidate(*n, login)).collect();
    GateRoster { role: Role::Own, gate: gate.into(), people, total, excluded: 0, unread: None }
}

/// A vote of somebody in those teams.
pub(crate) fn word(user: &str, human: u64, choice: Choice, reason: Option<&str>, teams: &[&str]) -> Vote {
    let mut vote = vote(user, human, false);
    vote.voter.link = Link::Linked { forge: forge_user(human, &user.trim_start_matches("U0").to_lowercase()) };
    vote.voter.memberships =
        teams.iter().map(|team| Membership::Team { organisation: "acme".into(), slug: (*team).into() }).collect();
    Vote { choice, reason: reason.map(Words::new), ..vote }
}

fn trivial() -> Case {
    Case::of("trivial", open_request(), trivial_evidence())
}

fn good() -> Case {
    let mut evidence = evidence();
    evidence.flags.clear();
    evidence.models[0].rows[0] = row("accuracy", "0.927", "0.931", Some("better by 0.004"), RowChange::Better);
    evidence.pull_requests.truncate(1);
    Case::of("good", open_request(), evidence)
}

/// Half way through two gates, outside of the windows.
fn risky() -> Case {
    let mut request = Request { policy: Some(two_gates().into()), ..open_request() };
    request.votes = vec![word("U0ANA", 21, Choice::Approve, Some("recall is fine on our slices"), &["ml-reviewers"])];
    request.roster = Some(Roster {
        gates: vec![
            roster("Model review", &[(21, "ana"), (22, "bo"), (23, "cleo")], 6),
            roster("Risk sign-off", &[(31, "ruth")], 1),
        ],
    });
    request.obstacles = vec![Obstacle::Window {
        role: Role::Own,
        until: Some(OPENED.plus_millis(16 * HOUR_MS)),
        opens: "opens Mon 23 Nov, 09:00 (Europe/Berlin)".into(),
    }];
    let digest = request.evidence.as_ref().unwrap().digest;
    request.picture = Some(Picture {
        evidence: digest,
        file: "F0CHART".into(),
        title: "accuracy: the last 4 deployments, then this one".into(),
        alt:
            "accuracy of the last deployments: 0.897 (2026-08-03), 0.912 (2026-09-14), 0.905 (2026-10-20), 0.927 (live \
              now). Proposed: 0.913."
                .into(),
    });
    Case::of("risky", request, rich_evidence())
}

/// Superseded, with words against it, flags to tick, a comment to give, an exception that holds and one that is over.
fn contested() -> Case {
    let mut policy = two_gates();
    policy.approve = rules::ApproveRules { comment_required: true, tick_flags: true };
    let accept = |flag: &str, until: i64| Exception {
        model: None,
        flag: flag.into(),
        subject: None,
        why: "new test set".into(),
        by: "octocat".into(),
        until: OPENED.plus_millis(until),
    };
    policy.accept = vec![accept("bias.missing", 40 * time::DAY_MS), accept("metric.regressed", -time::DAY_MS)];
    let mut request = Request { policy: Some(policy.into()), ..open_request() };
    request.votes = vec![
        word("U0ANA", 21, Choice::Approve, None, &["ml-reviewers"]),
        word("U0BO", 22, Choice::RequestChanges, Some("say in the card what the new test set is"), &["ml-reviewers"]),
    ];
    request.obstacles = vec![
        Obstacle::ChangesRequested {
            by: chat_user("U0BO"),
            reason: Some(Words::new("say in the card what the new test set is")),
        },
        Obstacle::Frozen {
            until: Some(OPENED.plus_millis(50 * HOUR_MS)),
            reason: Words::new("end of quarter"),
            by: "ruth".into(),
        },
    ];
    request.objections =
        vec![Objection { by: chat_user("U0VIV"), reason: Words::new("support was not told about the new labels") }];
    request.superseded = Some(Newer { request: open_request().id, commit: sha("b2") });
    request.roster = Some(Roster { gates: vec![roster("Model review", &[(21, "ana"), (22, "bo"), (23, "cleo")], 3)] });
    let mut evidence = rich_evidence();
    evidence.flags[2].code = "bias.missing".into();
    evidence.flags[1].code = "pickle.imports".into();
    let newer = Request { run: Run { number: 483, ..open_request().run }, ..open_request() };
    Case { newer: Some(newer), ..Case::of("contested", request, evidence) }
}

fn rollback() -> Case {
    let mut request = open_request();
    let before = ApprovedBefore {
        request: open_request().id,
        at: OPENED.plus_millis(-20 * time::DAY_MS),
        by: vec![chat_user("U0ANA"), chat_user("U0BO")],
    };
    request.evidence.as_mut().unwrap().approved_before = Some(before);
    let mut evidence = evidence();
    evidence.relation = Relation::Behind { by: 3 };
    evidence.flags =
        vec![Flag { code: "deploy.rollback".into(), ..flag("goes back by 3 commits", Severity::Info, true) }];
    evidence.pull_requests.clear();
    Case::of("rollback", request, evidence)
}

/// Held to the owner's floor as well; nobody is left who could approve.
fn first() -> Case {
    let mut floor = two_gates();
    floor.role = Role::Floor;
    floor.gates = vec![stage("Second pair of eyes", 0, "ml-leads", 1, None)];
    floor.source = PolicySource::Owner { commit: sha("c3") };
    let mut own = policy();
    own.allow_self = Some("sole maintainer until January".into());
    let mut request = Request { policy: Some(Policies { own, besides: vec![floor] }), ..open_request() };
    let mut nobody = roster("Second pair of eyes", &[], 0);
    (nobody.role, nobody.excluded) = (Role::Floor, 2);
    request.roster = Some(Roster { gates: vec![roster("Approval", &[(1, "mona")], 1), nobody] });
    let mut evidence = evidence();
    evidence.baseline = Baseline::None;
    evidence.relation = Relation::NoBaseline;
    evidence.compare_url = None;
    evidence.flags = vec![Flag {
        code: "deploy.no_baseline".into(),
        ..flag("nothing is live here yet, so nothing is compared", Severity::Info, true)
    }];
    let model = &mut evidence.models[0];
    model.rows.iter_mut().for_each(|row| (row.before, row.delta, row.change) = (None, None, RowChange::Added));
    (model.card_before, model.card_diff) = (None, String::new());
    model.card =
        Some(CardText { text: "---\nlicense: mit\n---\n# Sentiment\n\nReads reviews.\n".into(), lines_cut: 0 });
    model.weights[0].before = None;
    Case::of("first", request, evidence)
}

fn past_the_gates() -> Case {
    let mut request = Request { policy: Some(two_gates().into()), ..open_request() };
    let mut decision =
        decision(Verdict::Approved, Telling::Delivered { at: OPENED.plus_millis(253_000) }, Rollout::Running);
    decision.basis = Basis::BreakGlass;
    decision.reason = Some(Words::new("checkout is down, and this is the fix"));
    request.phase = Phase::Decided(decision);
    let due = OPENED.plus_millis(24 * HOUR_MS);
    request.review = Some(Review { broke: Human::Forge(ForgeUserId::new(21)), due, closed: None });
    Case::of("past the gates", request, rich_evidence())
}

/// 500 files, 300 flags, a title of 10,000 characters, 60 approvers, emoji, CJK, text that runs the other way.
pub(crate) fn monstrous() -> Case {
    let awful = "🎉 <!channel> *模型評価* @here \u{202e}evorppa\u{202c} `x` https://evil.example مراجعة ";
    let mut policy = two_gates();
    policy.gates[0].name = awful.repeat(3);
    let mut request = Request { policy: Some(policy.into()), ..open_request() };
    request.run.reference = format!("feature/{}", awful.repeat(20));
    let people: Vec<(u64, String)> = (0..60).map(|n| (100 + n, format!("reviewer{n}"))).collect();
    let people: Vec<(u64, &str)> = people.iter().map(|(n, login)| (*n, login.as_str())).collect();
    let gate = request.policy.as_ref().unwrap().own.gates[0].name.clone();
    request.roster = Some(Roster { gates: vec![roster(&gate, &people, 60)] });
    request.objections = (0..20)
        .map(|n| Objection { by: chat_user(&format!("U0OBJ{n}")), reason: Words::new(&awful.repeat(30)) })
        .collect();
    let mut evidence = rich_evidence();
    evidence.flags = (0..300).map(|n| flag(&format!("{n} {}", awful.repeat(9)), Severity::High, n % 2 == 0)).collect();
    evidence.flags.iter_mut().enumerate().for_each(|(n, flag)| flag.subject = format!("metric {n}"));
    evidence.files = (0..500).map(|n| file(&format!("src/{n}/{awful}.py"), Patch::Missing)).collect();
    evidence.pull_requests = (0..60).map(|n| pull(n, &awful.repeat(140), "mona")).collect();
    evidence.models = (0..12)
        .map(|n| ModelChange { name: format!("模型{n} {awful}"), ..rich_evidence().models[0].clone() })
        .collect();
    Case::of("monstrous", request, evidence)
}
