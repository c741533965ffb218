//! The GitHub adapter against the simulated GitHub: tokens, limits, lost answers, renamed repositories, every question.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's helpers fail the test")]

use std::time::Duration;

use countersign::domain::time::MINUTE_MS;
use countersign::domain::{
    Access, CommitSha, DeploymentId, EnvironmentName, InstallationId, JobState, Relation, Repository, RepositoryId,
    RunId, Timestamp,
};
use countersign::github::{GithubForge, GithubSettings, Timeouts};
use countersign::ports::forge::{Answered, Blob, FirstAnswer, Forge, Presence, TellForge};
use countersign::ports::{Class, Clock, PortError};
use countersign::sim::github::sample::{self, Sample};
use countersign::sim::github::{
    Fault, FaultKind, Flavour, GithubOptions, GithubSim, RecordedCall, RefusalShape, Review,
};

/// The simulated GitHub with its sample, and our client of it, on one clock moved by hand.
struct Scene {
    sim: GithubSim,
    sample: Sample,
    clock: Clock,
    forge: GithubForge,
    repository: Repository,
    production: EnvironmentName,
}

impl Scene {
    async fn new() -> Self {
        Self::of(GithubOptions::default()).await
    }

    async fn of(options: GithubOptions) -> Self {
        let clock = Clock::manual(Timestamp::parse_rfc3339("2026-03-02T09:00:00Z").unwrap());
        let sim = GithubSim::start(clock.clone(), options).await.unwrap();
        let sample = sim.edit(sample::fill);
        let forge = GithubForge::new(&settings(&sim), clock.clone()).unwrap();
        let repository = Repository {
            id: RepositoryId::new(sample.repository),
            owner: "acme".to_owned(),
            name: "sentiment".to_owned(),
            installation: InstallationId::new(sample.installation),
        };
        let production = EnvironmentName::parse("production").unwrap();
        Self { sim, sample, clock, forge, repository, production }
    }

    /// A run that waits for us, old enough to be decided.
    async fn waiting_run(&self) -> RunId {
        self.waiting(self.sample.good_change()).await
    }

    async fn waiting(&self, dispatch: countersign::sim::github::Dispatch) -> RunId {
        let run = self.sim.dispatch(dispatch);
        self.clock.advance(2_000);
        self.settle().await;
        RunId::new(run)
    }

    async fn settle(&self) {
        while self.sim.step().await > 0 {}
    }

    async fn decide(&self, run: RunId, mark: &str) -> Result<FirstAnswer, PortError> {
        let comment = format!("{mark} approved by ana");
        let telling = TellForge {
            repository: &self.repository,
            run,
            environment: &self.production,
            lets_run: true,
            comment: &comment,
            mark,
        };
        self.forge.decide(&telling).await
    }

    async fn answered(&self, run: RunId, mark: &str) -> Answered {
        self.forge.answered(&self.repository, run, &self.production, mark).await.unwrap()
    }

    async fn default_branch(&self) -> Result<CommitSha, PortError> {
        self.forge.default_branch(&self.repository).await
    }

    fn token_calls(&self) -> Vec<RecordedCall> {
        self.sim.calls().into_iter().filter(|call| call.path.ends_with("/access_tokens")).collect()
    }

    fn finish(&self) {
        assert!(self.sim.unexpected_calls().is_empty(), "{:?}", self.sim.unexpected_calls());
    }
}

fn settings(sim: &GithubSim) -> GithubSettings {
    GithubSettings {
        api_url: sim.api_url(),
        web_url: sim.web_url(),
        app_id: sim.app_id().to_string(),
        private_key: sim.private_key_pem().into(),
        allow_http: true,
        timeouts: Timeouts::default(),
    }
}

fn sha(text: &str) -> CommitSha {
    CommitSha::parse(text).unwrap()
}

fn found<T>(presence: Presence<T>) -> T {
    match presence {
        Presence::Found(found) => found,
        Presence::Missing => panic!("missing"),
    }
}

