//! `countersign identity`, beside a running server: what an operator links, ends, imports and exports.

use std::path::PathBuf;
use std::process::{Command, Output};

use countersign::domain::Verdict;
use countersign::sim::github::sample::{BO as BO_ACCOUNT, OCTOCAT};
use countersign::sim::slack::sample::{BO, LI, OCTO, TEAM};
use secrecy::ExposeSecret as _;
use serde_json::Value;

use super::{links, recorded, stage_with_bo};
use crate::stories::stage::Stage;

/// Runs the program over the stage's database, with its GitHub and the operator's file.
fn countersign(stage: &Stage, arguments: &[&str]) -> Output {
    let settings = &stage.world.settings;
    let file = write(stage, "identity.toml", &people(stage));
    Command::new(env!("CARGO_BIN_EXE_countersign"))
        .args(arguments)
        .env_clear()
        .env("COUNTERSIGN_DATABASE__URL", settings.database_url.expose_secret())
        .env("COUNTERSIGN_GITHUB__API_URL", settings.github.api_url.as_str())
        .env("COUNTERSIGN_GITHUB__WEB_URL", settings.github.web_url.as_str())
        .env("COUNTERSIGN_IDENTITY__FILE", file)
        .env("USER", "ops")
        .output()
        .unwrap()
}

fn people(stage: &Stage) -> String {
    let entry = |person: &countersign::config::LinkedPerson| {
        let id = person.github_id.map(|id| format!("github_id = {id}\n")).unwrap_or_default();
        format!(
            "[[person]]\ngithub_login = \"{}\"\n{id}slack_team = \"{}\"\nslack_user = \"{}\"\n",
            person.github_login, person.chat.workspace, person.chat.user
        )
    };
    stage.world.settings.people.people.iter().map(entry).collect()
}

