//! What is shown, and on what.

use countersign::config::{PreviewConclusion, ShowOn};
use countersign::sim::github::Dispatch;

use super::desk::{card, conclusion, desk, desk_with, summary, text, title};

#[tokio::test]
async fn an_opened_pull_request_gets_the_flags_a_table_and_remarks_on_lines() {
    let desk = desk().await;
    let number = desk.open("retrain", &[("README.md", &card("mit", "0.87"))]);
    desk.settle().await;
    let run = desk.run();
    assert_eq!(
        (run.name.as_str(), run.head_sha.as_str(), run.status.as_str()),
        ("Countersign", desk.head(number).as_str(), "completed")
    );
    assert_eq!(run.external_id, format!("countersign/pull/{number}"));
    assert!(title(&run).contains("new risks: ") && title(&run).contains("licence changed"), "{}", title(&run));
    assert!(summary(&run).contains("## `production`: blocked"), "{}", summary(&run));
    assert!(summary(&run).contains("accuracy") && summary(&run).contains("0.87"), "{}", summary(&run));
    assert!(text(&run).contains("-license: apache-2.0\n") && text(&run).contains("+license: mit\n"), "{}", text(&run));
    assert!(
        run.annotations.iter().any(|note| note.path == "README.md" && note.start_line > 1),
        "{:?}",
        run.annotations
    );
    assert_eq!(conclusion(&run), "failure", "the pickle on the branch calls something");
    let buttons: Vec<&str> = run.actions.iter().map(|action| action.identifier.as_str()).collect();
    assert_eq!(buttons, ["refresh", "against_start"]);
    desk.finish().await;
}

/// The sheet and the gate never disagree: both gather the same way.
#[tokio::test]
async fn the_sheet_has_every_flag_that_the_gate_then_shows() {
    let desk = desk().await;
    let number = desk.open("retrain", &[("README.md", &card("mit", "0.87")), ("extra.pkl", "\u{80}\u{4}")]);
    desk.settle().await;
    let dispatch = Dispatch::new(desk.repository(), "retrain", "mona", "production").of_commit(&desk.head(number));
    desk.world.github.dispatch(dispatch);
    desk.settle().await;
    let request = desk.world.requests().await.unwrap().remove(0);
    let digest = request.evidence.unwrap().digest;
    let evidence = desk.world.engine().unwrap().store.evidence(&digest).await.unwrap().unwrap();
    let run = desk.run();
    assert!(evidence.flags.len() > 3);
    for flag in &evidence.flags {
        let start: String = flag.message.chars().take_while(|c| c.is_alphanumeric() || *c == ' ').collect();
        assert!(summary(&run).contains(start.trim()), "{}: {start} in {}", flag.code, summary(&run));
    }
    desk.finish().await;
}

#[tokio::test]
async fn a_secret_in_the_change_fails_and_only_informs_where_that_is_set() {
    let leak = format!("{}\nhf_{}\n", card("apache-2.0", "0.93"), "a1B2".repeat(9));
    for (setting, expected) in [(PreviewConclusion::Verdict, "failure"), (PreviewConclusion::Neutral, "neutral")] {
        let desk = desk_with(|options| options.preview.conclusion = setting).await;
        desk.open("retrain", &[("README.md", &leak)]);
        desk.settle().await;
        let run = desk.run();
        assert_eq!(conclusion(&run), expected, "{}", summary(&run));
        let shown = format!("{} {} {}", title(&run), summary(&run), text(&run));
        assert!(!shown.contains("a1B2a1B2"), "the secret itself is masked");
        desk.finish().await;
    }
}

#[tokio::test]
async fn what_touches_no_model_gets_no_check_run() {
    let desk = desk().await;
    desk.open("docs", &[("docs/guide.md", "# Guide\n"), ("src/serve.py", "PORT = 1\n")]);
    desk.settle().await;
    assert!(desk.runs().is_empty(), "{:#?}", desk.runs());
    assert_eq!(desk.writes(), 0);
    desk.finish().await;
}

#[tokio::test]
async fn the_policy_and_workflows_are_looked_at_too() {
    for path in [".github/workflows/deploy.yml", ".github/countersign.yml"] {
        let desk = desk().await;
        desk.open("ci", &[(path, "version: 1\n")]);
        desk.settle().await;
        assert!(summary(&desk.run()).contains("The change touches"), "{}", summary(&desk.run()));
        desk.finish().await;
    }
}

/// Teams that require the check need it everywhere: a required check that is not there blocks.
#[tokio::test]
async fn where_it_is_wanted_everywhere_the_rest_succeeds() {
    let desk = desk_with(|options| options.preview.show_on = ShowOn::All).await;
    desk.open("docs", &[("docs/guide.md", "# Guide\n")]);
    desk.settle().await;
    let run = desk.run();
    assert_eq!((conclusion(&run), title(&run)), ("success", "Nothing about models changes"));
    desk.finish().await;
}

#[tokio::test]
async fn a_pull_request_from_a_fork_is_looked_at_like_any_other() {
    let desk = desk().await;
    let number = desk.open_from_fork(&[("README.md", &card("mit", "0.95"))]);
    desk.settle().await;
    assert_eq!(desk.run().head_sha, desk.head(number));
    assert!(title(&desk.run()).contains("licence changed"));
    desk.finish().await;
}

/// Environments are those that asked before; without any, the setting's.
#[tokio::test]
async fn every_environment_that_asked_before_has_its_section() {
    let desk = desk().await;
    desk.world.github.dispatch(desk.world.sample.staging_then_production());
    desk.settle().await;
    desk.open("retrain", &[("README.md", &card("mit", "0.95"))]);
    desk.settle().await;
    assert!(summary(&desk.run()).contains("## `staging`:"), "{}", summary(&desk.run()));
    assert!(!summary(&desk.run()).contains("## `production`:"), "it has not asked yet");
    let elsewhere = super::desk::desk_with(|options| {
        options.preview.environment = countersign::domain::EnvironmentName::parse("canary").unwrap();
    })
    .await;
    elsewhere.open("retrain", &[("README.md", &card("mit", "0.95"))]);
    elsewhere.settle().await;
    let run = elsewhere.run();
    assert!(
        summary(&run).contains("Nothing is live in `canary` yet, so this compares with where the pull request starts")
    );
    elsewhere.finish().await;
    desk.world.stop().await;
}

#[tokio::test]
async fn drafts_are_shown_and_off_means_off() {
    let desk = desk().await;
    let number = desk.open("retrain", &[("README.md", &card("mit", "0.95"))]);
    let repository = desk.repository();
    desk.world.github.edit(|state| state.set_draft(repository, number, true, countersign::sim::github::sample::MONA));
    desk.settle().await;
    assert_eq!(desk.run().status, "completed");
    desk.finish().await;
    let off = desk_with(|options| options.preview.enabled = false).await;
    off.open("retrain", &[("README.md", &card("mit", "0.95"))]);
    off.settle().await;
    assert!(off.runs().is_empty() && off.world.github.calls().is_empty());
    off.finish().await;
}
