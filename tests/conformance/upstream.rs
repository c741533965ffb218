//! The corpus of bad answers, group `upstream` of `badinput/index.json`, played by the simulated vendors: GitHub and Slack
//! that hang, refuse, lie or break off. Every case is played; what must come of it stands here.

use countersign::domain::{ChannelTrouble, Phase, Request, Telling, Verdict};
use countersign::sim::github::sample::MONA;
use countersign::sim::github::state::commits::NewCommit;
use countersign::sim::github::{Dispatch, Fault, FaultKind};
use countersign::sim::slack::sample::{OCTO, RELEASES};
use countersign::sim::slack::{Fault as SlackFault, FaultKind as SlackFaultKind};
use countersign::sim::world::{World, WorldOptions};
use serde_json::Value;

use crate::references;

const DECIDE: &str = "/deployment_protection_rule";
/// As good as for ever.
const ALWAYS: usize = 100_000;
const MINUTE: i64 = 60_000;

fn cases() -> Vec<Value> {
    let index = references::json("badinput/index.json");
    let all = index["cases"].as_array().unwrap().iter();
    all.filter(|case| case["group"] == "upstream").cloned().collect()
}

/// A world, and one case in it.
struct Scene {
    world: World,
    case: Value,
}

impl Scene {
    async fn of(case: &Value) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        Self { world: World::start(WorldOptions::by_hand()).await.unwrap(), case: case.clone() }
    }

    fn id(&self) -> &str {
        self.case["id"].as_str().unwrap()
    }

    /// What GitHub answers in this case.
    fn answer(&self) -> FaultKind {
        let response = &self.case["send"]["response"];
        if response["then"] == "close" && response["apply"] == true {
            return FaultKind::CutAfterActing;
        }
        if response["then"] == "hang" {
            return FaultKind::CutBeforeActing;
        }
        let status = u16::try_from(response["status"].as_u64().expect("a status")).unwrap();
        let body = match (&response["body"], &response["json"]) {
            (Value::String(body), _) => body.clone(),
            (_, Value::Null) => String::new(),
            (_, json) => json.to_string(),
        };
        let headers = response["headers"].as_object().cloned().unwrap_or_default();
        let header = |(name, value): (String, Value)| (name, self.header(value.as_str().unwrap()));
        FaultKind::Answered(status, headers.into_iter().map(header).collect(), body)
    }

    /// `+900` is that many seconds from now; the rest is as it stands.
    fn header(&self, value: &str) -> String {
        match value.strip_prefix('+').and_then(|seconds| seconds.parse::<i64>().ok()) {
            Some(seconds) => (self.world.clock.now().as_seconds() + seconds).to_string(),
            None => value.to_owned(),
        }
    }

    fn fault(&self, method: &str, path: &str, kind: FaultKind, times: usize) {
        self.world.github.fault(Fault::once(method, path, kind).times(times));
    }

    fn heal(&self) {
        self.world.github.edit(|state| state.faults.clear());
        self.world.slack.edit(|state| state.faults.clear());
    }

    async fn advance(&self, ms: i64) {
        self.world.advance(ms).await.unwrap();
    }

    async fn deploy(&self, dispatch: Dispatch) -> u64 {
        let run = self.world.github.dispatch(dispatch);
        self.world.settle().await.unwrap();
        run
    }

    async fn deploy_good(&self) -> u64 {
        self.deploy(self.world.sample.good_change()).await
    }

    async fn request(&self) -> Request {
        self.world.requests().await.unwrap().pop().expect("a request")
    }

    fn message(&self) -> String {
        let message = self.world.slack.messages(RELEASES).pop();
        message.map(|message| serde_json::to_string(&message.blocks).unwrap()).unwrap_or_default()
    }

    async fn approve(&self) {
        let message = self.world.slack.messages(RELEASES).pop().expect("a message");
        assert!(self.world.slack.click(OCTO, RELEASES, &message.ts, "approve").await.acknowledged(), "{}", self.id());
        self.world.settle().await.unwrap();
    }

    /// What GitHub took.
    fn taken(&self, run: u64) -> Vec<String> {
        let posts = self.world.github.decisions(run, "production").into_iter();
        posts.filter(|post| post.status == 204).map(|post| post.state).collect()
    }

    /// Nobody can approve on what could not be read.
    async fn assert_closed(&self) {
        let request = self.request().await;
        assert!(matches!(request.phase, Phase::Gathering | Phase::Held { .. }), "{}: {:?}", self.id(), request.phase);
        assert!(!self.message().contains("\"action_id\":\"approve\""), "{}", self.id());
    }

    async fn assert_open(&self) {
        let request = self.request().await;
        assert_eq!(request.phase, Phase::Open, "{}", self.id());
    }
}