#[tokio::test]
async fn each_token_is_for_one_repository_and_the_least_it_needs() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    scene.forge.run(&scene.repository, run).await.unwrap();
    scene.default_branch().await.unwrap();
    scene.decide(run, "mark").await.unwrap();
    scene.answered(run, "mark").await;
    let mut wishes: Vec<String> = scene.token_calls().into_iter().map(|call| call.body).collect();
    wishes.sort();
    let id = scene.sample.repository;
    let wish = |permissions: &str| format!(r#"{{"repository_ids":[{id}],"permissions":{{{permissions}}}}}"#);
    let expected = [
        wish(r#""actions":"read","deployments":"read""#),
        wish(r#""contents":"read","metadata":"read","pull_requests":"read""#),
        wish(r#""deployments":"write""#),
    ];
    assert_eq!(wishes, expected);
    scene.finish();
}

#[tokio::test]
async fn a_long_opaque_token_is_kept_and_renewed_before_its_hour_ends() {
    let scene = Scene::new().await;
    scene.default_branch().await.unwrap();
    let longest = scene.sim.read(|state| state.tokens.keys().map(String::len).max());
    assert!(longest > Some(400), "{longest:?}");
    scene.clock.advance(54 * MINUTE_MS);
    scene.default_branch().await.unwrap();
    assert_eq!(scene.token_calls().len(), 1);
    scene.clock.advance(2 * MINUTE_MS);
    scene.default_branch().await.unwrap();
    assert_eq!(scene.token_calls().len(), 2);
    scene.finish();
}

#[tokio::test]
async fn parallel_first_calls_ask_for_one_token() {
    let scene = Scene::new().await;
    let calls = (0..10).map(|_| scene.default_branch());
    let answers = futures::future::join_all(calls).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(scene.token_calls().len(), 1);
}

#[tokio::test]
async fn a_token_that_github_forgot_is_replaced_once() {
    let scene = Scene::new().await;
    scene.default_branch().await.unwrap();
    scene.sim.edit(|state| state.tokens.clear());
    scene.default_branch().await.unwrap();
    assert_eq!(scene.token_calls().len(), 2);
    let refused = r#"{"message":"Bad credentials"}"#.to_owned();
    scene.sim.fault(Fault::once("GET", "/repos/", FaultKind::Status(401, refused)).times(2));
    assert_eq!(scene.default_branch().await.unwrap_err().class, Class::Permanent);
    scene.finish();
}

#[tokio::test]
async fn a_foreign_identity_is_told_apart_from_an_uninstalled_app() {
    let scene = Scene::new().await;
    let stranger = GithubSettings { app_id: "999".to_owned(), ..settings(&scene.sim) };
    let stranger = GithubForge::new(&stranger, scene.clock.clone()).unwrap();
    let error = stranger.default_branch(&scene.repository).await.unwrap_err();
    assert_eq!(error.class, Class::Permanent);
    assert!(error.why.contains("github.app_id"), "{}", error.why);
    let late = Clock::manual(scene.clock.now().plus_millis(-60 * MINUTE_MS));
    let error =
        GithubForge::new(&settings(&scene.sim), late).unwrap().default_branch(&scene.repository).await.unwrap_err();
    assert!(error.class == Class::Permanent && error.why.contains("clock"), "{error:?}");
    scene.sim.edit(|state| state.uninstall(scene.sample.installation));
    assert_eq!(scene.default_branch().await.unwrap_err().class, Class::Gone);
}

#[tokio::test]
async fn keys_are_taken_as_pkcs1_and_as_pkcs8() {
    let scene = Scene::new().await;
    let pkcs8 = GithubSettings { private_key: as_pkcs8(&scene.sim.private_key_pem()).into(), ..settings(&scene.sim) };
    let forge = GithubForge::new(&pkcs8, scene.clock.clone()).unwrap();
    assert_eq!(forge.default_branch(&scene.repository).await.unwrap().as_str(), scene.sample.risky);
    let no_key = GithubSettings { private_key: "no key".to_owned().into(), ..settings(&scene.sim) };
    assert!(GithubForge::new(&no_key, scene.clock.clone()).is_err());
}

/// Wraps a PKCS#1 key (more than 255 and less than 65,000 bytes) as PKCS#8 does.
fn as_pkcs8(pkcs1_pem: &str) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    let text: String = pkcs1_pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let key = STANDARD.decode(text).unwrap();
    let long = |tag: u8, value: &[u8]| {
        let length = u16::try_from(value.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], length.as_slice(), value].concat()
    };
    let rsa = [0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let body = [&[0x02, 0x01, 0x00], rsa.as_slice(), &long(0x04, &key)].concat();
    let text = STANDARD.encode(long(0x30, &body));
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

#[tokio::test]
async fn a_renamed_repository_is_read_and_told_all_the_same() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    scene.sim.edit(|state| state.rename_repository(scene.sample.repository, "feelings"));
    assert_eq!(scene.forge.run(&scene.repository, run).await.unwrap().commit.as_str(), scene.sample.good);
    let (live, good) = (sha(&scene.sample.live), sha(&scene.sample.good));
    found(scene.forge.compare(&scene.repository, &live, &good).await.unwrap());
    assert_eq!(scene.decide(run, "mark").await.unwrap(), FirstAnswer::Accepted);
    assert_eq!(scene.sim.decisions(run.get(), "production").len(), 1);
    scene.finish();
}

#[tokio::test]
async fn a_rate_limit_silences_its_installation_until_it_ends() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    scene.default_branch().await.unwrap();
    scene.sim.fault(Fault::once("GET", "/repos/", FaultKind::RateLimited { retry_after: 3_600 }));
    let error = scene.default_branch().await.unwrap_err();
    assert_eq!(error.class, Class::Retry { after_ms: Some(3_600_000) });
    let calls = scene.sim.calls().len();
    for _ in 0..50 {
        let error = scene.decide(run, "mark").await.unwrap_err();
        assert!(matches!(error.class, Class::Retry { after_ms: Some(_) }), "{error:?}");
    }
    assert_eq!(scene.sim.calls().len(), calls, "no call during the limit");
    scene.clock.advance(3_600_000);
    assert_eq!(scene.decide(run, "mark").await.unwrap(), FirstAnswer::Accepted);
    scene.finish();
}

#[tokio::test]
async fn a_limit_of_one_installation_does_not_stop_another() {
    let scene = Scene::new().await;
    let other = scene.sim.edit(|state| {
        let owner = state.add_owner("globex");
        let repository = state.add_repository(owner, "scorer");
        state.commit_to(
            repository,
            "main",
            countersign::sim::github::NewCommit::new(sample::MONA, "Begin").write("a", "b"),
        );
        (repository, state.install(owner, &[repository]))
    });
    scene.sim.fault(Fault::once("GET", "/repos/acme", FaultKind::TooManyRequests { retry_after: 60 }));
    assert_eq!(scene.default_branch().await.unwrap_err().class, Class::Retry { after_ms: Some(60_000) });
    let repository = Repository {
        id: RepositoryId::new(other.0),
        owner: "globex".to_owned(),
        name: "scorer".to_owned(),
        installation: InstallationId::new(other.1),
    };
    assert!(scene.forge.default_branch(&repository).await.is_ok());
    scene.finish();
}

#[tokio::test]
async fn a_decision_whose_answer_is_lost_is_found_by_its_mark() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    scene.sim.fault(Fault::once("POST", "/deployment_protection_rule", FaultKind::CutAfterActing));
    assert_eq!(scene.answered(run, "mark-7").await, Answered::NotYet);
    assert_eq!(scene.decide(run, "mark-7").await.unwrap_err().class, Class::Unknown);
    assert_eq!(scene.sim.decisions(run.get(), "production").len(), 1, "sent once, never by itself again");
    assert_eq!(scene.answered(run, "mark-7").await, Answered::Ours { approved: true });
    assert!(matches!(scene.answered(run, "mark-8").await, Answered::Others { approved: true, .. }));
    scene.finish();
}

