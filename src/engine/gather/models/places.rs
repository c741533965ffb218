//! Where the models are: folders with a card, and the weight files that belong to each.

mod others;

use std::collections::{BTreeMap, BTreeSet};

use globset::GlobMatcher;

use crate::checks::CheckRules;
use crate::engine::gather::changes::is_same;
use crate::engine::gather::notes::Notes;
use crate::engine::gather::trees::{Listing, Trees};
use crate::ports::TreeEntry;

use super::beside::glob;
use super::weights::{Weight, is_weights};

/// Most places looked into where something changed.
const MAX_PLACES: usize = 200;
/// Places looked into although nothing changed in them: what is wrong with what is live is worth a line in small
/// repositories.
const MAX_UNCHANGED_PLACES: usize = 20;
/// Most weight files looked at; changed ones first.
const MAX_WEIGHTS: usize = 400;
const CARD_NAME: &str = "README.md";

/// A folder that holds a model, or may.
pub(in crate::engine::gather) struct Place<'t> {
    /// Without a slash at the end; empty for the root.
    pub(super) folder: &'t str,
    pub(super) live_card: Option<&'t TreeEntry>,
    pub(super) proposed_card: Option<&'t TreeEntry>,
    pub(in crate::engine::gather) weights: Vec<Weight<'t>>,
    /// Some file in it is new, other or gone.
    pub(super) is_changed: bool,
    /// New and changed files that are not named like weights and are no text by their names.
    pub(in crate::engine::gather) others: Vec<Weight<'t>>,
}

impl Place<'_> {
    /// Where the card is; where it was; else where it should be.
    pub(super) fn card_path(&self) -> String {
        match (self.proposed_card.or(self.live_card), self.folder) {
            (Some(card), _) => card.path.clone(),
            (None, "") => CARD_NAME.to_owned(),
            (None, folder) => format!("{folder}/{CARD_NAME}"),
        }
    }
}

/// What the policy calls weights and cards, besides those that are named like them.
struct Named<'r> {
    weights: Vec<GlobMatcher>,
    cards: BTreeSet<&'r str>,
}

impl<'r> Named<'r> {
    fn of(rules: &'r CheckRules) -> Self {
        Self {
            weights: rules.models.iter().flat_map(|model| &model.weights).filter_map(|pattern| glob(pattern)).collect(),
            cards: rules.models.iter().filter_map(|model| model.card_path()).collect(),
        }
    }

    fn is_weights(&self, path: &str) -> bool {
        is_weights(path) || self.weights.iter().any(|glob| glob.is_match(path))
    }
}

/// The folder of a model that a path belongs to: the nearest at or above it.
pub(super) fn nearest<'t>(path: &'t str, folders: &BTreeSet<&str>) -> Option<&'t str> {
    let mut folder = split(path).0;
    loop {
        if folders.contains(folder) {
            return Some(folder);
        }
        if folder.is_empty() {
            return None;
        }
        folder = split(folder).0;
    }
}

type Cards<'t> = BTreeMap<&'t str, &'t TreeEntry>;

/// Weight files belong to the nearest card at or above them; where there is none, to the root.
pub(super) fn find<'t>(trees: &'t Trees, rules: &CheckRules, notes: &mut Notes) -> Vec<Place<'t>> {
    let named = Named::of(rules);
    let (live, proposed) = (cards(&trees.live, &named), cards(&trees.proposed, &named));
    let with_card: BTreeSet<&str> = live.keys().chain(proposed.keys()).copied().collect();
    let mut weights: BTreeMap<&str, Vec<Weight<'_>>> = BTreeMap::new();
    for weight in all_weights(trees, &named, notes) {
        weights.entry(nearest(weight.path, &with_card).unwrap_or_default()).or_default().push(weight);
    }
    let bare = bare(trees, &live, &proposed);
    let folders: BTreeSet<&str> = weights.keys().copied().chain(bare).collect();
    let changed = changed(trees, &folders);
    let mut places: Vec<Place<'_>> = choose(&folders, &weights, &changed, notes)
        .into_iter()
        .map(|folder| Place {
            folder,
            live_card: live.get(folder).copied(),
            proposed_card: proposed.get(folder).copied(),
            weights: weights.remove(folder).unwrap_or_default(),
            is_changed: changed.contains(folder),
            others: Vec::new(),
        })
        .collect();
    others::add(&mut places, trees, &named, notes);
    places
}

