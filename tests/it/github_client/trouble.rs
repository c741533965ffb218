//! What goes wrong on the way: limits, lost answers, slow ones, other addresses.

use super::*;

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
