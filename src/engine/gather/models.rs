//! The models of the repository: their cards, configurations, evaluations and weight files on both sides.

mod beside;
mod cards;
mod drafts;
mod interface;
mod places;
mod shown;
mod signatures;
mod weights;

use std::collections::{BTreeMap, BTreeSet};
use std::iter::repeat;
use std::sync::Arc;

use futures::future::try_join3;

use crate::checks::words::plain;
use crate::checks::{CheckRules, ModelFacts, PinnedKey, SignatureSide, WeightFacts};
use crate::domain::{ModelChange, Named, Reading, WeightChange};
use crate::ports::PortError;

use super::changes::MAX_PATH_CHARS;
use super::notes::Notes;
use super::reader::{Contents, Reader};
use super::scans::{self, Scans};
use super::table;
use super::trees::Trees;
use drafts::{Draft, Found};
use signatures::Sides;

pub(super) use places::{Place, is_card};
pub(super) use shown::shown;
pub(super) use signatures::Signing;
pub(super) use weights::{Weight, is_weights, may_be_pointer};

/// A model for the checks, and the same for people.
pub(super) struct Model {
    pub(super) facts: ModelFacts,
    pub(super) change: ModelChange,
}

/// All models, and what their signatures were judged by.
pub(super) struct Models {
    pub(super) models: Vec<Model>,
    pub(super) keys: Vec<PinnedKey>,
    pub(super) notes: Notes,
}

pub(super) async fn read(
    reader: Reader<'_>,
    trees: &Trees,
    rules: &CheckRules,
    signing: Signing<'_>,
) -> Result<Models, PortError> {
    let mut notes = Notes::default();
    let places = places::find(trees, rules, &mut notes);
    let all = found(reader, &places, trees, rules, &mut notes);
    tell(reader, &all, &[]);
    let drafts = async {
        let drafts = reader.news.during(Reading::Cards, drafts::read(reader, &all, trees)).await?;
        tell(reader, &all, &drafts);
        Ok(drafts)
    };
    let weights = told_weigh(reader, &places, &all, rules);
    let signatures = signatures::judge(reader, signing, &all, trees, rules);
    let (drafts, (pointers, mut scans), signatures) = try_join3(drafts, weights, signatures).await?;
    let mut models = Vec::new();
    for ((found, mut draft), signature) in all.into_iter().zip(drafts).zip(signatures.sides) {
        notes.absorb(std::mem::take(&mut draft.notes));
        let weights = weights::facts(found.place, &pointers, &mut scans, &mut notes);
        if !weights.is_empty() || draft.cards.describe_a_model() {
            note_unread(&found, &signature, &mut notes);
            models.push(model(&found, draft, weights, signature, rules));
        }
    }
    Ok(Models { models, keys: signatures.keys, notes })
}

/// Tells which models change, as far as their places are known to hold one: by their weights, or by the cards read so far.
fn tell(reader: Reader<'_>, all: &[Found<'_, '_>], drafts: &[Draft]) {
    let by_card = drafts.iter().map(|draft| draft.cards.describe_a_model()).chain(repeat(false));
    let changed = all.iter().zip(by_card).filter(|(found, by_card)| {
        let Place { weights, is_changed, .. } = found.place;
        *is_changed && (*by_card || !weights.is_empty())
    });
    let names: Named<String> = changed.map(|(found, _)| plain(&found.name, MAX_PATH_CHARS)).collect();
    reader.news.tell(|sketch| sketch.models = names);
}

