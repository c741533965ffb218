//! Settings from outside: layers, mistakes and what is said about them, and that no secret is ever shown.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::config::{self, LogFormat, Origin, ServeSettings, Settings, WhenMissing};
use countersign::domain::Coverage;

/// In every secret below: found anywhere, it has leaked.
const CANARY: &str = "canary-7f3a";

static PRIVATE_KEY: LazyLock<String> = LazyLock::new(|| {
    let key = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = key.as_der().unwrap();
    let lines: Vec<String> = STANDARD
        .encode(der.as_ref())
        .as_bytes()
        .chunks(64)
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
});

/// The environment of a server that starts.
fn good() -> Vec<(OsString, OsString)> {
    let all = [
        ("COUNTERSIGN_SERVER__LISTEN", "127.0.0.1:0".to_owned()),
        ("COUNTERSIGN_SERVER__API_TOKEN", format!("api-token-{CANARY}")),
        ("COUNTERSIGN_DATABASE__URL", format!("postgres://countersign:{CANARY}@db.acme.example/countersign")),
        ("COUNTERSIGN_GITHUB__APP_ID", "1190001".to_owned()),
        ("COUNTERSIGN_GITHUB__PRIVATE_KEY", PRIVATE_KEY.clone()),
        ("COUNTERSIGN_GITHUB__WEBHOOK_SECRET", format!("webhook-secret-{CANARY}")),
        ("COUNTERSIGN_SLACK__BOT_TOKEN", format!("xoxb-{CANARY}")),
        ("COUNTERSIGN_SLACK__SIGNING_SECRET", format!("signing-secret-{CANARY}")),
        ("COUNTERSIGN_SLACK__APP_ID", "A0COUNTERSIGN".to_owned()),
        ("COUNTERSIGN_SLACK__TEAM_ID", "T0ACME".to_owned()),
        ("COUNTERSIGN_SLACK__CHANNEL", "C0RELEASES".to_owned()),
    ];
    all.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
}

fn with(name: &str, value: &str) -> Vec<(OsString, OsString)> {
    let mut environment = good();
    environment.retain(|(known, _)| known != name);
    environment.push((name.into(), value.into()));
    environment
}

fn without(name: &str) -> Vec<(OsString, OsString)> {
    good().into_iter().filter(|(known, _)| known != name).collect()
}