#[tokio::test]
async fn every_bad_answer_comes_to_the_expected_outcome() {
    let all = cases();
    assert_eq!(all.len(), 34);
    for case in &all {
        println!("{}: {}", case["id"], case["title"]);
        let scene = Scene::of(case).await;
        match (case["expect"]["outcome"].as_str().unwrap(), case["send"]["call"].as_str().unwrap()) {
            ("retry_same" | "wait", _) | ("reconcile", "github: POST deployment_protection_rule") => {
                decisions_arrive(&scene).await;
            }
            ("fail_closed", "github: GET check-runs") => unread_checks_are_not_green(&scene).await,
            ("fail_closed" | "hold", call) => nothing_opens_on_it(&scene, call).await,
            ("refresh_once" | "clock", call) => the_token_is_not_asked_for_in_a_loop(&scene, call).await,
            ("follow_same_host", _) => a_renamed_repository_is_followed(&scene).await,
            ("flag", _) => a_cut_list_of_files_is_told(&scene).await,
            ("reconcile", "slack: chat.postMessage") => one_message_comes_of_it(&scene).await,
            ("hold_and_tell", _) => slack_holds_up_nothing(&scene).await,
            (outcome, call) => panic!("{}: nobody plays {outcome} of {call}", scene.id()),
        }
        scene.world.stop().await;
    }
}

/// The decision comes trouble in its way: it waits as long as it is told, is never turned round, and arrives once.
async fn decisions_arrive(scene: &Scene) {
    let run = scene.deploy_good().await;
    scene.advance(2_000).await;
    scene.fault("POST", DECIDE, scene.answer(), 1);
    let silent_for = match scene.id() {
        "up-04" => 120_000,
        "up-05" => 900_000,
        "up-06" => 60_000,
        _ => 0,
    };
    scene.approve().await;
    let text = scene.message();
    assert!(text.contains("Telling GitHub") && !text.contains("is live"), "{}: {text}", scene.id());
    if silent_for > 0 {
        let before = scene.world.github.calls().len();
        scene.advance(silent_for - 1_000).await;
        assert_eq!(scene.world.github.calls().len(), before, "{}: no call while it waits", scene.id());
    }
    // Ten years are not believed.
    scene.advance(3 * 60 * MINUTE).await;
    let posts = scene.world.github.decisions(run, "production");
    assert!(posts.iter().all(|post| post.state == "approved"), "{}: {posts:?}", scene.id());
    assert_eq!(scene.taken(run), ["approved"], "{}: {posts:?}", scene.id());
    let request = scene.request().await;
    let decision = request.decision().expect("a decision");
    assert!(matches!((decision.verdict, &decision.telling), (Verdict::Approved, Telling::Delivered { .. })));
    scene.world.check_record().await.unwrap();
}

/// Evidence or policy that cannot be read: closed, said, and open by itself once it can.
async fn nothing_opens_on_it(scene: &Scene, call: &str) {
    let (method, path) = match call {
        "github: GET compare" => ("GET", "/compare/"),
        // The policy is looked up in the list of files; only its content is read by itself.
        "github: GET contents policy" if scene.case["send"]["response"]["status"] == 404 => ("GET", "/git/trees/"),
        "github: GET contents policy" => ("GET", "/git/blobs/"),
        "github: POST access_tokens" => ("POST", "/access_tokens"),
        other => panic!("{}: {other}", scene.id()),
    };
    write_policy(scene, "version: 1\n");
    let asks = call == "github: POST access_tokens";
    if !asks {
        scene.fault(method, path, scene.answer(), ALWAYS);
    }
    let run = scene.deploy_good().await;
    if asks {
        // The installation is suspended while people decide: what the token of before was good for is read again.
        scene.advance(2_000).await;
        scene.fault(method, path, scene.answer(), ALWAYS);
        scene.advance(70 * MINUTE).await;
        scene.approve().await;
        scene.advance(MINUTE).await;
        assert!(scene.taken(run).is_empty(), "{}", scene.id());
    } else {
        scene.advance(2 * MINUTE).await;
        scene.assert_closed().await;
        if scene.case["send"]["response"]["status"] == 404 {
            let Phase::Held { why } = scene.request().await.phase else { panic!("{}", scene.id()) };
            assert!(why.contains(".github/countersign.yml") && why.contains("permission"), "{}: {why}", scene.id());
        }
    }
    scene.heal();
    scene.advance(60 * MINUTE).await;
    if !asks {
        scene.assert_open().await;
    }
}

