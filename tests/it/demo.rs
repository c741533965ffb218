//! The demo's stories, its command line, and the repositories it takes over.

mod page;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use countersign::sim::local::{self, LocalError};
use countersign::sim::script::{self, Story};
use countersign::sim::world::{World, WorldOptions};

async fn told(story: Story) -> (bool, String) {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut out = Vec::new();
    let kept = script::tell(story, &mut out).await.unwrap();
    (kept, String::from_utf8(out).unwrap())
}

#[tokio::test]
async fn every_story_keeps_what_it_promises() {
    for story in Story::ALL {
        let (kept, text) = told(story).await;
        assert!(kept, "{text}");
        assert!(text.contains("\nVerified: ") && !text.contains("BROKEN"), "{text}");
    }
}

#[tokio::test]
async fn a_story_is_told_the_same_way_twice() {
    let ((_, first), (_, second)) = (told(Story::Outsider).await, told(Story::Outsider).await);
    let happened =
        |text: &str| text.lines().filter(|line| line.contains(" presses ")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(happened(&first), happened(&second));
    assert_eq!(happened(&first).len(), 4, "{first}");
}

fn countersign(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.arg("demo").args(arguments).env_clear().output().unwrap()
}

#[test]
fn the_program_tells_a_story_and_exits() {
    let output = countersign(&["--script", "deny"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("Ana writes “accuracy fell") && text.contains("GitHub hears “rejected”"), "{text}");
}

#[test]
fn a_demo_for_others_or_beside_credentials_is_refused() {
    let open = countersign(&["--listen", "0.0.0.0:8080"]);
    assert_eq!(open.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&open.stderr).contains("this machine only"));
    let mut with_token = Command::new(env!("CARGO_BIN_EXE_countersign"));
    let refused = with_token
        .args(["demo", "--script", "approve"])
        .env("COUNTERSIGN_SLACK__BOT_TOKEN", "xoxb-1")
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("`COUNTERSIGN_SLACK__BOT_TOKEN`") && !said.contains("xoxb-1"), "{said}");
}

#[test]
fn a_folder_that_is_no_repository_is_wrong_use() {
    let folder = tempfile::tempdir().unwrap();
    let output = countersign(&["--repo", folder.path().to_str().unwrap(), "--base", "a", "--head", "b"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is not a git repository"));
}

/// A repository made by git itself, with two people and a model.
struct Made {
    folder: tempfile::TempDir,
}

impl Made {
    fn new() -> Self {
        let made = Self { folder: tempfile::tempdir().unwrap() };
        made.git(&["init", "--quiet", "--initial-branch", "main"]);
        made
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn git(&self, arguments: &[&str]) -> String {
        self.git_as("Ana Lima", "ana@acme.example", arguments)
    }

    fn git_as(&self, name: &str, email: &str, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command
            .current_dir(self.path())
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), name).env(format!("GIT_{role}_EMAIL"), email);
        }
        let output = command.output().expect("git is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn commit(&self, name: &str, email: &str, files: &[(&str, &str)], message: &str) -> String {
        for (path, content) in files {
            let file: PathBuf = self.path().join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, content).unwrap();
        }
        self.git(&["add", "--all"]);
        self.git_as(name, email, &["commit", "--quiet", "--message", message]);
        self.git(&["rev-parse", "HEAD"])
    }
}

