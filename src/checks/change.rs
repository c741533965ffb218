//! `policy.changed` and `workflow.changed`: the change touches what decides about changes (R9).

use crate::artifact::workflow::FOLDER;
use crate::domain::{FileChange, Flag, Severity};

use super::facts::{Facts, PinnedKey};
use super::finding::Finding;
use super::words::listed;

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    if !facts.has_live() {
        return Vec::new();
    }
    let is_policy = |path: &str| path.eq_ignore_ascii_case(facts.policy_path);
    let policy = facts.files.iter().filter(|file| paths(file).any(is_policy)).map(|file| policy_changed(facts, file));
    policy.chain(keys_changed(facts)).chain(workflows_changed(facts)).collect()
}

/// Whether the file at `path` decides about changes: the policy, or a workflow.
pub fn decides_about_changes(path: &str, policy_path: &str) -> bool {
    path.eq_ignore_ascii_case(policy_path) || is_workflow(path)
}

fn policy_changed(facts: &Facts<'_>, file: &FileChange) -> Flag {
    Finding::new("policy.changed", Severity::High, &file.path)
        .values(file.before.clone(), file.after.clone())
        .rule("who edits the policy does not pick the rule")
        .source(facts.source(&file.path, None))
        .says(&format!("The change touches the approval policy, {}.", file.path))
}

/// Keys that signatures are judged by are a part of the policy: who may change them picks the signer. What is live went
/// out under the keys of then.
fn keys_changed(facts: &Facts<'_>) -> Vec<Flag> {
    facts.keys.iter().filter_map(|key| key_changed(facts, key)).collect()
}

fn key_changed(facts: &Facts<'_>, key: &PinnedKey) -> Option<Flag> {
    let is_touched = facts.files.iter().any(|file| paths(file).any(|path| path == key.path));
    let words = match is_touched {
        true => "The change touches the keys that signatures are judged by",
        false if key.live != key.used => "Signatures are judged by other keys than those of what is live",
        false => return None,
    };
    let flag = Finding::new("policy.changed", Severity::High, &key.path)
        .values(key.live.clone(), key.used.clone())
        .rule("who picks the keys does not sign with them")
        .source(facts.source(&key.path, None))
        .says(&format!("{words}, {}.", key.path));
    Some(flag)
}

fn workflows_changed(facts: &Facts<'_>) -> Option<Flag> {
    let touched: Vec<&FileChange> = facts.files.iter().filter(|file| paths(file).any(is_workflow)).collect();
    let first = touched.first()?;
    let contents = |pick: fn(&FileChange) -> Option<&str>| {
        let ids: Vec<&str> = touched.iter().filter_map(|file| pick(file)).collect();
        (!ids.is_empty()).then(|| listed(ids))
    };
    let names = listed(touched.iter().map(|file| file.path.as_str()));
    let flag = Finding::new("workflow.changed", Severity::Medium, &names)
        .values(contents(|file| file.before.as_deref()), contents(|file| file.after.as_deref()))
        .rule("the workflows that build and deploy stay the same")
        .source(facts.source(&first.path, None))
        .says(&format!("The change touches workflows: {names}."));
    Some(flag)
}

/// Both names of a file that was renamed.
fn paths(file: &FileChange) -> impl Iterator<Item = &str> {
    [Some(file.path.as_str()), file.previous_path.as_deref()].into_iter().flatten()
}

fn is_workflow(path: &str) -> bool {
    path.get(..FOLDER.len()).is_some_and(|start| start.eq_ignore_ascii_case(FOLDER))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::Sample;
    use crate::domain::{ChangeKind, Patch};

    fn file(path: &str, previous: Option<&str>) -> FileChange {
        FileChange {
            path: path.into(),
            previous_path: previous.map(str::to_owned),
            kind: ChangeKind::Modified,
            before: Some("a1".into()),
            after: Some("b2".into()),
            additions: None,
            deletions: None,
            patch: Patch::Missing,
        }
    }

    fn found(files: Vec<FileChange>) -> Vec<(String, Severity)> {
        let sample = Sample { files, ..Sample::ahead() };
        check(&sample.facts()).into_iter().map(|flag| (flag.code, flag.severity)).collect()
    }

    #[test]
    fn touching_or_moving_the_policy_is_high() {
        let changed = [("policy.changed".to_owned(), Severity::High)];
        assert_eq!(found(vec![file(".github/countersign.yml", None)]), changed);
        assert_eq!(found(vec![file("old.yml", Some(".github/countersign.yml"))]), changed);
        assert!(found(vec![file("docs/.github/countersign.yml", None), file("é.github/workflows/x", None)]).is_empty());
    }

    #[test]
    fn touched_workflows_are_one_finding_that_names_their_contents() {
        let files = vec![file(".github/workflows/deploy.yml", None), file(".github/workflows/test.yml", None)];
        let sample = Sample { files, ..Sample::ahead() };
        let flags = check(&sample.facts());
        assert_eq!((flags.len(), flags[0].code.as_str(), flags[0].severity), (1, "workflow.changed", Severity::Medium));
        assert_eq!(flags[0].after.as_deref(), Some("b2, b2"));
    }

    #[test]
    fn keys_that_differ_from_the_live_ones_are_a_changed_policy_wherever_they_changed() {
        let key = |live: Option<&str>, used: Option<&str>| PinnedKey {
            path: "keys/release.pub".into(),
            live: live.map(str::to_owned),
            used: used.map(str::to_owned),
        };
        let found = |key: PinnedKey, files: Vec<FileChange>| {
            let sample = Sample { files, keys: vec![key], ..Sample::ahead() };
            check(&sample.facts()).into_iter().map(|flag| (flag.code, flag.severity)).collect::<Vec<_>>()
        };
        let changed = [("policy.changed".to_owned(), Severity::High)];
        assert_eq!(found(key(Some("a1"), Some("b2")), Vec::new()), changed);
        assert_eq!(found(key(None, Some("b2")), Vec::new()), changed);
        // Not on the default branch yet, and on its way there.
        assert_eq!(found(key(Some("a1"), Some("a1")), vec![file("keys/release.pub", None)]), changed);
        assert!(found(key(Some("a1"), Some("a1")), vec![file("keys/other.pub", None)]).is_empty());
    }

    #[test]
    fn the_policy_and_workflows_decide_about_changes() {
        let policy = ".github/countersign.yml";
        for path in [policy, ".GitHub/Countersign.yml", ".github/workflows/deploy.yml"] {
            assert!(decides_about_changes(path, policy), "{path}");
        }
        for path in ["docs/.github/countersign.yml", ".github/workflows", "README.md"] {
            assert!(!decides_about_changes(path, policy), "{path}");
        }
    }

    #[test]
    fn a_first_deployment_touches_nothing() {
        let sample = Sample { files: vec![file(".github/countersign.yml", None)], ..Sample::first() };
        assert!(check(&sample.facts()).is_empty());
    }
}
