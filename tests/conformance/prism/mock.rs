//! Every request our client can make is one that GitHub's document (tightened) accepts.

use std::time::Duration;

use countersign::domain::{
    CommitSha, DeploymentId, EnvironmentName, InstallationId, Repository, RepositoryId, RunId, Timestamp,
};
use countersign::github::{GithubForge, GithubSettings, Timeouts};
use countersign::ports::CodeHost as _;
use countersign::ports::forge::{Forge as _, TellForge};
use countersign::ports::{Button, Clock, Conclusion, Note, NoteLevel, PostedSheet, Progress, SheetContent};
use countersign::sim::github::{GithubOptions, GithubSim};
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

use super::Prism;
use crate::references;

/// First that the tool bites, then our client: one Prism for both, it takes seconds to start.
#[tokio::test(flavor = "multi_thread")]
async fn every_request_of_our_client_fits_githubs_document() {
    let prism = Prism::mock("github/openapi.mock.json");
    let cases = references::json("github/contract-cases.json");
    let cases = cases["cases"].as_array().unwrap();
    for case in cases {
        holds(&prism, case).await;
    }
    println!("{} contract cases hold", cases.len());
    let found = prism.violations().await.len();
    assert!(found > 5, "the refused cases are in the log, or the log is not what we read");
    ask_everything(&prism).await;
    let wrong = prism.violations().await.split_off(found);
    let wrong: Vec<_> = wrong.iter().filter(|violation| !is_left_out(violation)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The document is a part of GitHub's: of an issue's comments it holds making one, and not listing them.
fn is_left_out(violation: &str) -> bool {
    violation.contains(" get /repos/octocat/Hello-World/issues/1347/comments ")
        && violation.contains("NO_METHOD_MATCHED")
}

async fn holds(prism: &Prism, case: &Value) {
    let address = format!("{}{}", prism.url, case["path"].as_str().unwrap());
    let mut request = Request::builder().method(case["method"].as_str().unwrap()).uri(address);
    request = request.header("accept", "application/vnd.github+json").header("user-agent", "any");
    if case["authorization"] != false {
        request = request.header("authorization", "Bearer x");
    }
    let body = match &case["body"] {
        Value::Null => String::new(),
        Value::String(raw) => raw.clone(),
        body => body.to_string(),
    };
    if !body.is_empty() {
        request = request.header("content-type", "application/json");
    }
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let answer = client.request(request.body(Full::from(body)).unwrap()).await.unwrap();
    let status = answer.status().as_u16();
    let said = String::from_utf8_lossy(&answer.into_body().collect().await.unwrap().to_bytes()).into_owned();
    assert_eq!(u64::from(status), case["expect_status"].as_u64().unwrap(), "{}: {said}", case["name"]);
    let wanted = case["expect_body_contains"].as_str().unwrap_or_default();
    assert!(said.contains(wanted), "{}: {said}", case["name"]);
}

/// Every call of the port. The answers are the document's fixed examples, which need not make sense together: what is
/// judged is what was asked.
async fn ask_everything(prism: &Prism) {
    let clock = Clock::manual(Timestamp::parse_rfc3339("2016-07-11T21:30:00Z").unwrap());
    let keys = GithubSim::start(Clock::System, GithubOptions::default()).await.unwrap();
    let settings = GithubSettings {
        api_url: prism.url.clone(),
        web_url: "https://github.com".to_owned(),
        app_id: keys.app_id().to_string(),
        private_key: keys.private_key_pem().into(),
        sign_in: None,
        allow_http: true,
        timeouts: Timeouts { call: Duration::from_secs(30), ..Timeouts::default() },
    };
    let forge = GithubForge::new(&settings, clock).unwrap();
    let repository = Repository {
        id: RepositoryId::new(1_296_269),
        owner: "octocat".to_owned(),
        name: "Hello-World".to_owned(),
        installation: InstallationId::new(1),
    };
    let (run, one, two) =
        (RunId::new(30_433_642), sha("6dcb09b5b57875f334f61aebed695e2e4193db5e"), sha(&"ab".repeat(20)));
    let mut said = Vec::new();
    let mut note = |what: &str, outcome: String| said.push(format!("{what}: {outcome}"));
    for name in ["production", "prod/eu west", "Prüfung & Freigabe?#%"] {
        let environment = EnvironmentName::parse(name).unwrap();
        note("live", outcome(forge.live(&repository, &environment, &[]).await));
        note("report", outcome(forge.report(&repository, run, &environment, "Gathering evidence").await));
        note("answered", outcome(forge.answered(&repository, run, &environment, "mark").await));
        let jobs = [DeploymentId::new(1)];
        note("standing", outcome(forge.standing(&repository, run, &environment, &jobs).await));
        for lets_run in [true, false] {
            let comment = "mark, and more characters than fit: ".repeat(100);
            let telling = TellForge {
                repository: &repository,
                run,
                environment: &environment,
                lets_run,
                comment: &comment,
                mark: "mark",
            };
            note("decide", outcome(forge.decide(&telling).await));
        }
    }
    note("run", outcome(forge.run(&repository, run).await));
    note("compare", outcome(forge.compare(&repository, &one, &two).await));
    note("commit", outcome(forge.commit(&repository, &one).await));
    note("tree", outcome(forge.tree(&repository, &one).await));
    note("blob", outcome(forge.blob(&repository, two.as_str(), 1_000).await));
    note("pull_requests", outcome(forge.pull_requests(&repository, &one).await));
    note("default_branch", outcome(forge.default_branch(&repository).await));
    note("ci", outcome(forge.ci(&repository, &one).await));
    note("permission", outcome(forge.permission(&repository, "octocat").await));
    note("pull_request", outcome(forge.pull_request(&repository, 1_347).await));
    for content in sheets(&repository, &one) {
        note("find_sheet", outcome(forge.find_sheet(&repository, &one, content.mark).await));
        note("new sheet", outcome(forge.show_sheet(None, &content).await));
        let posted = PostedSheet { id: 4, url: None, is_finished: true, notes: 50 };
        note("shown sheet", outcome(forge.show_sheet(Some(&posted), &content).await));
    }
    for posted in [None, Some(1)] {
        let text = "A comment, and more than fits. ".repeat(4_000);
        note("comment", outcome(forge.show_comment(&repository, 1_347, "mark", posted, &text).await));
    }
    note("team", outcome(forge.team(&repository, "octocat", "justice-league").await));
    note("team members", outcome(forge.team_members(&repository, "octocat", "justice-league").await));
    println!("{}", said.join("\n"));
    let problems: Vec<_> =
        said.iter().filter(|line| line.contains("stoplight") || line.contains("not valid")).collect();
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(said.iter().filter(|line| line.contains("Ok")).count() > said.len() / 2, "{said:#?}");
}

/// A sheet that has only begun, and one with more of everything than GitHub takes.
fn sheets<'a>(repository: &'a Repository, commit: &'a CommitSha) -> [SheetContent<'a>; 2] {
    static BUTTONS: [Button; 2] = [
        Button { name: "again", label: "Gather again", explanation: "Looks at what is live now" },
        Button { name: "start", label: "Only this change", explanation: "Compares with where the change starts" },
    ];
    let begun = SheetContent {
        repository,
        commit,
        mark: "pull/1347",
        progress: Progress::Gathering,
        title: "Gathering",
        summary: "Reading what changes.",
        text: "",
        notes: &[],
        buttons: &[],
        details_url: None,
    };
    let levels = [NoteLevel::Notice, NoteLevel::Warning, NoteLevel::Failure];
    let note = |n: u64| Note {
        path: format!("models/m{n}/README.md"),
        line: n + 1,
        end_line: n + 3,
        level: levels[usize::try_from(n % 3).unwrap()],
        title: "accuracy ".repeat(60),
        message: "It fell. ".repeat(9_000),
    };
    let notes: &'static [Note] = Vec::leak((0..120).map(note).collect());
    let long: &'static str = String::leak("| accuracy | 0.9 | 0.8 | \u{1f4c9}\n".repeat(4_000));
    let done = SheetContent {
        progress: Progress::Done(Conclusion::Failure),
        title: "2 flags block this",
        summary: long,
        text: long,
        notes,
        buttons: &BUTTONS,
        details_url: Some("https://countersign.acme.example/"),
        ..begun
    };
    [begun, done]
}

fn outcome<T: std::fmt::Debug, E: std::fmt::Debug>(result: Result<T, E>) -> String {
    format!("{result:?}").chars().take(300).collect()
}

fn sha(text: &str) -> CommitSha {
    CommitSha::parse(text).unwrap()
}
