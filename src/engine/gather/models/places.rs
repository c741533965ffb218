//! Where the models are: folders with a card, and the weight files that belong to each.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::gather::notes::Notes;
use crate::engine::gather::trees::{Listing, Trees};
use crate::ports::TreeEntry;

use super::weights::{Weight, is_weights};

/// Most places looked into.
const MAX_PLACES: usize = 20;
/// Most weight files looked at; changed ones first.
const MAX_WEIGHTS: usize = 100;
const CARD_NAME: &str = "README.md";

/// A folder that holds a model, or may.
pub(super) struct Place<'t> {
    /// Without a slash at the end; empty for the root.
    pub(super) folder: &'t str,
    pub(super) live_card: Option<&'t TreeEntry>,
    pub(super) proposed_card: Option<&'t TreeEntry>,
    pub(super) weights: Vec<Weight<'t>>,
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

/// The folder of a model that a path belongs to: the nearest at or above it.
pub(super) fn nearest<'t>(path: &'t str, folders: &[&str]) -> Option<&'t str> {
    let mut folder = split(path).0;
    loop {
        if folders.contains(&folder) {
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
pub(super) fn find<'t>(trees: &'t Trees, notes: &mut Notes) -> Vec<Place<'t>> {
    let (live, proposed) = (cards(&trees.live), cards(&trees.proposed));
    let mut places: BTreeMap<&str, Vec<Weight<'_>>> = BTreeMap::new();
    for weight in weights(trees, notes) {
        places.entry(home(weight.path, &live, &proposed)).or_default().push(weight);
    }
    let with_weights: BTreeSet<&str> = places.keys().copied().collect();
    for folder in bare(trees, &live, &proposed) {
        places.entry(folder).or_default();
    }
    let mut folders: Vec<&str> = places.keys().copied().collect();
    folders.sort_by_key(|folder| (!with_weights.contains(folder), *folder));
    if folders.len() > MAX_PLACES {
        let message = format!("{} folders may hold a model, and {MAX_PLACES} of them were looked into.", folders.len());
        notes.gap("models", Some(format!("{} folders", folders.len())), message);
    }
    let kept = folders.into_iter().take(MAX_PLACES);
    kept.map(|folder| Place {
        folder,
        live_card: live.get(folder).copied(),
        proposed_card: proposed.get(folder).copied(),
        weights: places.remove(folder).unwrap_or_default(),
    })
    .collect()
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

/// Cards by folder. Of two spellings in one folder the usual one counts.
fn cards(listing: &Listing) -> Cards<'_> {
    let mut cards = Cards::new();
    for entry in listing.files.values() {
        let (folder, name) = split(&entry.path);
        if name == CARD_NAME {
            cards.insert(folder, entry);
        } else if name.eq_ignore_ascii_case(CARD_NAME) {
            cards.entry(folder).or_insert(entry);
        }
    }
    cards
}

fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn weights<'t>(trees: &'t Trees, notes: &mut Notes) -> Vec<Weight<'t>> {
    let (live, proposed) = (&trees.live, &trees.proposed);
    let paths: BTreeSet<&str> =
        live.files.keys().chain(proposed.files.keys()).map(String::as_str).filter(|path| is_weights(path)).collect();
    let weight = |path| Weight { path, live: live.get(path), proposed: proposed.get(path) };
    let mut weights: Vec<Weight<'_>> = paths.into_iter().map(weight).collect();
    weights.sort_by_key(|weight| (!weight.is_changed(), weight.path));
    if weights.len() > MAX_WEIGHTS {
        let message = format!("There are {} weight files, and {MAX_WEIGHTS} of them were looked at.", weights.len());
        notes.gap("weights", Some(format!("{} files", weights.len())), message);
        weights.truncate(MAX_WEIGHTS);
    }
    weights
}

fn home<'t>(path: &'t str, live: &Cards<'_>, proposed: &Cards<'_>) -> &'t str {
    let mut folder = split(path).0;
    while !folder.is_empty() && !live.contains_key(folder) && !proposed.contains_key(folder) {
        folder = split(folder).0;
    }
    folder
}

/// Folders without weights whose card may describe a model: the root, and those whose card changed.
fn bare<'t>(trees: &Trees, live: &Cards<'t>, proposed: &Cards<'t>) -> Vec<&'t str> {
    let blob = |cards: &Cards<'_>, folder: &str| cards.get(folder).map(|card| card.blob.clone());
    let has_live = !trees.live.files.is_empty();
    let folders: BTreeSet<&str> = live.keys().chain(proposed.keys()).copied().collect();
    let may_be = |folder: &&str| folder.is_empty() || (has_live && blob(live, folder) != blob(proposed, folder));
    folders.into_iter().filter(may_be).collect()
}
