//! `countersign scan` over files that are put together here.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::weights::{dangerous, harmless, onnx, pointer, safetensors, unlisted, zip};
use super::{countersign, errors, json, text};

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        write(folder.path(), name, bytes);
    }
    folder
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn each_file_has_one_line_with_its_findings_below() {
    let archive = zip(&[("model/data.pkl", &dangerous()), ("model/data/0", &[0; 64])]);
    let folder = folder(&[
        ("a/model.pt", &archive),
        ("a/model.safetensors", &safetensors()),
        ("b/layers.pkl", &unlisted()),
        ("b/list.pkl", &harmless()),
        ("b/pointer.bin", &pointer()),
    ]);
    let output = countersign(folder.path(), &["scan", "a", "b"]);
    let text = text(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with(' ')).collect();
    let begins = [
        "dangerous                          a/model.pt (PyTorch zip, ",
        "no imports outside the allow-list  a/model.safetensors (safetensors, 81 B, 1 tensor, 4 parameters, F32)",
        "suspicious                         b/layers.pkl (pickle, ",
        "no imports outside the allow-list  b/list.pkl (pickle, ",
        "stands for another file            b/pointer.bin (",
    ];
    for (line, begin) in lines.iter().zip(begins) {
        assert!(line.starts_with(begin), "`{line}` does not begin with `{begin}`");
    }
    assert!(text.contains("posix.system") && text.contains("model/data.pkl, byte "), "{text}");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let closing =
        "5 files: 1 dangerous, 1 suspicious, 1 stands for another file, 2 with no imports outside the allow-list.";
    assert!(words.ends_with(closing), "{text}");
    assert!(!text.contains("safe ") && !text.contains("clean"), "{text}");
}

#[test]
fn what_is_not_known_to_be_harmless_is_a_no_only_when_strict() {
    let pickle = unlisted();
    let broken = &safetensors()[..70];
    let far = onnx("../../other/weights.bin");
    for (bytes, strict) in [
        (&pickle[..], 1),
        (&pointer(), 1),
        (broken, 1),
        (&far, 1),
        (&onnx("weights.bin"), 0),
        (&harmless(), 0),
        (&safetensors(), 0),
    ] {
        let folder = folder(&[("file", bytes)]);
        assert_eq!(countersign(folder.path(), &["scan", "file"]).status.code(), Some(0), "{bytes:?}");
        assert_eq!(countersign(folder.path(), &["scan", "--strict", "file"]).status.code(), Some(strict), "{bytes:?}");
    }
}

#[test]
fn allowed_imports_are_allowed_and_dangerous_ones_never() {
    let folder = folder(&[("layers.pkl", &unlisted()), ("evil.pkl", &dangerous())]);
    let scan = |file| {
        countersign(folder.path(), &["scan", "--strict", "--allow-global", "acme.*", "--allow-global", "posix.*", file])
    };
    assert_eq!(scan("layers.pkl").status.code(), Some(0));
    assert_eq!(scan("evil.pkl").status.code(), Some(1));
}

#[test]
fn machines_get_one_document() {
    let folder = folder(&[("evil.pkl", &dangerous()), ("w.safetensors", &safetensors())]);
    symlink("evil.pkl", folder.path().join("link.pkl")).unwrap();
    let document = json(&countersign(folder.path(), &["scan", "--format", "json", "."]));
    assert_eq!((&document["verdict"], &document["links_not_followed"]), (&"dangerous".into(), &1.into()));
    let [evil, weights] = document["files"].as_array().unwrap().as_slice() else { panic!("{document}") };
    assert_eq!((&evil["path"], &evil["format"], &evil["bytes"]), (&"./evil.pkl".into(), &"pickle".into(), &28.into()));
    let finding = &evil["findings"][0];
    assert_eq!((&finding["verdict"], &finding["name"]), (&"dangerous".into(), &"posix.system".into()), "{finding}");
    assert_eq!((&weights["verdict"], &weights["header"]["parameters"]), (&"clean".into(), &4.into()));
}

#[test]
fn hidden_characters_of_names_are_shown_and_steer_no_terminal() {
    let archive = zip(&[("a\u{202e}\u{1b}[2Jkp.pkl", &dangerous())]);
    let folder = folder(&[("model\u{202e}\u{1b}[31m\n.pt", &archive)]);
    let output = countersign(folder.path(), &["scan", "."]);
    let text = text(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("model\\u{202e}\\u{1b}[31m\\u{a}.pt"), "{text}");
    assert!(!text.contains(['\u{202e}', '\u{1b}']) && text.lines().count() == 5, "{text}");
}

#[test]
fn links_below_a_folder_are_counted_and_a_named_one_is_followed() {
    let folder = folder(&[("real/evil.pkl", &dangerous())]);
    fs::create_dir(folder.path().join("links")).unwrap();
    symlink("../real/evil.pkl", folder.path().join("links/model.pkl")).unwrap();
    symlink("..", folder.path().join("links/round")).unwrap();
    let nothing = countersign(folder.path(), &["scan", "links"]);
    assert_eq!(nothing.status.code(), Some(2));
    assert!(errors(&nothing).contains("symbolic links are not followed, 2 were found"), "{}", errors(&nothing));
    assert_eq!(countersign(folder.path(), &["scan", "links/model.pkl"]).status.code(), Some(1));
    let beside = countersign(folder.path(), &["scan", "links", "real"]);
    assert!(text(&beside).contains("2 symbolic links not followed."), "{}", text(&beside));
}

#[test]
fn what_git_keeps_is_left_out_and_text_is_only_counted() {
    let (evil, list) = (dangerous(), harmless());
    let folder = folder(&[
        (".git/HEAD", b"ref: refs/heads/main\n"),
        (".git/objects/ab/cd", &evil),
        ("README.md", b"# Sentiment\n"),
        ("list.pkl", &list),
        ("other/.git/model.pkl", &list),
    ]);
    let output = countersign(folder.path(), &["scan", "."]);
    let text = text(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(
        text.contains("list.pkl") && text.contains("other/.git/model.pkl"),
        "a name alone is no repository: {text}"
    );
    assert!(!text.contains("README.md") && !text.contains("objects"), "{text}");
    assert!(text.contains("3 files: 3 with no imports outside the allow-list (1 plain text)."), "{text}");
    assert!(text.ends_with("1 folder of git left out.\n"), "{text}");
    let document = json(&countersign(folder.path(), &["scan", "--format", "json", "."]));
    assert_eq!((&document["git_folders_left_out"], document["files"].as_array().unwrap().len()), (&1.into(), 3));
    assert_eq!(countersign(folder.path(), &["scan", ".git"]).status.code(), Some(1), "named, it is scanned");
}

#[test]
fn what_cannot_be_read_is_said_and_is_no_answer() {
    let folder = folder(&[("list.pkl", &harmless())]);
    assert_eq!(countersign(folder.path(), &["scan"]).status.code(), Some(2));
    assert_eq!(countersign(folder.path(), &["scan", "absent.pkl"]).status.code(), Some(2));
    // Memory of the process: a regular file that says it is empty and refuses to be read, for root too.
    let output = countersign(folder.path(), &["scan", "list.pkl", "/proc/self/mem"]);
    let text = text(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("could not be read"), "{text}");
}
