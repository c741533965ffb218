//! Repositories that try something on whoever looks at them.

use std::fs;
use std::path::Path;

use super::{ANA, Desk, card, columns, pointer};

/// A command that leaves a mark when it is run.
fn marking(mark: &Path) -> String {
    format!("touch {}; cat", mark.display())
}

/// Everything in a repository's own configuration that names a command.
fn configuration(mark: &Path, included: &Path) -> String {
    let run = marking(mark);
    let hooks = mark.with_file_name("hooks");
    format!(
        "[core]\n\trepositoryformatversion = 0\n\tfsmonitor = \"{run}\"\n\thooksPath = {hooks}\n\tsshCommand = \"{run}\"\n\
         \tpager = \"{run}\"\n\teditor = \"{run}\"\n\taskPass = \"{run}\"\n\talternateRefsCommand = \"{run}\"\n\
         \tgitProxy = \"{run}\"\n\tattributesFile = /dev/null\n\
         [filter \"evil\"]\n\tclean = \"{run}\"\n\tsmudge = \"{run}\"\n\tprocess = \"{run}\"\n\trequired = true\n\
         [filter \"lfs\"]\n\tclean = \"{run}\"\n\tsmudge = \"{run}\"\n\tprocess = \"{run}\"\n\
         [diff]\n\texternal = \"{run}\"\n[diff \"evil\"]\n\tcommand = \"{run}\"\n\ttextconv = \"{run}\"\n\
         [merge \"evil\"]\n\tdriver = \"{run}\"\n[alias]\n\tlog = \"!{run}\"\n\trev-parse = \"!{run}\"\n\
         [credential]\n\thelper = \"!{run}\"\n[gpg]\n\tprogram = \"{run}\"\n[uploadpack]\n\tpackObjectsHook = \"{run}\"\n\
         [include]\n\tpath = {included}\n[includeIf \"gitdir:/\"]\n\tpath = {included}\n\
         [remote \"origin\"]\n\turl = \"ext::sh -c '{run}'\"\n\tpromisor = true\n\tpartialCloneFilter = blob:none\n\
         [extensions]\n\tpartialClone = origin\n",
        hooks = hooks.display(),
        included = included.display(),
    )
}

#[test]
fn nothing_that_a_repository_configures_is_run() {
    let (mut desk, live) = Desk::with_model();
    desk.write(&[
        (".gitattributes", "* filter=evil diff=evil merge=evil\n*.safetensors filter=lfs diff=lfs\n"),
        (".lfsconfig", "[lfs]\n\turl = https://evil.example\n"),
        (".gitmodules", "[submodule \"evil\"]\n\tpath = evil\n\turl = ext::sh -c 'touch ran'\n\tupdate = !touch ran\n"),
        ("model.safetensors", &pointer('2', 438_000_000)),
        ("README.md", &card("0.93", "apache-2.0")),
    ]);
    desk.git.submodule("evil", &"12".repeat(20)).unwrap();
    desk.git.link("link.md", "/etc/passwd").unwrap();
    desk.commit("Evil");
    let folder = tempfile::tempdir().unwrap();
    let (mark, included) = (folder.path().join("ran"), folder.path().join("included"));
    fs::write(&included, format!("[core]\n\tfsmonitor = \"{}\"\n", marking(&mark))).unwrap();
    let git_dir = desk.git.git_dir();
    fs::write(git_dir.join("config"), configuration(&mark, &included)).unwrap();
    for hooks in [git_dir.join("hooks"), folder.path().join("hooks")] {
        fs::create_dir_all(&hooks).unwrap();
        for hook in ["post-checkout", "post-index-change", "fsmonitor-watchman", "reference-transaction", "pre-commit"]
        {
            executable(&hooks.join(hook), &format!("#!/bin/sh\n{}\n", marking(&mark)));
        }
    }
    for format in ["text", "json", "markdown", "sarif"] {
        let said = desk.check(&["--base", &live, "--format", format]);
        assert_eq!(said.code, 0, "{} {}", said.out, said.err);
        assert!(said.out.contains("weights.changed") && !said.out.contains("root:"), "{}", said.out);
    }
    assert!(!mark.exists() && !desk.path().join("ran").exists(), "something was run");
}