fn load(file: Option<&Path>, environment: &[(OsString, OsString)]) -> Result<Settings, Vec<String>> {
    config::load(Origin { file, environment }).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

fn serve(environment: &[(OsString, OsString)]) -> Result<ServeSettings, Vec<String>> {
    let settings = load(None, environment)?;
    config::validate_for_serve(&settings).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

/// The one thing said about this environment.
fn only_problem(environment: &[(OsString, OsString)]) -> String {
    let problems = serve(environment).expect_err("refused");
    assert_eq!(problems.len(), 1, "{problems:?}");
    let problem = problems.into_iter().next().unwrap();
    assert!(!problem.contains('\n') && !problem.contains(CANARY), "{problem}");
    problem
}

fn file(directory: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
    let path = directory.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn defaults_hold_every_setting_and_load_alone() {
    let settings = load(None, &[]).unwrap();
    assert_eq!(settings.server.listen, "127.0.0.1:8080");
    assert_eq!(settings.server.max_github_body_bytes, 25 * 1024 * 1024);
    assert_eq!(settings.policy.when_missing, WhenMissing::Starter);
    assert_eq!(settings.log.format, LogFormat::Text);
}

#[test]
fn every_setting_has_a_comment_above_it() {
    let lines: Vec<&str> = config::DEFAULTS.lines().collect();
    for pair in lines.windows(2) {
        let explained = pair[0].starts_with('#') || pair[0].starts_with('[') && pair[1].starts_with("api_url");
        assert!(!pair[1].contains(" = ") || pair[1].starts_with('#') || explained, "{}", pair[1]);
    }
}

#[test]
fn environment_overrides_the_file_which_overrides_the_defaults() {
    let directory = tempfile::tempdir().unwrap();
    let path =
        file(&directory, "c.toml", "[slack]\nchannel = \"C0FILE\"\nteam_id = \"T0FILE\"\n[github]\napp_id = 42\n");
    let environment = [("COUNTERSIGN_SLACK__CHANNEL".into(), "C0ENVIRONMENT".into())];
    let settings = load(Some(&path), &environment).unwrap();
    assert_eq!(settings.slack.channel, "C0ENVIRONMENT");
    assert_eq!(settings.slack.team_id, "T0FILE");
    assert_eq!(settings.slack.api_url, "https://slack.com/api");
    assert_eq!(settings.github.app_id, "42");
}

#[test]
fn a_complete_environment_starts_a_server() {
    let settings = serve(&good()).unwrap();
    assert_eq!(settings.github.web_url.as_str(), "https://github.com/");
    assert_eq!(settings.github.webhook_secrets.len(), 1);
    assert!(settings.api_token.is_some());
}

#[test]
fn unknown_keys_are_refused_with_the_nearest_known_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = file(&directory, "c.toml", "[slack]\nchanel = \"C0\"\n[githb]\napp_id = 1\n");
    let problems = load(Some(&path), &[]).unwrap_err();
    assert!(
        problems.iter().any(|p| p.contains("unknown setting `slack.chanel`, did you mean `slack.channel`?")),
        "{problems:?}"
    );
    assert!(problems.iter().any(|p| p.contains("unknown setting `githb`, did you mean `github`?")), "{problems:?}");
    let environment = with("COUNTERSIGN_GITHUB_APP_ID", "1");
    assert_eq!(
        only_problem(&environment),
        "COUNTERSIGN_GITHUB_APP_ID is no setting, did you mean COUNTERSIGN_GITHUB__APP_ID?"
    );
    assert!(serve(&with("COUNTERSIGN_TEST_POSTGRES", "anything")).is_ok());
}

#[test]
fn values_of_the_wrong_kind_are_all_told() {
    let directory = tempfile::tempdir().unwrap();
    let text = "[server]\nbody_timeout = \"soon\"\nmax_connections = \"many\"\n[policy]\nwhen_missing = \"allow\"\n";
    let problems = load(Some(&file(&directory, "c.toml", text)), &[]).unwrap_err();
    assert!(problems.iter().any(|p| p.starts_with("server.max_connections must be a whole number")), "{problems:?}");
    let text = text.replace("\"many\"", "7");
    let problems = load(Some(&file(&directory, "c.toml", &text)), &[]).unwrap_err();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems.iter().any(|p| p.starts_with("server.body_timeout is wrong: `soon`")), "{problems:?}");
    assert!(problems.iter().any(|p| p.starts_with("policy.when_missing is wrong")), "{problems:?}");
}

#[test]
fn everything_that_is_missing_is_told_at_once_with_where_to_get_it() {
    let problems = serve(&[]).unwrap_err();
    for key in [
        "github.app_id",
        "github.private_key",
        "github.webhook_secret",
        "slack.bot_token",
        "slack.signing_secret",
        "slack.channel",
    ] {
        assert!(problems.iter().any(|p| p.starts_with(&format!("{key} is missing: "))), "{key}: {problems:?}");
    }
    assert_eq!(problems.len(), 6);
    assert_eq!(
        only_problem(&without("COUNTERSIGN_GITHUB__WEBHOOK_SECRET")),
        "github.webhook_secret is missing: GitHub > Settings > Developer settings > GitHub Apps > your app > General > Webhook secret; \
         set it as COUNTERSIGN_GITHUB__WEBHOOK_SECRET"
    );
}

#[test]
fn secrets_come_from_files_too_with_one_trailing_newline_dropped() {
    let directory = tempfile::tempdir().unwrap();
    let path = file(&directory, "secret", "the-new-webhook-secret\nthe-old-webhook-secret\n");
    let mut environment = without("COUNTERSIGN_GITHUB__WEBHOOK_SECRET");
    environment.push(("COUNTERSIGN_GITHUB__WEBHOOK_SECRET_FILE".into(), path.clone().into()));
    let settings = serve(&environment).unwrap();
    let secrets: Vec<&str> = settings.github.webhook_secrets.iter().map(secrecy::ExposeSecret::expose_secret).collect();
    assert_eq!(secrets, ["the-new-webhook-secret", "the-old-webhook-secret"]);
    environment.push(("COUNTERSIGN_GITHUB__WEBHOOK_SECRET".into(), "another-webhook-secret".into()));
    assert!(only_problem(&environment).starts_with("github.webhook_secret is set twice"));
}

#[test]
fn the_private_key_may_be_a_path() {
    let directory = tempfile::tempdir().unwrap();
    let path = file(&directory, "app.pem", &PRIVATE_KEY);
    let mut environment = without("COUNTERSIGN_GITHUB__PRIVATE_KEY");
    environment.push(("COUNTERSIGN_GITHUB__PRIVATE_KEY_FILE".into(), path.into()));
    serve(&environment).unwrap();
}

#[test]
fn empty_blank_short_and_shared_secrets_are_refused() {
    for empty in ["", "   \n"] {
        assert!(
            only_problem(&with("COUNTERSIGN_GITHUB__WEBHOOK_SECRET", empty))
                .starts_with("github.webhook_secret is empty")
        );
        assert!(
            only_problem(&with("COUNTERSIGN_SLACK__SIGNING_SECRET", empty))
                .starts_with("slack.signing_secret is empty")
        );
    }
    assert!(only_problem(&with("COUNTERSIGN_GITHUB__WEBHOOK_SECRET", "abc")).contains("shorter than 16 characters"));
    let shared = with("COUNTERSIGN_GITHUB__WEBHOOK_SECRET", &format!("signing-secret-{CANARY}"));
    assert!(only_problem(&shared).contains("is the same as slack.signing_secret"));
}

/// One setting chooses Socket Mode; what HTTP needs is asked for only where HTTP is used.
#[test]
fn an_app_level_token_turns_socket_mode_on() {
    let http = serve(&good()).unwrap().slack;
    assert!(http.takes_http && http.socket.is_none());

    let mut environment = without("COUNTERSIGN_SLACK__SIGNING_SECRET");
    environment.push(("COUNTERSIGN_SLACK__APP_TOKEN".into(), format!(" xapp-1-{CANARY}\n").into()));
    let slack = serve(&environment).unwrap().slack;
    let socket = slack.socket.as_ref().unwrap();
    assert!(!slack.takes_http && slack.signing_secrets.is_empty());
    assert_eq!(secrecy::ExposeSecret::expose_secret(&socket.app_token), &format!("xapp-1-{CANARY}"));
    assert_eq!(socket.sockets, 2);

    let mut both = environment.clone();
    both.push(("COUNTERSIGN_SLACK__KEEP_HTTP".into(), "true".into()));
    assert!(only_problem(&both).starts_with("slack.signing_secret is missing: "));
    both.push(("COUNTERSIGN_SLACK__SIGNING_SECRET".into(), format!("signing-secret-{CANARY}").into()));
    let slack = serve(&both).unwrap().slack;
    assert!(slack.takes_http && slack.socket.is_some());
}

#[test]
fn a_secret_in_a_list_with_an_empty_one_is_refused() {
    let problem = only_problem(&with("COUNTERSIGN_GITHUB__WEBHOOK_SECRET", "a-long-enough-secret\n\n"));
    assert!(problem.starts_with("github.webhook_secret is empty"), "{problem}");
}

#[test]
fn the_usual_mistakes_with_the_private_key_are_named() {
    let public = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBg\n-----END PUBLIC KEY-----";
    let literal = "-----BEGIN RSA PRIVATE KEY-----\\nMIIE...\\n-----END RSA PRIVATE KEY-----";
    let cut = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----";
    for (key, said) in [
        (public, "is a public key"),
        (literal, "holds `\\n` as two characters"),
        (cut, "is not a "),
        ("1190001", "is not a PEM text"),
    ] {
        let problem = only_problem(&with("COUNTERSIGN_GITHUB__PRIVATE_KEY", key));
        assert!(problem.starts_with("github.private_key ") && problem.contains(said), "{problem}");
        assert!(!problem.contains("MII"), "{problem}");
    }
}

#[test]
fn wrong_ids_tokens_and_addresses_are_refused() {
    let bad = [
        ("COUNTERSIGN_GITHUB__APP_ID", "countersign", "github.app_id is neither"),
        ("COUNTERSIGN_GITHUB__API_URL", "http://ghe.example/api/v3", "github.api_url must start with https://"),
        (
            "COUNTERSIGN_GITHUB__API_URL",
            "https://169.254.169.254/",
            "github.api_url is the address of a metadata service",
        ),
        (
            "COUNTERSIGN_GITHUB__API_URL",
            "https://u:canary-7f3a@ghe.example/api/v3",
            "github.api_url must not hold a user name",
        ),
        ("COUNTERSIGN_SLACK__API_URL", "http://slack.example/api", "slack.api_url must start with https://"),
        ("COUNTERSIGN_SLACK__BOT_TOKEN", "xoxp-canary-7f3a", "slack.bot_token is not a bot token"),
        ("COUNTERSIGN_SLACK__APP_TOKEN", "xoxb-canary-7f3a", "slack.app_token is not an app-level token"),
        ("COUNTERSIGN_SLACK__SOCKETS", "11", "slack.sockets must be from 1 to 10"),
        ("COUNTERSIGN_SLACK__SOCKETS", "0", "slack.sockets must be from 1 to 10"),
        ("COUNTERSIGN_SLACK__CHANNEL", "#releases", "slack.channel is not a channel ID"),
        ("COUNTERSIGN_SERVER__LISTEN", "8080", "server.listen is not an address and port"),
        ("COUNTERSIGN_DATABASE__URL", "mysql://root:canary-7f3a@db/x", "database.url starts with neither"),
        ("COUNTERSIGN_POLICY__EXPIRES_AFTER", "30d", "policy.expires_after must be from 1m to 29d"),
        ("COUNTERSIGN_SLACK__MESSAGES_PER_SECOND", "0", "slack.messages_per_second must be more than 0"),
        ("COUNTERSIGN_ENGINE__PEOPLE_KEPT_FOR", "6m", "engine.people_kept_for must be from 1s to 5m"),
        ("COUNTERSIGN_IDENTITY__FILE", "/nowhere/people.toml", "identity.file names `/nowhere/people.toml`"),
    ];
    for (name, value, said) in bad {
        let problem = only_problem(&with(name, value));
        assert!(problem.starts_with(said), "{problem}");
    }
    assert!(serve(&with("COUNTERSIGN_GITHUB__API_URL", "http://127.0.0.1:4010/api/v3")).is_ok());
    assert!(serve(&with("COUNTERSIGN_GITHUB__APP_ID", "Iv23liAbCdEfGhIjKlMn")).is_ok());
}

/// Everything that several workspaces take, which is installed by consent.
fn several(lines: &str, more: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    let mut environment = with("COUNTERSIGN_SLACK__WORKSPACES", lines);
    let set = [
        ("COUNTERSIGN_SLACK__CHANNEL", ""),
        ("COUNTERSIGN_SLACK__TEAM_ID", ""),
        ("COUNTERSIGN_SLACK__BOT_TOKEN", ""),
        ("COUNTERSIGN_SLACK__CLIENT_ID", "1111.2222"),
        ("COUNTERSIGN_SLACK__CLIENT_SECRET", "0123456789abcdef0123456789abcdef"),
        ("COUNTERSIGN_SLACK__TOKEN_KEY", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="),
        ("COUNTERSIGN_SERVER__PUBLIC_URL", "https://countersign.example"),
    ];
    for (name, value) in set.iter().chain(more) {
        environment.retain(|(known, _)| known != name);
        environment.push((name.into(), value.into()));
    }
    environment
}

#[test]
fn several_workspaces_are_a_line_each() {
    let lines = "T0ACME C0DEPLOY acme\nE0OTHER C0LIVE Other acme/Churn\nT0REST C0REST *";
    let settings = serve(&several(lines, &[("COUNTERSIGN_FREEZE__SLACK_USERS", "E0OTHER/U0ANA")])).unwrap();
    let shown: Vec<_> =
        settings.slack.workspaces.iter().map(|one| (one.team_id.as_str(), one.channel.as_str())).collect();
    assert_eq!(shown, [("T0ACME", "C0DEPLOY"), ("E0OTHER", "C0LIVE"), ("T0REST", "C0REST")]);
    let names = |names: &[&str]| Coverage::Named(names.iter().map(|name| (*name).to_owned()).collect());
    let covered: Vec<_> = settings.slack.workspaces.iter().map(|one| one.coverage.clone()).collect();
    assert_eq!(covered, [names(&["acme"]), names(&["other", "acme/churn"]), Coverage::Rest]);
    assert_eq!(settings.slack.workspaces[1].freezers, ["U0ANA"]);
}

#[test]
fn the_lines_of_the_guide_are_taken() {
    let guide = include_str!("../../docs/slack.md");
    let listed = guide.split_once("workspaces = [").and_then(|(_, rest)| rest.split_once("\n]")).unwrap().0;
    let lines: Vec<&str> = listed.lines().filter_map(|line| line.split('"').nth(1)).collect();
    let settings = serve(&several(&lines.join("\n"), &[])).unwrap();
    let homes: Vec<_> = settings.slack.workspaces.iter().map(|one| one.home.as_deref()).collect();
    assert_eq!(homes, [None, None, Some("T0246813579")]);
}

#[test]
fn workspaces_that_could_be_meant_two_ways_are_refused() {
    let bad = [
        ("acme C0DEPLOY acme", "`acme` is not a workspace ID"),
        ("T0ACME #releases acme", "`#releases` is not a channel ID"),
        ("T0ACME/T0MAIN C0DEPLOY acme", "`T0ACME/T0MAIN` is not a workspace ID"),
        ("T0ACME C0DEPLOY", "does not say whose requests"),
        ("T0ACME C0DEPLOY acme/", "`acme/` is no GitHub owner"),
        ("T0ACME C0DEPLOY a\nT0ACME C0LIVE b", "T0ACME twice"),
        ("T0ACME C0DEPLOY acme\nT0BETA C0LIVE Acme", "gives `acme` to two workspaces"),
        ("T0ACME C0DEPLOY *\nT0BETA C0LIVE *", "gives `*` to two workspaces"),
    ];
    for (lines, said) in bad {
        let problem = only_problem(&several(lines, &[]));
        assert!(problem.starts_with("slack.workspaces ") && problem.contains(said), "{problem}");
    }
    let good = "T0ACME C0DEPLOY acme";
    let also = [
        ("COUNTERSIGN_SLACK__TEAM_ID", "T0ACME", "slack.team_id is set beside slack.workspaces"),
        ("COUNTERSIGN_SLACK__CHANNEL", "C0DEPLOY", "slack.channel is set beside slack.workspaces"),
        ("COUNTERSIGN_FREEZE__SLACK_USERS", "U0ANA", "freeze.slack_users names `U0ANA`: with slack.workspaces"),
        ("COUNTERSIGN_FREEZE__SLACK_USERS", "T0BETA/U0ANA", "freeze.slack_users names `T0BETA/U0ANA`"),
    ];
    for (name, value, said) in also {
        let problem = only_problem(&several(good, &[(name, value)]));
        assert!(problem.starts_with(said), "{problem}");
    }
    let pasted = with("COUNTERSIGN_SLACK__WORKSPACES", good);
    let problems = serve(&pasted).expect_err("refused").join("\n");
    assert!(problems.contains("slack.workspaces needs slack.client_id"), "{problems}");
}

#[test]
fn no_secret_is_shown_by_settings_in_any_form() {
    let all = with("COUNTERSIGN_SLACK__APP_TOKEN", &format!("xapp-{CANARY}"));
    let settings = load(None, &all).unwrap();
    let serve_settings = serve(&all).unwrap();
    let key_line = PRIVATE_KEY.lines().nth(3).unwrap();
    for shown in [
        format!("{settings:?}"),
        format!("{settings:#?}"),
        format!("{serve_settings:?}"),
        format!("{serve_settings:#?}"),
    ] {
        assert!(!shown.contains(CANARY) && !shown.contains(key_line), "{shown}");
    }
}

#[test]
fn a_mistyped_settings_file_is_told_by_line_and_its_text_is_not_repeated() {
    let directory = tempfile::tempdir().unwrap();
    let path = file(&directory, "c.toml", &format!("[slack]\nbot_token = \"xoxb-{CANARY}\n"));
    let problems = load(Some(&path), &[]).unwrap_err();
    assert!(problems[0].contains("c.toml:2:") && !problems[0].contains(CANARY), "{problems:?}");
    let path = file(&directory, "d.toml", &format!("[slack]\nbot_token = [\"xoxb-{CANARY}\"]\n"));
    let problems = load(Some(&path), &[]).unwrap_err();
    assert!(
        problems[0].starts_with("slack.bot_token must be a text in quotes") && !problems[0].contains(CANARY),
        "{problems:?}"
    );
}

#[test]
fn the_program_refuses_to_start_with_exit_code_2_and_one_line_per_problem() {
    let output = program(&["serve"], &[("COUNTERSIGN_GITHUB__WEBHOOK_SECRET", "")]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.lines().all(|line| line.starts_with("error: ")), "{said}");
    assert!(said.contains("error: github.webhook_secret is empty"), "{said}");
}

#[test]
fn help_has_examples_and_wrong_use_is_exit_code_2() {
    let help = program(&["--help"], &[]);
    assert_eq!(help.status.code(), Some(0));
    assert!(String::from_utf8(help.stdout).unwrap().contains("Examples:"));
    assert_eq!(program(&["sevre"], &[]).status.code(), Some(2));
}

fn program(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.env_clear().args(arguments).envs(environment.iter().copied());
    command.output().unwrap()
}