/// Looks into the weights, and says of how many models for as long as it takes.
async fn told_weigh(
    reader: Reader<'_>,
    places: &[Place<'_>],
    all: &[Found<'_, '_>],
    rules: &CheckRules,
) -> Result<(Contents, Scans), PortError> {
    let weighed = places.iter().filter(|place| place.weights.iter().any(Weight::is_changed)).count();
    let weighing = weigh(reader, places, all, rules);
    match u64::try_from(weighed) {
        Ok(models) if models > 0 => reader.news.during(Reading::Weights { models }, weighing).await,
        Ok(_) | Err(_) => weighing.await,
    }
}

/// That a signature could not be judged is a gap: nobody may take it for one that holds.
fn note_unread(found: &Found<'_, '_>, signature: &Sides, notes: &mut Notes) {
    if let SignatureSide::Unread { why } = &signature.after {
        let name = plain(&found.name, MAX_PATH_CHARS);
        let message = format!("The signature of {name} could not be judged: {why}.");
        notes.gap(&format!("signature of {name}"), Some(why.clone()), message);
    }
}

/// The places with the files that are read for each.
fn found<'a, 't>(
    reader: Reader<'_>,
    places: &'a [Place<'t>],
    trees: &'t Trees,
    rules: &CheckRules,
    notes: &mut Notes,
) -> Vec<Found<'a, 't>> {
    let folders: BTreeSet<&str> = places.iter().map(|place| place.folder).collect();
    let paths = beside::by_folder(trees, |path| places::nearest(path, &folders));
    let none = BTreeSet::new();
    let mut all = Vec::with_capacity(places.len());
    for (place, name) in places.iter().zip(places::names(places, &reader.repository.name)) {
        let own = paths.get(place.folder).unwrap_or(&none);
        let evaluations = beside::find(own, trees, &rules.of(&name, &place.card_path()), notes);
        let interface = interface::find(own, trees, place.folder, notes);
        all.push(Found { place, name, evaluations, interface });
    }
    all
}

/// Where a model is: its folder, and its card on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Home {
    /// Without a slash at the end; empty for the root.
    pub(super) folder: String,
    pub(super) cards: Vec<String>,
}

/// The folders that [`read`] would show a model for, from their cards alone.
pub(super) async fn homes(reader: Reader<'_>, trees: &Trees, rules: &CheckRules) -> Result<Vec<Home>, PortError> {
    let mut unread = Notes::default();
    let places = places::find(trees, rules, &mut unread);
    let contents = reader.contents(places.iter().flat_map(cards::wanted).collect()).await?;
    let mut is_model = |place: &&Place<'_>| {
        !place.weights.is_empty() || cards::read(place, trees, &contents, &mut unread).describe_a_model()
    };
    let home = |place: &Place<'_>| Home {
        folder: place.folder.to_owned(),
        cards: [place.live_card, place.proposed_card].into_iter().flatten().map(|card| card.path.clone()).collect(),
    };
    Ok(places.iter().filter(|place| is_model(place)).map(home).collect())
}

/// Reads the pointers, and looks into what is new among the weights.
async fn weigh(
    reader: Reader<'_>,
    places: &[Place<'_>],
    all: &[Found<'_, '_>],
    rules: &CheckRules,
) -> Result<(Contents, Scans), PortError> {
    let wanted: BTreeMap<String, usize> = places.iter().flat_map(weights::wanted).collect();
    let pointers = reader.contents(wanted).await?;
    let allowed: Vec<Arc<[String]>> = all
        .iter()
        .map(|found| Arc::from(rules.of(&found.name, &found.place.card_path()).pickle.allow_globals))
        .collect();
    let targets = scans::of_places(places, &allowed, &pointers);
    let scans = scans::run(reader, &targets).await?;
    Ok((pointers, scans))
}

fn model(
    found: &Found<'_, '_>,
    draft: Draft,
    weights: Vec<(WeightFacts, WeightChange)>,
    signature: Sides,
    rules: &CheckRules,
) -> Model {
    let (weights, changes) = weights.into_iter().unzip();
    let cards = draft.cards;
    let facts = ModelFacts {
        name: plain(&found.name, MAX_PATH_CHARS),
        card_path: found.place.card_path(),
        card_before: cards.before_digest,
        card_after: cards.after_digest,
        weights,
        evaluations: draft.evaluations,
        interface_before: draft.interface_before,
        interface_after: draft.interface_after,
        signature_before: signature.before,
        signature_after: signature.after,
        before: cards.before,
        after: cards.after,
    };
    let change = ModelChange {
        name: facts.name.clone(),
        card_path: plain(&facts.card_path, MAX_PATH_CHARS),
        rows: table::rows(&facts, &rules.of(&facts.name, &facts.card_path).performance),
        card_diff: cards.diff,
        card_diff_lines_cut: cards.diff_lines_cut,
        card_before: facts.card_before,
        card_after: facts.card_after,
        card: cards.text,
        weights: changes,
    };
    Model { facts, change }
}
