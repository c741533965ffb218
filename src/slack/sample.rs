//! A request, its evidence and deliveries for tests.

pub(crate) mod eight;

use crate::domain::*;
use crate::engine::receive::{Delivery, Provenance, Source};
use crate::ports::Board;
use crate::slack::SlackSettings;

pub(crate) const OPENED: Timestamp = Timestamp::from_seconds(1_795_348_800);

pub(crate) fn settings() -> SlackSettings {
    SlackSettings {
        api_url: "https://slack.com/api".into(),
        bot_token: secrecy::SecretString::from("xoxb-test").into(),
        team_id: Some("T0ACME".into()),
        home: None,
        all_team_ids: vec!["T0ACME".into()],
        app_id: Some("A0COUNTER".into()),
        channel: "C0DEPLOY".into(),
        allow_shared_channels: false,
        links: true,
        allow_http: false,
    }
}

pub(crate) fn chat_user(id: &str) -> ChatUser {
    ChatUser { workspace: "T0ACME".into(), user: id.into() }
}

pub(crate) fn forge_user(id: u64, login: &str) -> ForgeUser {
    ForgeUser { id: ForgeUserId::new(id), login: login.into(), is_bot: false }
}

pub(crate) fn sha(digit: &str) -> CommitSha {
    CommitSha::parse(&digit.repeat(20)).unwrap()
}

pub(crate) fn flag(message: &str, severity: Severity, is_new: bool) -> Flag {
    Flag {
        code: "metric.regressed".into(),
        severity,
        subject: "accuracy".into(),
        before: Some("0.927".into()),
        after: Some("0.913".into()),
        rule: Some("worse by more than 0.010".into()),
        source: Some("models/sentiment/README.md@e4f5a6b#12".into()),
        message: message.into(),
        is_new,
        volatile: false,
        model: None,
    }
}

fn row(label: &str, before: &str, after: &str, delta: Option<&str>, change: RowChange) -> Row {
    Row {
        label: label.into(),
        before: Some(before.into()),
        after: Some(after.into()),
        delta: delta.map(Into::into),
        limit: None,
        change,
    }
}

fn weights(digest: &[u8], size: u64) -> WeightFile {
    WeightFile { digest: Some(Digest::of(digest)), size, ..WeightFile::default() }
}

pub(crate) fn model() -> ModelChange {
    ModelChange {
        name: "sentiment".into(),
        card_path: "models/sentiment/README.md".into(),
        rows: vec![
            row("accuracy", "0.927", "0.913", Some("worse by 0.014"), RowChange::Worse),
            row("f1", "0.921", "0.924", Some("better by 0.003"), RowChange::Better),
            row("licence", "apache-2.0", "apache-2.0", None, RowChange::Same),
            row("base model", "distilbert-base", "distilbert-base", None, RowChange::Same),
        ],
        card_diff: "@@ -10,3 +10,3 @@\n model-index:\n-  value: 0.927\n+  value: 0.913\n".into(),
        card_diff_lines_cut: 0,
        card_before: Some(Digest::of(b"before")),
        card_after: Some(Digest::of(b"after")),
        card: None,
        weights: vec![WeightChange {
            path: "models/sentiment/model.safetensors".into(),
            before: Some(weights(b"old", 438_000_000)),
            tensors: None,
            after: Some(weights(b"new", 438_000_100)),
        }],
    }
}

fn pull(number: u64, title: &str, author: &str) -> PullRequest {
    PullRequest {
        number,
        title: title.into(),
        url: format!("https://github.com/acme/sentiment/pull/{number}"),
        author: Some(forge_user(number, author)),
        merged: true,
    }
}

fn file(path: &str, patch: Patch) -> FileChange {
    FileChange {
        path: path.into(),
        previous_path: None,
        kind: ChangeKind::Modified,
        before: Some("aa".repeat(20)),
        after: Some("bb".repeat(20)),
        additions: Some(1),
        deletions: Some(1),
        patch,
    }
}

