//! `code.unpinned_revision`: changed code that loads a model, a data set or an image by a name which can move.

use crate::artifact::revisions::UnpinnedRevision;
use crate::domain::{Flag, Severity};

use super::facts::{Facts, RevisionFacts};
use super::finding::Finding;
use super::words::{count, listed};

pub fn check(facts: &Facts<'_>) -> Vec<Flag> {
    facts.revisions.iter().filter_map(|file| of_file(facts, file)).collect()
}

fn of_file(facts: &Facts<'_>, file: &RevisionFacts) -> Option<Flag> {
    let first = file.after.first()?;
    let live: Vec<String> = file.before.iter().map(words).collect();
    let mut names: Vec<String> = file.after.iter().map(words).collect();
    let is_new = names.iter().any(|name| !live.contains(name));
    names.dedup();
    let runs_code = file.after.iter().any(|one| one.trusts_remote_code);
    let severity = if runs_code { Severity::High } else { Severity::Medium };
    let code = if runs_code { ", and runs code that comes with it" } else { "" };
    let named = listed(names.iter().map(String::as_str));
    let flag = Finding::new("code.unpinned_revision", severity, &file.path)
        .after(&named)
        .rule("what is loaded is named by commit or digest")
        .source(facts.source(&file.path, first.cell.is_none().then_some(first.line)))
        .new_if(is_new)
        .says(&format!("{} loads {} by a name that can move{code}: {named}.", file.path, count(names.len(), "thing")));
    Some(flag)
}

/// `acme/sentiment@main`, `python:3.12`
fn words(one: &UnpinnedRevision) -> String {
    match &one.revision {
        Some(revision) => format!("{}@{revision}", one.name),
        None => one.name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::samples::Sample;

    fn unpinned(name: &str, trusts_remote_code: bool) -> UnpinnedRevision {
        let (call, name) = ("AutoModel.from_pretrained".to_owned(), name.to_owned());
        UnpinnedRevision { cell: None, line: 7, call, name, revision: Some("main".into()), trusts_remote_code }
    }

    fn flags(before: Vec<UnpinnedRevision>, after: Vec<UnpinnedRevision>) -> Vec<Flag> {
        let revisions = vec![RevisionFacts { path: "serve.py".into(), before, after }];
        check(&Sample { revisions, ..Sample::ahead() }.facts())
    }

    #[test]
    fn a_model_loaded_by_a_branch_is_found_once_and_new_once() {
        let one = || vec![unpinned("acme/sentiment", false)];
        let found = flags(Vec::new(), one());
        assert_eq!(found[0].message, "serve.py loads 1 thing by a name that can move: acme/sentiment@main.");
        assert_eq!((found[0].severity, found[0].is_new), (Severity::Medium, true));
        assert!(!flags(one(), one())[0].is_new && flags(one(), Vec::new()).is_empty());
        assert_eq!(flags(Vec::new(), vec![unpinned("a/b", true)])[0].severity, Severity::High);
    }
}