#[test]
fn a_repository_comes_over_with_its_commits_files_and_people() {
    let made = Made::new();
    let card = |accuracy: &str| format!("---\nlicense: mit\n---\n# Scorer\n\naccuracy {accuracy}\n");
    let base =
        made.commit("Li Wei", "li@acme.example", &[("README.md", &card("0.91")), ("src/a.py", "a = 1\n")], "First");
    made.git(&["tag", "--annotate", "v1", "--message", "one"]);
    let large = "x".repeat(2 * 1024 * 1024);
    let head = made.commit(
        "Octo",
        "7+octocat@users.noreply.github.com",
        &[("README.md", &card("0.93")), ("big.bin", &large)],
        "Second",
    );

    let local = local::read(made.path(), "v1", "main").unwrap();
    assert_eq!((local.base.as_str(), local.head.as_str()), (base.as_str(), head.as_str()));
    assert_eq!(local.commits.len(), 2);
    let newest = local.commits.iter().find(|commit| commit.sha == head).unwrap();
    assert_eq!(newest.parents, [base]);
    let file = |path: &str| newest.files.iter().find(|(name, _)| name == path).map(|(_, blob)| blob.clone()).unwrap();
    assert_eq!(file("README.md").text(), card("0.93"));
    assert_eq!(file("src/a.py").text(), "a = 1\n");
    assert_eq!(file("big.bin").size, 2 * 1024 * 1024);
    assert!(file("big.bin").bytes.len() < 100, "a large file's content stays where it is");
}

#[tokio::test]
async fn the_author_of_the_head_asks_and_cannot_decide_under_another_name() {
    let made = Made::new();
    made.commit("Li Wei", "li@acme.example", &[("README.md", "# a\n")], "First");
    made.commit("Somebody", "octocat@elsewhere.example", &[("README.md", "# b\n")], "Second");
    let local = std::sync::Arc::new(local::read(made.path(), "HEAD~1", "HEAD").unwrap());
    let filling = std::sync::Arc::clone(&local);
    let options = WorldOptions {
        fill: Some(std::sync::Arc::new(move |state| local::fill(&filling, state))),
        ..WorldOptions::by_hand()
    };
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut world = World::start(options).await.unwrap();
    let (deploy, _) = world.github.read(|state| local::deployments(&local, state, &world.sample));
    // An address proves nothing: its login must not become the approver of that name.
    assert_eq!(deploy.actor, "octocat-2");
    world.github.dispatch(deploy);
    world.advance(5_000).await.unwrap();
    let requests = world.requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].commit.as_str(), local.head);
    assert!(requests[0].is_undecided());
    world.stop_server().await;
}

#[test]
fn nothing_that_a_repository_configures_runs() {
    let made = Made::new();
    made.commit(
        "Li Wei",
        "li@acme.example",
        &[("README.md", "# a\n"), (".gitattributes", "* filter=evil diff=evil\n")],
        "First",
    );
    let witness = made.path().join("ran");
    let command = format!("touch {}", witness.display());
    for key in [
        "filter.evil.smudge",
        "filter.evil.clean",
        "diff.evil.textconv",
        "core.fsmonitor",
        "core.sshCommand",
        "core.pager",
        "core.editor",
    ] {
        made.git(&["config", key, &command]);
    }
    std::fs::remove_file(&witness).ok();
    local::read(made.path(), "HEAD", "HEAD").unwrap();
    assert!(!witness.exists());
}

#[test]
fn revisions_that_name_no_commit_are_told_apart() {
    let made = Made::new();
    made.commit("Li Wei", "li@acme.example", &[("README.md", "# a\n")], "First");
    for revision in ["nothing", "HEAD:README.md", "HEAD~9", "", "--help"] {
        let refused = local::read(made.path(), revision, "HEAD");
        assert!(matches!(refused, Err(LocalError::NoSuchRevision { .. })), "{revision}: {refused:?}");
    }
}

#[test]
fn a_rollback_and_parted_histories_are_read_from_both_sides() {
    let made = Made::new();
    let root = made.commit("Li Wei", "li@acme.example", &[("README.md", "# a\n")], "First");
    let left = made.commit("Li Wei", "li@acme.example", &[("README.md", "# b\n")], "Left");
    made.git(&["checkout", "--quiet", "-b", "other", &root]);
    let right = made.commit("Li Wei", "li@acme.example", &[("README.md", "# c\n")], "Right");
    let mut ids: Vec<String> =
        local::read(made.path(), &left, &right).unwrap().commits.into_iter().map(|commit| commit.sha).collect();
    let mut expected = vec![root.clone(), left.clone(), right];
    ids.sort();
    expected.sort();
    assert_eq!(ids, expected);
    assert_eq!(local::read(made.path(), &left, &root).unwrap().commits.len(), 2);
}