#[tokio::test]
async fn faults_are_classified_by_whether_something_may_have_happened() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    let page = || FaultKind::Status(502, "<html><h1>unicorn</h1></html>".to_owned());
    scene.sim.fault(Fault::once("GET", "/repos/", page()));
    let error = scene.default_branch().await.unwrap_err();
    assert_eq!((error.class, error.why.as_str()), (Class::Retry { after_ms: None }, "HTTP 502"));
    scene.sim.fault(Fault::once("GET", "/repos/", FaultKind::Status(200, "<html>log in</html>".to_owned())));
    assert_eq!(scene.default_branch().await.unwrap_err().class, Class::Retry { after_ms: None });
    scene.sim.fault(Fault::once("GET", "/repos/", FaultKind::CutBeforeActing));
    assert_eq!(scene.default_branch().await.unwrap_err().class, Class::Retry { after_ms: None });
    scene.sim.fault(Fault::once("POST", "/deployment_protection_rule", page()));
    assert_eq!(scene.decide(run, "mark").await.unwrap_err().class, Class::Unknown);
    scene.sim.fault(Fault::once("POST", "/access_tokens", page()));
    scene.clock.advance(60 * MINUTE_MS);
    assert_eq!(scene.decide(run, "mark").await.unwrap_err().class, Class::Retry { after_ms: None });
    scene.finish();
}