fn write_policy(scene: &Scene, policy: &str) {
    let repository = scene.world.sample.repository;
    scene.world.github.edit(|state| {
        let change = NewCommit::new(MONA, "Write the policy").write(".github/countersign.yml", policy);
        state.commit_to(repository, "main", change);
    });
}

/// A 401 is worth one new token; after that only time is.
async fn the_token_is_not_asked_for_in_a_loop(scene: &Scene, call: &str) {
    let (method, path) = if call == "github: any" { ("GET", "/repos/") } else { ("POST", "/access_tokens") };
    scene.deploy_good().await;
    scene.advance(70 * MINUTE).await;
    scene.fault(method, path, scene.answer(), ALWAYS);
    let before = scene.world.github.calls().len();
    scene.deploy(scene.world.sample.risky_change()).await;
    // Long enough for the hourly look at the older request.
    scene.advance(65 * MINUTE).await;
    let calls = scene.world.github.calls();
    let asked = calls[before..].iter().filter(|call| call.path.ends_with("/access_tokens")).count();
    assert!(asked < 120, "{}: {asked} tokens in an hour", scene.id());
    if scene.case["expect"]["outcome"] == "clock" {
        let pending = scene.world.engine().unwrap().store.pending_effects(50).await.unwrap();
        let said: Vec<String> = pending.into_iter().filter_map(|effect| effect.last_error).collect();
        assert!(said.iter().any(|words| words.contains("this machine's clock")), "{}: {said:?}", scene.id());
    }
    scene.heal();
    scene.advance(60 * MINUTE).await;
    assert_eq!(scene.world.requests().await.unwrap().len(), 2, "{}: nothing was lost", scene.id());
    scene.assert_open().await;
}

async fn a_renamed_repository_is_followed(scene: &Scene) {
    let repository = scene.world.sample.repository;
    scene.world.github.edit(|state| state.rename_repository(repository, "feelings"));
    let run = scene.deploy_good().await;
    scene.assert_open().await;
    scene.advance(2_000).await;
    scene.approve().await;
    scene.advance(MINUTE).await;
    assert_eq!(scene.taken(run), ["approved"], "{}", scene.id());
}

/// Pages that never end, or of which one is missing: unavailable, never all green.
async fn unread_checks_are_not_green(scene: &Scene) {
    write_policy(
        scene,
        "version: 1\nenvironments:\n  production:\n    checks: { check_runs: { require: [bias-eval] } }\n",
    );
    let (repository, good) = (scene.world.sample.repository, scene.world.sample.good.clone());
    scene.world.github.edit(|state| {
        (0..150).for_each(|n| {
            state.add_check_run(repository, &good, &format!("part-{n:03}"), "success");
        });
        state.add_check_run(repository, &good, "bias-eval", "success");
    });
    let passing = FaultKind::Slow(0);
    if scene.case["send"]["response"]["pages"].is_array() {
        scene.fault("GET", "/check-runs", passing, 1);
        scene.fault("GET", "/check-runs", FaultKind::Status(500, String::new()), ALWAYS);
    } else {
        let run = |n: usize| {
            format!(
                "{{\"id\":{n},\"name\":\"part-{n}\",\"status\":\"completed\",\"conclusion\":\"success\",\"app\":null}}"
            )
        };
        let runs: Vec<String> = (0..100).map(run).collect();
        let body = format!("{{\"total_count\":100,\"check_runs\":[{}]}}", runs.join(","));
        let FaultKind::Answered(status, headers, _) = scene.answer() else { panic!() };
        scene.fault("GET", "/check-runs", FaultKind::Answered(status, headers, body), ALWAYS);
    }
    scene.deploy_good().await;
    scene.advance(2 * MINUTE).await;
    let request = scene.request().await;
    let is_told = request.evidence.as_ref().is_some_and(|evidence| evidence.has_gap);
    assert!(request.phase != Phase::Open || is_told, "{}: {:?}", scene.id(), request.phase);
    assert!(!scene.message().contains("151 passed"), "{}", scene.id());
    scene.heal();
    scene.advance(60 * MINUTE).await;
    scene.assert_open().await;
}