/// The folders to look into: all that changed, those with weights first, and some of the others.
fn choose<'t>(
    folders: &BTreeSet<&'t str>,
    weights: &BTreeMap<&str, Vec<Weight<'_>>>,
    changed: &BTreeSet<&str>,
    notes: &mut Notes,
) -> Vec<&'t str> {
    let mut order: Vec<&str> = folders.iter().copied().collect();
    order.sort_by_key(|folder| (!changed.contains(folder), !weights.contains_key(folder), *folder));
    if changed.len() > MAX_PLACES {
        let message = format!(
            "Something changes in {} folders that may hold a model, and {MAX_PLACES} of them were looked into.",
            changed.len()
        );
        notes.gap("models", Some(format!("{} folders", changed.len())), message);
    }
    order.truncate(changed.len().clamp(MAX_UNCHANGED_PLACES, MAX_PLACES));
    order
}

/// The folders in which any file is new, other or gone.
fn changed<'t>(trees: &'t Trees, folders: &BTreeSet<&str>) -> BTreeSet<&'t str> {
    let is_gone = |entry: &&TreeEntry| trees.proposed.get(&entry.path).is_none();
    let gone = trees.live.entries().iter().filter(is_gone);
    new_or_changed(trees).chain(gone).filter_map(|entry| nearest(&entry.path, folders)).collect()
}

fn new_or_changed(trees: &Trees) -> impl Iterator<Item = &TreeEntry> {
    let is_new = |entry: &&TreeEntry| trees.live.get(&entry.path).is_none_or(|live| !is_same(live, entry));
    trees.proposed.entries().iter().filter(is_new)
}

/// The models' names: the repository's for the root, else the folder's, or its whole path where two would be the same.
pub(super) fn names(places: &[Place<'_>], repository: &str) -> Vec<String> {
    let last = |folder: &str| folder.rsplit('/').next().unwrap_or_default().to_owned();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for place in places {
        *counts.entry(last(place.folder)).or_default() += 1;
    }
    let name = |place: &Place<'_>| match last(place.folder) {
        short if short.is_empty() => repository.to_owned(),
        short if counts.get(&short).is_some_and(|count| *count > 1) => place.folder.to_owned(),
        short => short,
    };
    places.iter().map(name).collect()
}

/// Cards by folder. Of several in one folder the one that the policy names counts, then the usual spelling.
fn cards<'t>(listing: &'t Listing, named: &Named<'_>) -> Cards<'t> {
    let rank = |entry: &TreeEntry| match split(&entry.path).1 {
        _ if named.cards.contains(entry.path.as_str()) => Some(0),
        CARD_NAME => Some(1),
        name => name.eq_ignore_ascii_case(CARD_NAME).then_some(2),
    };
    let mut cards: BTreeMap<&str, (u8, &TreeEntry)> = BTreeMap::new();
    for entry in listing.entries() {
        let Some(rank) = rank(entry) else { continue };
        let card = cards.entry(split(&entry.path).0).or_insert((rank, entry));
        if rank < card.0 {
            *card = (rank, entry);
        }
    }
    cards.into_iter().map(|(folder, (_, entry))| (folder, entry)).collect()
}

/// Whether a card could stand there.
pub(in crate::engine::gather) fn is_card(path: &str) -> bool {
    split(path).1.eq_ignore_ascii_case(CARD_NAME)
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn all_weights<'t>(trees: &'t Trees, named: &Named<'_>, notes: &mut Notes) -> Vec<Weight<'t>> {
    let (live, proposed) = (&trees.live, &trees.proposed);
    let entries = live.entries().iter().chain(proposed.entries());
    let paths: BTreeSet<&str> =
        entries.map(|entry| entry.path.as_str()).filter(|path| named.is_weights(path)).collect();
    let weight = |path| Weight { path, live: live.get(path), proposed: proposed.get(path), is_named: true };
    let mut weights: Vec<Weight<'_>> = paths.into_iter().map(weight).collect();
    weights.sort_by_key(|weight| (!weight.is_changed(), weight.path));
    let changed = weights.iter().filter(|weight| weight.is_changed()).count();
    if changed > MAX_WEIGHTS {
        let message = format!("{changed} weight files change, and {MAX_WEIGHTS} of them were looked at.");
        notes.gap("weights", Some(format!("{changed} files")), message);
    }
    weights.truncate(MAX_WEIGHTS);
    weights
}

/// Folders without weights whose card may describe a model: the root, and those whose card changed.
fn bare<'t>(trees: &Trees, live: &Cards<'t>, proposed: &Cards<'t>) -> Vec<&'t str> {
    let blob = |cards: &Cards<'_>, folder: &str| cards.get(folder).map(|card| card.blob.clone());
    let has_live = !trees.live.entries().is_empty();
    let folders: BTreeSet<&str> = live.keys().chain(proposed.keys()).copied().collect();
    let may_be = |folder: &&str| folder.is_empty() || (has_live && blob(live, folder) != blob(proposed, folder));
    folders.into_iter().filter(may_be).collect()
}