pub(crate) fn evidence() -> Evidence {
    Evidence {
        commit: sha("e4"),
        baseline: Baseline::Live {
            commit: sha("a1"),
            deployment: DeploymentId::new(11),
            since: Some(OPENED.plus_millis(-time::DAY_MS * 11)),
        },
        relation: Relation::Ahead { by: 14 },
        commits: vec![Commit {
            sha: sha("e4"),
            title: "Retrain on the 2026 reviews".into(),
            author: Some(forge_user(1, "mona")),
        }],
        commits_total: 14,
        pull_requests: vec![pull(41, "Retrain on the 2026 reviews", "mona"), pull(44, "Refit the scaler", "li")],
        contributors: contributors(),
        files: vec![
            file("models/sentiment/model.safetensors", Patch::Binary),
            file("train.py", Patch::Text { text: "@@ -1 +1 @@\n-epochs = 3\n+epochs = 4\n".into(), lines_cut: 0 }),
        ],
        models: vec![model()],
        flags: vec![
            flag("accuracy on acme/reviews fell by 0.014", Severity::High, true),
            flag("scaler.pkl imports code outside the allow-list", Severity::High, true),
            flag("the bias section says nothing about the German data", Severity::Low, false),
        ],
        ci: Vec::new(),
        external: Vec::new(),
        fields: Vec::new(),
        compare_url: Some("https://github.com/acme/sentiment/compare/a1b2c3d...e4f5a6b".into()),
    }
}

/// [`evidence`] with all that a policy can ask for besides: limits, looks into weights, CI, checks outside, workflow fields.
pub(crate) fn rich_evidence() -> Evidence {
    let mut evidence = evidence();
    let model = &mut evidence.models[0];
    model.rows[0].limit = Some("worse by at most 0.010".into());
    model.rows[1].limit = Some("at least 0.90".into());
    let weight = &mut model.weights[0];
    weight.before.as_mut().unwrap().format = Some("torch zip".into());
    weight.before.as_mut().unwrap().verdict = Some("imports outside the allow-list: os.system".into());
    let after = weight.after.as_mut().unwrap();
    after.format = Some("safetensors".into());
    after.verdict = Some("no imports outside the allow-list".into());
    after.tensors = Some("148 tensors, 7.2 B parameters, BF16".into());
    weight.tensors = Some(TensorChange {
        added: 2,
        reshaped: 1,
        examples: vec!["added lora.weight: 8×768".into(), "classifier.weight: 2×768 → 3×768".into()],
        ..TensorChange::default()
    });
    evidence.ci = vec![
        ci_run("unit tests", CiState::Passed, "success"),
        ci_run("e2e", CiState::Pending, "in_progress"),
        ci_run("docs", CiState::Neutral, "skipped"),
        ci_run("lint", CiState::Failed, "timed_out"),
        ci_run("build", CiState::Passed, "success"),
    ];
    evidence.external = vec![
        external("lint", ci::CHECK_RUN, ExternalState::Failed { why: "check run lint: timed_out".into() }, 0),
        ExternalCheck {
            advice: Some("The new head is worth a look: its norm doubled.".into()),
            ..external("modelscan", "command", ExternalState::Answered, 2)
        },
        external("toxicity", "http", ExternalState::Waiting, 0),
        external("licences", "http", ExternalState::Failed { why: "HTTP 503".into() }, 0),
    ];
    evidence.fields =
        [("owner", "acme"), ("dataset", "v7"), ("ticket", "ML-12"), ("note", "")].map(workflow_field).into();
    evidence
}

/// `changed` models that differ from what is live, then `same` that do not.
pub(crate) fn many_models(changed: usize, same: usize) -> Evidence {
    let named = |mut model: ModelChange, n: usize| {
        model.name = format!("sentiment-{n}");
        model
    };
    let unchanged = trivial_evidence().models[0].clone();
    let changed = (1..=changed).map(|n| named(rich_evidence().models[0].clone(), n));
    let same = (1..=same).map(|n| named(unchanged.clone(), 100 + n));
    Evidence { models: changed.chain(same).collect(), ..evidence() }
}

fn ci_run(name: &str, state: CiState, detail: &str) -> CiRun {
    let url = Some("https://github.com/acme/sentiment/runs/7".into());
    CiRun { name: name.into(), state, detail: detail.into(), url, app: Some("github-actions".into()) }
}

pub(crate) fn external(name: &str, kind: &str, state: ExternalState, findings: u64) -> ExternalCheck {
    ExternalCheck { name: name.into(), kind: kind.into(), state, findings, advice: None, url: None }
}

