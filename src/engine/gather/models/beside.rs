//! Files beside a model that say how it was evaluated.

use std::collections::{BTreeMap, BTreeSet};

use globset::{GlobBuilder, GlobMatcher};

use crate::artifact::evaluations::{Evaluations, TEXT_LIMIT_BYTES, read_file};
use crate::checks::EvaluationFacts;
use crate::checks::rules::ModelRules;
use crate::checks::words::plain;
use crate::engine::gather::notes::Notes;
use crate::engine::gather::reader::{Content, Contents};
use crate::engine::gather::trees::{Listing, Trees};
use crate::ports::TreeEntry;

use super::MAX_PATH_CHARS;

/// Most evaluation files of one model; changed ones first.
const MAX_FILES: usize = 30;
/// Folders whose JSON files are looked into.
const FOLDERS: [&str; 6] = ["eval", "evals", "evaluation", "evaluations", "results", "metrics"];
/// Names that are looked into wherever they are, lower case.
const NAMES: [&str; 7] =
    ["bias.md", "mlmodel", "bom.json", "model_card.json", "modelcard.json", "metrics.json", "eval_results.json"];

/// An evaluation file, or what may be one, in both lists.
pub(super) struct Beside<'t> {
    pub(super) path: &'t str,
    live: Option<&'t TreeEntry>,
    proposed: Option<&'t TreeEntry>,
}

/// The candidates among some paths of one model.
pub(super) fn find<'t>(
    paths: &BTreeSet<&'t str>,
    trees: &'t Trees,
    rules: &ModelRules,
    notes: &mut Notes,
) -> Vec<Beside<'t>> {
    let globs: Vec<GlobMatcher> = rules.evaluations.iter().filter_map(|rules| glob(&rules.path)).collect();
    let is_asked = |path: &str| globs.iter().any(|glob| glob.is_match(path));
    let beside = |path: &&'t str| Beside { path, live: trees.live.get(path), proposed: trees.proposed.get(path) };
    let mut files: Vec<Beside<'t>> =
        paths.iter().filter(|path| is_candidate(path) || is_asked(path)).map(beside).collect();
    files.sort_by_key(|file| (!file.is_changed(), file.path));
    if files.len() > MAX_FILES {
        let first = files.first().map(|file| file.path).unwrap_or_default();
        let message = format!(
            "There are {} evaluation files beside {}, and {MAX_FILES} of them were read.",
            files.len(),
            plain(first, MAX_PATH_CHARS)
        );
        notes.gap("evaluation files", Some(format!("{} files", files.len())), message);
        files.truncate(MAX_FILES);
    }
    files
}

/// A pattern of a policy; one that is none matches nothing.
pub(super) fn glob(pattern: &str) -> Option<GlobMatcher> {
    GlobBuilder::new(pattern).literal_separator(true).build().ok().map(|glob| glob.compile_matcher())
}

fn is_candidate(path: &str) -> bool {
    let lower = path.to_lowercase();
    let mut parts = lower.rsplit('/');
    let (name, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let is_json = name.ends_with(".json");
    NAMES.contains(&name)
        || name.ends_with(".slices.json")
        || name.ends_with(".cdx.json")
        || (folder == ".eval_results" && (name.ends_with(".yaml") || name.ends_with(".yml")))
        || (is_json && (name.starts_with("results") || FOLDERS.contains(&folder)))
}

impl Beside<'_> {
    fn is_changed(&self) -> bool {
        self.live.map(|entry| &entry.blob) != self.proposed.map(|entry| &entry.blob)
    }

    /// What has to be read.
    pub(super) fn wanted(&self) -> BTreeMap<String, usize> {
        let sides = [self.live, self.proposed].into_iter().flatten().filter(|entry| fits(entry));
        sides.map(|entry| (entry.blob.clone(), TEXT_LIMIT_BYTES)).collect()
    }

    /// What it says on both sides; none where neither side is an evaluation file.
    pub(super) fn facts(&self, contents: &Contents, notes: &mut Notes) -> Option<EvaluationFacts> {
        let before = self.side(self.live, contents, notes, "live");
        let after = self.side(self.proposed, contents, notes, "proposed");
        (before.is_some() || after.is_some()).then(|| EvaluationFacts { path: self.path.to_owned(), before, after })
    }

    fn side(
        &self,
        entry: Option<&TreeEntry>,
        contents: &Contents,
        notes: &mut Notes,
        side: &str,
    ) -> Option<Evaluations> {
        let entry = entry?;
        match contents.get(&entry.blob) {
            Some(Content::Bytes(bytes)) => read_file(self.path, bytes),
            Some(Content::Unread { .. }) | None => {
                let path = plain(self.path, MAX_PATH_CHARS);
                let message = format!("The {side} evaluation file {path} could not be read.");
                notes.gap(&path, Some(entry.blob.clone()), message);
                None
            }
        }
    }
}

fn fits(entry: &TreeEntry) -> bool {
    usize::try_from(entry.size).is_ok_and(|size| size <= TEXT_LIMIT_BYTES)
}

/// Paths of both lists by the folder of the model they belong to.
pub(super) fn by_folder<'t>(
    trees: &'t Trees,
    home: impl Fn(&'t str) -> Option<&'t str>,
) -> BTreeMap<&'t str, BTreeSet<&'t str>> {
    let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let paths = |listing: &'t Listing| listing.entries().iter().map(|entry| entry.path.as_str());
    for path in paths(&trees.live).chain(paths(&trees.proposed)) {
        if let Some(folder) = home(path) {
            all.entry(folder).or_default().insert(path);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evaluation_files_are_known_by_name_or_folder() {
        let yes =
            ["eval/a.json", "m/.eval_results/a.yaml", "results_2026.json", "m/bias.md", "MLmodel", "x/a.slices.json"];
        assert!(yes.into_iter().all(is_candidate));
        assert!(!["config.json", "a.yaml", "README.md", "eval/run.py"].into_iter().any(is_candidate));
        assert!(glob("eval/results*.json").unwrap().is_match("eval/results-1.json"));
        assert!(!glob("eval/*.json").unwrap().is_match("eval/deep/a.json") && glob("[").is_none());
    }
}