fn write(stage: &Stage, name: &str, text: &str) -> PathBuf {
    let path = stage.world.folder().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// Standard output of a run that went well.
fn done(output: Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Exit code and standard error of a run that did not.
fn failed(output: Output) -> (i32, String) {
    assert!(!output.status.success());
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

const LINK_BO: [&str; 10] =
    ["identity", "link", "--slack-team", TEAM, "--slack-user", BO, "--github-login", "bo", "--github-id", "21004"];

#[tokio::test]
async fn an_operators_link_counts_for_the_next_click_and_its_end_too() {
    let stage = stage_with_bo().await;
    stage.deploy_good().await;
    stage.press(BO, "approve").await;
    assert!(stage.told(BO).contains("not linked"));
    assert!(done(countersign(&stage, &LINK_BO)).contains("is linked to `bo` (21004)"));
    assert!(done(countersign(&stage, &LINK_BO)).contains("already"));
    let unlink = ["identity", "unlink", "--slack-team", TEAM, "--slack-user", BO, "--by", "octo-ops"];
    assert!(done(countersign(&stage, &unlink)).contains("no longer linked to `bo`"));
    assert_eq!(failed(countersign(&stage, &unlink)).0, 1, "there is nothing to end");
    stage.press(BO, "approve").await;
    assert!(stage.told(BO).contains("not linked"), "no restart in between");
    done(countersign(&stage, &LINK_BO));
    stage.press(BO, "approve").await;
    assert_eq!(stage.verdict().await, Some(Verdict::Approved));
    let linked = recorded(&stage, "identity.linked").await;
    assert_eq!(linked[0]["by"]["operator"]["name"], "ops");
    assert_eq!(
        (&linked[0]["origin"], &linked[0]["account"]["id"]),
        (&"operator".into(), &BO_ACCOUNT.to_string().into())
    );
    assert_eq!(recorded(&stage, "identity.unlinked").await[0]["by"]["operator"]["name"], "octo-ops");
    stage.told(BO);
    stage.advance(30_000).await;
    stage.finish().await;
}

#[tokio::test]
async fn an_operators_link_overrides_neither_people_nor_the_file() {
    let stage = stage_with_bo().await;
    links(&stage, BO, "bo").await;
    stage.told(BO);
    let link = |user: &str, login: &str, id: u64| {
        let id = id.to_string();
        let arguments = [
            "identity",
            "link",
            "--slack-team",
            TEAM,
            "--slack-user",
            user,
            "--github-login",
            login,
            "--github-id",
            &id,
        ];
        countersign(&stage, &arguments)
    };
    for (output, told) in [
        (link(BO, "bo-two", 7), "T0ACME/U0BO is linked to `bo`: end that first"),
        (link("U0NEW", "bo", BO_ACCOUNT), "`bo` is linked to T0ACME/U0BO"),
        (link(OCTO, "bo-two", 7), "is linked to `octocat` by the identity file"),
        (link("U0NEW", "octocat", OCTOCAT), "`octocat` is linked to T0ACME/U0OCTO by the identity file"),
    ] {
        let (code, said) = failed(output);
        assert!(code == 1 && said.contains(told), "{told}: {said}");
    }
    let (code, said) = failed(link("@bo", "bo", BO_ACCOUNT));
    assert!(code == 2 && said.contains("`@bo` is not a user ID"), "{said}");
    stage.finish().await;
}

#[tokio::test]
async fn the_list_says_how_each_link_came_about_and_where_the_file_disagrees() {
    let mut stage = stage_with_bo().await;
    links(&stage, BO, "bo").await;
    stage.told(BO);
    let text = done(countersign(&stage, &["identity", "list"]));
    assert!(
        text.contains("T0ACME/U0BO") && text.contains("21004") && text.contains("login") && text.contains("counts"),
        "{text}"
    );
    let mut second = stage.world.settings.people.people[0].clone();
    (second.chat.user, second.github_login, second.github_id) = ("U0BOTWO".into(), "bo".into(), None);
    stage.world.settings.people.people.push(second);
    let text = done(countersign(&stage, &["identity", "list"]));
    assert!(text.contains("counts for nobody: the identity file ties the account to T0ACME/U0BOTWO"), "{text}");
    done(countersign(&stage, &["identity", "unlink", "--slack-team", TEAM, "--slack-user", BO]));
    assert!(!done(countersign(&stage, &["identity", "list"])).contains("U0BO"));
    let all: Value =
        serde_json::from_str(&done(countersign(&stage, &["identity", "list", "--all", "--format", "json"]))).unwrap();
    assert_eq!(all[0]["link"]["account"], BO_ACCOUNT.to_string());
    assert_eq!((&all[0]["link"]["ended"]["why"], &all[0]["conflict"]), (&"unlinked".into(), &Value::Null));
    stage.finish().await;
}

const GOOD: &str = "\
[[person]]
github_login = \"bo\"
github_id = 21004
slack_team = \"T0ACME\"
slack_user = \"U0BO\"

[[person]]
github_login = \"lisa\"
github_id = 21050
slack_team = \"T0ACME\"
slack_user = \"U0LISA\"
";

#[tokio::test]
async fn an_import_links_everybody_and_an_export_gives_them_back() {
    let stage = stage_with_bo().await;
    links(&stage, BO, "bo").await;
    stage.told(BO);
    let file = write(&stage, "people.toml", GOOD);
    let import = ["identity", "import", file.to_str().unwrap()];
    assert_eq!(done(countersign(&stage, &import)), "1 linked, 1 were linked like that already\n");
    assert_eq!(done(countersign(&stage, &import)), "0 linked, 2 were linked like that already\n");
    let linked = recorded(&stage, "identity.linked").await;
    assert_eq!(linked.iter().map(|entry| entry["origin"].as_str().unwrap()).collect::<Vec<_>>(), ["login", "file"]);

    let out = stage.world.folder().join("exported.toml");
    let export = ["identity", "export", out.to_str().unwrap()];
    assert!(done(countersign(&stage, &export)).contains("2 links written"));
    let written = std::fs::read_to_string(&out).unwrap();
    assert_eq!(done(countersign(&stage, &["identity", "export"])), written);
    assert_eq!(failed(countersign(&stage, &export)).0, 2, "a file that is there stays");
    let exported = countersign::config::IdentityFile::parse(&written).unwrap();
    assert_eq!(exported, countersign::config::IdentityFile::parse(GOOD).unwrap());
    stage.finish().await;
}

#[tokio::test]
async fn an_import_with_mistakes_tells_all_of_them_and_links_nobody() {
    let stage = stage_with_bo().await;
    links(&stage, BO, "bo").await;
    stage.told(BO);
    let bad = GOOD
        .replace("github_id = 21004", "github_id = -1")
        .replace("U0LISA", "lisa")
        .replace("slack_team", "slack_tam");
    let file = write(&stage, "bad.toml", &bad);
    let (code, said) = failed(countersign(&stage, &["identity", "import", file.to_str().unwrap()]));
    assert_eq!(code, 2);
    for told in [
        "line 3: github_id",
        "line 1: slack_team is missing",
        "line 11: slack_user `lisa`",
        "line 4: unknown `slack_tam`, did you mean slack_team?",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    let bad = [
        ("bo-two", "github_id = 8", BO),
        ("octocat", "github_id = 21002", "U0NEW"),
        ("somebody", "", "U0OTHER"),
        ("li", "github_id = 9", LI),
        ("li", "github_id = 9", "U0LITWO"),
        ("fine", "github_id = 10", "U0FINE"),
    ];
    let entry = |(login, id, user): &(&str, &str, &str)| {
        format!("[[person]]\ngithub_login = \"{login}\"\n{id}\nslack_team = \"T0ACME\"\nslack_user = \"{user}\"\n")
    };
    let file = write(&stage, "bad.toml", &bad.iter().map(entry).collect::<String>());
    let (code, said) = failed(countersign(&stage, &["identity", "import", file.to_str().unwrap()]));
    assert_eq!(code, 2);
    for told in [
        "line 1: T0ACME/U0BO is linked to `bo`: end that first",
        "line 6: `octocat` is linked to T0ACME/U0OCTO by the identity file",
        "line 11: github_id is missing: it is in https://api.github.com/users/somebody",
        "line 21: GitHub account 9 (`li`) is linked twice, in line 16 as well",
    ] {
        assert!(said.contains(told), "{told}: {said}");
    }
    assert!(!said.contains("line 26"), "{said}");
    assert_eq!(recorded(&stage, "identity.linked").await.len(), 1);
    stage.finish().await;
}