fn workflow_field((name, value): (&str, &str)) -> WorkflowField {
    WorkflowField { name: name.into(), value: value.into() }
}

/// Appends a message or view to the file that the simulator's variable names, for the reference validator.
pub(crate) fn note(drawing: &serde_json::Value) {
    use std::io::Write;
    let Some(path) = std::env::var_os("COUNTERSIGN_TEST_SLACK_NDJSON").filter(|path| !path.is_empty()) else {
        return;
    };
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    file.write_all(format!("{drawing}\n").as_bytes()).unwrap();
}

/// Two files under `docs/`, nothing else.
pub(crate) fn trivial_evidence() -> Evidence {
    let same = |mut model: ModelChange| {
        model
            .rows
            .iter_mut()
            .for_each(|row| (row.after, row.change, row.delta) = (row.before.clone(), RowChange::Same, None));
        model.weights.clear();
        model.card_diff.clear();
        model.card_after = model.card_before;
        model
    };
    Evidence {
        flags: vec![],
        models: vec![same(model())],
        pull_requests: vec![pull(47, "Fix typos", "mona")],
        files: vec![file("docs/a.md", Patch::Missing), file("docs/b.md", Patch::Missing)],
        relation: Relation::Ahead { by: 1 },
        commits_total: 1,
        ..evidence()
    }
}

fn contributors() -> Vec<Contributor> {
    let by = |part, id, login: &str| Contributor { part, user: Some(forge_user(id, login)), name: Words::new(login) };
    vec![by(Part::Author, 1, "mona"), by(Part::PrAuthor, 44, "li")]
}

pub(crate) fn gate(name: &str, quorum: u32) -> Gate {
    Gate { name: name.into(), stage: 0, group: Group::of_access(Access::Write), quorum, when: None }
}

pub(crate) fn policy() -> FrozenPolicy {
    let plain = FrozenPolicy::of_gates(Role::Own, PolicySource::Starter, vec![gate("Approval", 1)], time::DAY_MS);
    FrozenPolicy { deny: rules::DenyRules { reason_required: false, cancel_run: false }, ..plain }
}

pub(crate) fn open_request() -> Request {
    let repository = Repository {
        id: RepositoryId::new(1),
        owner: "acme".into(),
        name: "sentiment".into(),
        installation: InstallationId::new(9),
    };
    let run = Run {
        title: "Deploy".into(),
        number: 482,
        attempt: 1,
        url: "https://github.com/acme/sentiment/actions/runs/48213990112".into(),
        trigger: "push".into(),
        reference: "main".into(),
        workflow: "deploy.yml".into(),
        actors: vec![forge_user(1, "mona")],
    };
    let ask = Ask {
        id: RequestId::from_uuid(uuid::Uuid::from_u128(0x0193_5a2b_7c4d_7e8f_9a0b_1c2d_3e4f_5a6b)),
        key: RequestKey {
            host: "github.com".into(),
            repository: RepositoryId::new(1),
            run: RunId::new(48_213_990_112),
            attempt: 1,
            environment: "production".into(),
        },
        repository,
        workspace: "T0ACME".into(),
        environment: EnvironmentName::parse("production").unwrap(),
        run,
        commit: sha("e4"),
        deployment: Some(DeploymentId::new(12)),
    };
    Request {
        revision: 3,
        evidence: Some(evidence().brief(Digest::of(b"evidence"))),
        policy: Some(policy().into()),
        phase: Phase::Open,
        message: Some(MessageRef { channel: "C0DEPLOY".into(), id: "1795348800.000100".into() }),
        watch: 1,
        ..Request::asked(&ask, OPENED)
    }
}

pub(crate) fn in_phase(phase: Phase) -> Request {
    Request { phase, ..open_request() }
}

/// Decided by ana after 4 min 12 s.
pub(crate) fn decision(verdict: Verdict, telling: Telling, rollout: Rollout) -> Decision {
    Decision {
        verdict,
        at: OPENED.plus_millis(252_000),
        by: if verdict == Verdict::Expired { vec![] } else { vec![chat_user("U0ANA")] },
        reason: (verdict == Verdict::Denied).then(|| Words::new("the drop is not explained")),
        telling,
        rollout,
        retold: 0,
        held: None,
        basis: Basis::Votes,
        needs_word: false,
        confirmed: false,
    }
}