/// GitHub's list stops at 300 files: ours does not, and what has no diff is said.
async fn a_cut_list_of_files_is_told(scene: &Scene) {
    let repository = scene.world.sample.repository;
    let head = scene.world.github.edit(|state| {
        let files = (0..400).map(|n| format!("data/{n:03}.txt"));
        let new = files.fold(NewCommit::new(MONA, "Add data"), |new, path| new.write(&path, path.as_str()));
        state.commit_to(repository, "main", new)
    });
    scene.deploy(scene.world.sample.good_change().of_commit(&head)).await;
    scene.assert_open().await;
    let brief = scene.request().await.evidence.unwrap();
    let store = &scene.world.engine().unwrap().store;
    let evidence = store.evidence(&brief.digest).await.unwrap().unwrap();
    assert!(evidence.files.len() >= 400, "{}", evidence.files.len());
    assert!(brief.has_gap && evidence.flags.iter().any(|flag| flag.subject == "patches"), "{:?}", evidence.flags);
}

/// A post without a usable answer: at most one copy more, and it says that it is one.
async fn one_message_comes_of_it(scene: &Scene) {
    let response = &scene.case["send"]["response"];
    let kind = match response["then"] == "close" {
        true => SlackFaultKind::AnswerLost,
        false => SlackFaultKind::Answered(response["json"].clone()),
    };
    scene.world.slack.fault(SlackFault::once("chat.postMessage", kind));
    scene.deploy_good().await;
    scene.advance(5 * MINUTE).await;
    let messages = scene.world.slack.messages(RELEASES);
    assert!((1..=2).contains(&messages.len()), "{}: {}", scene.id(), messages.len());
    if let [_, second] = messages.as_slice() {
        assert!(serde_json::to_string(&second.blocks).unwrap().contains("Second copy"), "{}", scene.id());
    }
    scene.assert_open().await;
}

/// What Slack says of a channel is told as what it means for people.
fn in_our_words(error: &str) -> Option<String> {
    let trouble = match error {
        "channel_not_found" => ChannelTrouble::Unseen,
        "not_in_channel" => ChannelTrouble::NotMember,
        "is_archived" => ChannelTrouble::Archived,
        _ => return None,
    };
    Some(trouble.words())
}

/// Whatever Slack says: the request stays open, the operator sees what it was, nothing storms, and people decide once it
/// is mended.
async fn slack_holds_up_nothing(scene: &Scene) {
    let error = scene.case["send"]["response"]["json"]["error"].as_str().unwrap();
    for method in ["chat.postMessage", "chat.update"] {
        scene.world.slack.fault(SlackFault::times(method, SlackFaultKind::Error(error.to_owned()), 100_000));
    }
    let run = scene.deploy_good().await;
    scene.advance(20 * MINUTE).await;
    scene.assert_open().await;
    let calls = scene.world.slack.calls().into_iter().filter(|call| call.method.starts_with("chat.")).count();
    assert!(calls < 40, "{}: {calls} calls in twenty minutes", scene.id());
    let store = &scene.world.engine().unwrap().store;
    let pending = store.pending_effects(50).await.unwrap();
    let given_up = store.failed_effects(50).await.unwrap();
    let said = pending.into_iter().chain(given_up).filter_map(|effect| effect.last_error);
    let said: Vec<String> = said.chain(scene.request().await.message_trouble).collect();
    let in_words = in_our_words(error);
    let is_told = |words: &String| words.contains(error) || in_words.as_ref().is_some_and(|told| words.contains(told));
    assert!(said.iter().any(is_told), "{}: {error} is not among {said:?}", scene.id());
    scene.heal();
    scene.advance(3 * 60 * MINUTE).await;
    scene.approve().await;
    scene.advance(MINUTE).await;
    assert_eq!(scene.taken(run), ["approved"], "{}", scene.id());
}
