//! Files beside a model that may be weights although their names do not say so: only their content tells.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::gather::models::weights::Weight;
use crate::engine::gather::notes::Notes;
use crate::engine::gather::trees::Trees;

use super::{CARD_NAME, Named, Place, nearest, new_or_changed, split};

/// Most of them in one proposal.
const MAX_OTHERS: usize = 60;

/// Endings of text, pictures, sound and tables, lower case: loading a model reads none of them as anything else.
const NO_WEIGHTS: [&str; 45] = [
    ".arrow", ".bat", ".c", ".cfg", ".cpp", ".css", ".csv", ".cu", ".gif", ".go", ".h", ".html", ".ico", ".ini",
    ".ipynb", ".java", ".jpeg", ".jpg", ".js", ".json", ".jsonl", ".lock", ".md", ".mp3", ".mp4", ".parquet", ".pdf",
    ".png", ".proto", ".py", ".pyi", ".r", ".rs", ".rst", ".sh", ".sql", ".svg", ".toml", ".ts", ".tsv", ".txt",
    ".wav", ".xml", ".yaml", ".yml",
];
/// Whole names of such files, and of those that git and builds read, lower case.
const NO_WEIGHT_NAMES: [&str; 9] = [
    ".dockerignore",
    ".gitattributes",
    ".gitignore",
    ".gitmodules",
    "codeowners",
    "dockerfile",
    "license",
    "makefile",
    "notice",
];

/// Adds the new and changed ones to the places they are beside.
pub(super) fn add<'t>(places: &mut [Place<'t>], trees: &'t Trees, named: &Named<'_>, notes: &mut Notes) {
    let folders: BTreeSet<&str> = places.iter().map(|place| place.folder).collect();
    let mut others: BTreeMap<&str, Vec<Weight<'t>>> = BTreeMap::new();
    let (mut count, mut kept) = (0_usize, 0_usize);
    for entry in new_or_changed(trees).filter(|entry| entry.kind.is_content() && entry.size > 0) {
        let path = entry.path.as_str();
        if named.is_weights(path) || named.cards.contains(path) || is_known_by_name(path) {
            continue;
        }
        let Some(folder) = nearest(path, &folders) else { continue };
        count = count.saturating_add(1);
        if kept < MAX_OTHERS {
            kept = kept.saturating_add(1);
            let other = Weight { path, live: trees.live.get(path), proposed: Some(entry), is_named: false };
            others.entry(folder).or_default().push(other);
        }
    }
    if count > kept {
        let message =
            format!("{count} changed files beside models may be anything, and {kept} of them were looked into.");
        notes.gap("files beside models", Some(format!("{count} files")), message);
    }
    for place in places {
        place.others = others.remove(place.folder).unwrap_or_default();
    }
}

fn is_known_by_name(path: &str) -> bool {
    let name = split(path).1;
    let lower = name.to_lowercase();
    name.eq_ignore_ascii_case(CARD_NAME)
        || NO_WEIGHT_NAMES.contains(&lower.as_str())
        || NO_WEIGHTS.iter().any(|ending| lower.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_pictures_and_tables_are_known_by_name_and_nothing_else_is() {
        for path in ["a/README.md", "train.py", "LICENSE", "eval/x.JSON", "data/train.parquet", ".gitattributes"] {
            assert!(is_known_by_name(path), "{path}");
        }
        for path in ["a/tokenizer.model", "weights", "scaler.dat", "checkpoint.zip", "vocab.bpe", "py", "x.py.bak"] {
            assert!(!is_known_by_name(path), "{path}");
        }
    }
}