pub(crate) fn decided(verdict: Verdict, telling: Telling, rollout: Rollout) -> Request {
    in_phase(Phase::Decided(decision(verdict, telling, rollout)))
}

/// What is known of a change before its evidence is whole.
pub(crate) fn sketch() -> Sketch {
    let Evidence { baseline, relation, compare_url, pull_requests, .. } = evidence();
    let pull = |pull: PullRequest| SketchedPull { number: pull.number, url: pull.url };
    Sketch {
        ground: Some(SketchedGround { baseline, relation, compare_url }),
        commits: Some(14),
        files: Some(31),
        models: (1..=7).map(|n| format!("sentiment-{n}")).collect(),
        pull_requests: pull_requests.into_iter().map(pull).collect(),
        reading: [Reading::CheckRuns, Reading::Weights { models: 2 }].into(),
    }
}

/// A request whose evidence is still being gathered.
pub(crate) fn sketched(sketch: Sketch) -> Request {
    Request { evidence: None, policy: None, sketch: Some(sketch), ..in_phase(Phase::Gathering) }
}

/// Every state a message can be in, by name.
pub(crate) fn every_state() -> Vec<(&'static str, Request)> {
    use Verdict::{Approved, Denied, Expired};
    let done = || Telling::Delivered { at: OPENED.plus_millis(253_000) };
    let ended = |how| in_phase(Phase::Ended { how, at: OPENED.plus_millis(60_000) });
    let who = || Some("octocat".to_owned());
    let mut half_way = open_request();
    half_way.policy.as_mut().unwrap().own.gates = vec![gate("Approval", 1), Gate { stage: 1, ..gate("Risk", 2) }];
    half_way.votes = vec![vote("U0ANA", 21, false), vote("U0BO", 22, true)];
    let mut matrix = decided(Approved, done(), Rollout::Running);
    matrix.jobs =
        (1..=29).map(|id| (DeploymentId::new(id), if id < 4 { JobState::Live } else { JobState::Running })).collect();
    let mut held_back = decided(Approved, Telling::Delivering, Rollout::NotStarted);
    if let Phase::Decided(decision) = &mut held_back.phase {
        decision.held = Some("check run bias-eval: failure".into());
    }
    vec![
        ("gathering", Request { evidence: None, policy: None, ..in_phase(Phase::Gathering) }),
        ("gathering, sketched", sketched(sketch())),
        ("open", open_request()),
        ("open, half way", half_way),
        ("held", in_phase(Phase::Held { why: ".github/countersign.yml cannot be read: HTTP 403".into() })),
        ("approved, delivering", decided(Approved, Telling::Delivering, Rollout::NotStarted)),
        ("approved, held by check runs", held_back),
        ("approved, delivered", decided(Approved, done(), Rollout::NotStarted)),
        ("approved, waiting for others", decided(Approved, done(), Rollout::WaitingForOthers)),
        ("approved, queued", decided(Approved, done(), Rollout::Queued)),
        ("approved, running, 29 jobs", matrix),
        ("live", decided(Approved, done(), Rollout::Live { at: OPENED.plus_millis(294_000) })),
        (
            "rollout failed",
            decided(Approved, done(), Rollout::Failed { state: "error".into(), at: OPENED.plus_millis(300_000) }),
        ),
        (
            "approved, telling failed",
            decided(Approved, Telling::Failed { why: "HTTP 403".into() }, Rollout::NotStarted),
        ),
        (
            "approved, not applied",
            decided(Approved, Telling::NotApplied { why: Ending::Cancelled { by: who() } }, Rollout::NotStarted),
        ),
        ("denied, delivering", decided(Denied, Telling::Delivering, Rollout::NotStarted)),
        ("denied", decided(Denied, done(), Rollout::NotStarted)),
        ("expired", decided(Expired, done(), Rollout::NotStarted)),
        ("cancelled", ended(Ending::Cancelled { by: who() })),
        ("bypassed", ended(Ending::Bypassed { by: who() })),
        ("new attempt", ended(Ending::NewAttempt { attempt: 2 })),
        ("decided elsewhere", ended(Ending::DecidedElsewhere { approved: false, by: who() })),
        ("run ended", ended(Ending::RunEnded { conclusion: "timed_out".into() })),
        ("gone", ended(Ending::Gone)),
    ]
}