#[tokio::test]
async fn a_slow_answer_ends_with_the_timeout() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    let timeouts = Timeouts { call: Duration::from_millis(150), ..Timeouts::default() };
    let hasty = GithubForge::new(&GithubSettings { timeouts, ..settings(&scene.sim) }, scene.clock.clone()).unwrap();
    scene.sim.fault(Fault::once("GET", "/actions/runs", FaultKind::Slow(600)));
    let error = hasty.run(&scene.repository, run).await.unwrap_err();
    assert_eq!(error.class, Class::Retry { after_ms: None });
    scene.sim.fault(Fault::once("POST", "/deployment_protection_rule", FaultKind::Slow(600)));
    let error = hasty.report(&scene.repository, run, &scene.production, "seen").await.unwrap_err();
    assert_eq!(error.class, Class::Unknown);
}

#[tokio::test]
async fn an_unreachable_github_is_tried_again() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    let nowhere = GithubSettings { api_url: "http://127.0.0.1:9".to_owned(), ..settings(&scene.sim) };
    let forge = GithubForge::new(&nowhere, scene.clock.clone()).unwrap();
    let error = forge.report(&scene.repository, run, &scene.production, "seen").await.unwrap_err();
    assert_eq!(error.class, Class::Retry { after_ms: None });
    let nowhere = GithubSettings { api_url: "https://127.0.0.1:9".to_owned(), ..settings(&scene.sim) };
    let forge = GithubForge::new(&nowhere, scene.clock.clone()).unwrap();
    let error = forge.default_branch(&scene.repository).await.unwrap_err();
    assert_eq!(error.class, Class::Retry { after_ms: None }, "over TLS too");
}

#[tokio::test]
async fn refusals_of_a_matrix_are_unclear_and_keep_their_words() {
    for shape in [RefusalShape::Message, RefusalShape::ErrorsString] {
        let scene = Scene::of(GithubOptions { refusal_shape: shape, ..GithubOptions::default() }).await;
        let run = scene.waiting(scene.sample.matrix(4)).await;
        scene.sim.fault(Fault::once("POST", "/deployment_protection_rule", FaultKind::PartlyApplied));
        let FirstAnswer::Unclear { message } = scene.decide(run, "mark").await.unwrap() else { panic!("accepted") };
        assert!(message.contains("There was a problem approving one of the gates"), "{message}");
        assert!(standing(&scene, run, &[]).await.pending);
        assert_eq!(scene.decide(run, "mark").await.unwrap(), FirstAnswer::Accepted);
        let FirstAnswer::Unclear { message } = scene.decide(run, "mark").await.unwrap() else {
            panic!("accepted twice")
        };
        assert!(message.contains("No pending deployment requests"), "{message}");
        scene.finish();
    }
}

async fn standing(scene: &Scene, run: RunId, jobs: &[DeploymentId]) -> countersign::domain::Standing {
    found(scene.forge.standing(&scene.repository, run, &scene.production, jobs).await.unwrap())
}

#[tokio::test]
async fn a_run_stands_as_waiting_then_live_or_cancelled() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    let jobs: Vec<DeploymentId> = scene
        .sim
        .read(|state| state.runs[&run.get()].jobs().filter_map(|job| job.deployment).map(DeploymentId::new).collect());
    let waiting = standing(&scene, run, &jobs).await;
    assert_eq!((waiting.attempt, waiting.conclusion, waiting.pending), (1, None, true));
    assert_eq!(waiting.jobs, [(jobs[0], JobState::Waiting)]);
    scene.decide(run, "mark").await.unwrap();
    scene.clock.advance(60_000);
    scene.settle().await;
    let done = standing(&scene, run, &jobs).await;
    assert_eq!((done.conclusion.as_deref(), done.pending), (Some("success"), false));
    assert_eq!(done.jobs, [(jobs[0], JobState::Live)]);
    let other = scene.waiting(scene.sample.risky_change()).await;
    scene.sim.cancel(other.get(), "mona");
    assert_eq!(standing(&scene, other, &[]).await.conclusion.as_deref(), Some("cancelled"));
    let nowhere = scene.forge.standing(&scene.repository, RunId::new(1), &scene.production, &[]).await.unwrap();
    assert_eq!(nowhere, Presence::Missing);
    scene.finish();
}

