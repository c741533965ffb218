//! Annotations: which of them are there already, which are new, and in what batches those are sent.

use std::collections::BTreeSet;

use crate::domain::Repository;
use crate::github::api::Errand;
use crate::github::client::GithubForge;
use crate::github::permissions::Purpose;
use crate::github::wire::checks::AnnotationRow;
use crate::ports::PortError;
use crate::ports::pulls::{Note, NoteLevel, PostedSheet};

use super::body::{self, Annotation};

/// GitHub takes no more with one call.
pub(super) const BATCH: usize = 50;
const PER_PAGE: usize = 100;
/// Most pages of annotations read back.
const MAX_PAGES: usize = 20;

/// What an annotation is known by: place, level, title and message.
pub(super) type Known = (String, u64, u64, String, String, String);

/// Annotations to be added, against those that are there.
pub(super) struct News<'a> {
    fresh: Vec<Annotation<'a>>,
    /// Those that are there and no longer hold.
    gone: usize,
}

impl<'a> News<'a> {
    pub(super) fn all(notes: &'a [Note]) -> Self {
        Self { fresh: notes.iter().filter_map(Annotation::of).collect(), gone: 0 }
    }

    pub(super) fn since(notes: &'a [Note], there: &BTreeSet<Known>) -> Self {
        let all = Self::all(notes).fresh;
        let wanted: BTreeSet<Known> = all.iter().map(Annotation::known).collect();
        let gone = there.difference(&wanted).count();
        let fresh = all.into_iter().filter(|annotation| !there.contains(&annotation.known())).collect();
        Self { fresh, gone }
    }

    /// In their order, each as much as one call takes.
    pub(super) fn batches(&self) -> Vec<&[Annotation<'a>]> {
        self.fresh.chunks(BATCH).collect()
    }

    pub(super) const fn gone(&self) -> usize {
        self.gone
    }
}

impl GithubForge {
    /// The annotations that a check run of ours carries.
    pub(super) async fn notes_there(
        &self,
        repository: &Repository,
        posted: &PostedSheet,
    ) -> Result<BTreeSet<Known>, PortError> {
        let errand = Errand::new(repository, Purpose::Show, "read our annotations back");
        let mut there = BTreeSet::new();
        for page in 1..=MAX_PAGES {
            let rest = format!("/check-runs/{}/annotations?per_page={PER_PAGE}&page={page}", posted.id);
            let rows: Vec<AnnotationRow> = self.read(errand, &rest).await?;
            let is_last = rows.len() < PER_PAGE;
            there.extend(rows.into_iter().map(known));
            if is_last {
                break;
            }
        }
        Ok(there)
    }
}

fn known(row: AnnotationRow) -> Known {
    let text = |text: Option<String>| body::comparable(&text.unwrap_or_default());
    let level = row.annotation_level.unwrap_or_default();
    (row.path, row.start_line, row.end_line, level, text(row.title), text(row.message))
}

pub(super) const fn level_word(level: NoteLevel) -> &'static str {
    match level {
        NoteLevel::Notice => "notice",
        NoteLevel::Warning => "warning",
        NoteLevel::Failure => "failure",
    }
}
