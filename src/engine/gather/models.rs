//! The models of the repository: their cards and weight files on both sides.

mod beside;
mod interface;
mod places;
mod weights;

use std::collections::{BTreeMap, BTreeSet};

use crate::artifact::card::{CARD_LIMIT_BYTES, FrontMatter, read_card};
use crate::artifact::diff::{DiffLimits, Difference, unified_diff};
use crate::checks::words::plain;
use crate::checks::{CardSide, CheckRules, ModelFacts};
use crate::domain::{Digest, ModelChange, WeightChange};
use crate::ports::{PortError, TreeEntry};

use super::changes::MAX_PATH_CHARS;
use super::notes::{Notes, clean_lines};
use super::reader::{Content, Contents, Reader, too_large};
use super::table;
use super::trees::{Listing, Trees};
use beside::Beside;
use interface::InterfaceFiles;
use places::Place;

pub(super) use weights::is_weights;

/// Most models shown.
const MAX_MODELS: usize = 10;
/// Room for the diff of one card.
const CARD_DIFF_LIMITS: DiffLimits = DiffLimits { lines: 600, bytes: 24_000, context: 3 };

/// A model for the checks, and the same for people.
pub(super) struct Model {
    pub(super) facts: ModelFacts,
    pub(super) change: ModelChange,
}

pub(super) async fn read(
    reader: Reader<'_>,
    trees: &Trees,
    rules: &CheckRules,
    notes: &mut Notes,
) -> Result<Vec<Model>, PortError> {
    let places = places::find(trees, notes);
    let named = places::names(&places, &reader.repository.name);
    let folders: Vec<&str> = places.iter().map(|place| place.folder).collect();
    let paths = beside::by_folder(trees, |path| places::nearest(path, &folders));
    let none = BTreeSet::new();
    let mut all = Vec::with_capacity(places.len());
    for (place, name) in places.iter().zip(named) {
        let own = paths.get(place.folder).unwrap_or(&none);
        let evaluations = beside::find(own, trees, &rules.of(&name, &place.card_path()), notes);
        let interface = interface::find(own, trees, place.folder, notes);
        all.push(Found { place, name, evaluations, interface });
    }
    let contents = reader.contents(wanted(&all)).await?;
    let models = all.iter().filter_map(|found| model(found, trees, &contents, notes));
    let mut models: Vec<Model> = models.collect();
    if models.len() > MAX_MODELS {
        let message = format!("The repository holds {} models, and {MAX_MODELS} of them are shown.", models.len());
        notes.gap("models", Some(models.len().to_string()), message);
        models.truncate(MAX_MODELS);
    }
    Ok(models)
}

/// A place with the files that are read for it.
struct Found<'a, 't> {
    place: &'a Place<'t>,
    name: String,
    evaluations: Vec<Beside<'t>>,
    interface: InterfaceFiles<'t>,
}

/// Largest limits last, where one content is wanted for several reasons.
fn wanted(all: &[Found<'_, '_>]) -> BTreeMap<String, usize> {
    let places = || all.iter().map(|found| found.place);
    let cards = places().flat_map(|place| [place.live_card, place.proposed_card]).flatten();
    let cards = cards.filter(|card| card_fits(card)).map(|card| (card.blob.clone(), CARD_LIMIT_BYTES));
    let pointers = places().flat_map(|place| weights::wanted(&place.weights));
    let evaluations = all.iter().flat_map(|found| &found.evaluations).flat_map(Beside::wanted);
    let interfaces = all.iter().flat_map(|found| found.interface.wanted());
    pointers.chain(cards).chain(evaluations).chain(interfaces).collect()
}

fn card_fits(card: &TreeEntry) -> bool {
    usize::try_from(card.size).is_ok_and(|size| size <= CARD_LIMIT_BYTES)
}

/// One side's card: what the checks see, and its bytes.
struct Side<'c> {
    card: CardSide,
    bytes: Option<&'c [u8]>,
}

impl Side<'_> {
    fn digest(&self) -> Option<Digest> {
        self.bytes.map(Digest::of)
    }

    fn text(&self) -> Option<String> {
        self.bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// Whether there is metadata, or may be.
    fn describes_a_model(&self) -> bool {
        match &self.card {
            CardSide::Absent => false,
            CardSide::Unread { .. } => true,
            CardSide::Read(card) => card.front_matter != FrontMatter::Absent,
        }
    }
}