#[tokio::test]
async fn a_new_attempt_is_not_answered_by_the_review_of_the_one_before() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    scene.decide(run, "mark-1").await.unwrap();
    scene.clock.advance(60_000);
    scene.settle().await;
    assert!(scene.sim.rerun(run.get(), "octocat"));
    scene.settle().await;
    assert!(standing(&scene, run, &[]).await.pending);
    assert_eq!(scene.answered(run, "mark-2").await, Answered::NotYet);
    scene.finish();
}

#[tokio::test]
async fn a_review_of_another_rule_is_no_answer_while_ours_is_awaited() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    scene.sim.edit(|state| {
        let environment = state.environment(scene.sample.repository, "production").unwrap().id;
        let (state_word, comment) = ("rejected".to_owned(), "not this one".to_owned());
        state.reviews.push(Review { run: run.get(), environment, state: state_word, user: sample::ANA, comment });
    });
    assert_eq!(scene.answered(run, "mark").await, Answered::NotYet);
    scene.sim.bypass(run.get(), "ana");
    let others = Answered::Others { approved: false, by: Some("ana".to_owned()) };
    assert_eq!(scene.answered(run, "mark").await, others);
    scene.finish();
}

#[tokio::test]
async fn a_run_names_everybody_who_started_it_and_when() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    scene.sim.cancel(run.get(), "mona");
    scene.settle().await;
    scene.clock.advance(MINUTE_MS);
    assert!(scene.sim.rerun(run.get(), "octocat"));
    let state = scene.forge.run(&scene.repository, run).await.unwrap();
    let logins: Vec<&str> = state.run.actors.iter().map(|actor| actor.login.as_str()).collect();
    assert_eq!((state.run.attempt, logins), (2, vec!["mona", "octocat"]));
    assert_eq!(state.attempt_starts.len(), 2);
    assert!(state.attempt_starts[0] < state.attempt_starts[1]);
    assert_eq!((state.run.trigger.as_str(), state.run.workflow.as_str()), ("push", "Deploy"));
    assert_eq!((state.commit.as_str(), state.conclusion), (scene.sample.good.as_str(), None));
    scene.finish();
}

#[tokio::test]
async fn live_is_the_newest_deployment_that_ever_succeeded() {
    let scene = Scene::new().await;
    let live = |except: Vec<DeploymentId>| {
        let scene = &scene;
        async move { scene.forge.live(&scene.repository, &scene.production, &except).await.unwrap() }
    };
    scene.waiting_run().await;
    let now = live(vec![]).await.unwrap();
    assert_eq!(now.commit.as_str(), scene.sample.live, "a deployment that waits is not live");
    assert!(now.since.is_some());
    let before = live(vec![now.deployment]).await.unwrap();
    assert_eq!(before.commit.as_str(), scene.sample.first, "inactive now, and once live");
    assert_eq!(live(vec![now.deployment, before.deployment]).await, None);
    let empty = EnvironmentName::parse("prod/eu west").unwrap();
    assert_eq!(scene.forge.live(&scene.repository, &empty, &[]).await.unwrap(), None);
    scene.finish();
}

#[tokio::test]
async fn commits_are_compared_with_their_people_and_files() {
    let scene = Scene::new().await;
    let (live, good, risky) = (sha(&scene.sample.live), sha(&scene.sample.good), sha(&scene.sample.risky));
    let ahead = found(scene.forge.compare(&scene.repository, &live, &good).await.unwrap());
    assert!(matches!(ahead.relation, Relation::Ahead { by } if by == ahead.commits_total && by > 0));
    assert_eq!(ahead.commits.last().unwrap().sha, good);
    assert!(ahead.files.iter().any(|file| file.path == "train.py" && file.patch.is_some()));
    assert!(!ahead.files_cut);
    let merge = ahead.commits.last().unwrap();
    assert_eq!(merge.author.user.as_ref().unwrap().login, "octocat");
    assert!(merge.committer.is_forge, "merged on the web pages");
    let same = found(scene.forge.compare(&scene.repository, &live, &live).await.unwrap());
    assert_eq!((same.relation, same.commits_total), (Relation::Same, 0));
    let back = found(scene.forge.compare(&scene.repository, &risky, &good).await.unwrap());
    assert!(matches!(back.relation, Relation::Behind { .. }));
    let vanished = sha(&"ab".repeat(20));
    assert_eq!(scene.forge.compare(&scene.repository, &vanished, &good).await.unwrap(), Presence::Missing);
    assert_eq!(scene.forge.commit(&scene.repository, &vanished).await.unwrap(), Presence::Missing);
    let commit = found(scene.forge.commit(&scene.repository, &live).await.unwrap());
    assert_eq!(commit.co_authors[0].name, "The Octocat");
    scene.finish();
}

