//! Which changes are worth a look.

use std::collections::BTreeSet;

use super::forge::{MemoryForge, sha};
use super::{DEFAULTS, repository};
use crate::domain::EnvironmentName;
use crate::engine::gather::touch::{Change, touches};
use crate::policy;

const CARD: &str = "---\nlicense: mit\n---\n# Sentiment\n";

const W: (&str, &str) = ("a/model.safetensors", "weights");

/// Whether going from `before` to `after` touches what is looked at.
fn touched(before: &[(&str, &str)], after: &[(&str, &str)], is_cut: bool) -> bool {
    let mut forge = MemoryForge::default();
    let (start, head) = (forge.commit(1, before), forge.commit(2, after));
    let paths: BTreeSet<String> = before
        .iter()
        .chain(after)
        .filter(|file| !(before.contains(file) && after.contains(file)))
        .map(|(path, _)| (*path).to_owned())
        .collect();
    let paths: Vec<String> = paths.into_iter().collect();
    let change = Change {
        repository: &repository(),
        start: Some(&start),
        head: &head,
        paths: if is_cut { &[] } else { &paths },
        is_cut,
        environment: &EnvironmentName::parse("production").unwrap(),
    };
    block_on(touches(&forge, &change, DEFAULTS)).unwrap()
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

#[test]
fn models_and_policies_are_worth_a_look() {
    for (before, after) in [
        (vec![("README.md", CARD)], vec![("README.md", "---\nlicense: cc0-1.0\n---\n")]),
        (
            vec![W, ("a/README.md", CARD), ("a/config.json", "{}")],
            vec![W, ("a/README.md", CARD), ("a/config.json", "{ }")],
        ),
        (vec![("README.md", CARD)], vec![("x", "")]),
        (vec![("x", "")], vec![("m.safetensors", "x")]),
        (vec![("x", "")], vec![(policy::PATH, "version: 1\n")]),
    ] {
        assert!(touched(&before, &after, false), "{after:?}");
        assert!(touched(&before, &after, true), "by its files alone: {after:?}");
    }
}

#[test]
fn code_docs_and_cards_of_no_model_are_not() {
    for (before, after) in [
        (
            vec![("src/lib.rs", "a"), ("README.md", "# A library\n")],
            vec![("src/lib.rs", "b"), ("README.md", "# Mine\n")],
        ),
        (
            vec![W, ("a/README.md", CARD), ("b/config.json", "{}")],
            vec![W, ("a/README.md", CARD), ("b/config.json", "{ }")],
        ),
        (vec![("README.md", CARD), ("train.py", "1")], vec![("README.md", CARD), ("train.py", "2")]),
        (vec![("docs/a.md", "a")], vec![("docs/a.md", "b")]),
    ] {
        assert!(!touched(&before, &after, false), "{after:?}");
        assert!(!touched(&before, &after, true), "{after:?}");
    }
}

#[test]
fn what_cannot_be_told_is_worth_a_look() {
    let mut forge = MemoryForge::default();
    let (start, head) =
        (forge.commit(1, &[("a.md", "")]), forge.commit(2, &[("a.md", "b"), ("README.md", "# No model\n")]));
    forge.cut_trees.insert(sha(2));
    let environment = EnvironmentName::parse("production").unwrap();
    let repository = repository();
    let paths = ["README.md".to_owned()];
    let change = |start| Change {
        repository: &repository,
        start,
        head: &head,
        paths: &paths,
        is_cut: false,
        environment: &environment,
    };
    assert!(block_on(touches(&forge, &change(Some(&start)), DEFAULTS)).unwrap(), "the list of files is cut");
    assert!(block_on(touches(&forge, &change(None), DEFAULTS)).unwrap(), "it starts from nowhere");
}