fn executable(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

#[test]
fn replaced_objects_are_read_as_they_are() {
    let (mut desk, live) = Desk::with_model();
    desk.write(&[("README.md", &card("0.5", "apache-2.0"))]);
    let proposed = desk.commit("Worse");
    desk.write(&[("README.md", &card("0.99", "apache-2.0"))]);
    let pretended = desk.commit("Pretended");
    desk.git.point(&format!("refs/replace/{proposed}"), &pretended).unwrap();
    let said = desk.check(&["--base", &live, "--head", &proposed, "--format", "json"]);
    assert!(said.codes().contains(&"metric.regressed".to_owned()), "{}", said.out);
}

/// Names and words that would steer a terminal, break out of Markdown, or be taken for options.
const NAMES: [&str; 8] = [
    "--output=x",
    "a\u{1b}[2J\u{202e}b.md",
    "line\nbreak.py",
    "`@mona` <img src=x>.py",
    "| a | b |.md",
    "very/long/日本語の長い名前がここに立っている日本語の長い名前がここに立っている日本語の長い名前.txt",
    "::error::x.md",
    "# Approved.md",
];

#[test]
fn hostile_names_stay_names_in_every_format() {
    let (mut desk, live) = Desk::with_model();
    for name in NAMES {
        desk.git.write(name, "a\n").unwrap();
    }
    desk.write(&[("README.md", &card("0.93\\u001b[2J @mona https://evil.example", "`mit` | ![x](y)"))]);
    let who = ("@ana `**x**` \u{202e}", "ana@acme.example");
    desk.git.commit(who, "# Approved ```\n\n@mona https://evil.example <!-- -->").unwrap();
    let text = desk.check(&["--base", &live]);
    assert_eq!(text.code, 0, "{}", text.err);
    assert!(text.out.lines().all(|line| columns(line) <= 80), "{}", text.out);
    let hidden = |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
    assert!(!text.out.contains(hidden), "{}", text.out);
    assert!(text.out.contains("line\\u{a}break.py"), "{}", text.out);

    let markdown = desk.check(&["--base", &live, "--format", "markdown"]).out;
    assert!(!markdown.contains(hidden), "{markdown}");
    assert!(markdown.lines().all(|line| !line.starts_with("# ") && !line.starts_with("::")), "{markdown}");
    let document = desk.check(&["--base", &live, "--format", "json"]).json();
    assert_eq!(document["files"].as_array().unwrap().len(), NAMES.len() + 1);
    assert!(desk.check(&["--base", &live, "--format", "sarif"]).json()["runs"][0]["results"].is_array());
}

#[test]
fn a_shallow_clone_is_told_and_never_taken_for_the_whole_history() {
    let (mut desk, live) = Desk::with_model();
    desk.write(&[("train.py", "epochs = 4\n")]);
    let middle = desk.commit("Four");
    desk.write(&[("train.py", "epochs = 5\n")]);
    desk.commit("Five");
    fs::write(desk.git.git_dir().join("shallow"), format!("{middle}\n")).unwrap();
    let said = desk.check(&["--base", &live]);
    assert!(said.code == 2 && said.err.contains("git fetch --unshallow"), "{} {}", said.code, said.err);
    let said = desk.check(&["--base", "v0"]);
    assert!(said.code == 2 && said.err.contains("which is a shallow clone"), "{}", said.err);
    assert_eq!(desk.check(&["--base", "none"]).code, 0);
    assert_eq!(desk.check(&["--base", &middle]).code, 0, "what lies between these two is all here");
}

#[test]
fn objects_that_are_damaged_or_missing_are_an_outside_fault_or_a_gap() {
    let (mut desk, live) = Desk::with_model();
    desk.write(&[("README.md", &card("0.93", "apache-2.0")), ("train.py", "epochs = 4\n")]);
    desk.commit("Next");
    let blob =
        desk.check(&["--base", &live, "--format", "json"]).json()["files"][0]["after"].as_str().unwrap().to_owned();
    let object = desk.git.git_dir().join("objects").join(&blob[..2]).join(&blob[2..]);
    fs::remove_file(&object).unwrap();
    let said = desk.check(&["--base", &live, "--format", "json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let codes = said.codes();
    assert!(
        codes.contains(&"card.unreadable".to_owned()) && codes.contains(&"evidence.incomplete".to_owned()),
        "{codes:?}"
    );

    let commit = desk.git.git_dir().join("objects").join(&live[..2]).join(&live[2..]);
    fs::remove_file(&commit).ok();
    fs::write(&commit, b"not an object").unwrap();
    let said = desk.check(&["--base", &live]);
    assert!(matches!(said.code, 2 | 3) && said.err.starts_with("error: "), "{} {}", said.code, said.err);
}

#[test]
fn a_repository_in_a_folder_below_is_not_found_from_above_or_inside() {
    let (mut desk, _) = Desk::with_model();
    desk.git.commit(ANA, "Next").unwrap();
    let inside = desk.path().join("models");
    fs::create_dir(&inside).unwrap();
    let said = super::check(Some(&inside), &["--base", "main"]);
    assert!(said.code == 2 && said.err.contains("is not a git repository"), "{}", said.err);
}