#[tokio::test]
async fn long_histories_are_read_page_by_page() {
    let scene = Scene::new().await;
    let head = scene.sim.edit(|state| {
        let commit =
            |n: usize| countersign::sim::github::NewCommit::new(sample::MONA, "Step").write("step", n.to_string());
        (0..130).map(|n| state.commit_to(scene.sample.repository, "main", commit(n))).last().unwrap()
    });
    let compared = scene.forge.compare(&scene.repository, &sha(&scene.sample.risky), &sha(&head)).await.unwrap();
    let compared = found(compared);
    assert_eq!((compared.commits.len(), compared.commits_total), (130, 130));
    assert_eq!(compared.commits.last().unwrap().sha.as_str(), head);
    scene.finish();
}

#[tokio::test]
async fn files_are_listed_and_read_by_their_content_id() {
    let scene = Scene::new().await;
    let tree = found(scene.forge.tree(&scene.repository, &sha(&scene.sample.good)).await.unwrap());
    assert!(!tree.truncated);
    let entry = tree.entries.iter().find(|entry| entry.path == "train.py").unwrap();
    let blob = scene.forge.blob(&scene.repository, &entry.blob, 100_000).await.unwrap();
    let Blob::Content(bytes) = blob else { panic!("{blob:?}") };
    assert_eq!(u64::try_from(bytes.len()).unwrap(), entry.size);
    assert!(String::from_utf8(bytes).unwrap().contains("EPOCHS = 5"));
    let cut = scene.forge.blob(&scene.repository, &entry.blob, 10).await.unwrap();
    assert_eq!(cut, Blob::TooLarge { size: Some(entry.size) });
    assert_eq!(scene.forge.blob(&scene.repository, &"ab".repeat(20), 10).await.unwrap(), Blob::Missing);
    scene.sim.edit(|state| state.options.limits.tree_entries = 2);
    assert!(found(scene.forge.tree(&scene.repository, &sha(&scene.sample.good)).await.unwrap()).truncated);
    scene.finish();
}

#[tokio::test]
async fn pull_requests_default_branch_and_access_are_read() {
    let scene = Scene::new().await;
    let pulls = scene.forge.pull_requests(&scene.repository, &sha(&scene.sample.good)).await.unwrap();
    assert_eq!((pulls.len(), pulls[0].number, pulls[0].merged), (1, 1, true));
    assert_eq!(pulls[0].author.as_ref().unwrap().id.get(), sample::MONA);
    assert_eq!(scene.default_branch().await.unwrap().as_str(), scene.sample.risky);
    for (login, access) in [("ana", Access::Admin), ("mona", Access::Write), ("bo", Access::Read)] {
        let permission = found(scene.forge.permission(&scene.repository, login).await.unwrap());
        assert_eq!((permission.user.login.as_str(), permission.access), (login, access));
    }
    assert_eq!(scene.forge.permission(&scene.repository, "nobody-has-this").await.unwrap(), Presence::Missing);
    scene.finish();
}

#[tokio::test]
async fn a_report_is_cut_and_decides_nothing() {
    let scene = Scene::new().await;
    let run = scene.waiting_run().await;
    let long = "ü".repeat(5_000);
    scene.forge.report(&scene.repository, run, &scene.production, &long).await.unwrap();
    let reports = scene.sim.status_reports(run.get(), "production");
    assert_eq!(reports[0].comment.chars().count(), 1_024);
    assert_eq!(scene.answered(run, "ü").await, Answered::NotYet);
    scene.finish();
}

#[tokio::test]
async fn an_enterprise_server_is_spoken_to_below_its_prefix() {
    let scene = Scene::of(GithubOptions::of(Flavour::Ghes)).await;
    assert!(scene.sim.api_url().ends_with("/api/v3"));
    let run = scene.waiting_run().await;
    assert_eq!(scene.forge.run(&scene.repository, run).await.unwrap().commit.as_str(), scene.sample.good);
    assert_eq!(scene.decide(run, "mark").await.unwrap(), FirstAnswer::Accepted);
    scene.sim.edit(|state| state.rename_repository(scene.sample.repository, "feelings"));
    assert!(scene.default_branch().await.is_ok());
    let url = scene.forge.commit_url(&scene.repository, &sha(&scene.sample.good));
    assert_eq!(url, format!("{}/acme/sentiment/commit/{}", scene.sim.web_url(), scene.sample.good));
    scene.finish();
}
