//! Model cards on both sides, and their difference.

use std::sync::Arc;

use crate::artifact::card::{CARD_LIMIT_BYTES, FrontMatter, read_card};
use crate::artifact::diff::{DiffLimits, Difference, unified_diff};
use crate::checks::CardSide;
use crate::checks::words::plain;
use crate::domain::{CardText, Digest};
use crate::engine::gather::changes::MAX_PATH_CHARS;
use crate::engine::gather::notes::{Notes, clean_lines};
use crate::engine::gather::reader::{Content, Contents, too_large};
use crate::engine::gather::trees::{Listing, Trees};
use crate::ports::TreeEntry;

use super::places::Place;

/// Room for the diff of one card, and for the card itself.
const CARD_DIFF_LIMITS: DiffLimits = DiffLimits { lines: 600, bytes: 24_000, context: 3 };
const MAX_CARD_LINES: usize = 800;
const MAX_CARD_BYTES: usize = 32_000;

/// Both sides' cards of one place.
pub(super) struct Cards {
    pub(super) before: CardSide,
    pub(super) after: CardSide,
    pub(super) before_digest: Option<Digest>,
    pub(super) after_digest: Option<Digest>,
    /// With secrets masked and hidden characters written out.
    pub(super) diff: String,
    pub(super) diff_lines_cut: u64,
    /// The proposed card, cleaned in the same way.
    pub(super) text: Option<CardText>,
}

impl Cards {
    /// Whether there is metadata on one side, or may be.
    pub(super) fn describe_a_model(&self) -> bool {
        describes_a_model(&self.before) || describes_a_model(&self.after)
    }
}

fn describes_a_model(side: &CardSide) -> bool {
    match side {
        CardSide::Absent => false,
        CardSide::Unread { .. } => true,
        CardSide::Read(card) => card.front_matter != FrontMatter::Absent,
    }
}

/// What has to be read of a place.
pub(super) fn wanted(place: &Place<'_>) -> impl Iterator<Item = (String, usize)> {
    let cards = [place.live_card, place.proposed_card].into_iter().flatten();
    cards.filter(|card| is_readable(card).is_ok()).map(|card| (card.blob.clone(), CARD_LIMIT_BYTES))
}

/// A link's content is a path, and whatever is there is not what ships.
fn is_readable(card: &TreeEntry) -> Result<(), String> {
    let fits = usize::try_from(card.size).is_ok_and(|size| size <= CARD_LIMIT_BYTES);
    match card.kind.is_content() {
        true if fits => Ok(()),
        true => Err(too_large(CARD_LIMIT_BYTES)),
        false => Err(format!("it is {}", card.kind.words())),
    }
}

/// One side's card: what the checks see, and its bytes.
struct Side {
    card: CardSide,
    bytes: Option<Arc<[u8]>>,
}

impl Side {
    fn of(entry: Option<&TreeEntry>, listing: &Listing, contents: &Contents) -> Self {
        let unread = |why: &str| Self { card: CardSide::Unread { why: why.to_owned() }, bytes: None };
        let Some(entry) = entry else {
            return match listing.is_whole {
                true => Self { card: CardSide::Absent, bytes: None },
                false => unread("the list of files is not complete"),
            };
        };
        if let Err(why) = is_readable(entry) {
            return unread(&why);
        }
        match contents.get(&entry.blob) {
            Some(Content::Bytes(bytes)) => {
                Self { card: CardSide::Read(Box::new(read_card(bytes))), bytes: Some(Arc::clone(bytes)) }
            }
            Some(Content::Unread { why }) => unread(why),
            None => unread("it was not read"),
        }
    }

    fn digest(&self) -> Option<Digest> {
        self.bytes.as_deref().map(Digest::of)
    }

    fn text(&self) -> Option<String> {
        self.bytes.as_deref().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }
}

/// The cards of a place.
pub(super) fn read(place: &Place<'_>, trees: &Trees, contents: &Contents, notes: &mut Notes) -> Cards {
    let before = Side::of(place.live_card, &trees.live, contents);
    let after = Side::of(place.proposed_card, &trees.proposed, contents);
    let (old, new) = (before.text(), after.text());
    let (before_digest, after_digest) = (before.digest(), after.digest());
    let (before, after) = (before.card, after.card);
    let mut cards =
        Cards { before, after, before_digest, after_digest, diff: String::new(), diff_lines_cut: 0, text: None };
    if place.weights.is_empty() && !cards.describe_a_model() {
        return cards;
    }
    let path = place.card_path();
    notes.file(&path, old.as_deref(), new.as_deref());
    cards.text = new.as_deref().map(whole);
    if ![&cards.before, &cards.after].into_iter().any(|side| matches!(side, CardSide::Unread { .. })) {
        (cards.diff, cards.diff_lines_cut) = diff(&path, old.as_deref(), new.as_deref(), notes);
    }
    cards
}

/// The card as people read it. What is cut is no gap: the digest covers all of it, and the checks have seen it.
fn whole(card: &str) -> CardText {
    let clean = clean_lines(card);
    let all = clean.lines().count();
    let mut text = String::new();
    let mut kept = 0_usize;
    for line in clean.lines().take(MAX_CARD_LINES) {
        if text.len().saturating_add(line.len()) >= MAX_CARD_BYTES {
            break;
        }
        text.push_str(line);
        text.push('\n');
        kept = kept.saturating_add(1);
    }
    CardText { text, lines_cut: u64::try_from(all.saturating_sub(kept)).unwrap_or(u64::MAX) }
}

/// The diff of a card, and the number of lines left out.
fn diff(path: &str, before: Option<&str>, after: Option<&str>, notes: &mut Notes) -> (String, u64) {
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