fn side<'c>(entry: Option<&TreeEntry>, listing: &Listing, contents: &'c Contents) -> Side<'c> {
    let unread = |why: &str| Side { card: CardSide::Unread { why: why.to_owned() }, bytes: None };
    let Some(entry) = entry else {
        return match listing.is_whole {
            true => Side { card: CardSide::Absent, bytes: None },
            false => unread("the list of files is not complete"),
        };
    };
    if !card_fits(entry) {
        return unread(&too_large(CARD_LIMIT_BYTES));
    }
    match contents.get(&entry.blob) {
        Some(Content::Bytes(bytes)) => Side { card: CardSide::Read(Box::new(read_card(bytes))), bytes: Some(bytes) },
        Some(Content::Unread { why }) => unread(why),
        None => unread("it was not read"),
    }
}

fn model(found: &Found<'_, '_>, trees: &Trees, contents: &Contents, notes: &mut Notes) -> Option<Model> {
    let place = found.place;
    let before = side(place.live_card, &trees.live, contents);
    let after = side(place.proposed_card, &trees.proposed, contents);
    if place.weights.is_empty() && !before.describes_a_model() && !after.describes_a_model() {
        return None;
    }
    let facts = ModelFacts {
        name: plain(&found.name, MAX_PATH_CHARS),
        card_path: place.card_path(),
        card_before: before.digest(),
        card_after: after.digest(),
        weights: place.weights.iter().map(|weight| weights::facts(weight, contents, notes)).collect(),
        evaluations: found.evaluations.iter().filter_map(|file| file.facts(contents, notes)).collect(),
        interface_before: found.interface.before(contents, notes),
        interface_after: found.interface.after(contents, notes),
        signature: None,
        before: before.card.clone(),
        after: after.card.clone(),
    };
    let (old, new) = (before.text(), after.text());
    notes.file(&facts.card_path, old.as_deref(), new.as_deref());
    let can_diff = !matches!(before.card, CardSide::Unread { .. }) && !matches!(after.card, CardSide::Unread { .. });
    let (card_diff, card_diff_lines_cut) = match can_diff {
        true => card_diff(&facts.card_path, old.as_deref(), new.as_deref(), notes),
        false => (String::new(), 0),
    };
    let change = ModelChange {
        name: facts.name.clone(),
        card_path: plain(&facts.card_path, MAX_PATH_CHARS),
        rows: table::rows(&facts),
        card_diff,
        card_diff_lines_cut,
        card_before: facts.card_before,
        card_after: facts.card_after,
        weights: facts.weights.iter().map(weight_change).collect(),
    };
    Some(Model { facts, change })
}

/// The diff of a card with secrets masked and hidden characters written out, and the number of lines left out.
fn card_diff(path: &str, before: Option<&str>, after: Option<&str>, notes: &mut Notes) -> (String, u64) {
    let (before, after) = (clean_lines(before.unwrap_or_default()), clean_lines(after.unwrap_or_default()));
    let (text, cut) = match unified_diff(&before, &after, CARD_DIFF_LIMITS) {
        Difference::Same => return (String::new(), 0),
        Difference::TooLarge { before, after } => (String::new(), before.lines + after.lines),
        Difference::Changed(diff) => (diff.text, diff.cut.map_or(0, |cut| cut.total.saturating_sub(cut.shown))),
    };
    if cut > 0 {
        let value = Digest::of(after.as_bytes()).to_string();
        notes.gap(
            &format!("diff of {}", plain(path, MAX_PATH_CHARS)),
            Some(value),
            format!("The diff of the model card {path} is cut by {cut} lines."),
        );
    }
    (text, u64::try_from(cut).unwrap_or(u64::MAX))
}

fn weight_change(weight: &crate::checks::WeightFacts) -> WeightChange {
    WeightChange {
        path: plain(&weight.path, MAX_PATH_CHARS),
        before: weight.before.as_ref().map(|side| side.file.clone()),
        after: weight.after.as_ref().map(|side| side.file.clone()),
        tensors: None,
    }
}