pub(crate) fn vote(user: &str, human: u64, struck: bool) -> Vote {
    let forge = forge_user(human, &format!("voter{human}"));
    Vote {
        human: Human::Forge(forge.id),
        voter: Voter {
            chat: chat_user(user),
            standing: ChatStanding::Member,
            link: Link::Linked { forge },
            access: Access::Write,
            memberships: Default::default(),
        },
        choice: Choice::Approve,
        reason: None,
        ticks: vec![],
        seen: Digest::of(b"evidence"),
        at: OPENED,
        struck,
    }
}

pub(crate) fn board<'a>(request: &'a Request, evidence: &'a Evidence) -> Board<'a> {
    let evidence = request.evidence.is_some().then_some(evidence);
    Board { request, evidence, newer: None, before: None, now: OPENED, repeated: false }
}

pub(crate) fn delivery(source: Source, body: &str) -> Delivery {
    Delivery {
        source,
        id: crate::slack::delivery_id(source, body),
        event: String::new(),
        body: body.to_owned(),
        body_digest: Digest::of(body.as_bytes()),
        received_at: OPENED,
        provenance: Provenance::Signed,
    }
}

/// A form body with one field `payload`, every byte escaped.
pub(crate) fn form(payload: &serde_json::Value) -> String {
    let escaped: String = payload.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("payload={escaped}")
}

/// The view that denies `request`, submitted.
pub(crate) fn denial(request: &Request, reason: Option<&str>) -> Delivery {
    submitted(request, "deny", reason, &[])
}

pub(crate) fn submitted(
    request: &Request,
    question: &str,
    reason: Option<&str>,
    ticks: &[(&str, &[&str])],
) -> Delivery {
    let payload = submission_payload(question, &request.button_value(), reason, ticks);
    delivery(Source::ChatInteraction, &form(&payload))
}

pub(crate) fn denial_payload(value: &str, reason: Option<&str>) -> serde_json::Value {
    submission_payload("deny", value, reason, &[])
}

/// A view that asked something, submitted: what was typed, and the values that were ticked in each block of boxes.
pub(crate) fn submission_payload(
    question: &str,
    value: &str,
    reason: Option<&str>,
    ticks: &[(&str, &[&str])],
) -> serde_json::Value {
    let mut values = serde_json::json!({ "reason": { "text": { "type": "plain_text_input", "value": reason } } });
    for (block, ticked) in ticks {
        let options: Vec<_> = ticked.iter().map(|value| serde_json::json!({ "text": {}, "value": value })).collect();
        values[*block] = serde_json::json!({ *block: { "type": "checkboxes", "selected_options": options } });
    }
    serde_json::json!({
        "type": "view_submission",
        "team": { "id": "T0ACME" },
        "user": { "id": "U0ANA", "team_id": "T0ACME" },
        "api_app_id": "A0COUNTER",
        "trigger_id": "1.2.abc",
        "view": {
            "id": "V0DENY",
            "hash": "1.x",
            "callback_id": question,
            "private_metadata": value,
            "state": { "values": values },
        },
        "response_urls": [],
    })
}

/// A click on a message's button.
pub(crate) fn click_payload(action: &str, value: &str) -> serde_json::Value {
    serde_json::json!({
        "type": "block_actions",
        "user": { "id": "U0ANA", "username": "ana", "team_id": "T0ACME" },
        "api_app_id": "A0COUNTER",
        "token": "ignored",
        "container": { "type": "message", "message_ts": "1795348800.000100", "channel_id": "C0DEPLOY" },
        "trigger_id": "1.2.abc",
        "team": { "id": "T0ACME", "domain": "acme" },
        "enterprise": null,
        "is_enterprise_install": false,
        "channel": { "id": "C0DEPLOY", "name": "deploys" },
        "message": { "ts": "1795348800.000100", "text": "x", "metadata": { "event_payload": { "n": 1 } } },
        "state": {},
        "response_url": "https://hooks.slack.com/actions/T0ACME/1/zzz",
        "actions": [{ "type": "button", "action_id": action, "block_id": "decide", "value": value, "action_ts": "1795348900.5" }],
    })
}
